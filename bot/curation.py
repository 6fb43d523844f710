"""What curators see beside queue and digest: cards, votes, histories, the board. Plain values.

None of this is for artists. The words are in `bot.curator_texts`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.messages import QueueRow, ScoreLine, as_json


class Act(StrEnum):
    """What a curator has done with a submission short of answering it."""

    CLAIMED = "claimed"
    RELEASED = "released"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    NOTED = "noted"
    ASKED = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActView:
    """`until` is the end of a claim or a snooze; `text` what was noted or asked."""

    act: Act
    code: str
    playlist: str
    title: str
    artist: str
    by: str
    until: datetime | None = None
    text: str = ""

    def to_json(self) -> dict[str, object]:
        return as_json(self, code="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteLine:
    by: str
    answer: str
    at: datetime

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView:
    """How far a panel is. `votes` is None while the viewer may not see them; `mine` is their own.

    `barred`: they never may, as the track is theirs. `split`: everybody has voted and nothing is
    decided, so that an admin has to.
    """

    needed: int
    cast: int
    mine: str | None = None
    votes: tuple[VoteLine, ...] | None = None
    barred: bool = False
    split: bool = False

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierLine:
    """Another version of the song, or the same track for another playlist, and where it stands."""

    code: str
    playlist: str
    title: str
    status: str
    at: datetime
    newer: bool = False
    reasons: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        return as_json(self, code="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkLine:
    """A curator's note, a question to the artist, or the artist's answer."""

    kind: str
    by: str
    at: datetime
    text: str

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCard:
    """One submission as a curator reviews it.

    `row` is its line of the queue; for what waits no more `row.why` says where it stands. With
    `row.score_hidden` there is no score, no reason and no picture of them before the vote.
    `beside` tells where it lies beside the playlist's range, and is hidden with the score. `memory`
    tells of the version before this one. `barred` says why this viewer may not answer
    it, if so, and `may_override` that they may decide without the panel.
    """

    row: QueueRow
    playlist: str
    sent_by: str
    received_at: datetime
    due_at: datetime
    panel: PanelView
    reasons: tuple[str, ...] = ()
    note: str = ""
    ai_use: str | None = None
    facts: str = ""
    beside: str = ""
    memory: str = ""
    earlier: tuple[EarlierLine, ...] = ()
    remarks: tuple[RemarkLine, ...] = ()
    claimed_at: datetime | None = None
    claimed_by_me: bool = False
    snoozed_until: datetime | None = None
    thread_id: str | None = None
    pinned: bool = False
    barred: str = ""
    may_override: bool = False

    @property
    def code(self) -> str:
        return self.row.code

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One thing that happened. `who` is empty where it was Earmark itself."""

    at: datetime
    what: str
    who: str = ""
    text: str = ""

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackHistory:
    """All that is known of a submission: who did what and when, who saw it where, its versions."""

    code: str
    playlist: str
    title: str
    artist: str
    status: str
    panel: PanelView
    lines: tuple[HistoryLine, ...]
    shown: tuple[HistoryLine, ...] = ()
    versions: tuple[EarlierLine, ...] = ()
    score: ScoreLine | None = None
    score_hidden: bool = False

    def to_json(self) -> dict[str, object]:
        return as_json(self, code="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPlan:
    """The next digest of a playlist: when it comes, or that it was `sent` or `skipped` already."""

    playlist: str
    week: str
    due_at: datetime
    outcome: str | None = None

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A line of the live board. It holds no time, so that it stays as it is until something is."""

    code: str
    title: str
    artist: str
    url: str | None
    claimed_by: str | None
    votes: int
    votes_needed: int
    mark: str = ""

    def to_json(self) -> dict[str, object]:
        return as_json(self, code="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPart:
    playlist: str
    open: bool
    waiting: int
    overdue: int
    snoozed: int
    maybe: int
    # The moment, not the age: platforms let each reader's own clock say how long ago that is.
    oldest_at: datetime | None
    rows: tuple[BoardRow, ...]
    due_soon: int = 0

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """A review channel's pinned board: each playlist with its counts and the top of its queue."""

    parts: tuple[BoardPart, ...]

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Where eight in ten of a playlist's tracks lie."""

    name: str
    unit: str
    low: float
    high: float

    def to_json(self) -> dict[str, object]:
        return as_json(self)


class SeedState(StrEnum):
    HEARD = "heard"
    WAITING = "waiting"
    UNHEARD = "unheard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """A playlist, with how many seed tracks it has, how many were heard, and how many will be."""

    playlist: str
    seeds: int
    heard: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedLine:
    """One seed; title and artist are "" until it was looked up, `reason` is why it is unheard."""

    spotify_id: str
    title: str
    artist: str
    state: SeedState
    reason: str | None = None

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedsDone:
    """What a paste of links has done, in tracks; one of the two kinds is all zeros.

    Added: `added` are new, `retried` were given up before and are tried again, `known` were there,
    `left_out` are beyond the `most` that a playlist may have. Taken out: `removed`, and `missing`
    were no seeds. `refused` are the links that name no track.
    """

    most: int
    added: int = 0
    retried: int = 0
    known: int = 0
    left_out: int = 0
    removed: int = 0
    missing: int = 0
    refused: int = 0

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedsView:
    """A playlist's seeds, and what all its tracks sound like, as far as they were heard.

    `done` is what a paste has just done, if it was one.
    """

    playlist: str
    rows: tuple[SeedLine, ...]
    sound: tuple[Range, ...]
    done: SeedsDone | None = None

    def count(self, state: SeedState) -> int:
        return sum(row.state is state for row in self.rows)

    def to_json(self) -> dict[str, object]:
        return as_json(self, rows="seeds")
