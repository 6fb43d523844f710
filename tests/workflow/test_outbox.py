"""Sending: order, crashes, refusals, limits. On both databases."""

import asyncio
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import (
    DeliveryError,
    MalformedMessageError,
    RefusedMessageError,
    SlowDownError,
)
from bot.messages import Card
from bot.workflow.delivery import Limits, Outgoing, Tally, nonce_of
from bot.workflow.outbox import Sender
from db import outbox, workspace_settings
from db.models import Delivery, OutboxMessage, Platform
from db.outbox import Box
from db.recipients import Recipient, channel, person
from tests.workflow.chats import FakeChat
from tests.workflow.stage import Stage

ANA, REVIEW = person(Platform.DISCORD, "11"), channel(Platform.DISCORD, "5")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LIMITS = Limits()


async def as_told(
    session: AsyncSession, row: OutboxMessage, *, posted: bool, now: object
) -> Outgoing | None:
    """Compose a card that names the newest row, and drop rows that say so."""
    if row.kind == "dropped" or (row.kind == "change" and not posted):
        return None
    return Outgoing(
        workspace_id=row.workspace_id, card=Card(title=row.key), lasting=row.kind == "board"
    )


def sender(stage: Stage, chat: FakeChat, *, worker: str = "one", limits: Limits = LIMITS) -> Sender:
    return Sender(
        sessions=stage.sessions,
        couriers={Platform.DISCORD: chat},
        compose=as_told,
        worker=worker,
        now=stage.clock,
        dice=lambda: 1.0,
        limits=limits,
    )


async def put(
    stage: Stage,
    key: str,
    *,
    to: Recipient = ANA,
    subject: str | None = None,
    kind: str = "kept",
    submission_id: int | None = None,
) -> None:
    await stage.inside(
        lambda session: outbox.put(
            session,
            workspace_id=stage.workspace_id,
            key=key,
            to=to,
            subject=subject or key,
            kind=kind,
            payload={},
            submission_id=submission_id,
            at=stage.clock(),
        )
    )


async def open_rows(stage: Stage) -> list[str]:
    rows = await stage.inside(
        lambda session: outbox.backlog(session, workspace_id=stage.workspace_id)
    )
    return [row.key for row in rows]


async def outcome(stage: Stage, key: str) -> Delivery | None:
    from sqlalchemy import select  # noqa: PLC0415

    return await stage.inside(
        lambda session: session.scalar(
            select(OutboxMessage.outcome).where(OutboxMessage.key == key)
        )
    )


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


async def test_slow_down_is_honoured_for_one_recipient(stage: Stage) -> None:
    chat = FakeChat(errors=[SlowDownError("Discord", retry_after_s=30)])
    await put(stage, "a")
    await sender(stage, chat).deliver_due()
    await put(stage, "b", to=REVIEW)
    await sender(stage, chat).deliver_due()
    before = chat.titles()
    stage.clock.time += 30 * SECOND
    await sender(stage, chat).deliver_due()

    assert before == ["b"]
    assert chat.titles() == ["b", "a"]
    # It surely had not arrived, so nothing had to be made certain of.
    assert chat.calls == ["post 11", "post 5", "post 11"]


async def test_slow_down_is_honoured_by_every_worker_where_it_holds_everywhere(
    stage: Stage,
) -> None:
    chat = FakeChat(errors=[SlowDownError("Discord", retry_after_s=30, everywhere=True)])
    await put(stage, "a")
    await sender(stage, chat).deliver_due()
    await put(stage, "b", to=REVIEW)
    await sender(stage, chat, worker="two").deliver_due()
    before = chat.titles()
    stage.clock.time += 30 * SECOND
    await sender(stage, chat, worker="two").deliver_due()

    assert before == []
    assert sorted(chat.titles()) == ["a", "b"]


async def test_our_own_pace_lets_a_channel_rest_between_two_messages(stage: Stage) -> None:
    chat = FakeChat(pace=SECOND)
    for key in "ab":
        await put(stage, key)
    await sender(stage, chat).deliver_due()
    first = chat.titles()
    stage.clock.time += SECOND
    await sender(stage, chat).deliver_due()

    assert first == ["a"]
    assert chat.titles() == ["a", "b"]


async def test_what_fails_comes_again_later_and_later_and_keeps_its_order(stage: Stage) -> None:
    chat = FakeChat(errors=[DeliveryError("Discord is not answering.") for _ in range(3)])
    for key in "ab":
        await put(stage, key)
    waited = []
    while await open_rows(stage):
        await sender(stage, chat).deliver_due()
        moment = await stage.inside(
            lambda session: outbox.next_moment(session, platforms=[Platform.DISCORD])
        )
        if moment is not None and moment > stage.clock():
            waited.append((moment - stage.clock()).total_seconds())
            stage.clock.time = moment

    assert waited == [2, 4, 8]
    assert chat.titles() == ["a", "b"]


@given(failures=st.integers(0, 10_000), dice=st.floats(0, 1))
def test_a_pause_never_grows_without_end(failures: int, dice: float) -> None:
    pause = LIMITS.pause(failures, dice=dice)

    assert LIMITS.first_pause / 2 <= pause <= LIMITS.longest_pause


async def test_news_that_could_not_be_sent_for_a_week_are_given_up(stage: Stage) -> None:
    chat = FakeChat()
    await put(stage, "a")
    stage.clock.time += LIMITS.give_up + SECOND
    chat.errors = [DeliveryError("Discord is not answering.")]
    tally = await sender(stage, chat).deliver_due()

    assert tally.failed == 1
    assert await outcome(stage, "a") is Delivery.FAILED


async def test_a_malformed_message_holds_up_no_other(stage: Stage) -> None:
    chat = FakeChat(errors=[MalformedMessageError("Invalid Form Body")])
    for key in "ab":
        await put(stage, key)
    tally = await sender(stage, chat).deliver_due()

    assert chat.titles() == ["b"]
    assert (tally.failed, tally.posted) == (1, 1)


async def test_a_fault_of_ours_stops_one_box_and_no_other(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    chat = FakeChat(errors=[ZeroDivisionError()])
    await put(stage, "a")
    await put(stage, "b", to=REVIEW)
    tally = await sender(stage, chat, limits=Limits(parallel=1)).deliver_due()
    stage.clock.time += LIMITS.mending_pause
    await sender(stage, chat).deliver_due()

    assert tally.put_off == 1
    assert sorted(chat.titles()) == ["a", "b"]
    assert "a fault of ours" in caplog.text


def closed(*, mendable: bool = False) -> RefusedMessageError:
    return RefusedMessageError("They take no messages.", reason="closed", mendable=mendable)


async def test_closed_messages_are_a_normal_end_and_not_tried_again_for_a_day(
    stage: Stage,
) -> None:
    chat = FakeChat(errors=[closed()])
    for key in "ab":
        await put(stage, key)
    tally = await sender(stage, chat).deliver_due()
    stage.clock.time += LIMITS.closed_for + SECOND
    await put(stage, "c")
    await sender(stage, chat).deliver_due()

    assert (tally.refused, chat.calls) == (2, ["post 11", "post 11"])
    assert [await outcome(stage, key) for key in "ab"] == [Delivery.REFUSED] * 2
    assert chat.titles() == ["c"]


@pytest.mark.parametrize("allowed", [True, False])
async def test_who_is_not_reached_may_be_called_in_the_submit_channel(
    stage: Stage, *, allowed: bool
) -> None:
    code = await stage.send(stage.song("one"))
    async with stage.sessions.begin() as session:
        await workspace_settings.change_chat(
            session,
            workspace_id=stage.workspace_id,
            platform=Platform.DISCORD,
            submit_channel="6",
            mention_fallback=allowed,
        )
    chat = FakeChat(errors=[closed()])
    await put(stage, "a", submission_id=(await stage.row(code)).id)
    await sender(stage, chat).deliver_due()

    assert chat.titles("6") == ["mention:a"] * allowed


async def test_a_missing_permission_is_waited_for_and_costs_nothing(stage: Stage) -> None:
    chat = FakeChat(errors=[closed(mendable=True)])
    for key in "ab":
        await put(stage, key, to=REVIEW, subject="board")
    await put(stage, "digest", to=REVIEW)
    await sender(stage, chat).deliver_due()
    stage.clock.time += LIMITS.mending_pause
    await sender(stage, chat).deliver_due()

    assert chat.titles() == ["b", "digest"]


@pytest.mark.parametrize(("kind", "titles"), [("board", ["b"]), ("card", [])])
async def test_a_deleted_board_comes_back_and_a_deleted_card_does_not(
    stage: Stage, kind: str, titles: list[str]
) -> None:
    chat = FakeChat()
    await put(stage, "a", to=REVIEW, subject=kind, kind=kind)
    await sender(stage, chat).deliver_due()
    chat.messages.clear()
    await put(stage, "b", to=REVIEW, subject=kind, kind=kind)
    await sender(stage, chat).deliver_due()

    assert chat.titles() == titles
    assert await open_rows(stage) == []


async def test_a_running_sender_is_woken_by_the_commit(stage: Stage) -> None:
    chat = FakeChat()
    # Nobody looks for a quarter of an hour, unless the commit says so.
    work = sender(stage, chat, limits=Limits(look_every_s=1000))
    stop = asyncio.Event()
    await put(stage, "first")
    task = asyncio.create_task(work.run(stop))
    await chat.shows(1)
    await put(stage, "second")
    await chat.shows(2)
    stop.set()
    await task

    assert chat.titles() == ["first", "second"]


async def test_a_running_sender_finds_what_another_process_wrote(stage: Stage) -> None:
    chat = FakeChat()
    await put(stage, "a")
    stop = asyncio.Event()
    work = sender(stage, chat, limits=Limits(look_every_s=0.02))
    task = asyncio.create_task(work.run(stop))
    await chat.shows(1)
    stop.set()
    await task

    assert chat.titles() == ["a"]
    assert await open_rows(stage) == []


async def test_a_platform_without_a_courier_here_is_left_to_other_processes(stage: Stage) -> None:
    chat = FakeChat()
    await put(stage, "a", to=person(Platform.SLACK, "U1"))
    await sender(stage, chat).deliver_due()

    assert await open_rows(stage) == ["a"]


async def test_a_nonce_fits_into_what_discord_takes_and_holds_only_our_id(stage: Stage) -> None:
    await put(stage, "answer:1:2")
    (row,) = await stage.inside(
        lambda session: outbox.backlog(session, workspace_id=stage.workspace_id)
    )

    assert re.fullmatch(r"[0-9]+\.[0-9]+", nonce_of(row))
    assert len(f"{2**31}.{2**31}") <= 25
