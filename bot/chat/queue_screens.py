"""The queue's page, for curators."""

from bot.chat.replies import Page, Row
from bot.chat_texts import (
    NEXT_BUTTON,
    OPEN_BUTTON,
    PREVIOUS_BUTTON,
    REVIEW_BUTTON,
    VIEW_LABELS,
)
from bot.messages import Button, ButtonStyle, Option, QueueRow, QueueView, Select
from bot.queue_texts import cold_start_text, empty_queue_text, page_text, queue_header, row_facts


def queue_page(view: QueueView, *, playlist_id: int) -> Page:
    """Return one page of a queue: a button for each row, the steps, the views, Start review."""
    number = view.page or 1
    where = f" · {page_text(view)}" if view.pages > 1 else ""
    below = cold_start_text(view.playlist) if view.cold_start and view.rows else ""
    return Page(
        heading=f"{view.playlist} · {queue_header(view)}{where}",
        rows=tuple(_row(row) for row in view.rows),
        below=below if view.rows else empty_queue_text(view.playlist, view.view),
        steps=_steps(view, playlist_id, number),
        views=Select(
            action="queue_view",
            placeholder=view.view,
            options=tuple(Option(value=key, label=label) for key, label in VIEW_LABELS.items()),
            argument=str(playlist_id),
        ),
        chosen=view.view,
    )


def _row(row: QueueRow) -> Row:
    return Row(
        number=f"#{row.rank}",
        title=row.title,
        artist=row.artist,
        facts=row_facts(row),
        opens=Button(action="open", label=OPEN_BUTTON, argument=row.code),
    )


def _steps(view: QueueView, playlist_id: int, number: int) -> tuple[Button, ...]:
    steps = []
    if number > 1:
        steps.append(_step(PREVIOUS_BUTTON, view, playlist_id, number - 1))
    if number < view.pages:
        steps.append(_step(NEXT_BUTTON, view, playlist_id, number + 1))
    if view.found:
        steps.append(
            Button(
                action="review",
                label=REVIEW_BUTTON,
                style=ButtonStyle.PRIMARY,
                argument=str(playlist_id),
            )
        )
    return tuple(steps)


def _step(label: str, view: QueueView, playlist_id: int, number: int) -> Button:
    return Button(action="queue", label=label, argument=f"{playlist_id}|{view.view}.{number}")
