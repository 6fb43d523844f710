"""A running desk serves many servers, and each keeps what it has set up."""

import pytest

from bot.errors import NotAllowedError, RuleError
from bot.workflow.desk import Desk
from bot.workflow.people import Person
from bot.workflow.places import SetupView, change_setup, desk_at, show_setup
from db.models import Platform
from db.workspace_settings import ChatChanges
from tests.workflow.stage import Stage

MANAGER = Person(platform=Platform.DISCORD, external_id="U1", name="Kim", admin=True)


def desk_of(stage: Stage) -> Desk:
    return Desk(
        workspace_id=stage.workspace_id,
        zone="UTC",
        upload_max_mib=25,
        sessions=stage.sessions,
        services=stage.services,
        starter=stage,
        now=stage.clock,
        seed=lambda: 1,
    )


async def set_up(
    stage: Stage, changes: ChatChanges, *, person: Person = MANAGER, zone: str | None = None
) -> SetupView:
    return await stage.inside(
        lambda session: change_setup(
            session,
            workspace_id=stage.workspace_id,
            person=person,
            changes=changes,
            now=stage.clock(),
            zone=zone,
        )
    )


async def test_two_servers_get_two_desks_and_the_operators_stays(stage: Stage) -> None:
    desk = desk_of(stage)
    one = await desk_at(desk, platform=Platform.DISCORD, external_id="1", name="One")
    two = await desk_at(desk, platform=Platform.DISCORD, external_id="2", name="Two")
    again = await desk_at(desk, platform=Platform.DISCORD, external_id="1", name="Renamed")

    assert len({desk.workspace_id, one.workspace_id, two.workspace_id}) == 3
    assert again.workspace_id == one.workspace_id
    assert one.zone == "UTC"


async def test_a_set_up_desk_has_the_workspaces_zone(stage: Stage) -> None:
    desk = await desk_at(desk_of(stage), platform=Platform.DISCORD, external_id="1", name="One")
    await stage.inside(
        lambda session: change_setup(
            session,
            workspace_id=desk.workspace_id,
            person=MANAGER,
            changes={},
            now=stage.clock(),
            zone="Europe/Berlin",
        )
    )

    again = await desk_at(desk, platform=Platform.DISCORD, external_id="1", name="One")
    assert again.zone == "Europe/Berlin"


async def test_what_is_set_up_is_shown_per_platform(stage: Stage) -> None:
    view = await set_up(stage, {"review_channel": "11", "submit_channel": "12"}, zone="UTC")
    async with stage.sessions() as session:
        slack = await show_setup(session, workspace_id=stage.workspace_id, platform=Platform.SLACK)

    assert view.to_json() == {
        "platform": "discord",
        "review_channel": "11",
        "submit_channel": "12",
        "curator_role": None,
        "mention_fallback": False,
        "zone": "UTC",
    }
    assert (slack.chat.review_channel, slack.zone) == (None, "UTC")


async def test_only_a_manager_sets_up_and_only_with_a_zone_that_exists(stage: Stage) -> None:
    somebody = Person(platform=Platform.DISCORD, external_id="U2", name="Ana")

    with pytest.raises(NotAllowedError):
        await set_up(stage, {"review_channel": "11"}, person=somebody)
    with pytest.raises(RuleError, match="'Berlin' is no time zone"):
        await set_up(stage, {"review_channel": "11"}, zone="Berlin")
    async with stage.sessions() as session:
        view = await show_setup(session, workspace_id=stage.workspace_id, platform=Platform.DISCORD)
    assert view.chat.review_channel is None
