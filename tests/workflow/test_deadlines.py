"""Reminders, expiry, digests and old records on a real database, with several at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDoneError, NotAllowedError, RuleError
from bot.workflow import deadlines, digest, weekly
from bot.workflow.deadlines import Reminded, reminder_due
from bot.workflow.people import console_person
from bot.workflow.weekly import DueDigest
from db import workspace_settings
from db.models import Answer, EventKind, Exposure, OutboxMessage, Platform, Status
from tests.workflow.stage import DAY, MINUTE, NIGHT, NOW, Stage
from tests.workflow.telling import MO, appoint

T = TypeVar("T")
HOUR = timedelta(hours=1)


async def _tick(stage: Stage, work: Callable[..., Awaitable[T]]) -> T:
    return await stage.inside(
        lambda session: work(session, workspace_id=stage.workspace_id, now=stage.clock())
    )


async def _told(stage: Stage, kind: str) -> list[str]:
    async with stage.sessions() as session:
        rows = await session.scalars(
            select(OutboxMessage.key).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
        )
        return list(rows)


@pytest.fixture
async def chat(stage: Stage) -> Stage:
    """A desk with a review channel on Discord."""

    async def work(session: AsyncSession) -> None:
        await workspace_settings.change_chat(
            session,
            workspace_id=stage.workspace_id,
            platform=Platform.DISCORD,
            review_channel="777",
        )

    await stage.inside(work)
    return stage


async def test_curators_are_reminded_on_the_tenth_and_the_thirteenth_day(chat: Stage) -> None:
    code = await chat.send(chat.song("one"))
    days = []
    for hour in range(14 * 24):
        chat.clock.time = NOW + hour * HOUR
        if reminded := await _tick(chat, deadlines.remind):
            days.append((hour / 24, reminded))

    row = await chat.row(code)
    expected = Reminded(playlist_id=row.playlist_id, submission_ids=(row.id,))
    # It came at noon, and a reminder goes out at nine.
    assert days == [(9.875, [expected]), (12.875, [expected])]
    assert len(await _told(chat, "reminder")) == 2
    kinds = [event.kind for event in await chat.history(code)]
    assert kinds.count(EventKind.REMINDED) == 2


async def test_one_message_reminds_of_all_that_is_due_that_day(chat: Stage) -> None:
    codes = []
    for number in range(3):
        chat.clock.time = NOW + number * HOUR
        codes.append(await chat.send(chat.song(f"s{number}"), by=f"a{number}"))
    chat.clock.time = NOW + 10 * DAY

    (reminded,) = await _tick(chat, deadlines.remind)
    assert reminded.submission_ids == tuple([(await chat.row(code)).id for code in codes])
    assert await _tick(chat, deadlines.remind) == []


async def test_nobody_is_reminded_of_what_is_answered_or_past(chat: Stage) -> None:
    kept = await chat.send(chat.song("kept"), by="a")
    gone = await chat.send(chat.song("gone"), by="b")
    maybe = await chat.send(chat.song("maybe"), by="c")
    await chat.decide(kept)
    await chat.withdraw(gone, by="b")
    await chat.decide(maybe, Answer.MAYBE)
    chat.clock.time = NOW + 11 * DAY

    (reminded,) = await _tick(chat, deadlines.remind)
    assert reminded.submission_ids == ((await chat.row(maybe)).id,)
    chat.clock.time = NOW + 15 * DAY
    assert await _tick(chat, deadlines.remind) == []


async def test_after_a_silence_only_the_latest_reminder_goes_out(chat: Stage) -> None:
    await chat.send(chat.song("one"))
    chat.clock.time = NOW + 13 * DAY

    assert len(await _tick(chat, deadlines.remind)) == 1
    assert await _tick(chat, deadlines.remind) == []
    assert len(await _told(chat, "reminder")) == 1


async def test_three_workers_remind_once(chat: Stage) -> None:
    await chat.send(chat.song("one"))
    chat.clock.time = NOW + 11 * DAY

    done = await asyncio.gather(*(_tick(chat, deadlines.remind) for _ in range(3)))
    assert sorted(len(one) for one in done) == [0, 0, 1]
    assert len(await _told(chat, "reminder")) == 1


@given(
    received_at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants them bare
    answer_days=st.integers(1, 60),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_reminders_only_grow_and_end_before_the_date(
    received_at: datetime, answer_days: int, zone: str
) -> None:
    due_at = received_at + timedelta(days=answer_days)
    days = [
        reminder_due(received_at, due_at, zone=ZoneInfo(zone), now=received_at + hour * HOUR)
        for hour in range(answer_days * 24 + 1)
    ]

    assert days[0] is None
    assert days[-1] is None
    told = [day for day in days if day is not None]
    assert told == sorted(told)
    assert set(told) <= {answer_days - 4, answer_days - 1}


async def test_what_is_past_its_date_expires_with_an_apology(stage: Stage) -> None:
    late = await stage.send(stage.song("late"))
    maybe = await stage.send(stage.song("maybe"), by="ben")
    kept = await stage.send(stage.song("kept"), by="kim")
    await stage.decide(maybe, Answer.MAYBE)
    await stage.decide(kept)
    stage.clock.time = NOW + 14 * DAY - MINUTE
    assert await _tick(stage, deadlines.expire) == []
    stage.clock.time = NOW + 14 * DAY

    assert len(await _tick(stage, deadlines.expire)) == 2
    assert await _tick(stage, deadlines.expire) == []
    statuses = [(await stage.row(code)).status for code in (late, maybe, kept)]
    assert statuses == [Status.EXPIRED, Status.EXPIRED, Status.KEPT]
    (row,) = (await stage.status()).rows
    assert "we are sorry" in row.status
    view = await stage.digest()
    assert (view.expired, view.declined) == (2, 0)


async def test_of_an_answer_and_an_expiry_at_once_one_wins(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    stage.clock.time = NOW + 15 * DAY
    await asyncio.gather(_tick(stage, deadlines.expire), stage.decide(code), return_exceptions=True)

    moves = [event.to_status for event in await stage.history(code) if event.to_status]
    assert moves[-1] in {Status.KEPT, Status.EXPIRED}
    assert len(set(moves) & {Status.KEPT, Status.EXPIRED}) == 1


async def test_an_expired_song_may_be_sent_again_at_once(stage: Stage) -> None:
    link = stage.song("one")
    await stage.send(link)
    stage.clock.time = NOW + 14 * DAY
    await _tick(stage, deadlines.expire)

    again = await stage.send(link)
    assert [row.code for row in (await stage.queue()).rows] == [again]


async def test_old_showings_are_forgotten_after_a_year(stage: Stage) -> None:
    await stage.send(stage.song("one"))
    await stage.queue()
    stage.clock.time = NOW + 2 * DAY
    await stage.queue()
    stage.clock.time = NOW + 366 * DAY

    assert await _tick(stage, deadlines.forget_exposures) == 1
    async with stage.sessions() as session:
        assert len(list(await session.scalars(select(Exposure)))) == 1


async def test_three_workers_post_a_week_once(chat: Stage) -> None:
    chat.clock.time = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    found = [await _tick(chat, weekly.due_digests) for _ in range(3)]
    assert [[due.week for due in one] for one in found] == [["2026-W47"]] * 3
    due = found[0][0]
    assert due.key == f"digest:{due.playlist_id}:2026-W47"

    async def send() -> bool:
        return await chat.inside(
            lambda session: weekly.send_due(
                session, workspace_id=chat.workspace_id, due=due, now=chat.clock()
            )
        )

    assert sorted(await asyncio.gather(send(), send(), send())) == [False, False, True]
    assert len(await _told(chat, "digest")) == 1
    assert await _tick(chat, weekly.due_digests) == []


async def test_each_playlist_has_its_own_hour(stage: Stage) -> None:
    await stage.playlist("Howe", zone="Australia/Lord_Howe")
    await stage.playlist("York", zone="America/New_York")

    async def due_on(day: int, hour: int) -> set[str]:
        stage.clock.time = datetime(2026, 11, day, hour, tzinfo=UTC)
        names = {(await stage.playlist(name)).id: name for name in (NIGHT, "Howe", "York")}
        return {names[due.playlist_id] for due in await _tick(stage, weekly.due_digests)}

    assert await due_on(20, 5) == set()
    assert await due_on(20, 6) == {"Howe"}
    assert await due_on(20, 17) == {"Howe", NIGHT}
    assert await due_on(20, 22) == {"Howe", NIGHT, "York"}


async def test_a_curator_may_skip_a_week_and_take_that_back(chat: Stage) -> None:
    skip = _by(chat, "mo", weekly.skip)
    assert (await skip()).outcome == "skipped"
    chat.clock.time = datetime(2026, 11, 20, 16, 59, tzinfo=UTC)
    assert (await skip()).outcome is None
    assert (await skip()).outcome == "skipped"
    chat.clock.time += MINUTE

    assert await _tick(chat, weekly.due_digests) == []
    with pytest.raises(NotAllowedError):
        await _by(chat, "ana", weekly.skip)()


async def test_a_skipped_digest_that_is_asked_for_now_is_posted(chat: Stage) -> None:
    await _by(chat, "mo", weekly.skip)()

    assert (await _by(chat, "mo", weekly.send_now)()).outcome == "sent"


async def test_who_posts_a_digest_by_hand_is_told_that_there_is_no_place_for_it(
    stage: Stage,
) -> None:
    await appoint(stage)

    with pytest.raises(RuleError, match="no review channel"):
        await stage.inside(
            lambda session: weekly.send_now(
                session,
                workspace_id=stage.workspace_id,
                playlist=NIGHT,
                person=MO,
                now=stage.clock(),
            )
        )
    # Nothing was settled, so it still comes at its time.
    stage.clock.time = datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert len(await _tick(stage, weekly.due_digests)) == 1


async def test_a_due_digest_that_reaches_nobody_is_in_the_log(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.clock.time = datetime(2026, 11, 20, 17, tzinfo=UTC)
    (due,) = await _tick(stage, weekly.due_digests)
    await stage.inside(
        lambda session: weekly.send_due(
            session, workspace_id=stage.workspace_id, due=due, now=stage.clock()
        )
    )

    assert "nobody was told of the digest" in caplog.text


async def test_a_digest_posted_by_hand_is_not_posted_again_that_week(chat: Stage) -> None:
    code = await chat.send(chat.song("one"))
    await chat.decide(code)
    chat.clock.time += MINUTE
    send = _by(chat, "mo", weekly.send_now)
    assert (await send()).outcome == "sent"
    assert len(await _told(chat, "digest")) == 1
    with pytest.raises(AlreadyDoneError, match="less than a day ago"):
        await send()

    # What comes after it stands in the next one, and nothing in both.
    later = await chat.send(chat.song("two"), by="ben")
    chat.clock.time += HOUR
    await chat.decide(later)
    first, second = await chat.digest("2026-W47"), await chat.digest()
    assert (first.iso_week, second.iso_week) == ("2026-W47", "2026-W48")
    assert ([row.code for row in first.added], [row.code for row in second.added]) == (
        [code],
        [later],
    )
    chat.clock.time = datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert await _tick(chat, weekly.due_digests) == []


async def test_the_next_digest_is_planned_in_the_playlists_own_time(stage: Stage) -> None:
    await stage.playlist(zone="Europe/Berlin")
    plan = await stage.inside(
        lambda session: weekly.plan(
            session, workspace_id=stage.workspace_id, playlist=NIGHT, now=stage.clock()
        )
    )

    assert plan.due_at.isoformat() == "2026-11-20T17:00:00+01:00"
    assert (plan.week, plan.outcome) == ("2026-W47", None)


async def test_a_digest_of_the_tick_can_be_made_from_its_name(stage: Stage) -> None:
    playlist = await stage.playlist()
    due = DueDigest(playlist_id=playlist.id, week="2026-W47")
    span = await stage.inside(
        lambda session: digest.span_of(session, playlist, due.week, now=stage.clock())
    )

    assert (span.ends_at - span.starts_at, span.label) == (7 * DAY, "2026-W47")


def _by(stage: Stage, name: str, work: Callable[..., Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    async def run() -> T:
        return await stage.inside(
            lambda session: work(
                session,
                workspace_id=stage.workspace_id,
                playlist=NIGHT,
                person=console_person(name),
                now=stage.clock(),
            )
        )

    return run
