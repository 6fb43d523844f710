"""Who does what in the demo, and when."""

from dataclasses import dataclass

from db.types import Answer

NIGHT, LOUD = "Night Drive", "Loud and Live"
PLAYLISTS = (NIGHT, LOUD)
CURATOR = "mo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing an artist sends, so many days before now: a song's link, another link or a file."""

    key: str
    days_ago: float
    artist: str
    playlist: str
    song: str | None = None
    link: str = ""
    file: str | None = None
    title: str | None = None
    note: str | None = None
    # What the artist answers where Earmark asks whether a recording is theirs.
    says_yes: bool = False

    @property
    def sent(self) -> str:
        return self.song or self.link or self.file or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the curator answers to the step `key`; afterwards the artist `asks` how it stands."""

    key: str
    answer: Answer
    asks: str
    reasons: tuple[str, ...] = ()
    note: str | None = None
    undone: bool = False


STEPS = (
    Step(key="armygeddon", days_ago=15.5, artist="Muldjord", playlist=LOUD, song="Armygeddon"),
    Step(
        key="awakening",
        days_ago=9,
        artist="Max McCracken",
        playlist=NIGHT,
        song="Awakening",
        note="The quiet one, for after midnight.",
    ),
    Step(key="graveyard", days_ago=8, artist="Shawn Parrotte", playlist=NIGHT, song="Graveyard"),
    Step(key="freedom", days_ago=6, artist="Sectoid", playlist=LOUD, song="War of freedom"),
    Step(key="nebula", days_ago=5, artist="Max McCracken", playlist=NIGHT, song="Nebula"),
    Step(key="caribbean", days_ago=4.5, artist="Will Savino", playlist=NIGHT, song="Caribbean"),
    Step(key="ocean", days_ago=4, artist="Will Savino", playlist=NIGHT, song="Ocean"),
    Step(
        key="chaosland", days_ago=3, artist="Sectoid", playlist=LOUD, song="Escape from chaosland"
    ),
    Step(
        key="coherence",
        days_ago=3,
        artist="Max McCracken",
        playlist=NIGHT,
        song="Coherence",
        says_yes=True,
    ),
    Step(key="again", days_ago=2, artist="A fan", playlist=NIGHT, song="Awakening"),
    Step(
        key="broken",
        days_ago=2,
        artist="A fan",
        playlist=NIGHT,
        link="https://open.spotify.com/track/cutshort",
    ),
    Step(
        key="elsewhere",
        days_ago=2,
        artist="A fan",
        playlist=LOUD,
        link="https://soundcloud.com/somebody/something",
    ),
    Step(key="text", days_ago=1, artist="A fan", playlist=LOUD, file="LICENCES.md"),
    Step(
        key="feelings",
        days_ago=1,
        artist="Sectoid",
        playlist=LOUD,
        file="feelings.ogg",
        title="Feelings",
    ),
    Step(
        key="palace",
        days_ago=0.5,
        artist="Will Savino",
        playlist=NIGHT,
        file="palace.ogg",
        title="Palace",
    ),
)


DECISIONS = (
    Decision(key="armygeddon", answer=Answer.KEEP, asks="Muldjord"),
    Decision(key="awakening", answer=Answer.KEEP, asks="Max McCracken"),
    Decision(
        key="caribbean",
        answer=Answer.DECLINE,
        asks="Will Savino",
        reasons=("off_mood",),
        note="A sunny one! We would love something for the small hours.",
    ),
    Decision(
        key="graveyard",
        answer=Answer.DECLINE,
        asks="Shawn Parrotte",
        reasons=("too_long_intro",),
        undone=True,
    ),
    Decision(key="freedom", answer=Answer.MAYBE, asks="Sectoid"),
)
