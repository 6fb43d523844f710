"""What messages to artists say, and what artists must never read. From the commit to the chat."""

import re
from collections.abc import Awaitable, Callable

import pytest

from bot.errors import RefusedMessageError
from bot.workflow import notices, status
from bot.workflow.notice_cards import compose
from bot.workflow.notices import FOR_ARTISTS
from bot.workflow.outbox import Sender
from db import events, moves
from db.models import Answer, EventKind, Platform, Status
from tests.workflow.chats import FakeChat
from tests.workflow.stage import Stage
from tests.workflow.telling import (
    ANA,
    decide,
    deliver,
    heard,
    undo,
    unscored,
    words_of,
)

# "vote", "fit" and the like as words; a percentile as its number (61) or as `of 100`.
_FORBIDDEN = re.compile(
    r"\b(score[sd]?|fit|rank(ed|ing)?|votes?|voted|band|percentile|confidence|likely|discovery"
    r"|interval|panel|61|of 100)\b",
    re.IGNORECASE,
)


@pytest.fixture
async def code(stage: Stage) -> str:
    return await heard(stage)


async def move(stage: Stage, code: str, to: Status) -> None:
    row = await stage.row(code)
    async with stage.sessions.begin() as session:
        await moves.move(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            to=to,
            actor=None,
            at=stage.clock(),
            note="Spotify knows no track with this link." if to is Status.WITHDRAWN else None,
        )
        await notices.changed(
            session, workspace_id=stage.workspace_id, submission_id=row.id, at=stage.clock()
        )


async def ask(stage: Stage, code: str, question: str) -> None:
    row = await stage.row(code)
    async with stage.sessions.begin() as session:
        await events.add(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            kind=EventKind.ASKED,
            at=stage.clock(),
            note=question,
        )
        await notices.changed(
            session, workspace_id=stage.workspace_id, submission_id=row.id, at=stage.clock()
        )


Scene = Callable[[Stage, str, FakeChat], Awaitable[None]]


async def _kept(stage: Stage, code: str, chat: FakeChat) -> None:
    await decide(stage, code, Answer.KEEP)


async def _declined(stage: Stage, code: str, chat: FakeChat) -> None:
    await decide(stage, code, Answer.DECLINE)


async def _expired(stage: Stage, code: str, chat: FakeChat) -> None:
    await move(stage, code, Status.EXPIRED)


async def _placed(stage: Stage, code: str, chat: FakeChat) -> None:
    await decide(stage, code, Answer.KEEP)
    await deliver(stage, chat)
    await move(stage, code, Status.PLACED)


async def _rotated_out(stage: Stage, code: str, chat: FakeChat) -> None:
    await _placed(stage, code, chat)
    await deliver(stage, chat)
    await move(stage, code, Status.ROTATED_OUT)


async def _refused(stage: Stage, code: str, chat: FakeChat) -> None:
    await move(stage, code, Status.WITHDRAWN)


async def _helped(stage: Stage, code: str, chat: FakeChat) -> None:
    await unscored(stage, code, "weak_match")


async def _taken_back(stage: Stage, code: str, chat: FakeChat) -> None:
    await decide(stage, code, Answer.DECLINE)
    await deliver(stage, chat)
    await undo(stage, code)


async def _asked(stage: Stage, code: str, chat: FakeChat) -> None:
    await ask(stage, code, "Is there an instrumental?")


SCENES: dict[str, tuple[Scene, list[str]]] = {
    "kept": (_kept, ["Night Drive keeps Title of one - Artist of one"]),
    "declined": (_declined, ["Night Drive does not take Title of one - Artist of one"]),
    "expired": (_expired, ["Night Drive did not answer you in time"]),
    "placed": (
        _placed,
        [
            "Night Drive keeps Title of one - Artist of one",
            "Title of one - Artist of one is on Night Drive",
        ],
    ),
    "rotated_out": (
        _rotated_out,
        [
            "Night Drive keeps Title of one - Artist of one",
            "Title of one - Artist of one is on Night Drive",
            "Title of one - Artist of one has had its time on Night Drive",
        ],
    ),
    "refused_by_us": (_refused, ["Night Drive cannot take Title of one - Artist of one"]),
    "help": (_helped, ["Title of one - Artist of one needs something from you"]),
    "taken_back": (
        _taken_back,
        [
            "Taken back: what we wrote about Title of one - Artist of one",
            "Please disregard our last answer about Title of one - Artist of one",
        ],
    ),
    "correction": (
        _taken_back,
        [
            "Taken back: what we wrote about Title of one - Artist of one",
            "Please disregard our last answer about Title of one - Artist of one",
        ],
    ),
    "question": (_asked, ["A question about Title of one - Artist of one"]),
}


@pytest.mark.parametrize(
    ("reason", "offered"),
    [("weak_match", ["recording", "file", "mine"]), ("no_preview", ["file", "mine"])],
)
async def test_who_is_asked_for_something_finds_the_button_for_it(
    stage: Stage, code: str, reason: str, offered: list[str]
) -> None:
    chat = FakeChat()
    await unscored(stage, code, reason)
    await deliver(stage, chat)

    (shown,) = (shown for shown in chat.messages.values() if shown.to.external_id == "11")
    assert [button.action for button in shown.card.buttons] == offered


def test_every_kind_that_an_artist_can_get_is_played_below() -> None:
    assert set(SCENES) == {notice.value for notice in FOR_ARTISTS}


@pytest.mark.parametrize("kind", SCENES)
async def test_an_artist_is_told_and_reads_no_score_fit_rank_or_vote(
    stage: Stage, code: str, kind: str
) -> None:
    play, titles = SCENES[kind]
    chat = FakeChat()
    await play(stage, code, chat)
    await deliver(stage, chat)

    assert chat.titles("11") == titles
    for shown in chat.messages.values():
        if shown.to.external_id == "11":
            for card in shown.cards:
                assert _FORBIDDEN.search(words_of(card)) is None
                assert card.image is None


async def test_a_decline_tells_why_and_how_to_send_again(stage: Stage, code: str) -> None:
    chat = FakeChat()
    await decide(stage, code, Answer.DECLINE)
    await deliver(stage, chat)
    (shown,) = (shown for shown in chat.messages.values() if shown.to.external_id == "11")

    assert "another genre than this playlist's" in shown.card.body
    assert [button.action for button in shown.card.buttons] == [
        "mine",
        "resubmit",
        "useful",
        "useful",
    ]


async def test_an_answer_undone_before_it_was_sent_is_never_seen(stage: Stage, code: str) -> None:
    chat = FakeChat()
    await decide(stage, code, Answer.DECLINE)
    await undo(stage, code)
    await deliver(stage, chat)

    assert chat.titles("11") == []


async def test_an_answer_after_an_undo_is_a_message_of_its_own(stage: Stage, code: str) -> None:
    chat = FakeChat()
    await decide(stage, code, Answer.DECLINE)
    await deliver(stage, chat)
    await undo(stage, code)
    await decide(stage, code, Answer.KEEP)
    await deliver(stage, chat)

    assert chat.titles("11") == [
        "Taken back: what we wrote about Title of one - Artist of one",
        "Night Drive keeps Title of one - Artist of one",
    ]


async def test_what_an_artist_was_asked_for_is_taken_back_once_it_is_there(
    stage: Stage, code: str
) -> None:
    chat = FakeChat()
    await unscored(stage, code, "no_preview")
    await deliver(stage, chat)
    await decide(stage, code, Answer.KEEP)
    await deliver(stage, chat)

    assert chat.titles("11")[0] == "Title of one - Artist of one needs nothing more from you"


async def test_who_is_not_reached_reads_it_in_their_list_and_is_called_without_details(
    stage: Stage, code: str
) -> None:
    chat = FakeChat(errors=[RefusedMessageError("Closed.", reason="closed")])
    # The board is due later, so that the error meets the artist.
    await decide(stage, code, Answer.DECLINE)
    await Sender(
        sessions=stage.sessions,
        couriers={Platform.DISCORD: chat},
        compose=compose,
        worker="one",
        now=stage.clock,
    ).deliver_due()
    view = await stage.inside(
        lambda session: status.show_status(
            session, workspace_id=stage.workspace_id, person=ANA, now=stage.clock()
        )
    )
    (called,) = (shown for shown in chat.messages.values() if shown.to.external_id == "6")

    assert [row.undelivered for row in view.rows] == [True]
    assert called.calls == "11"
    assert "Title of one" not in words_of(called.card)
    assert "declined" not in words_of(called.card)
