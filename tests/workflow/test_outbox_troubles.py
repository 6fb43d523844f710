"""Messages that cannot go out now: slow down, closed, forbidden, malformed."""

import asyncio
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    DeliveryError,
    MalformedMessageError,
    RefusedMessageError,
    SlowDownError,
)
from bot.workflow.delivery import Limits, nonce_of
from db import outbox, workspace_settings
from db.models import Delivery, Platform
from db.recipients import person
from tests.workflow.chats import FakeChat
from tests.workflow.sending import LIMITS, REVIEW, open_rows, outcome, put, sender
from tests.workflow.stage import Stage

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


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
