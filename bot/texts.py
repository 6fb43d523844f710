"""What Earmark says of submissions and answers; other subjects have a `*_texts` of their own.

All that people read stands in these modules, ready for translation. Texts for artists know no
score, fit, rank or vote. Titles, names and notes go through `plain`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.messages import (
    TITLE_LIMIT,
    DecisionView,
    Receipt,
    StatusRow,
    plain,
)
from db.status import DECIDED, WAITING, Status
from scoring.ranking import span

NOTE_LIMIT = 600

FAULT_SENTENCE = (
    "Something went wrong on our side, and we have written down what. It waits unscored;"
    " a curator can have it tried again."
)


class DeclineReason(StrEnum):
    """Why a track was declined: stored keys, which never change."""

    OFF_GENRE = "off_genre"
    OFF_MOOD = "off_mood"
    TOO_LONG_INTRO = "too_long_intro"
    ARRANGEMENT = "arrangement"
    PERFORMANCE = "performance"
    VOCALS_LEVEL = "vocals_level"
    MIX_MUDDY = "mix_muddy"
    MASTERING = "mastering"
    TOO_SIMILAR = "too_similar"
    NO_ROOM = "no_room"


DECLINE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        DeclineReason.OFF_GENRE: "another genre than this playlist's",
        DeclineReason.OFF_MOOD: "the right genre, but another mood or energy",
        DeclineReason.TOO_LONG_INTRO: "the intro is too long for this playlist",
        DeclineReason.ARRANGEMENT: "the arrangement needs more change or a clearer shape",
        DeclineReason.PERFORMANCE: "timing, tuning or delivery needs another take",
        DeclineReason.VOCALS_LEVEL: "the vocals sit too loud or too low in the mix",
        DeclineReason.MIX_MUDDY: "the mix is muddy or out of balance",
        DeclineReason.MASTERING: "the master is distorted, too loud or too quiet",
        DeclineReason.TOO_SIMILAR: "very close to tracks already on the playlist",
        DeclineReason.NO_ROOM: "we like it, but there is no room for it now",
    }
)

# By the values of `db.types.Welcome`, which would bring the whole database along.
WELCOME: Mapping[str, str] = MappingProxyType(
    {
        "new_mix": "a new mix of this song",
        "other_song": "another song",
        "not_this_one": "please do not send this one again",
    }
)

# Where a submission stands again when an answer was taken back.
_STANDS: Mapping[Status, str] = MappingProxyType(
    {
        Status.RECEIVED: "waiting again",
        Status.QUEUED: "waiting again",
        Status.MAYBE: "a maybe again",
    }
)

# What an artist reads. A `maybe` is a curator's own note: to the artist it is still waiting.
_FOR_ARTISTS: Mapping[Status, str] = MappingProxyType(
    {
        Status.RECEIVED: "received, waiting for a curator",
        Status.QUEUED: "waiting for a curator",
        Status.MAYBE: "heard, still being considered",
        Status.KEPT: "kept: it will be added to the playlist",
        Status.DECLINED: "declined",
        Status.WITHDRAWN: "withdrawn",
        Status.EXPIRED: "not answered in time; we are sorry, and you may send it again at once",
        Status.PLACED: "on the playlist",
        Status.ROTATED_OUT: "was on the playlist; its time there has ended",
    }
)

# What the artist can do something about.
_CLIP_HELP: Mapping[str, str] = MappingProxyType(
    {
        "no_preview": "we found no audio of it; you may send the file",
        "weak_match": "we are not sure which recording it is; you may send the file",
        "lost": "your file is not here any more; please send it again",
        "not_audio": "the file is not audio we can read; you may send another",
        "corrupt": "the file is damaged; you may send another",
        "truncated": "the file breaks off; you may send another",
        "too_short": "the file is too short; you may send another",
        "too_long": "the file is too long; you may send another",
        "silent": "the file is silent; you may send another",
        "too_heavy": "the file takes too much memory to hear; you may send it as an MP3 or WAV",
        "took_too_long": "the file takes too long to hear; you may send it as an MP3 or WAV",
        "crashed": "the file cannot be played here; you may send it as an MP3 or WAV",
    }
)

_OUR_SIDE: Final = "something is in the way on our side"

# What is not the artist's to mend, and costs no place in line.
_NOT_HEARD: Mapping[str, str] = MappingProxyType(
    {
        "source_down": "a music service is not answering",
        "source_refused": "a music service does not let us in",
        "quota": "a music service asks us to wait",
        "cancelled": _OUR_SIDE,
        "fault": _OUR_SIDE,
        "scorer_down": _OUR_SIDE,
        "model": _OUR_SIDE,
    }
)

_UNSCORED: Mapping[str, str] = MappingProxyType(
    {
        "no_preview": "no audio found",
        "weak_match": "the audio found may be another recording",
        "source_down": "a music service is not answering",
        "source_refused": "a music service refuses us",
        "quota": "a music service asks us to wait",
        "cancelled": "the operator stopped the scoring",
        "fault": "something went wrong on our side",
        "lost": "the artist's file is not here any more",
        "not_audio": "the file is not audio",
        "corrupt": "the audio is damaged",
        "truncated": "the audio breaks off",
        "too_short": "the audio is too short",
        "too_long": "the audio is too long",
        "silent": "the audio is silent",
        "too_heavy": "the audio takes too much memory to hear",
        "took_too_long": "the audio takes too long to hear",
        "crashed": "the audio stops the program that hears it",
        "scorer_down": "the scorer does not start",
        "audio": "the audio cannot be used",
        "model": "the model cannot be used",
    }
)


def title_text(title: str, artist: str, *, limit: int = TITLE_LIMIT) -> str:
    """Return `Title - Artist`, each cut to `limit`."""
    return f"{plain(title, limit=limit) or 'untitled'} - {plain(artist, limit=limit) or 'unknown'}"


def day(moment: datetime) -> str:
    """Return a date as people say it: `Fri 4 Dec 2026`."""
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


def hour(moment: datetime) -> str:
    """Return a time of the day: `12:10 UTC`."""
    return f"{moment:%H:%M %Z}"


def unscored_text(reason: str | None) -> str:
    """Return why there is no score; `reason` is the kind of the error, or None while it is due."""
    if reason is None:
        return "not scored yet"
    return f"not scored: {unheard_words(reason)}"


def unheard_words(reason: str) -> str:
    """Return what kept a track from being heard, as the end of a sentence."""
    return _UNSCORED.get(reason, plain(reason))


def receipt_text(receipt: Receipt, *, when: Callable[[datetime], str] = day) -> str:
    """Return the answer to a submission; `when` writes a date as the platform does."""
    title = title_text(receipt.title, receipt.artist)
    if receipt.duplicate_of is not None:
        return (
            f"{title} is in {plain(receipt.playlist)} already, as {receipt.duplicate_of}."
            " Nothing was queued twice, and its place is kept."
        )
    parts = [f"Queued as {receipt.code} for {plain(receipt.playlist)}"]
    if receipt.place is not None:
        parts.append(f"place {receipt.place}")
    parts += _expected(receipt.answer_by, receipt.expected_at, when)
    return f"{title}\n{', '.join(parts)}."


def artist_can_help(status: Status, unscored_reason: str | None) -> bool:
    """Say whether only the artist can give what a score needs: a file, a yes."""
    return status in WAITING and unscored_reason in _CLIP_HELP


def status_words(status: Status, unscored_reason: str | None = None) -> str:
    """Return a status in the artist's words, and why it has not been heard where that is so.

    Where the artist can help, the words say how; elsewhere, that it loses nothing by it.
    """
    words = _FOR_ARTISTS[status]
    if unscored_reason is None or status not in WAITING:
        return words
    if artist_can_help(status, unscored_reason):
        return f"{words} ({_CLIP_HELP[unscored_reason]})"
    why = _NOT_HEARD.get(unscored_reason)
    return f"{words} (not heard yet: {why}; its place is kept)" if why else words


def status_text(row: StatusRow, *, when: Callable[[datetime], str] = day) -> str:
    """Return where an artist's submission stands: the status, the place, the promised date."""
    parts = [row.status]
    if row.place is not None:
        parts.append(f"place {row.place}")
    parts += _expected(row.answer_by, row.expected_at, when)
    if row.undelivered:
        parts.append("we could not write to you about it, as your direct messages are closed")
    return ", ".join(parts)


def _expected(
    answer_by: datetime | None, expected_at: datetime | None, when: Callable[[datetime], str]
) -> list[str]:
    """Return the promised date, and the likely one where the playlist's pace is known."""
    if answer_by is None:
        return []
    if expected_at is None:
        return [f"answer expected by {when(answer_by)}"]
    if expected_at < answer_by:
        return [f"answer expected about {when(expected_at)}, at the latest by {when(answer_by)}"]
    later = f"though at the present pace it would rather be {when(expected_at)}"
    return [f"answer promised by {when(answer_by)}, {later}"]


def no_submissions_text(artist: str) -> str:
    return f"{plain(artist)} has sent nothing yet."


def answer_text(row: StatusRow) -> str:
    """Return what the artist is told after a decision: the answer, the reasons, the note."""
    lines = [f"{plain(row.playlist)}: {title_text(row.title, row.artist)}"]
    told = status_text(row)
    lines.append(f"{told[:1].upper()}{told[1:]}.")
    if row.reasons:
        lines.append(f"Reasons: {'; '.join(row.reasons)}.")
    if note := plain(row.note, limit=NOTE_LIMIT):
        lines.append(f"Note: {note}")
    return "\n".join(lines)


def reason_words(reason: str) -> str:
    """Return a decline reason in words; what is no known key is somebody's own words."""
    return DECLINE_REASONS.get(reason) or plain(reason, limit=NOTE_LIMIT)


def decision_text(view: DecisionView, *, clock: Callable[[datetime], str] = hour) -> str:
    """Return a decision or a vote, or one taken back, as its curators read it.

    `clock` writes a time of this day as the platform does.
    """
    title = title_text(view.title, view.artist)
    where = f"{view.code} for {plain(view.playlist)}"
    if view.taken_back:
        what = "Taken back" if view.votes_needed == 1 else "Vote taken back"
        stands = _STANDS[Status(view.status)]
        return f"{what}: {title} ({where}) is {stands}. Done by {plain(view.by)}."
    lines = [f"{_answered(view)}: {title} ({where}), by {plain(view.by)}."]
    if view.voted is not None:
        lines.append(_panel_line(view))
    if view.reasons:
        lines.append(f"Reasons: {'; '.join(view.reasons)}.")
    if note := plain(view.note, limit=NOTE_LIMIT):
        lines.append(f"Note: {note}")
    if view.welcome_next is not None:
        lines.append(f"What is welcome next: {WELCOME[view.welcome_next]}.")
    if view.warning:
        lines.append(view.warning)
    if view.undo_until is not None:
        lines.append(f"It can be taken back until {clock(view.undo_until)}.")
    return "\n".join(lines)


def _answered(view: DecisionView) -> str:
    decided = Status(view.status) in DECIDED and view.votes >= view.votes_needed
    if view.voted is None or decided:
        return view.status.capitalize()
    return f"Voted {view.voted}"


def _panel_line(view: DecisionView) -> str:
    said = f"{view.votes} of {view.votes_needed} say {view.voted}"
    if view.votes >= view.votes_needed:
        return f"{said}, so the panel has answered."
    return f"{said}. The artist is told when the panel has answered."


def same_note_text(artists: int) -> str:
    """Tell a curator that a note is no answer to anybody when everybody gets it."""
    return (
        f"You have sent this very note to {artists} artists. Please say what you heard in this"
        " track, or leave the note out."
    )


def already_text(status: str, *, by: str, days_ago: float) -> str:
    """Tell the second of two curators who was faster: `already kept by @mo, 2 min ago`."""
    minutes = int(days_ago * 24 * 60)
    ago = f"{minutes} min" if minutes < 60 else span(days_ago)
    when = f"{ago} ago" if minutes else "a moment ago"
    return f"already {Status(status).value} by {plain(by)}, {when}"


def unheard_text(code: str, reason: str | None) -> str:
    """Say why there are no facts about a submission's sound, and what the artist can do."""
    told = f"The audio of {code} has not been heard, so there are no facts about it"
    help_text = _CLIP_HELP.get(reason or "")
    return f"{told}: {help_text}." if help_text else f"{told} yet."


def rescoring_stopped_text(why: str, left: int, job: str) -> str:
    """Say why scoring again has stopped, and how it goes on."""
    return f"{why} Still to do: {left}. It goes on with: earmark jobs retry {job}"
