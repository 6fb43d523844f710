"""Curators on Slack are reminded in private, when they work where they are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workflow.hours import working_moment
from bot.workflow.people import Person, note_zone
from bot.workflow.queue import show_queue
from bot.workflow.reminding import remind_curators
from db import workspace_settings
from db.models import Platform
from tests.workflow.stage import NIGHT, NOW, Stage
from tests.workflow.telling import backlog, sent

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"]
MO = Person(
    platform=Platform.SLACK, external_id="U0MO", name="Mo", role_ids=frozenset({"S0CURATORS"})
)


@pytest.mark.parametrize(
    ("at", "then"),
    [
        # In Berlin it is an hour later in winter and two in summer.
        (datetime(2026, 11, 25, 10, 30, tzinfo=UTC), datetime(2026, 11, 25, 10, 30, tzinfo=UTC)),
        (datetime(2026, 11, 25, 4, tzinfo=UTC), datetime(2026, 11, 25, 8, tzinfo=UTC)),
        (datetime(2026, 11, 25, 16, tzinfo=UTC), datetime(2026, 11, 26, 8, tzinfo=UTC)),
        (datetime(2026, 11, 27, 20, tzinfo=UTC), datetime(2026, 11, 30, 8, tzinfo=UTC)),
        # Between these two the clock is set back.
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)),
        (datetime(2026, 10, 23, 12, tzinfo=UTC), datetime(2026, 10, 23, 12, tzinfo=UTC)),
    ],
)
def test_what_can_wait_is_told_from_nine_to_five_on_a_weekday(at: datetime, then: datetime) -> None:
    assert working_moment(at, ZoneInfo("Europe/Berlin")) == then


@given(st.integers(0, 15 * 365 * 24 * 60), st.sampled_from(ZONES))
def test_a_working_moment_is_never_before_nor_long_after(minutes: int, name: str) -> None:
    at, zone = NOW + timedelta(minutes=minutes), ZoneInfo(name)
    found = working_moment(at, zone)

    local = found.astimezone(zone)
    assert at <= found < at + timedelta(days=3)
    assert local.weekday() < 5
    assert 9 <= local.hour < 17
    assert working_moment(found, zone) == found


@pytest.fixture
async def code(stage: Stage) -> str:
    """A submission in a queue that Mo of Slack has looked at, by right of a user group."""
    await stage.playlist()
    code = await sent(stage)
    async with stage.sessions.begin() as session:
        await workspace_settings.change_chat(
            session,
            workspace_id=stage.workspace_id,
            platform=Platform.SLACK,
            review_channel="C0REVIEWS",
            curator_role="S0CURATORS",
        )
        await show_queue(
            session, workspace_id=stage.workspace_id, playlist=NIGHT, now=NOW, person=MO
        )
    return code


async def test_a_curator_on_slack_is_reminded_in_private_when_they_work(
    stage: Stage, code: str
) -> None:
    # NOW is a Wednesday noon in UTC: eleven at night in Auckland.
    async with stage.sessions.begin() as session:
        known = await note_zone(
            session, workspace_id=stage.workspace_id, person=MO, zone="Pacific/Auckland"
        )
    assert known
    await _remind(stage, code)

    (told,) = [row for row in await backlog(stage) if row.kind == "reminder"]
    assert told.recipient == "person:U0MO"
    assert told.due_at.astimezone(ZoneInfo("Pacific/Auckland")).hour == 9


async def test_without_anybody_at_work_the_channel_is_reminded(stage: Stage, code: str) -> None:
    await _remind(stage, code, at=NOW + timedelta(days=15))

    (told,) = [row for row in await backlog(stage) if row.kind == "reminder"]
    assert told.recipient == "channel:C0REVIEWS"


async def _remind(stage: Stage, code: str, *, at: datetime = NOW) -> None:
    row = await stage.row(code)
    async with stage.sessions.begin() as session:
        await remind_curators(
            session,
            workspace_id=stage.workspace_id,
            playlist_id=row.playlist_id,
            submission_ids=[row.id],
            because="day-1",
            at=at,
        )
