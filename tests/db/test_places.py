"""Discord servers and Slack teams with their workspaces, their settings and their roles."""

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db import curators, workspace_settings, workspaces
from db.models import Platform, Role, Workspace
from db.workspace_settings import ChatSettings
from tests.db.desk import NOW, Desk, open_desk

DISCORD, SLACK = Platform.DISCORD, Platform.SLACK


async def _meet(session: AsyncSession, external_id: str, *, platform: Platform = DISCORD) -> int:
    workspace = await workspaces.ensure_account(
        session, platform=platform, external_id=external_id, name="Night people", now=NOW
    )
    return workspace.id


async def test_each_server_has_a_workspace_of_its_own_and_keeps_it(desk: Desk) -> None:
    first, again = await _meet(desk.session, "1"), await _meet(desk.session, "1")
    second, team = await _meet(desk.session, "2"), await _meet(desk.session, "1", platform=SLACK)

    assert first == again
    assert len({desk.workspace_id, first, second, team}) == 4
    (account,) = await workspaces.accounts_of(desk.session, workspace_id=first)
    assert (account.platform, account.external_id, account.name) == (DISCORD, "1", "Night people")


async def test_a_server_met_twice_at_once_gets_one_workspace(
    make_session: async_sessionmaker[AsyncSession],
) -> None:
    async def meet() -> int:
        async with make_session.begin() as session:
            return await _meet(session, "1")

    met = await asyncio.gather(*(meet() for _ in range(4)))

    assert len(set(met)) == 1
    async with make_session() as session:
        assert await session.scalar(select(func.count()).select_from(Workspace)) == 1


async def test_a_team_may_move_in_with_a_server_but_no_second_team(desk: Desk) -> None:
    server = await _meet(desk.session, "1")
    for team in ("T1", "T2"):
        await _meet(desk.session, team, platform=SLACK)

    async def move(team: str) -> bool:
        return await workspaces.move_account(
            desk.session, platform=SLACK, external_id=team, to_workspace_id=server
        )

    assert await move("T1")
    assert await _meet(desk.session, "T1", platform=SLACK) == server
    assert not await move("T9")
    with pytest.raises(IntegrityError):
        await move("T2")


async def test_a_workspace_that_is_removed_leaves_its_neighbour_alone(desk: Desk) -> None:
    await desk.submit()
    other = await open_desk(desk.session, "other")

    assert not await workspaces.is_unused(desk.session, workspace_id=desk.workspace_id)
    await workspaces.remove(desk.session, workspace_id=desk.workspace_id)
    assert await workspaces.is_unused(desk.session, workspace_id=desk.workspace_id)
    assert not await workspaces.is_unused(desk.session, workspace_id=other.workspace_id)


async def test_what_is_set_up_in_a_chat_stays_until_it_is_taken_back(desk: Desk) -> None:
    session, workspace_id = desk.session, desk.workspace_id
    assert (
        await workspace_settings.chat(session, workspace_id=workspace_id, platform=DISCORD)
        == ChatSettings()
    )

    await workspace_settings.change_chat(
        session,
        workspace_id=workspace_id,
        platform=DISCORD,
        review_channel="11",
        submit_channel="12",
        mention_fallback=True,
    )
    changed = await workspace_settings.change_chat(
        session, workspace_id=workspace_id, platform=DISCORD, submit_channel=None, curator_role="9"
    )

    assert changed == ChatSettings(review_channel="11", curator_role="9", mention_fallback=True)
    assert (
        await workspace_settings.chat(session, workspace_id=workspace_id, platform=SLACK)
        == ChatSettings()
    )


async def test_a_role_has_rights_for_its_playlist_only_until_they_are_taken(desk: Desk) -> None:
    session, workspace_id, playlist_id = desk.session, desk.workspace_id, desk.playlist_id
    for role in (Role.CURATOR, Role.ADMIN):
        await curators.add_role(
            session,
            workspace_id=workspace_id,
            playlist_id=playlist_id,
            platform=DISCORD,
            external_id="77",
            role=role,
            now=NOW,
        )

    async def roles() -> list[tuple[str, Role]]:
        found = await curators.roles_of(session, workspace_id=workspace_id, playlist_id=playlist_id)
        return [(row.external_id, row.role) for row in found]

    async def remove() -> bool:
        return await curators.remove_role(
            session,
            workspace_id=workspace_id,
            playlist_id=playlist_id,
            platform=DISCORD,
            external_id="77",
        )

    assert await roles() == [("77", Role.ADMIN)]
    assert [await remove(), await remove()] == [True, False]
    assert await roles() == []
