"""What is offered while somebody types: only what they may see, from a few queries."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from bot.workflow.people import Person, curated, curated_ids, may_curate
from bot.workflow.places import change_setup
from bot.workflow.suggest import playlists_for, submissions_for_curator, zones_for
from db import curators, members, playlists
from db.models import Platform, Role
from tests.workflow.stage import NOW, Stage

KIM = Person(platform=Platform.DISCORD, external_id="U1", name="Kim")


async def grant(stage: Stage, playlist_id: int, role_id: str, role: Role) -> None:
    await stage.inside(
        lambda session: curators.add_role(
            session,
            workspace_id=stage.workspace_id,
            playlist_id=playlist_id,
            platform=Platform.DISCORD,
            external_id=role_id,
            role=role,
            now=NOW,
        )
    )


async def offered(stage: Stage, person: Person, text: str = "") -> list[str]:
    found = await stage.inside(
        lambda session: submissions_for_curator(
            session, workspace_id=stage.workspace_id, person=person, text=text
        )
    )
    return [one.value for one in found]


@pytest.mark.parametrize(
    "person",
    [
        KIM,
        replace(KIM, role_ids=frozenset({"7"})),
        replace(KIM, role_ids=frozenset({"8", "9"})),
        replace(KIM, admin=True),
        replace(KIM, admin=True, guest=True),
        replace(KIM, role_ids=frozenset({"5"})),
        Person(platform=Platform.CONSOLE, external_id="mo", name="mo"),
        Person(platform=Platform.SLACK, external_id="U1", name="Kim", role_ids=frozenset({"7"})),
    ],
    ids=[
        "nobody",
        "a playlist's role",
        "another one's role",
        "a manager",
        "a guest who manages",
        "the curators' role",
        "a curator by name",
        "the same number on Slack",
    ],
)
async def test_who_reviews_what_is_the_same_asked_at_once_and_one_by_one(
    stage: Stage, person: Person
) -> None:
    day, dawn = await stage.playlist("Day"), await stage.playlist("Dawn")
    await grant(stage, day.id, "7", Role.CURATOR)
    await grant(stage, dawn.id, "8", Role.ADMIN)
    await stage.appoint("mo", "Dawn")
    await stage.inside(
        lambda session: change_setup(
            session,
            workspace_id=stage.workspace_id,
            person=replace(KIM, admin=True),
            changes={"curator_role": "5"},
            now=NOW,
        )
    )

    async def one_by_one(session: AsyncSession) -> list[str]:
        workspace_id = stage.workspace_id
        member = await members.by_identity(
            session,
            workspace_id=workspace_id,
            platform=person.platform,
            external_id=person.external_id,
        )
        return [
            one.name
            for one in await playlists.list_all(session, workspace_id=workspace_id)
            if await may_curate(session, one, member, person) is not None
        ]

    at_once = await stage.inside(
        lambda session: curated(session, workspace_id=stage.workspace_id, person=person)
    )
    assert [one.name for one in at_once] == await stage.inside(one_by_one)
    ids = await stage.inside(
        lambda session: curated_ids(session, workspace_id=stage.workspace_id, person=person)
    )
    assert sorted(ids) == sorted(one.id for one in at_once)


async def test_nobody_is_offered_submissions_that_they_do_not_review(stage: Stage) -> None:
    day = await stage.playlist("Day")
    mine = await stage.send(stage.song("one"), playlist="Day")
    await stage.send(stage.song("two"))
    await grant(stage, day.id, "7", Role.CURATOR)

    assert await offered(stage, replace(KIM, role_ids=frozenset({"7"}))) == [mine]
    assert await offered(stage, KIM) == []


async def test_submissions_are_found_by_a_part_of_their_code(stage: Stage) -> None:
    first = await stage.send(stage.song("one"))
    second = await stage.send(stage.song("two"))
    manager = replace(KIM, admin=True)

    assert await offered(stage, manager, first.lower()) == [first]
    assert await offered(stage, manager) == [second, first]


async def test_a_full_desk_is_looked_through_in_as_many_queries_as_a_small_one(
    stage: Stage,
) -> None:
    async def queries() -> int:
        counted: list[str] = []
        async with stage.sessions() as session:
            connection = await session.connection()
            note = _counting(counted)
            event.listen(connection.sync_connection, "before_cursor_execute", note)
            await submissions_for_curator(
                session, workspace_id=stage.workspace_id, person=replace(KIM, admin=True)
            )
        return len(counted)

    await stage.send(stage.song("one"))
    few = await queries()
    for number in range(6):
        await stage.playlist(f"Day {number}")
        await stage.send(stage.song(f"day{number}"), playlist=f"Day {number}")

    assert await queries() == few


async def test_playlists_are_offered_by_any_part_of_their_name(stage: Stage) -> None:
    await stage.playlist("Late Drive")
    await stage.playlist("100 % Dawn")

    async def named(text: str) -> list[str]:
        found = await stage.inside(
            lambda session: playlists_for(session, workspace_id=stage.workspace_id, text=text)
        )
        return [one.name for one in found]

    assert await named(" dRIVE ") == ["Late Drive", "Night Drive"]
    # What a search takes for a wildcard is a character like any other.
    assert await named("%") == ["100 % Dawn"]


def test_a_city_is_offered_before_what_only_holds_its_letters() -> None:
    assert zones_for("new york")[0] == "America/New_York"
    assert zones_for("nowhere at all") == []


def _counting(counted: list[str]) -> Callable[..., None]:
    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        counted.append(statement)

    return note
