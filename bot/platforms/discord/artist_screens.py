"""What artists see: receipts, their submissions, open playlists. No score, fit, rank or vote."""

from bot.chat_texts import (
    AGAIN_BUTTON,
    ANSWER_BUTTON,
    BACK_BUTTON,
    FACTS_BUTTON,
    FILE_BUTTON,
    MINE_EMPTY_TEXT,
    MINE_STATES,
    MINE_TITLE,
    NEXT_BUTTON,
    OPEN_BUTTON,
    PREVIOUS_BUTTON,
    RECORDING_BUTTON,
    STATUS_BUTTON,
    WITHDRAW_BUTTON,
    page_text,
)
from bot.fact_texts import FACTS_HEADING, place_words, value_text
from bot.messages import (
    Button,
    ButtonStyle,
    Card,
    Field,
    Option,
    Receipt,
    Select,
    StatusRow,
    StatusView,
)
from bot.platforms.discord import render
from bot.platforms.discord.layouts import PAGE_ROWS, Page, Row, page
from bot.platforms.discord.markdown import moment
from bot.platforms.discord.screen import Screen
from bot.texts import receipt_text, status_text, title_text
from bot.workflow.facts import Fact, FactsView


def receipt(told: Receipt, *, url: str | None = None) -> Screen:
    """Return the answer to a submission; with a link Discord shows the cover and a player."""
    title, _, answer = receipt_text(told, when=moment).partition("\n")
    return render.card(
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
        player=True,
    )


def own_page(view: StatusView, *, state: str, number: int) -> Screen:
    """Return one page of an artist's submissions; `number` counts from 1."""
    pages = max(1, -(-len(view.rows) // PAGE_ROWS))
    number = min(max(1, number), pages)
    shown = view.rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    steps = []
    if number > 1:
        steps.append(_step(PREVIOUS_BUTTON, state, number - 1))
    if number < pages:
        steps.append(_step(NEXT_BUTTON, state, number + 1))
    return page(
        Page(
            heading=f"{MINE_TITLE} · {page_text(number, pages)}" if pages > 1 else MINE_TITLE,
            rows=tuple(_row(row) for row in shown),
            below="" if shown else MINE_EMPTY_TEXT,
            steps=tuple(steps),
            views=Select(
                action="mysubs_state",
                placeholder=MINE_STATES[state],
                options=tuple(Option(value=key, label=label) for key, label in MINE_STATES.items()),
            ),
            chosen=state,
        )
    )


def own_card(row: StatusRow, *, heading: str = "") -> Screen:
    """Return one submission as its artist sees it, with what can be done about it."""
    told = status_text(row, when=moment)
    fields = [Field(name=row.playlist, value=f"{told[:1].upper()}{told[1:]}.")]
    if row.reasons:
        fields.append(Field(name="Reasons", value="; ".join(row.reasons)))
    if row.note:
        fields.append(Field(name="Note", value=row.note))
    if row.question:
        fields.append(Field(name="The curators ask", value=row.question))
    return render.card(
        Card(
            title=title_text(row.title, row.artist),
            body=heading,
            fields=tuple(fields),
            buttons=_own_buttons(row),
            footer=row.code,
        )
    )


def _own_buttons(row: StatusRow) -> tuple[Button, ...]:
    buttons = [Button(action="facts", label=FACTS_BUTTON, argument=row.code)]
    wanted = (
        (row.question, "answer", ANSWER_BUTTON),
        (row.wants_file, "file", FILE_BUTTON),
        (row.wants_yes, "recording", RECORDING_BUTTON),
    )
    buttons += [
        Button(action=action, label=label, style=ButtonStyle.PRIMARY, argument=row.code)
        for is_wanted, action, label in wanted
        if is_wanted
    ]
    if row.answer_by is not None:
        buttons.append(
            Button(
                action="withdraw",
                label=WITHDRAW_BUTTON,
                style=ButtonStyle.DANGER,
                argument=row.code,
            )
        )
    else:
        buttons.append(Button(action="resubmit", label=AGAIN_BUTTON, argument=row.code))
    return (*buttons, Button(action="mysubs", label=BACK_BUTTON, argument="|all.1"))


def _row(row: StatusRow) -> Row:
    return Row(
        number=row.code,
        title=row.title,
        artist=row.artist,
        facts=f"{row.playlist}: {status_text(row, when=moment)}",
        opens=Button(action="mine", label=OPEN_BUTTON, argument=row.code),
    )


def _step(label: str, state: str, number: int) -> Button:
    return Button(action="mysubs", label=label, argument=f"|{state}.{number}")


def facts_card(view: FactsView) -> Screen:
    """Return how an own track sounds beside the playlist's range: facts, not a verdict."""
    return render.card(
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
