"""The board is pinned once, as soon as we may, and unpinned when it is over."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import DeliveryError
from bot.messages import Card
from bot.workflow.delivery import Outgoing
from db.models import OutboxMessage
from tests.workflow.chats import FakeChat
from tests.workflow.sending import LIMITS, REVIEW, open_rows, put, sender
from tests.workflow.stage import Stage


async def board(stage: Stage, chat: FakeChat, key: str, *, kind: str = "board") -> None:
    """Bring the board up to date, by a process that has just started."""
    await put(stage, key, to=REVIEW, subject="board", kind=kind)
    await sender(stage, chat).deliver_due()


async def test_a_board_is_pinned_once_and_stays_down_where_somebody_took_it_down(
    stage: Stage,
) -> None:
    chat = FakeChat()
    await board(stage, chat, "a")
    chat.pinned.clear()
    await board(stage, chat, "b")

    assert chat.pins == ["pin 1"]
    assert chat.calls == ["post 5", "edit 1"]


async def test_a_board_that_may_not_be_pinned_is_pinned_when_it_may_one_try_a_change(
    stage: Stage,
) -> None:
    chat = FakeChat(may_pin=False)
    await board(stage, chat, "a")
    await sender(stage, chat).deliver_due()
    assert chat.pins == ["pin 1"]
    await board(stage, chat, "b")
    assert chat.pins == ["pin 1"] * 2
    chat.may_pin = True

    await board(stage, chat, "c")
    await board(stage, chat, "d")
    assert chat.pins == ["pin 1"] * 3
    assert chat.pinned == {"1"}


async def test_a_board_that_reads_the_same_is_pinned_without_being_sent_again(
    stage: Stage,
) -> None:
    async def the_same(
        session: AsyncSession, row: OutboxMessage, *, posted: bool, now: object
    ) -> Outgoing:
        del session, posted, now
        return Outgoing(workspace_id=row.workspace_id, card=Card(title="same"), lasting=True)

    chat = FakeChat(may_pin=False)
    work = sender(stage, chat)
    work.compose = the_same
    for key in "abc":
        await put(stage, key, to=REVIEW, subject="board", kind="board")
        await work.deliver_due()
        chat.may_pin = True

    assert chat.pins == ["pin 1"] * 2
    assert chat.pinned == {"1"}
    assert chat.calls == ["post 5"]


async def test_a_board_that_is_over_is_unpinned_and_pinned_again_when_it_comes_back(
    stage: Stage,
) -> None:
    chat = FakeChat()
    await board(stage, chat, "a")
    await board(stage, chat, "b", kind="over")
    assert chat.pinned == set()

    await board(stage, chat, "c")
    assert chat.pins == ["pin 1", "unpin 1", "pin 1"]


async def test_a_board_that_somebody_deleted_is_pinned_anew(stage: Stage) -> None:
    chat = FakeChat()
    await board(stage, chat, "a")
    chat.messages["0"] = chat.messages.pop("1")
    await board(stage, chat, "b")

    assert chat.calls == ["post 5", "edit 1", "post 5"]
    assert chat.pins == ["pin 1", "pin 2"]


async def test_a_pin_whose_end_nobody_saw_is_tried_again_with_its_message(stage: Stage) -> None:
    chat = FakeChat(pin_errors=[DeliveryError("Discord is not answering.")])
    await board(stage, chat, "a")
    assert await open_rows(stage) == ["a"]
    stage.clock.time += LIMITS.longest_pause

    await sender(stage, chat).deliver_due()
    assert chat.titles() == ["a"]
    assert chat.pinned == {"1"}
