"""The outbox: every message once and in order, through crashes."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Card
from bot.workflow.delivery import Limits, Outgoing, Tally
from db.models import Delivery, OutboxMessage, Platform
from db.outbox import Box
from db.recipients import person
from tests.workflow.chats import FakeChat
from tests.workflow.sending import ANA, LIMITS, REVIEW, open_rows, outcome, put, sender
from tests.workflow.stage import Stage


async def killed(stage: Stage, chat: FakeChat) -> None:
    """Let a worker begin to send, and die when the chat says that it is at it."""
    work = asyncio.create_task(sender(stage, chat, worker="dead").deliver_due())
    await chat.arrived.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    chat.hangs = chat.hangs_before = False


async def test_messages_to_one_person_arrive_in_order_and_once(stage: Stage) -> None:
    chat = FakeChat()
    for key in "abcdefgh":
        await put(stage, key)
    tally = await sender(stage, chat).deliver_due()
    await sender(stage, chat).deliver_due()

    assert chat.titles() == list("abcdefgh")
    assert tally == Tally(posted=8)


async def test_what_waits_about_one_message_is_posted_as_one(stage: Stage) -> None:
    chat = FakeChat()
    for key in "abc":
        await put(stage, key, to=REVIEW, subject="board")
    await sender(stage, chat).deliver_due()
    await put(stage, "d", to=REVIEW, subject="board")
    await sender(stage, chat, worker="after a restart").deliver_due()

    assert chat.calls == ["post 5", "edit 1"]
    assert [card.title for card in chat.messages["1"].cards] == ["c", "d"]


async def test_a_change_that_changes_nothing_is_not_sent(stage: Stage) -> None:
    async def always_the_same(
        session: AsyncSession, row: OutboxMessage, *, posted: bool, now: object
    ) -> Outgoing:
        return Outgoing(workspace_id=row.workspace_id, card=Card(title="same"))

    chat = FakeChat()
    work = sender(stage, chat)
    work.compose = always_the_same
    for key in "ab":
        await put(stage, key, subject="board")
        await work.deliver_due()

    assert chat.calls == ["post 11"]
    assert await open_rows(stage) == []


async def test_what_there_is_nothing_to_tell_of_is_dropped(stage: Stage) -> None:
    chat = FakeChat()
    await put(stage, "a", kind="dropped")
    await put(stage, "b", kind="change")
    tally = await sender(stage, chat).deliver_due()

    assert (tally.dropped, chat.calls) == (2, [])
    assert await outcome(stage, "a") is Delivery.DROPPED


@pytest.mark.parametrize("hangs", ["hangs_before", "hangs"])
@pytest.mark.parametrize("more", [0, 2])
async def test_a_crash_on_either_side_of_the_send_doubles_and_loses_nothing(
    stage: Stage, hangs: str, more: int
) -> None:
    chat = FakeChat()
    setattr(chat, hangs, True)
    await put(stage, "a", subject="answer")
    await killed(stage, chat)
    for number in range(more):
        await put(stage, f"more {number}", subject="answer")
    early = await sender(stage, chat, worker="two").deliver_due()
    stage.clock.time += LIMITS.lease
    await sender(stage, chat, worker="two").deliver_due()

    assert early == Tally()
    assert chat.titles() == [f"more {more - 1}" if more else "a"]
    assert await open_rows(stage) == []


async def test_a_crash_in_the_middle_of_a_change_is_mended(stage: Stage) -> None:
    chat = FakeChat()
    await put(stage, "a", subject="board")
    await sender(stage, chat).deliver_due()
    await put(stage, "b", subject="board")
    chat.hangs = True
    await killed(stage, chat)
    stage.clock.time += LIMITS.lease
    await sender(stage, chat, worker="two").deliver_due()

    assert chat.titles() == ["b"]
    assert await open_rows(stage) == []


async def test_where_nonces_are_not_compared_the_message_seen_is_taken_over(stage: Stage) -> None:
    chat = FakeChat(compares_nonces=False, hangs=True)
    await put(stage, "a", subject="answer")
    await killed(stage, chat)
    await saw_all(stage, chat)
    stage.clock.time += LIMITS.lease
    await sender(stage, chat, worker="two").deliver_due()

    assert chat.titles() == ["a"]
    assert chat.calls == ["post 11", "edit 1"]


async def test_a_double_that_is_seen_later_is_deleted(stage: Stage) -> None:
    chat = FakeChat(compares_nonces=False, hangs=True)
    await put(stage, "a", subject="answer")
    await killed(stage, chat)
    stage.clock.time += LIMITS.lease
    await sender(stage, chat, worker="two").deliver_due()
    doubled = chat.titles()
    await saw_all(stage, chat)
    await put(stage, "b", subject="answer")
    await sender(stage, chat, worker="two").deliver_due()

    assert doubled == ["a", "a"]
    assert chat.titles() == ["b"]


async def test_seeing_what_is_known_changes_nothing(stage: Stage) -> None:
    chat = FakeChat()
    await put(stage, "a")
    await sender(stage, chat).deliver_due()
    await saw_all(stage, chat)
    await sender(stage, chat).saw(
        box=Box(workspace_id=stage.workspace_id, to=ANA), nonce="1.999999", message_id="7"
    )

    assert chat.titles() == ["a"]


async def saw_all(stage: Stage, chat: FakeChat) -> None:
    """Hand on what a platform tells of each message of ours."""
    for message_id, shown in list(chat.messages.items()):
        await sender(stage, chat).saw(
            box=Box(workspace_id=stage.workspace_id, to=shown.to),
            nonce=shown.nonce,
            message_id=message_id,
        )


async def test_many_workers_on_one_outbox_send_everything_once_and_in_order(stage: Stage) -> None:
    chat = FakeChat()
    people = [person(Platform.DISCORD, str(number)) for number in range(1, 6)]
    for key in "abcd":
        for to in people:
            await put(stage, f"{key}{to.external_id}", to=to)
    workers = [sender(stage, chat, worker=str(number)) for number in range(3)]
    await asyncio.gather(*(worker.deliver_due() for worker in workers))

    for to in people:
        assert chat.titles(to.external_id) == [f"{key}{to.external_id}" for key in "abcd"]
    assert len(chat.messages) == 20


async def test_many_are_served_at_once_and_no_more_than_allowed(stage: Stage) -> None:
    chat = FakeChat()
    for number in range(1, 13):
        await put(stage, f"a{number}", to=person(Platform.DISCORD, str(number)))
    await sender(stage, chat, limits=Limits(parallel=4)).deliver_due()

    assert len(chat.messages) == 12
    assert chat.busiest <= 8


async def test_a_full_box_gives_way_after_its_turn(stage: Stage) -> None:
    chat = FakeChat()
    for number in range(6):
        await put(stage, f"long {number}", to=REVIEW)
    await put(stage, "short")
    await sender(stage, chat, limits=Limits(parallel=1, turn=2)).deliver_due()

    assert chat.titles().index("short") <= 4
