"""The review card, and what a curator reads after pressing one of its buttons."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.chat import replies
from bot.chat.replies import Reply, Shown
from bot.chat_texts import (
    ASK_BUTTON,
    CARD_BUTTON,
    CLAIM_BUTTON,
    DECLINE_ALONE_BUTTON,
    DECLINE_BUTTON,
    HISTORY_BUTTON,
    KEEP_ALONE_BUTTON,
    KEEP_BUTTON,
    MAYBE_ALONE_BUTTON,
    MAYBE_BUTTON,
    MORE_BUTTON,
    MORE_TITLE,
    NEXT_TRACK_BUTTON,
    NOTE_BUTTON,
    PIN_BUTTON,
    QUEUE_BUTTON,
    RELEASE_BUTTON,
    RETRY_BUTTON,
    SKIP_BUTTON,
    SNOOZE_BUTTON,
    SNOOZE_DAYS,
    SNOOZE_PICK,
    THREAD_BUTTON,
    UNDO_BUTTON,
    UNPIN_BUTTON,
    WAKE_BUTTON,
    WHY_BUTTON,
)
from bot.curation import ActView, ReviewCard, TrackHistory
from bot.curator_texts import (
    act_text,
    card_lines,
    card_score,
    card_title,
    earlier_text,
    history_text,
    no_next_text,
    panel_text,
)
from bot.marks import moment
from bot.messages import Button, ButtonStyle, Card, DecisionView, Field, Image, Option, Select
from bot.queue_texts import chances_text
from bot.texts import decision_text, title_text

# What a button carries that decides without the panel.
ALONE: Final = "alone"

# What a message holds of a long history.
_MOST_LINES = 25
_MOST_SHOWN = 8


def review_card(
    shown: ReviewCard, *, playlist_id: int, image: Image | None = None, heading: str = ""
) -> Reply:
    """Return one submission to review; the link stands first, so that the player shows.

    `heading` is what was done to it just now.
    """
    lines = card_lines(shown, when=moment)
    return replies.card(
        Card(
            title=card_title(shown),
            url=shown.row.url,
            body="\n".join([heading, "", *lines] if heading else lines),
            image=image,
            buttons=_buttons(shown, playlist_id),
            footer=shown.code,
        ),
        player=True,
    )


def shared_card(shown: ReviewCard) -> Shown:
    """Return the card that a whole channel reads; who presses sees their own."""
    return replies.card(
        Card(
            title=card_title(shown),
            url=shown.row.url,
            body="\n".join(card_lines(shown, when=moment)),
            buttons=(*_answers(shown.code), _button("claim", CLAIM_BUTTON, shown.code)),
            footer=shown.code,
        ),
        player=True,
    )


def review_end(playlist: str, *, playlist_id: int) -> Reply:
    """Return that there is nothing more to review, with the way to what others look after."""
    queue = Button(action="queue", label=QUEUE_BUTTON, argument=f"{playlist_id}|suggested.1")
    return replies.sentence(no_next_text(playlist), buttons=(queue,))


def decided(view: DecisionView, *, playlist_id: int) -> Reply:
    """Return what was decided or voted, with the way back and the way on."""
    buttons = [
        Button(
            action="review",
            label=NEXT_TRACK_BUTTON,
            style=ButtonStyle.PRIMARY,
            argument=str(playlist_id),
        ),
        _button("open", CARD_BUTTON, view.code),
    ]
    if view.undo_until is not None:
        buttons.insert(0, _button("undo", UNDO_BUTTON, view.code))
    return replies.sentence(decision_text(view, clock=_clock), buttons=buttons)


def acted(view: ActView) -> Reply:
    """Return what was done short of answering, with the way back to the card."""
    return replies.sentence(
        act_text(view, when=moment), buttons=(_button("open", CARD_BUTTON, view.code),)
    )


def why(shown: ReviewCard) -> Reply:
    """Return why the track stands where it does, and how sure the score is."""
    lines = [shown.row.why, card_score(shown)]
    if shown.row.score is not None:
        lines.append(chances_text(shown.row.score))
    return replies.card(
        Card(title=card_title(shown), body="\n".join((*lines, *shown.reasons)), footer=shown.code)
    )


def snooze_choice(code: str) -> Reply:
    return replies.card(
        Card(
            title=SNOOZE_PICK,
            select=Select(
                action="snoozed",
                placeholder=SNOOZE_PICK,
                options=tuple(
                    Option(value=str(days), label=label) for days, label in SNOOZE_DAYS.items()
                ),
                argument=code,
            ),
            buttons=(_button("open", CARD_BUTTON, code),),
        )
    )


def more(shown: ReviewCard) -> Reply:
    """Return the rarer things that can be done with a submission."""
    code = shown.code
    buttons = [
        _button("note", NOTE_BUTTON, code),
        _button("history", HISTORY_BUTTON, code),
        _button("unpin", UNPIN_BUTTON, code) if shown.pinned else _button("pin", PIN_BUTTON, code),
    ]
    if shown.snoozed_until is not None:
        buttons.append(_button("wake", WAKE_BUTTON, code))
    if shown.may_override:
        buttons += _overriding(code)
    if shown.row.unscored_reason is not None:
        buttons.append(_button("retry", RETRY_BUTTON, code))
    return replies.card(
        Card(title=MORE_TITLE, body=card_title(shown), buttons=tuple(buttons), footer=code)
    )


def _overriding(code: str) -> Iterable[Button]:
    """Return what answers at once, whatever a panel has said so far."""
    for action, label in (
        ("keep", KEEP_ALONE_BUTTON),
        ("maybe", MAYBE_ALONE_BUTTON),
        ("decline", DECLINE_ALONE_BUTTON),
    ):
        yield Button(action=action, label=label, argument=f"{code}|{ALONE}")


def history(view: TrackHistory) -> Reply:
    """Return everything that happened to a submission, the newest last."""
    lines = [history_text(line, when=_at) for line in view.lines[-_MOST_LINES:]]
    shown = [history_text(line, when=_at) for line in view.shown[-_MOST_SHOWN:]]
    versions = [earlier_text(line, when=moment) for line in view.versions]
    fields = (
        ("Votes", panel_text(view.panel)),
        ("Shown", "\n".join(shown)),
        ("Other versions", "\n".join(versions)),
    )
    return replies.card(
        Card(
            title=title_text(view.title, view.artist),
            body="\n".join(lines),
            fields=tuple(Field(name=name, value=value) for name, value in fields if value),
            buttons=(_button("open", CARD_BUTTON, view.code),),
            footer=f"{view.code} · {view.status}",
        )
    )


def _clock(at: datetime) -> str:
    return moment(at, "t")


def _at(at: datetime) -> str:
    return moment(at, "f")


def _buttons(shown: ReviewCard, playlist_id: int) -> tuple[Button, ...]:
    code = shown.code
    skip = Button(action="skip", label=SKIP_BUTTON, argument=f"{code}|{playlist_id}")
    second = (
        _button("why", WHY_BUTTON, code),
        _button("thread", THREAD_BUTTON, code),
        _button("snooze", SNOOZE_BUTTON, code),
        _button("ask", ASK_BUTTON, code),
        _button("more", MORE_BUTTON, code),
    )
    if shown.barred:
        return (skip,)
    claim = (
        _button("release", RELEASE_BUTTON, code)
        if shown.claimed_by_me
        else _button("claim", CLAIM_BUTTON, code)
    )
    return (*_answers(code), claim, skip, *second)


def _answers(code: str) -> Iterable[Button]:
    yield Button(action="keep", label=KEEP_BUTTON, style=ButtonStyle.GOOD, argument=code)
    yield _button("maybe", MAYBE_BUTTON, code)
    yield Button(action="decline", label=DECLINE_BUTTON, style=ButtonStyle.DANGER, argument=code)


def _button(action: str, label: str, code: str) -> Button:
    return Button(action=action, label=label, argument=code)
