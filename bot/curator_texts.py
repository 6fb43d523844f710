"""What curators are told beside queue and digest: short acts, cards, histories, the board.

None of these sentences is for artists.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import assert_never

from bot.curation import (
    Act,
    ActView,
    BoardPart,
    BoardRow,
    DigestPlan,
    EarlierLine,
    HistoryLine,
    PanelView,
    RemarkLine,
    ReviewCard,
)
from bot.messages import ScoreLine, plain
from bot.queue_texts import HIDDEN_SCORE, score_text
from bot.texts import NOTE_LIMIT, day, title_text, unscored_text
from db.status import Status
from db.types import EventKind
from scoring.ranking import Why, span

_MINUTES_A_DAY = 24 * 60
# A curator reads no more before they listen.
MOST_REASONS = 3

# The questions a curator asks of a track whose artist said so.
_AI: Mapping[str, str] = MappingProxyType(
    {
        "no": "no AI tools",
        "partly": "partly made with AI tools",
        "mostly": "mostly made with AI tools",
    }
)

_REMARKS: Mapping[str, str] = MappingProxyType(
    {"noted": "note by", "asked": "question by", "answered": "answer by"}
)

USEFUL_WORDS: Mapping[bool, str] = MappingProxyType(
    {True: "the artist found this useful", False: "the artist did not find this useful"}
)

_EVENTS: Mapping[EventKind, str] = MappingProxyType(
    {
        EventKind.SUBMITTED: "submitted",
        EventKind.RESOLVED: "looked up",
        EventKind.SCORED: "scored",
        EventKind.UNSCORED: "could not be scored",
        EventKind.MOVED: "moved",
        EventKind.UNDONE: "taken back",
        EventKind.CLAIMED: "claimed",
        EventKind.RELEASED: "released",
        EventKind.SNOOZED: "snoozed",
        EventKind.VOTED: "voted",
        EventKind.UNVOTED: "vote taken back",
        EventKind.NOTED: "noted",
        EventKind.ASKED: "asked the artist",
        EventKind.ANSWERED: "artist answered",
        EventKind.PINNED: "pinned",
        EventKind.UNPINNED: "unpinned",
        EventKind.REMINDED: "curators reminded",
    }
)


def in_hands_text(code: str, *, by: str, days_ago: float) -> str:
    """Tell the second of two curators who was faster: `kim has T-4F7K in hand, for 5 min now`."""
    minutes = int(days_ago * _MINUTES_A_DAY)
    ago = f"{minutes} min" if minutes < 60 else span(days_ago)
    since = f"for {ago} now" if minutes else "since a moment ago"
    return f"{plain(by)} has {code} in hand, {since}. Take the next one, or talk to them."


def act_text(view: ActView, *, when: Callable[[datetime], str] = day) -> str:
    """Return what a curator has done short of answering, as the others read it."""
    track = f"{title_text(view.title, view.artist)} ({view.code} for {plain(view.playlist)})"
    by = plain(view.by)
    until = when(view.until) if view.until else ""
    text = plain(view.text, limit=NOTE_LIMIT)
    return {
        Act.CLAIMED: f"{by} has {track} in hand until {until}.",
        Act.RELEASED: f"{by} gave {track} back to everybody.",
        Act.SNOOZED: f"{by} set {track} aside until {until}; it comes back by itself.",
        Act.WOKEN: f"{by} brought {track} back into the queue.",
        Act.PINNED: f"{by} put {track} on top of the queue.",
        Act.UNPINNED: f"{by} took the pin off {track}.",
        Act.NOTED: f"Noted by {by} for the curators of {track}: {text}",
        Act.ASKED: f"{by} asks the artist of {track}: {text}",
    }[view.act]


def told_reasons(reasons: Sequence[str], score: ScoreLine | None) -> tuple[str, ...]:
    """Return at most three reasons, one of them against, or none where the score is hidden."""
    if score is None:
        return ()
    against = [reason for reason in reasons if reason.startswith("-")]
    in_favour = [reason for reason in reasons if not reason.startswith("-")]
    if not against:
        against = [
            f"- it may as well be {score.low:.0f} as {score.high:.0f}: a guess from a short clip"
        ]
    chosen = in_favour[: MOST_REASONS - 1]
    return (*chosen, *against[: MOST_REASONS - len(chosen)])


def panel_text(panel: PanelView) -> str:
    """Return how far a panel is, and the votes where they may be seen; empty for one curator."""
    if panel.needed == 1 and not panel.cast:
        return ""
    parts = [f"{panel.cast} voted, {panel.needed} must say the same"]
    if panel.votes is None:
        waits = panel.mine is None and not panel.barred
        parts.append("votes are hidden until you have voted" if waits else "")
    else:
        parts += [f"{plain(vote.by)}: {vote.answer}" for vote in panel.votes]
    if panel.split:
        parts.append("they differ: somebody changes their vote, or who looks after this decides")
    return " · ".join(part for part in parts if part)


def card_title(card: ReviewCard) -> str:
    return title_text(card.row.title, card.row.artist)


def card_lines(card: ReviewCard, *, when: Callable[[datetime], str] = day) -> list[str]:
    """Return a review card's text, the most important line first."""
    lines = [f"{card.code} for {plain(card.playlist)} · {plain(card.row.why)}"]
    lines.append(card_score(card))
    lines += [plain(reason, limit=NOTE_LIMIT) for reason in card.reasons]
    lines += [told for told in (card.facts, card.beside) if told]
    lines.append(f"sent by {plain(card.sent_by)} on {when(card.received_at)}")
    lines[-1] += f", answer promised by {when(card.due_at)}"
    if card.note:
        lines.append(f"The artist writes: {plain(card.note, limit=NOTE_LIMIT)}")
    if card.ai_use is not None:
        lines.append(f"The artist says: {_AI[card.ai_use]}")
    if card.memory:
        lines.append(f"Before: {plain(card.memory, limit=NOTE_LIMIT)}")
    lines += [earlier_text(line, when=when) for line in card.earlier]
    lines += [remark_text(line, when=when) for line in card.remarks]
    lines += _handled(card, when=when)
    return lines


def card_score(card: ReviewCard) -> str:
    if card.row.score_hidden and card.barred:
        return "Score hidden: this one is for others to answer"
    if card.row.score_hidden:
        return f"{HIDDEN_SCORE[:1].upper()}{HIDDEN_SCORE[1:]}"
    if card.row.score is None:
        return unscored_text(card.row.unscored_reason)
    return score_text(card.row.score)


def earlier_text(line: EarlierLine, *, when: Callable[[datetime], str] = day) -> str:
    """Return another request for the same song in one line."""
    told = f"Also {line.code} for {plain(line.playlist)}: {line.status} {when(line.at)}"
    return f"{told}: {'; '.join(line.reasons)}" if line.reasons else told


def remark_text(line: RemarkLine, *, when: Callable[[datetime], str] = day) -> str:
    said = plain(line.text, limit=NOTE_LIMIT)
    return f"{_REMARKS[line.kind].capitalize()} {plain(line.by)}, {when(line.at)}: {said}"


def no_next_text(playlist: str) -> str:
    """Say that there is nothing more to review."""
    return (
        f"Nothing more of {plain(playlist)} is yours to review. What others have in hand, what is"
        " set aside, and what you have voted on is in the queue's views."
    )


def plan_text(plan: DigestPlan, *, when: Callable[[datetime], str]) -> str:
    """Say when the next digest comes, or what became of it."""
    which = f"The digest of {plain(plan.playlist)} for week {plan.week}"
    match plan.outcome:
        case "sent":
            return f"{which} is posted. The next one comes a week later."
        case "skipped":
            return f"{which} is left out. Skip again to have it after all."
        case _:
            return f"{which} comes {when(plan.due_at)}."


def event_words(kind: EventKind, to: Status | None) -> str:
    """Return what happened in a word or two; a change of status is told by where it leads."""
    if kind is EventKind.MOVED and to is not None:
        return "on the playlist" if to is Status.PLACED else to.value.replace("_", " ")
    return _EVENTS[kind]


def mark_words(why: Why, pinned_by: str | None) -> str:
    """Return why a row of the board stands where it is, without how long; empty for the usual."""
    match why:
        case Why.OVERDUE:
            return "overdue"
        case Why.DUE_SOON:
            return "due soon"
        case Why.PINNED:
            return f"pinned by {plain(pinned_by or '')}"
        case Why.DISCOVERY:
            return "discovery pick"
        case Why.UNSCORED:
            return "not scored yet"
        case Why.FIT | Why.SCORE:
            return ""
        case _:
            assert_never(why)


def board_lines(part: BoardPart, *, when: Callable[[datetime], str] = day) -> list[str]:
    """Return a playlist's part of the live board: its counts, then the top of its queue."""
    counts = [f"{part.waiting} waiting", f"{part.overdue} overdue" if part.overdue else ""]
    counts += [f"{part.due_soon} due soon" if part.due_soon else ""]
    counts += [f"{part.snoozed} snoozed" if part.snoozed else ""]
    counts += [f"{part.maybe} maybe" if part.maybe else ""]
    counts += [f"oldest from {when(part.oldest_at)}" if part.oldest_at else ""]
    counts += ["" if part.open else "closed to submissions"]
    return [
        " · ".join(count for count in counts if count),
        *(board_row_text(row, number) for number, row in enumerate(part.rows, start=1)),
    ]


def board_row_text(row: BoardRow, number: int) -> str:
    """Return `#1 Title - Artist (T-4F7K) · overdue · claimed by mo`."""
    parts = [f"#{number} {title_text(row.title, row.artist)} ({row.code})", row.mark]
    if row.votes_needed > 1:
        parts.append(f"{row.votes} of {row.votes_needed} votes")
    if row.claimed_by is not None:
        parts.append(f"claimed by {plain(row.claimed_by)}")
    return " · ".join(part for part in parts if part)


def history_text(line: HistoryLine, *, when: Callable[[datetime], str]) -> str:
    """Return `Fri 4 Dec 2026 · kept · mo · …`."""
    parts = [when(line.at), line.what, plain(line.who) or "Earmark"]
    if line.text:
        parts.append(plain(line.text, limit=NOTE_LIMIT))
    return " · ".join(parts)


def _handled(card: ReviewCard, *, when: Callable[[datetime], str]) -> list[str]:
    lines = []
    if card.row.claimed_by is not None:
        lines.append(f"claimed by {plain(card.row.claimed_by)}")
    if card.snoozed_until is not None:
        lines.append(f"snoozed until {when(card.snoozed_until)}")
    if panel := panel_text(card.panel):
        lines.append(panel)
    if card.barred:
        lines.append(card.barred)
    return lines
