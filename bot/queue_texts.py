"""How queues read: their headers, their rows, and scores in words. For curators alone."""

from bot.messages import QueueRow, QueueView, ScoreLine, plain
from bot.texts import title_text, unscored_text
from scoring.bands import band, score_words
from scoring.ranking import span

HIDDEN_SCORE = "score hidden until you have voted"


def queue_header(view: QueueView) -> str:
    """Return `31 waiting · 3 overdue · oldest 9 d`."""
    parts = [f"{view.waiting} waiting"]
    if view.overdue:
        parts.append(f"{view.overdue} overdue")
    if view.due_soon:
        parts.append(f"{view.due_soon} due soon")
    if view.oldest_days is not None:
        parts.append(f"oldest {span(view.oldest_days)}")
    if view.snoozed:
        parts.append(f"{view.snoozed} snoozed")
    return " · ".join(parts)


def page_text(view: QueueView) -> str:
    """Return `page 2 of 4`, or nothing where all is on one page."""
    if view.page is None or view.pages < 2:
        return ""
    return f"page {view.page} of {view.pages}"


def cold_start_text(playlist: str) -> str:
    return (
        f"What {plain(playlist)} keeps does not shape the order yet: it goes by score and waiting"
        " time. A score is a guess from audio alone."
    )


def empty_queue_text(playlist: str, view: str = "suggested") -> str:
    """Say that a view of the queue has no row; `view` is its name."""
    name = plain(playlist)
    return {
        "discovery": f"No discovery pick is waiting in {name}.",
        "needs-vote": f"Nothing in {name} needs your vote.",
        "mine": f"You have nothing of {name} in hand. Claim a track, and it stands here.",
        "maybe": f"There is no maybe in {name}.",
    }.get(view, f"Nothing is waiting in {name}.")


def row_heading(row: QueueRow) -> str:
    """Return `#2 Title - Artist`."""
    return f"#{row.rank} {title_text(row.title, row.artist)}"


def row_facts(row: QueueRow) -> str:
    """Return the second line of a row: why it is here, its score in words, who has claimed it."""
    parts = [plain(row.why)]
    if row.score_hidden:
        parts.append(HIDDEN_SCORE)
    elif row.score is not None:
        parts.append(score_text(row.score))
    elif row.unscored_reason is not None:
        parts.append(unscored_text(row.unscored_reason))
    if row.votes_needed > 1:
        parts.append(f"{row.votes} of {row.votes_needed} votes")
    if row.claimed_by is not None:
        parts.append(f"claimed by {plain(row.claimed_by)}")
    return " · ".join(parts)


def score_text(score: ScoreLine) -> str:
    """Return `score: middle (31-72 of 100, low confidence)`."""
    return f"score: {score_words(band(score.low, score.percentile, score.high))}"


def chances_text(score: ScoreLine) -> str:
    """Return the chances of the three thirds: `chances: low 20 %, medium 50 %, high 30 %`."""
    thirds = (("low", score.p_low), ("medium", score.p_medium), ("high", score.p_high))
    return "chances: " + ", ".join(f"{name} {100 * share:.0f} %" for name, share in thirds)
