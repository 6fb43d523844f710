"""What Earmark says, before any platform: cards to click on, and views of the queue's facts.

Plain frozen values. The words are in `bot.texts`; the look is each platform's. `to_json` gives the
names that programs read (`earmark … --json`).
"""

import math
import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# Under this many decided discovery picks a difference is more likely chance than ranking.
ENOUGH_DECIDED = 50

TITLE_LIMIT = 100

# More marks than this on one letter are there to spill over the lines above and below.
_MARKS_A_LETTER = 4

# Controls, formats (zero-width, bidi), surrogates, private use, unassigned.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

# Letters and symbols that show nothing: Hangul fillers and the empty Braille cell.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")

# What opens a mention, an emoji, a time or a command in Discord's and Slack's markup: `<@1>`,
# `<#1>`, `<!channel>`, `<:name:1>`, `<a:name:1>`, `<t:1>`, `</name:1>`, `<id:home>`.
_TAG = re.compile(r"<(?=[@#!:/]|[A-Za-z]{1,5}:)")
_MASS_MENTION = re.compile(r"@(?=everyone|here|channel)", re.IGNORECASE)


def plain(text: str, *, limit: int = TITLE_LIMIT) -> str:
    """Return foreign text as one harmless line of at most `limit` characters.

    Control, zero-width and direction-changing characters go, white space becomes one space, and
    what a chat would take for a mention no longer is one. Escaping markup is the platform's part.
    """
    if limit < 1:
        raise ValueError(f"limit={limit} must be at least 1")
    spaced = "".join(" " if c.isspace() or c in _BLANK_LETTERS else c for c in text)
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE)
    line = " ".join(_few_marks(unicodedata.normalize("NFC", visible)).split())
    line = _MASS_MENTION.sub("\N{FULLWIDTH COMMERCIAL AT}", line)
    line = _TAG.sub("\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", line)
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A PNG with the sentence that stands for it where it cannot be seen."""

    png: bytes
    alt: str

    def __post_init__(self) -> None:
        if not self.alt:
            raise ValueError("a picture needs an alt text")


class ButtonStyle(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    GOOD = "good"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """`action` and `argument` come back when it is pressed: `decline`, `T-4F7K`."""

    action: str
    label: str
    style: ButtonStyle = ButtonStyle.PLAIN
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    label: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A list to choose from, as many as `most` at once."""

    action: str
    placeholder: str
    options: tuple[Option, ...]
    argument: str = ""
    most: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One message. Texts are plain: the platform escapes them as its markup needs."""

    title: str
    url: str | None = None
    body: str = ""
    fields: tuple[Field, ...] = ()
    image: Image | None = None
    buttons: tuple[Button, ...] = ()
    select: Select | None = None
    footer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """A percentile with its 80 % interval and the chances of low, medium and high (sum 1)."""

    percentile: float
    low: float
    high: float
    p_low: float
    p_medium: float
    p_high: float
    level: str
    model: str

    def to_json(self) -> dict[str, object]:
        numbers = as_json(self)
        # The model stands beside the score there, as it also stands where there is no score.
        del numbers["model"]
        return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One place of a queue, for curators. `rank` counts from 1 over all pages."""

    code: str
    title: str
    artist: str
    rank: int
    page: int
    why: str
    status: str
    score: ScoreLine | None
    waited_days: float
    unscored_reason: str | None = None
    discovery: bool = False
    claimed_by: str | None = None
    url: str | None = None
    # Until the viewer has voted, where the playlist hides scores; then `score` is None.
    score_hidden: bool = False
    votes: int = 0
    votes_needed: int = 1

    def to_json(self) -> dict[str, object]:
        model = self.score.model if self.score else None
        return as_json(self, code="id") | {"model": model}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """A queue, or one page of it. `cold_start`: the playlist has taught nothing yet.

    `view` names the order and the choice of rows, `found` how many there are on all `pages`. The
    counts of the header are those of the whole queue; `snoozed` ones stand in no row.
    """

    playlist: str
    rows: tuple[QueueRow, ...]
    waiting: int
    overdue: int
    oldest_days: float | None
    cold_start: bool
    view: str = "suggested"
    page: int | None = None
    pages: int = 1
    found: int = 0
    snoozed: int = 0
    due_soon: int = 0

    def to_json(self) -> dict[str, object]:
        return as_json(self, playlist="name", rows="queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to an artist's submission.

    `answer_by` is promised; `expected_at` is when, at the playlist's present pace, it is probably
    answered, None where there are too few answers to say. `duplicate_of` is the code of the same
    track where it was there before; nothing was queued then.
    """

    code: str
    playlist: str
    title: str
    artist: str
    place: int | None
    answer_by: datetime | None
    duplicate_of: str | None = None
    expected_at: datetime | None = None

    def to_json(self) -> dict[str, object]:
        return as_json(self, code="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """What an artist may know of an own submission: no score, no fit, no rank, no votes.

    `status` and `reasons` are in words already.
    """

    code: str
    playlist: str
    title: str
    artist: str
    status: str
    place: int | None = None
    answer_by: datetime | None = None
    expected_at: datetime | None = None
    reasons: tuple[str, ...] = ()
    note: str = ""
    # A direct message about it could not be delivered.
    undelivered: bool = False
    # What only its artist can give: a file, a yes to "is this your recording?".
    wants_file: bool = False
    wants_yes: bool = False

    def to_json(self) -> dict[str, object]:
        return as_json(self, code="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    artist: str
    rows: tuple[StatusRow, ...]

    def to_json(self) -> dict[str, object]:
        return as_json(self, rows="submissions")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """A decision as the curators see it; `reasons` are in words.

    `undo_until` is the last moment it can be taken back. In a panel `voted` is what its curator
    has said, and `status` only changes when `votes_needed` have said the same. `warning` is for
    the curator alone.
    """

    code: str
    playlist: str
    title: str
    artist: str
    status: str
    by: str
    reasons: tuple[str, ...] = ()
    note: str = ""
    welcome_next: str | None = None
    undo_until: datetime | None = None
    taken_back: bool = False
    voted: str | None = None
    votes: int = 0
    votes_needed: int = 1
    warning: str = ""

    def to_json(self) -> dict[str, object]:
        return as_json(self, code="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """How many of the decided tracks of one kind were kept."""

    keeps: int
    decided: int

    def __post_init__(self) -> None:
        if not 0 <= self.keeps <= self.decided:
            raise ValueError(f"{self.keeps} keeps of {self.decided} decided cannot be")

    @property
    def too_few(self) -> bool:
        return self.decided < ENOUGH_DECIDED

    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % interval of the share of keeps (0 to 1)."""
        if not self.decided:
            return 0.0, 1.0
        z, n, share = 1.96, self.decided, self.keeps / self.decided
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRow:
    """A track named in a digest: added this week."""

    code: str
    title: str
    artist: str
    by: str | None = None
    url: str | None = None

    def to_json(self) -> dict[str, object]:
        return as_json(self, code="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """How many tracks a curator has answered or voted on."""

    by: str
    tracks: int

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """One playlist's week. The times are in its own zone; `opens_at` is set while it is closed."""

    playlist: str
    iso_week: str
    starts_at: datetime
    ends_at: datetime
    kept: int
    maybe: int
    declined: int
    reversed: int
    expired: int
    waiting: int
    median_wait_days: float | None
    discovery: Meter
    rest: Meter
    added: tuple[DigestRow, ...] = ()
    workload: tuple[Workload, ...] = ()
    opens_at: datetime | None = None

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLine:
    """A refusal: `kind` for programs, `sentence` for people."""

    kind: str
    sentence: str

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@runtime_checkable
class _View(Protocol):
    def to_json(self) -> dict[str, object]: ...


def as_json(view: "DataclassInstance", **renamed: str) -> dict[str, object]:
    """Return a view's fields by name, or by the name that `renamed` gives; views inside as well."""
    return {
        renamed.get(field.name, field.name): _plain_value(getattr(view, field.name))
        for field in fields(view)
    }


def _plain_value(value: object) -> object:
    if isinstance(value, _View):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain_value(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= _MARKS_A_LETTER:
            kept.append(char)
    return "".join(kept)
