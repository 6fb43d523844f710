"""What Earmark says of itself, without having been asked: messages to artists and to curators.

Texts for artists know no score, fit, rank or vote. Titles, names and notes go through `plain`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bot.marks import command, link, moment
from bot.messages import DigestRow, StatusRow, plain
from bot.texts import NOTE_LIMIT, title_text

STATUS_BUTTON = "Status"
AGAIN_BUTTON = "Send again…"
ANSWER_BUTTON = "Answer…"
USEFUL_BUTTON = "This was useful"
USELESS_BUTTON = "Not useful"
KEEP_BUTTON = "Keep"
MAYBE_BUTTON = "Maybe"
DECLINE_BUTTON = "Decline…"
CLAIM_BUTTON = "Claim"
DIGEST_NUMBERS = "The week in numbers"
DIGEST_TO_YOU_TEXT = (
    "This comes to you alone, as you look after the playlist and there is no review channel to post"
    f" it in. Choose one there, and the next one is for everybody: {command('setup')}"
)

MENTION_TITLE = "There is news about a submission of yours"
MENTION_TEXT = (
    "Your direct messages are closed, so we could not send it to you. Your list of submissions"
    " tells you what it is."
)

BOARD_TITLE = "Queues at a glance"
BOARD_EMPTY_TEXT = f"No playlist is set up yet. {command('setup')} adds the first one."
BOARD_FOOTER = "This message keeps itself up to date."
BOARD_MOVED_TITLE = "The board has moved"

# What is welcome after a decline; the keys are stored ones.
_WELCOME: Mapping[str, str] = MappingProxyType(
    {
        "new_mix": "A new mix of it is welcome.",
        "other_song": "Another song of yours is welcome.",
        "not_this_one": "Please do not send this one again.",
    }
)


def kept_title(row: StatusRow) -> str:
    return f"{plain(row.playlist)} keeps {title_text(row.title, row.artist)}"


def kept_text(stay_days: int) -> str:
    return (
        f"Congratulations! It will be added to the playlist, and is planned to stay for about"
        f" {stay_days} days."
    )


def placed_title(row: StatusRow) -> str:
    return f"{title_text(row.title, row.artist)} is on {plain(row.playlist)}"


def placed_text(stay_days: int) -> str:
    return f"It is planned to stay for about {stay_days} days. We will tell you when its time ends."


def rotated_out_title(row: StatusRow) -> str:
    return f"{title_text(row.title, row.artist)} has had its time on {plain(row.playlist)}"


def rotated_out_text() -> str:
    return "Its planned time on the playlist has ended. Thank you for letting us share it."


def declined_title(row: StatusRow) -> str:
    return f"{plain(row.playlist)} does not take {title_text(row.title, row.artist)}"


def declined_text(row: StatusRow, *, welcome: str | None) -> str:
    """Return the reasons, the curator's note, and what may be sent next."""
    lines = []
    if row.reasons:
        lines.append(f"Why: {'; '.join(row.reasons)}.")
    if note := plain(row.note, limit=NOTE_LIMIT):
        lines.append(f"A note from the curators: {note}")
    if next_time := _WELCOME.get(welcome or ""):
        lines.append(next_time)
    lines.append("Thank you for sending it. Was this answer useful to you?")
    return "\n".join(lines)


def expired_title(row: StatusRow) -> str:
    return f"{plain(row.playlist)} did not answer you in time"


def expired_text(row: StatusRow) -> str:
    return (
        f"Nobody has decided on {title_text(row.title, row.artist)} by the day we promised. We are"
        " sorry. You may send it again at once; this does not count as a decline."
    )


def refused_title(row: StatusRow) -> str:
    return f"{plain(row.playlist)} cannot take {title_text(row.title, row.artist)}"


def refused_text(row: StatusRow) -> str:
    """Return why Earmark itself closed a submission; its note is a whole sentence."""
    return plain(row.note, limit=NOTE_LIMIT) or "It cannot be reviewed."


def help_title(row: StatusRow) -> str:
    return f"{title_text(row.title, row.artist)} needs something from you"


def help_text(row: StatusRow) -> str:
    told = f"{row.status[:1].upper()}{row.status[1:]}."
    return f"{told} It keeps its place in {plain(row.playlist)} either way."


def helped_title(row: StatusRow) -> str:
    return f"{title_text(row.title, row.artist)} needs nothing more from you"


def taken_back_title(row: StatusRow) -> str:
    return f"Taken back: what we wrote about {title_text(row.title, row.artist)}"


def taken_back_text() -> str:
    return "The curators have taken that answer back, so it no longer counts."


def correction_title(row: StatusRow) -> str:
    return f"Please disregard our last answer about {title_text(row.title, row.artist)}"


def correction_text(row: StatusRow) -> str:
    promise = f" You will hear from us by {moment(row.answer_by)}." if row.answer_by else ""
    return f"The curators of {plain(row.playlist)} have taken it back and go on thinking.{promise}"


def question_title(row: StatusRow) -> str:
    return f"A question about {title_text(row.title, row.artist)}"


def question_text(row: StatusRow, question: str) -> str:
    return f"The curators of {plain(row.playlist)} ask: {plain(question, limit=NOTE_LIMIT)}"


def digest_row(row: DigestRow) -> str:
    """Return an added track with the link that plays it."""
    title = title_text(row.title, row.artist)
    return f"{title} {link(row.url)}".rstrip() if row.url else title


def digest_added(rows: Sequence[str], *, more: int) -> list[str]:
    return [*rows, f"and {more} more"] if more else list(rows)


def reminder_title(playlist: str, count: int) -> str:
    tracks = "One track waits" if count == 1 else f"{count} tracks wait"
    return f"{tracks} for an answer from {plain(playlist)}"


def reminder_row(code: str, title: str, artist: str, due_at: datetime) -> str:
    return f"{code} {title_text(title, artist, limit=60)}: promised by {moment(due_at)}"


def reminder_text(rows: Sequence[str], *, more: int) -> str:
    rest = [f"and {more} more"] if more else []
    return "\n".join([*rows, *rest])


def board_moved_text(there: str | None) -> str:
    """Return what stands where a board was; `there` is the channel where it is, if any."""
    if there is None:
        return "Curators do not work in this channel any more. You may delete this message."
    return f"Curators work in {there} now, and the board is there. You may delete this message."
