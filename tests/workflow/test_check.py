"""The private check and the open calls: what artists learn before they spend a slot."""

import json
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.errors import LinkError, NotFoundError
from bot.workflow.calls import CallsView, next_digest_at, show_calls
from bot.workflow.check import CheckView, check
from bot.workflow.people import console_person
from bot.workflow.submit import Request
from db.models import AiPolicy, AiUse, Answer, Member, Submission
from tests.workflow.stage import DAY, NIGHT, NOW, Stage, link_of

SECRETS = ("score", "percentile", "rank", "vote", "fit", "discovery", "propensity", "maybe")
BERLIN = ZoneInfo("Europe/Berlin")


async def _check(
    stage: Stage,
    text: str,
    *,
    by: str = "ana",
    playlist: str = NIGHT,
    genre: str | None = None,
    ai_use: AiUse | None = None,
) -> list[CheckView]:
    request = Request(
        playlist=playlist, person=console_person(by), text=text, genre=genre, ai_use=ai_use
    )
    view = await stage.inside(
        lambda session: check(
            session,
            workspace_id=stage.workspace_id,
            request=request,
            now=stage.clock(),
        )
    )
    return list(view.rows)


async def _calls(stage: Stage) -> CallsView:
    return await stage.inside(
        lambda session: show_calls(session, workspace_id=stage.workspace_id, now=stage.clock())
    )


async def test_a_check_stores_nothing_and_uses_no_slot(stage: Stage) -> None:
    await stage.playlist(waiting_per_artist=1, per_member_7d=1)

    await _check(stage, link_of("one"), by="nobody yet")
    (view,) = await _check(stage, link_of("one"), by="nobody yet")

    assert view.welcome
    assert (view.waiting, view.place, view.expected_at) == (0, 1, None)
    assert view.answer_by == NOW + 14 * DAY
    assert not view.known
    async with stage.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Submission)) == 0
        assert await session.scalar(select(func.count()).select_from(Member)) == 1


async def test_what_the_form_will_ask_is_nothing_in_the_way(stage: Stage) -> None:
    await stage.playlist(ai_policy=AiPolicy.DECLARED, ownership_required=True)

    (view,) = await _check(stage, stage.song("one"))

    assert view.welcome


async def test_everything_in_the_way_is_told_at_once(stage: Stage) -> None:
    await stage.send(stage.song("one"))
    await stage.playlist(
        paused=True,
        intake_cap=1,
        waiting_per_artist=1,
        per_member_7d=1,
        ai_policy=AiPolicy.NONE,
        genres=["Techno"],
    )

    (view,) = await _check(stage, link_of("one"), genre="Folk", ai_use=AiUse.MOSTLY)

    assert [one.rule for one in view.obstacles] == [
        "duplicate",
        "closed",
        "ai_policy",
        "intake_cap",
        "waiting_per_artist",
        "genres",
    ]
    assert [one.anyway for one in view.obstacles] == [False, False, False, False, False, True]


async def test_a_limit_tells_when_it_lets_go(stage: Stage) -> None:
    await stage.playlist(per_member_7d=1)
    await stage.submit(link_of("one"))

    (view,) = await _check(stage, link_of("two"))

    assert [(one.rule, one.possible_at) for one in view.obstacles] == [
        ("per_member_7d", NOW + 7 * DAY)
    ]


async def test_without_a_playlist_all_are_asked(stage: Stage) -> None:
    await stage.playlist("Loud", paused=True)

    views = await _check(stage, link_of("one"), playlist="")

    assert [(view.playlist, view.welcome) for view in views] == [("Loud", False), (NIGHT, True)]


async def test_what_was_heard_before_is_shown_beside_the_range_and_nothing_secret(
    stage: Stage,
) -> None:
    await stage.playlist("Loud")
    for name in "abcdef":
        await stage.decide(await stage.send(stage.song(name), by=name), Answer.KEEP)
    await stage.send(stage.song("one", percentile=71), playlist="Loud")

    (view,) = await _check(stage, link_of("one"))

    assert (view.title, view.artist) == ("Title of one", "Artist of one")
    assert view.compared is not None
    assert view.compared.tracks == 6
    assert view.expected_at == NOW + 2 * DAY
    told = json.dumps(view.to_json())
    assert "tempo" in told
    assert not [word for word in SECRETS if word in told.replace("Facts, not a verdict", "")]


async def test_a_check_refuses_what_is_no_link_and_what_is_no_playlist(stage: Stage) -> None:
    with pytest.raises(LinkError):
        await _check(stage, "my song")
    with pytest.raises(NotFoundError):
        await _check(stage, link_of("one"), playlist="Nothing")


async def test_the_calls_show_the_terms_the_open_ones_first(stage: Stage) -> None:
    await stage.playlist("Closed", paused=True)
    await stage.playlist("Later", opens_at=NOW + DAY)
    await stage.playlist(
        genres=["Techno"], intake_cap=40, waiting_per_artist=1, closes_at=NOW + 3 * DAY
    )
    await stage.submit(link_of("one"))

    view = await _calls(stage)

    assert [(row.playlist, row.open) for row in view.rows] == [
        (NIGHT, True),
        ("Closed", False),
        ("Later", False),
    ]
    night, closed, later = view.rows
    assert (night.waiting, night.intake_cap, night.genres) == (1, 40, ("Techno",))
    assert (night.closes_at, night.median_wait_days) == (NOW + 3 * DAY, None)
    assert (closed.opens_at, later.opens_at) == (None, NOW + DAY)
    # 18 November 2026 is a Wednesday.
    assert night.next_digest_at == datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert "Nobody can pay" in json.dumps(view.to_json())
    told = json.dumps([row.to_json() for row in view.rows])
    assert not [word for word in SECRETS if word in told]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # Friday itself, a minute before and at the very moment.
        (datetime(2026, 11, 20, 16, 59, tzinfo=BERLIN), datetime(2026, 11, 20, 17, tzinfo=BERLIN)),
        (datetime(2026, 11, 20, 17, tzinfo=BERLIN), datetime(2026, 11, 27, 17, tzinfo=BERLIN)),
        # Friday in Berlin while it is Thursday in UTC.
        (datetime(2026, 11, 19, 23, 30, tzinfo=UTC), datetime(2026, 11, 20, 17, tzinfo=BERLIN)),
        # The clocks change between the two, and it is told at the same local time.
        (datetime(2026, 10, 23, 18, tzinfo=BERLIN), datetime(2026, 10, 30, 17, tzinfo=BERLIN)),
    ],
)
def test_the_next_digest_is_at_its_local_time(after: datetime, expected: datetime) -> None:
    found = next_digest_at(5, time(17), BERLIN, after=after)

    assert found == expected
    assert f"{found:%H:%M}" == "17:00"


def test_a_digest_in_an_hour_that_is_left_out_comes_an_hour_later() -> None:
    after = datetime(2026, 3, 27, 12, tzinfo=BERLIN)

    assert next_digest_at(7, time(2, 30), BERLIN, after=after) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
