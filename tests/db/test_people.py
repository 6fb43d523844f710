import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from db import curators, decisions, events, members, playlists, submissions, votes, workspaces
from db.models import Answer, Identity, Member, Platform, Role, Workspace
from tests.db.desk import NOW, Desk, open_desk
from tests.db.filled import fill
from tests.db.race import until_blocked


async def test_a_workspace_is_made_once(session: AsyncSession) -> None:
    first = await workspaces.ensure(session, name="desk", now=NOW)
    again = await workspaces.ensure(session, name="desk", now=NOW)

    assert first.id == again.id
    assert await workspaces.by_name(session, name="other") is None


async def test_a_member_met_again_is_the_same_with_the_newest_name(desk: Desk) -> None:
    again = await members.ensure(
        desk.session,
        workspace_id=desk.workspace_id,
        platform=Platform.CONSOLE,
        external_id="ana",
        display_name="Ana B.",
        now=NOW,
    )

    assert again.id == desk.artist
    assert again.display_name == "Ana B."


async def test_the_same_account_is_another_member_in_another_workspace(desk: Desk) -> None:
    other = await open_desk(desk.session, "other")

    assert other.artist != desk.artist
    assert (
        await members.get(desk.session, workspace_id=other.workspace_id, member_id=desk.artist)
        is None
    )


async def test_an_unknown_account_is_nobody(desk: Desk) -> None:
    stranger = await members.by_identity(
        desk.session,
        workspace_id=desk.workspace_id,
        platform=Platform.DISCORD,
        external_id="ana",
    )

    assert stranger is None


async def _meet(session: AsyncSession, workspace_id: int) -> int:
    member = await members.ensure(
        session,
        workspace_id=workspace_id,
        platform=Platform.SLACK,
        external_id="U1",
        display_name="New",
        now=NOW,
    )
    return member.id


async def test_first_meetings_at_once_make_one_member(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    async def meet() -> int:
        async with make_session.begin() as session:
            return await _meet(session, desk.workspace_id)

    met = await asyncio.gather(*(meet() for _ in range(4)))

    assert len(set(met)) == 1
    assert await desk.session.scalar(select(func.count()).select_from(Member)) == 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_meeting_that_waited_for_another_finds_its_member_and_leaves_no_second(
    desk: Desk, engine: AsyncEngine, make_session: async_sessionmaker[AsyncSession]
) -> None:
    async def meet() -> int:
        async with make_session.begin() as session:
            return await _meet(session, desk.workspace_id)

    async with make_session.begin() as first, asyncio.TaskGroup() as others:
        met = await _meet(first, desk.workspace_id)
        again = others.create_task(meet())
        await until_blocked(engine)
        await first.commit()

    assert again.result() == met
    assert await desk.session.scalar(select(func.count()).select_from(Member)) == 3


async def test_two_workspaces_of_one_name_made_at_once_are_one(
    make_session: async_sessionmaker[AsyncSession],
) -> None:
    async def ensure() -> int:
        async with make_session.begin() as session:
            return (await workspaces.ensure(session, name="desk", now=NOW)).id

    made = await asyncio.gather(*(ensure() for _ in range(4)))

    assert len(set(made)) == 1
    async with make_session() as session:
        assert await session.scalar(select(func.count()).select_from(Workspace)) == 1


async def test_linking_makes_all_that_two_members_did_one_members(desk: Desk) -> None:
    session, workspace_id = desk.session, desk.workspace_id
    submission = await fill(desk)
    slack = await desk.member("U1", platform=Platform.SLACK)
    await votes.cast(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        member_id=slack,
        answer=Answer.DECLINE,
        at=NOW,
    )
    linked = await members.link(
        session, workspace_id=workspace_id, member_id=slack, other_id=desk.curator
    )
    await session.commit()

    assert {identity.platform for identity in linked.identities} == {
        Platform.CONSOLE,
        Platform.SLACK,
    }
    assert await members.get(session, workspace_id=workspace_id, member_id=desk.curator) is None
    found = {"workspace_id": workspace_id, "submission_id": submission.id}
    now = await submissions.get(session, **found)
    assert now is not None
    assert now.claimed_by == slack
    # Both voted: the vote of the kept member stays.
    assert [(v.member_id, v.answer) for v in await votes.of(session, **found)] == [
        (slack, Answer.DECLINE)
    ]
    assert {event.actor_id for event in await events.of(session, **found)} <= {
        slack,
        desk.artist,
        None,
    }
    decision = await decisions.last(session, **found)
    assert decision is not None
    assert decision.member_id == slack
    role = await curators.role_of(
        session, workspace_id=workspace_id, playlist_id=desk.playlist_id, member_id=slack
    )
    assert role is Role.CURATOR


async def test_linking_two_curators_of_one_playlist_keeps_one_role(desk: Desk) -> None:
    other = await desk.member("U1", platform=Platform.SLACK)
    for member_id, role in ((desk.curator, Role.ADMIN), (other, Role.CURATOR)):
        await curators.add(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            member_id=member_id,
            role=role,
            now=NOW,
        )
    await members.link(
        desk.session, workspace_id=desk.workspace_id, member_id=desk.curator, other_id=other
    )

    team = await curators.of_playlist(
        desk.session, workspace_id=desk.workspace_id, playlist_id=desk.playlist_id
    )
    assert [(row.member.display_name, row.role) for row in team] == [("Mo", Role.ADMIN)]


async def test_a_member_cannot_be_linked_with_itself_or_with_nobody(desk: Desk) -> None:
    with pytest.raises(ValueError, match="with itself"):
        await members.link(
            desk.session,
            workspace_id=desk.workspace_id,
            member_id=desk.artist,
            other_id=desk.artist,
        )
    other = await open_desk(desk.session, "other")
    with pytest.raises(LookupError, match="no member"):
        await members.link(
            desk.session,
            workspace_id=desk.workspace_id,
            member_id=other.artist,
            other_id=desk.artist,
        )

    assert await desk.session.scalar(select(func.count()).select_from(Identity)) == 4


async def test_a_curator_has_a_role_until_it_is_taken(desk: Desk) -> None:
    who = {
        "workspace_id": desk.workspace_id,
        "playlist_id": desk.playlist_id,
        "member_id": desk.curator,
    }
    roles = [await curators.role_of(desk.session, **who)]
    for role in (Role.CURATOR, Role.ADMIN):
        await curators.add(desk.session, **who, role=role, now=NOW)
        roles.append(await curators.role_of(desk.session, **who))
    removed = await curators.remove(desk.session, **who)
    roles.append(await curators.role_of(desk.session, **who))

    assert roles == [None, Role.CURATOR, Role.ADMIN, None]
    assert removed
    assert not await curators.remove(desk.session, **who)


async def test_a_role_counts_for_one_playlist(desk: Desk) -> None:
    second = await playlists.add(
        desk.session, workspace_id=desk.workspace_id, name="Sunrise", now=NOW
    )
    await curators.add(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        member_id=desk.curator,
        role=Role.CURATOR,
        now=NOW,
    )

    role = await curators.role_of(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=second.id,
        member_id=desk.curator,
    )
    assert role is None
