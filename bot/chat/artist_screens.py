"""What artists see: receipts, their submissions, open playlists. No score, fit, rank or vote."""

from collections.abc import Iterable
from datetime import datetime

from bot.chat import replies
from bot.chat.replies import Page, Reply, Row
from bot.chat_texts import (
    AGAIN_BUTTON,
    ANSWER_BUTTON,
    FACTS_BUTTON,
    FILE_BUTTON,
    MINE_EMPTY,
    MINE_STATES,
    MINE_TITLE,
    NEXT_BUTTON,
    OPEN_BUTTON,
    PREVIOUS_BUTTON,
    RECORDING_BUTTON,
    STATUS_BUTTON,
    WITHDRAW_BUTTON,
    again_text,
    page_text,
)
from bot.fact_texts import FACTS_HEADING, place_words, value_text
from bot.marks import moment
from bot.messages import (
    Button,
    ButtonStyle,
    Card,
    Field,
    Option,
    Receipt,
    Select,
    StatusRow,
)
from bot.texts import receipt_text, status_text, title_text
from bot.workflow.facts import Fact, FactsView
from bot.workflow.mine import MineView, OwnView

# A longer history would push the rest out of the message.
_MOST_LINES = 10


def receipt(told: Receipt, *, url: str | None = None, place: int | None = None) -> Reply:
    """Return the answer to a submission; with a link Discord shows the cover and a player."""
    title, _, answer = receipt_text(told, when=moment).partition("\n")
    return replies.card(
        Card(
            title=title,
            url=url,
            body=answer,
            buttons=(
                Button(action="mine", label=STATUS_BUTTON, argument=told.code),
                Button(
                    action="withdraw",
                    label=WITHDRAW_BUTTON,
                    style=ButtonStyle.DANGER,
                    argument=told.code,
                ),
            ),
        ),
        place=place,
        player=True,
    )


def own_page(view: MineView) -> Page:
    """Return one page of an artist's submissions."""
    steps = []
    if view.page > 1:
        steps.append(_step(PREVIOUS_BUTTON, view.stand, view.page - 1))
    if view.page < view.pages:
        steps.append(_step(NEXT_BUTTON, view.stand, view.page + 1))
    where = f" · {page_text(view.page, view.pages)}" if view.pages > 1 else ""
    return Page(
        heading=f"{MINE_TITLE}{where}",
        rows=tuple(_row(row) for row in view.rows),
        below="" if view.rows else MINE_EMPTY[view.stand],
        steps=tuple(steps),
        views=Select(
            action="mysubs_state",
            placeholder=MINE_STATES[view.stand],
            options=tuple(Option(value=key, label=label) for key, label in MINE_STATES.items()),
        ),
        chosen=view.stand,
    )


def own_card(view: OwnView, *, now: datetime, place: int | None = None, heading: str = "") -> Reply:
    """Return one submission as its artist sees it, with what can be done about it.

    `place` is the workspace, for the buttons of a direct message.
    """
    row = view.row
    told = status_text(row, when=moment)
    fields = [Field(name=row.playlist, value=f"{told[:1].upper()}{told[1:]}.")]
    if row.reasons:
        fields.append(Field(name="Reasons", value="; ".join(row.reasons)))
    if row.note:
        fields.append(Field(name="Note", value=row.note))
    if view.question:
        fields.append(Field(name="The curators ask", value=view.question))
    if view.resubmit_at is not None and view.resubmit_at > now:
        fields.append(Field(name="A new version", value=again_text(moment(view.resubmit_at))))
    history = [f"{moment(line.at, 'f')} · {line.text}" for line in view.history[-_MOST_LINES:]]
    fields.append(Field(name="History", value="\n".join(history)))
    return replies.card(
        Card(
            title=title_text(row.title, row.artist),
            url=view.url,
            body=heading,
            fields=tuple(fields),
            buttons=tuple(_own_buttons(view, now)),
            footer=row.code,
        ),
        place=place,
    )


def _own_buttons(view: OwnView, now: datetime) -> Iterable[Button]:
    row = view.row
    wanted = (
        (view.question is not None, "answer", ANSWER_BUTTON, ButtonStyle.PRIMARY),
        (row.wants_file, "file", FILE_BUTTON, ButtonStyle.PRIMARY),
        (row.wants_yes, "recording", RECORDING_BUTTON, ButtonStyle.PRIMARY),
        (view.resubmit_at is not None and view.resubmit_at <= now, "resubmit", AGAIN_BUTTON, None),
        (view.has_facts, "facts", FACTS_BUTTON, None),
        (view.may_withdraw, "withdraw", WITHDRAW_BUTTON, ButtonStyle.DANGER),
    )
    for is_wanted, action, label, style in wanted:
        if is_wanted:
            yield Button(
                action=action, label=label, style=style or ButtonStyle.PLAIN, argument=row.code
            )


def _row(row: StatusRow) -> Row:
    return Row(
        number=row.code,
        title=row.title,
        artist=row.artist,
        facts=f"{row.playlist}: {status_text(row, when=moment)}",
        opens=Button(action="mine", label=OPEN_BUTTON, argument=row.code),
    )


def _step(label: str, stand: str, number: int) -> Button:
    return Button(action="mysubs", label=label, argument=f"|{stand}.{number}")


def facts_card(view: FactsView) -> Reply:
    """Return how an own track sounds beside the playlist's range: facts, not a verdict."""
    return replies.card(
        Card(
            title=f"{FACTS_HEADING}: {title_text(view.title, view.artist)}",
            body=view.compared,
            fields=tuple(Field(name=fact.name, value=fact_text(fact)) for fact in view.facts),
            footer=view.code,
        )
    )


def fact_text(fact: Fact) -> str:
    """Return `118 BPM (or 59), inside the range (105 to 124 BPM)`."""
    told = value_text(fact.value, fact.unit)
    if fact.alternative is not None:
        told += f" (or {fact.alternative:.0f})"
    if fact.unsure:
        told += ", unsure"
    if fact.low is None or fact.high is None:
        return told
    low, high = value_text(fact.low, fact.unit, bare=True), value_text(fact.high, fact.unit)
    return f"{told}, {place_words(fact.place)} ({low} to {high})"
