"""What artists read before they submit: the open calls, and a private check of one track."""

from bot.artist_texts import (
    AI_POLICIES,
    NO_CALLS,
    NO_PRIORITY,
    UNKNOWN_TRACK,
    USES_NO_SLOT,
    check_text,
    limit_words,
    open_words,
    taste_words,
    wait_words,
    waiting_words,
)
from bot.chat import replies
from bot.chat.artist_screens import fact_text
from bot.chat.replies import Reply
from bot.chat_texts import (
    CALLS_TITLE,
    CHECK_TITLE,
    SUBMIT_BUTTON,
    more_checks_text,
    next_digest_text,
    page_text,
)
from bot.marks import moment
from bot.messages import Button, ButtonStyle, Card, Field
from bot.texts import title_text
from bot.workflow.calls import CallRow, CallsView
from bot.workflow.check import ChecksView, CheckView

# With many genres each they still fit into one message of Discord's.
_CALLS = 8


def calls(view: CallsView, *, number: int = 1) -> Reply:
    """Return a page of all playlists with their terms, the open ones first."""
    if not view.rows:
        return replies.card(Card(title=CALLS_TITLE, body=NO_CALLS))
    rows, leaf = replies.leaf(view.rows, number, each=_CALLS)
    submit = Button(action="form", label=SUBMIT_BUTTON, style=ButtonStyle.PRIMARY, argument="")
    return replies.card(
        Card(
            title=CALLS_TITLE,
            body=NO_PRIORITY,
            fields=tuple(Field(name=row.playlist, value=_call(row)) for row in rows),
            buttons=(*leaf.steps("calls"), submit),
            footer=page_text(leaf.number, leaf.pages) if leaf.pages > 1 else "",
        )
    )


def check(view: ChecksView) -> Reply:
    """Return what would happen to a track; nothing was sent."""
    known = next((row for row in view.rows if row.known), None)
    title = title_text(known.title, known.artist) if known else CHECK_TITLE
    told = [USES_NO_SLOT if known else f"{UNKNOWN_TRACK} {USES_NO_SLOT}"]
    if len(view.rows) > _CALLS:
        told.append(more_checks_text(len(view.rows) - _CALLS))
    return replies.card(
        Card(
            title=title,
            body=" ".join(told) if view.rows else NO_CALLS,
            fields=tuple(Field(name=row.playlist, value=_check(row)) for row in view.rows[:_CALLS]),
        )
    )


def _call(row: CallRow) -> str:
    told = open_words(is_open=row.open, opens_at=row.opens_at, closes_at=row.closes_at, when=moment)
    taste = taste_words(
        genres=row.genres,
        languages=row.languages,
        max_release_age_days=row.max_release_age_days,
        explicit_allowed=row.explicit_allowed,
    )
    return "\n".join(
        (
            f"{told} · {waiting_words(row.waiting, row.intake_cap)}",
            f"{taste} · {AI_POLICIES[row.ai_policy]}",
            limit_words(waiting=row.waiting_per_artist, weekly=row.per_member_7d),
            wait_words(row.median_wait_days, row.answer_days),
            next_digest_text(moment(row.next_digest_at, "f")),
        )
    )


def _check(row: CheckView) -> str:
    told = check_text(
        welcome=row.welcome,
        place=row.place,
        answer_by=row.answer_by,
        expected_at=row.expected_at,
        when=moment,
    )
    lines = [told, *(one.sentence for one in row.obstacles)]
    if row.compared is not None:
        lines.append(row.compared.text)
        lines += [f"{fact.name}: {fact_text(fact)}" for fact in row.compared.facts]
    return "\n".join(lines)
