"""What curators are told beside queue and digest: short acts, cards, histories, the board.

None of these sentences is for artists.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bot.curation import (
    Act,
    ActView,
    DigestPlan,
    EarlierLine,
    HistoryLine,
    PanelView,
    RemarkLine,
    ReviewCard,
)
from bot.messages import ScoreLine, plain
from bot.texts import (
    HIDDEN_SCORE,
    NOTE_LIMIT,
    day,
    score_text,
    title_text,
    unscored_text,
)
from scoring.ranking import span

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


def in_hands_text(code: str, *, by: str, days_ago: float) -> str:
    """Tell the second of two curators who was faster: `kim has T-4F7K in hand, for 5 min now`."""
    minutes = int(days_ago * _MINUTES_A_DAY)
    ago = f"{minutes} min" if minutes < 60 else span(days_ago)
    return f"{plain(by)} has {code} in hand, for {ago} now. Take the next one, or talk to them."


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
        parts.append("votes are hidden until you have voted" if panel.mine is None else "")
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
    if card.facts:
        lines.append(card.facts)
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
