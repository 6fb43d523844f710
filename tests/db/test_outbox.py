from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db import mailboxes, outbox, posts
from db.models import Delivery, Mailbox, OutboxMessage, Platform
from db.outbox import Box
from db.recipients import Recipient, channel, parse, person
from tests.db.desk import NOW, Desk, open_desk

MINUTE = timedelta(minutes=1)
CHATS = (Platform.DISCORD, Platform.SLACK)
ANA, REVIEW = person(Platform.DISCORD, "1"), channel(Platform.DISCORD, "1")


def box(desk: Desk, to: Recipient = ANA) -> Box:
    return Box(workspace_id=desk.workspace_id, to=to)


async def put(
    desk: Desk,
    key: str = "kept:1",
    *,
    to: Recipient = ANA,
    subject: str | None = None,
    minutes: int = 0,
) -> bool:
    return await outbox.put(
        desk.session,
        workspace_id=desk.workspace_id,
        key=key,
        to=to,
        subject=subject or key,
        kind="kept",
        payload={"submission": 1},
        at=NOW,
        due_at=NOW + minutes * MINUTE,
    )


async def next_up(desk: Desk, *, to: Recipient = ANA, minutes: int = 0) -> list[str]:
    rows = await outbox.next_up(desk.session, box=box(desk, to), now=NOW + minutes * MINUTE)
    return [row.key for row in rows]


async def settle(
    desk: Desk, rows: Sequence[OutboxMessage], outcome: Delivery = Delivery.SENT
) -> None:
    await outbox.settle(
        desk.session,
        box=box(desk),
        ids=[row.id for row in rows],
        outcome=outcome,
        at=NOW,
    )


async def waiting(session: AsyncSession, *, now: datetime = NOW) -> list[Box]:
    return await outbox.waiting_boxes(session, platforms=CHATS, now=now, limit=10)


async def lease(desk: Desk, *, worker: str, to: Recipient = ANA) -> Mailbox | None:
    return await mailboxes.lease(
        desk.session, box=box(desk, to), worker=worker, now=NOW, until=NOW + MINUTE
    )


@pytest.mark.parametrize("to", [ANA, REVIEW, channel(Platform.SLACK, "C1:2")])
def test_an_address_tells_a_person_from_a_channel_of_the_same_number(to: Recipient) -> None:
    assert parse(to.platform, to.address) == to
    assert ANA.address != REVIEW.address


def test_a_recipient_needs_an_id() -> None:
    with pytest.raises(ValueError, match="needs the platform's id"):
        person(Platform.SLACK, "")


async def test_a_message_is_due_until_it_is_settled_and_told_once(desk: Desk) -> None:
    added = [await put(desk), await put(desk)]
    rows = await outbox.next_up(desk.session, box=box(desk), now=NOW)
    await settle(desk, rows)
    again = await put(desk)

    assert added == [True, False]
    assert [row.payload for row in rows] == [{"submission": 1}]
    assert await next_up(desk) == []
    assert not again


async def test_what_is_settled_keeps_its_outcome(desk: Desk) -> None:
    await put(desk)
    rows = await outbox.next_up(desk.session, box=box(desk), now=NOW)
    await settle(desk, rows, Delivery.REFUSED)
    await settle(desk, rows, Delivery.SENT)
    await desk.session.refresh(rows[0])

    assert rows[0].outcome is Delivery.REFUSED


async def test_rows_of_one_subject_are_one_message_at_the_place_of_the_oldest(desk: Desk) -> None:
    for key, subject in (("a", "board"), ("b", "card"), ("c", "board")):
        await put(desk, key, subject=subject)

    assert await next_up(desk) == ["a", "c"]


async def test_what_is_due_later_holds_nothing_up(desk: Desk) -> None:
    await put(desk, "board", minutes=2)
    await put(desk, "card", minutes=1)

    assert await next_up(desk) == []
    assert await next_up(desk, minutes=1) == ["card"]
    assert await outbox.next_moment(desk.session, platforms=CHATS) == NOW + MINUTE


async def test_boxes_wait_until_they_are_leased_or_rest(desk: Desk) -> None:
    await put(desk)
    await put(desk, "board", to=REVIEW)
    before = await waiting(desk.session)
    await lease(desk, worker="one")
    await mailboxes.lease(desk.session, box=box(desk, REVIEW), worker="one", now=NOW, until=NOW)
    await mailboxes.rest(desk.session, box=box(desk, REVIEW), until=NOW + 2 * MINUTE)

    assert {found.to for found in before} == {ANA, REVIEW}
    assert await waiting(desk.session) == []
    assert await outbox.next_moment(desk.session, platforms=CHATS) == NOW + MINUTE
    assert {found.to for found in await waiting(desk.session, now=NOW + 2 * MINUTE)} == {
        ANA,
        REVIEW,
    }


async def test_nobody_waits_for_a_platform_that_this_process_does_not_serve(desk: Desk) -> None:
    await put(desk)

    found = await outbox.waiting_boxes(desk.session, platforms=[Platform.SLACK], now=NOW, limit=10)
    assert found == []
    assert await outbox.next_moment(desk.session, platforms=[Platform.SLACK]) is None


async def test_the_box_that_was_served_longest_ago_comes_first(desk: Desk) -> None:
    for number in (1, 2, 3):
        await put(desk, f"kept:{number}", to=person(Platform.DISCORD, str(number)))
    for number, minutes in ((1, 2), (2, 1)):
        taken = box(desk, person(Platform.DISCORD, str(number)))
        at = NOW + minutes * MINUTE
        await mailboxes.lease(desk.session, box=taken, worker="one", now=at, until=at)

    found = await waiting(desk.session, now=NOW + 5 * MINUTE)
    assert [found.to.external_id for found in found] == ["3", "2", "1"]


async def test_one_worker_at_a_time_has_a_box(desk: Desk) -> None:
    taken = [await lease(desk, worker=worker) is not None for worker in ("one", "two", "one")]
    await mailboxes.release(desk.session, box=box(desk), worker="two")
    still = await lease(desk, worker="two")
    await mailboxes.release(desk.session, box=box(desk), worker="one")

    assert taken == [True, False, True]
    assert still is None
    assert await lease(desk, worker="two") is not None


async def test_the_box_of_a_dead_worker_is_free_after_its_lease(desk: Desk) -> None:
    await lease(desk, worker="dead")
    later = await mailboxes.lease(
        desk.session, box=box(desk), worker="two", now=NOW + MINUTE, until=NOW + 2 * MINUTE
    )

    assert later is not None
    assert later.leased_by == "two"


async def test_of_two_workers_at_once_one_gets_the_box(
    make_session: async_sessionmaker[AsyncSession], desk: Desk
) -> None:
    async with make_session.begin() as first:
        mine = await mailboxes.lease(
            first, box=box(desk), worker="one", now=NOW, until=NOW + MINUTE
        )
    async with make_session.begin() as second:
        theirs = await mailboxes.lease(
            second, box=box(desk), worker="two", now=NOW, until=NOW + MINUTE
        )

    assert (mine is not None, theirs) == (True, None)


async def test_failures_are_counted_until_a_message_gets_through(desk: Desk) -> None:
    await lease(desk, worker="one")
    for _ in range(2):
        await mailboxes.rest(desk.session, box=box(desk), until=NOW, failed=True)
    await mailboxes.closed(desk.session, box=box(desk), reason="closed", at=NOW)
    refusing = await mailboxes.refusing(
        desk.session, workspace_id=desk.workspace_id, now=NOW, within=MINUTE
    )
    reasons = [mailbox.closed_reason for mailbox in refusing]
    await mailboxes.opened(desk.session, box=box(desk), rest_until=NOW)
    found = await mailboxes.get(desk.session, box=box(desk))

    assert reasons == ["closed"]
    assert found is not None
    assert (found.failures, found.closed_at, found.closed_reason) == (0, None, None)


async def test_whoever_watches_is_woken_after_the_commit_and_not_before(
    make_session: async_sessionmaker[AsyncSession], desk: Desk
) -> None:
    woken: list[str] = []
    make_session.configure(info={outbox.WAKE: lambda: woken.append("now")})
    async with make_session.begin() as session:
        await put(
            Desk(
                session=session,
                workspace_id=desk.workspace_id,
                playlist_id=desk.playlist_id,
                curator=desk.curator,
                artist=desk.artist,
            )
        )
        before = list(woken)
    async with make_session.begin() as session:
        await waiting(session)

    assert before == []
    assert woken == ["now"]


async def test_settled_rows_are_swept_and_open_ones_never(desk: Desk) -> None:
    await put(desk, "old")
    await settle(desk, await outbox.next_up(desk.session, box=box(desk), now=NOW))
    await put(desk, "open")

    assert await outbox.sweep(desk.session, done_before=NOW) == 0
    assert await outbox.sweep(desk.session, done_before=NOW + MINUTE) == 1
    left = await outbox.backlog(desk.session, workspace_id=desk.workspace_id)
    assert [row.key for row in left] == ["open"]


async def test_a_workspace_sends_its_own_messages_only(desk: Desk) -> None:
    await put(desk)
    other = await open_desk(desk.session, "other")

    assert await next_up(other) == []
    assert await put(other)
    assert len(await waiting(desk.session)) == 2


async def test_a_post_is_found_again_and_a_newer_one_takes_its_place(desk: Desk) -> None:
    for message_id in ("7", "8"):
        await posts.remember(
            desk.session, box=box(desk), subject="board", message_id=message_id, at=NOW
        )
    found = await posts.find(desk.session, box=box(desk), subject="board")
    await posts.forget(desk.session, box=box(desk), subject="board")

    assert found is not None
    assert found.message_id == "8"
    assert await posts.find(desk.session, box=box(desk), subject="board") is None


async def test_all_messages_that_show_a_subject_are_found_and_no_others(desk: Desk) -> None:
    for subject in ("card:1", "card:1:70", "card:10", "card:12:3"):
        await posts.remember(
            desk.session, box=box(desk, REVIEW), subject=subject, message_id="7", at=NOW
        )
    found = await posts.showing(desk.session, workspace_id=desk.workspace_id, subject="card:1")

    assert [post.subject for post in found] == ["card:1", "card:1:70"]


async def test_a_message_that_somebody_deleted_is_forgotten(desk: Desk) -> None:
    await posts.remember(desk.session, box=box(desk), subject="board", message_id="7", at=NOW)
    forgotten = [
        await posts.forget_message(
            desk.session,
            workspace_id=desk.workspace_id,
            platform=Platform.DISCORD,
            message_id="7",
        )
        for _ in range(2)
    ]

    assert forgotten == [True, False]


async def test_posts_that_nothing_changed_for_long_are_swept(desk: Desk) -> None:
    for subject in ("board", "card:1"):
        await posts.remember(desk.session, box=box(desk), subject=subject, message_id="7", at=NOW)

    assert await posts.sweep(desk.session, changed_before=NOW, but=["board"]) == 0
    assert await posts.sweep(desk.session, changed_before=NOW + MINUTE, but=["board"]) == 1
    assert await posts.find(desk.session, box=box(desk), subject="board") is not None
