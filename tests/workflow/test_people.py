"""Whose rights count: a member's own, those of a platform's role, and nobody else's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAllowedError
from bot.workflow.people import Person, require_admin, role_for
from bot.workflow.places import change_setup
from bot.workflow.review import decide
from db import curators
from db.models import Answer, Platform, PlaylistRole, Role
from tests.workflow.stage import NOW, Stage

IDS = st.sampled_from(["1", "2", "3"])
PERSON = Person(platform=Platform.DISCORD, external_id="U1", name="Kim")


def granted(external_id: str, role: Role, platform: Platform = Platform.DISCORD) -> PlaylistRole:
    return PlaylistRole(
        workspace_id=1,
        playlist_id=1,
        platform=platform,
        external_id=external_id,
        role=role,
        since=NOW,
    )


@given(held=st.frozensets(IDS), roles=st.dictionaries(IDS, st.sampled_from(Role)))
def test_a_role_gives_rights_to_its_holders_and_the_highest_counts(
    held: frozenset[str], roles: dict[str, Role]
) -> None:
    person = replace(PERSON, role_ids=held)
    rows = [granted(external_id, role) for external_id, role in roles.items()]

    found = role_for(person, own=None, granted=rows)

    wanted = {roles[one] for one in held & roles.keys()}
    assert found is (Role.ADMIN if Role.ADMIN in wanted else Role.CURATOR if wanted else None)


def test_another_platforms_role_of_the_same_number_gives_nothing() -> None:
    person = replace(PERSON, role_ids=frozenset({"1"}))

    assert role_for(person, own=None, granted=[granted("1", Role.ADMIN, Platform.SLACK)]) is None


@pytest.mark.parametrize(
    ("person", "own", "curator_role", "expected"),
    [
        (PERSON, None, None, None),
        (PERSON, None, "9", None),
        (PERSON, Role.CURATOR, None, Role.CURATOR),
        (PERSON, Role.ADMIN, None, Role.ADMIN),
        (replace(PERSON, role_ids=frozenset({"9"})), None, "9", Role.CURATOR),
        (replace(PERSON, admin=True), None, None, Role.ADMIN),
    ],
)
def test_own_rights_the_curators_role_and_managing_the_server_count(
    person: Person, own: Role | None, curator_role: str | None, expected: Role | None
) -> None:
    assert role_for(person, own=own, granted=(), curator_role=curator_role) is expected


def test_only_who_manages_the_server_is_its_admin() -> None:
    require_admin(replace(PERSON, admin=True))
    with pytest.raises(NotAllowedError, match="Only who manages this server"):
        require_admin(PERSON)


async def test_who_holds_the_playlists_role_may_decide_until_it_is_taken_away(
    stage: Stage,
) -> None:
    code = await stage.send(stage.song("one"))
    playlist = (await stage.row(code)).playlist_id

    async def answer(person: Person) -> str:
        view = await stage.inside(
            lambda session: decide(
                session,
                workspace_id=stage.workspace_id,
                code=code,
                answer=Answer.MAYBE,
                person=person,
                now=stage.clock(),
            )
        )
        return view.status

    holder = replace(PERSON, role_ids=frozenset({"77"}))
    with pytest.raises(NotAllowedError):
        await answer(holder)
    await stage.inside(
        lambda session: curators.add_role(
            session,
            workspace_id=stage.workspace_id,
            playlist_id=playlist,
            platform=Platform.DISCORD,
            external_id="77",
            role=Role.CURATOR,
            now=NOW,
        )
    )

    with pytest.raises(NotAllowedError):
        await answer(PERSON)
    assert await answer(holder) == "maybe"


async def test_the_curators_role_of_the_workspace_reviews_every_playlist(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.inside(
        lambda session: change_setup(
            session,
            workspace_id=stage.workspace_id,
            person=replace(PERSON, admin=True),
            changes={"curator_role": "5"},
            now=stage.clock(),
        )
    )

    view = await stage.inside(
        lambda session: decide(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            answer=Answer.KEEP,
            person=replace(PERSON, role_ids=frozenset({"5"})),
            now=stage.clock(),
        )
    )
    assert view.status == "kept"
