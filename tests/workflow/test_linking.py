"""Two accounts become one person, two places one desk, by a code that is good once."""

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from bot.errors import NotAllowedError, RuleError
from bot.workflow import linking
from bot.workflow.linking import LinkedView
from bot.workflow.people import Person, console_person
from bot.workflow.places import change_setup, desk_at, show_setup
from db import moves, posts, secrets, votes
from db.models import Answer, CodePurpose, Platform, Vote
from db.outbox import Box
from db.recipients import channel
from tests.workflow.stage import MINUTE, NIGHT, NOW, Stage, link_of, open_stage
from tests.workflow.test_places import desk_of

ANA_HERE = console_person("ana")
ANA_THERE = Person(platform=Platform.SLACK, external_id="U7", name="Ana L.")
KIM = Person(platform=Platform.DISCORD, external_id="U1", name="Kim", admin=True)
KIM_THERE = Person(platform=Platform.SLACK, external_id="U9", name="Kim", admin=True)


async def _code(
    stage: Stage, person: Person = ANA_HERE, purpose: CodePurpose = CodePurpose.PERSON
) -> str:
    view = await stage.inside(
        lambda session: linking.make_code(
            session,
            workspace_id=stage.workspace_id,
            person=person,
            purpose=purpose,
            now=stage.clock(),
        )
    )
    assert view.expires_at == stage.clock() + 10 * MINUTE
    return view.code


async def _join(stage: Stage, code: str, person: Person = ANA_THERE) -> LinkedView:
    return await stage.inside(
        lambda session: linking.join_person(
            session,
            workspace_id=stage.workspace_id,
            person=person,
            code=code,
            now=stage.clock(),
        )
    )


async def _move_in(stage: Stage, code: str, *, person: Person = KIM_THERE) -> LinkedView:
    return await stage.inside(
        lambda session: linking.join_workspace(
            session,
            platform=Platform.SLACK,
            external_id="T1",
            person=person,
            code=code,
            now=stage.clock(),
        )
    )


async def test_limits_and_conflicts_of_interest_see_one_person(stage: Stage) -> None:
    await stage.playlist(waiting_per_artist=1)
    await stage.appoint("ana")
    code = (await stage.submit(link_of("one"), person=ANA_THERE)).receipt.code

    joined = await _join(stage, f" {(await _code(stage)).lower()} ")

    assert set(joined.accounts) == {(Platform.CONSOLE, "ana"), (Platform.SLACK, "U7")}
    with pytest.raises(NotAllowedError, match="your own"):
        await stage.decide(code, Answer.KEEP, by="ana")
    with pytest.raises(RuleError) as caught:
        await stage.submit(link_of("two"), by="ana")
    assert caught.value.rule == "waiting_per_artist"


async def test_a_vote_and_a_claim_on_what_turns_out_to_be_ones_own_are_void(
    stage: Stage,
) -> None:
    curator = await stage.appoint("ana")
    code = (await stage.submit(link_of("one"), person=ANA_THERE)).receipt.code
    row = await stage.row(code)
    async with stage.sessions.begin() as session:
        await votes.cast(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            member_id=curator,
            answer=Answer.KEEP,
            at=NOW,
        )
        await moves.claim(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            member_id=curator,
            at=NOW,
            stale_before=NOW,
        )

    await _join(stage, await _code(stage))

    async with stage.sessions() as session:
        assert not (await session.scalars(select(Vote))).all()
    assert (await stage.row(code)).claimed_by is None


async def test_a_code_is_good_once_for_ten_minutes_and_at_its_own_desk(stage: Stage) -> None:
    other = await open_stage(stage.sessions, "other")
    first, second = await _code(stage), await _code(stage)

    with pytest.raises(RuleError, match="not good"):
        await _join(stage, first)  # the second one took its place
    with pytest.raises(RuleError, match="not good"):
        await _join(other, second)
    stage.clock.time = NOW + 10 * MINUTE
    with pytest.raises(RuleError, match="not good"):
        await _join(stage, second)
    stage.clock.time = NOW + 9 * MINUTE
    await _join(stage, second)
    with pytest.raises(RuleError, match="not good"):
        await _join(stage, second, console_person("ben"))


async def test_nobody_is_linked_with_themselves(stage: Stage) -> None:
    with pytest.raises(RuleError, match="this very account"):
        await _join(stage, await _code(stage), ANA_HERE)


async def test_a_team_moves_in_with_a_server_and_brings_what_it_has_set_up(stage: Stage) -> None:
    team = await desk_at(desk_of(stage), platform=Platform.SLACK, external_id="T1", name="Team")
    await stage.inside(
        lambda session: change_setup(
            session,
            workspace_id=team.workspace_id,
            person=KIM_THERE,
            changes={
                "review_channel": "C1",
                "submit_channel": "C2",
                "curator_role": "S1",
                "mention_fallback": True,
            },
            now=stage.clock(),
        )
    )
    board = Box(workspace_id=team.workspace_id, to=channel(Platform.SLACK, "C1"))
    await stage.inside(
        lambda session: posts.remember(
            session, box=board, subject="board", message_id="7.1", at=stage.clock()
        )
    )

    key = Fernet.generate_key()
    await stage.inside(
        lambda session: secrets.put(
            session,
            workspace_id=team.workspace_id,
            name="slack",
            value="xoxb-1",
            key=key,
            now=stage.clock(),
        )
    )

    joined = await _move_in(stage, await _code(stage, KIM, CodePurpose.WORKSPACE))

    assert joined.accounts == ((Platform.SLACK, "T1"),)
    again = await desk_at(desk_of(stage), platform=Platform.SLACK, external_id="T1", name="Team")
    assert again.workspace_id == stage.workspace_id
    async with stage.sessions() as session:
        view = await show_setup(session, workspace_id=stage.workspace_id, platform=Platform.SLACK)
        kept = await secrets.get(session, workspace_id=stage.workspace_id, name="slack", key=key)
        boards = await posts.showing(session, workspace_id=stage.workspace_id, subject="board")
    chat = view.chat
    assert (chat.review_channel, chat.submit_channel, chat.curator_role) == ("C1", "C2", "S1")
    assert (chat.mention_fallback, kept) == (True, "xoxb-1")
    assert [one.message_id for one in boards] == ["7.1"]
    accepted = await stage.submit(link_of("one"), person=ANA_THERE, playlist=NIGHT)
    assert accepted.receipt.place == 1


async def test_only_who_manages_both_places_joins_them(stage: Stage) -> None:
    with pytest.raises(NotAllowedError):
        await _code(stage, ANA_HERE, CodePurpose.WORKSPACE)
    code = await _code(stage, KIM, CodePurpose.WORKSPACE)
    with pytest.raises(NotAllowedError):
        await _move_in(stage, code, person=ANA_THERE)
    # A code for people joins no places, and the other way round.
    with pytest.raises(RuleError, match="not good"):
        await _move_in(stage, await _code(stage))
    with pytest.raises(RuleError, match="not good"):
        await _join(stage, code)


async def test_a_place_with_playlists_or_a_second_of_its_kind_is_refused(stage: Stage) -> None:
    await desk_at(desk_of(stage), platform=Platform.SLACK, external_id="T1", name="Team")
    taken = await desk_at(desk_of(stage), platform=Platform.SLACK, external_id="T2", name="Two")
    there = await open_stage(stage.sessions, "slack:T1")
    code = await _code(stage, KIM, CodePurpose.WORKSPACE)

    with pytest.raises(RuleError, match="playlists here already"):
        await _move_in(stage, code)
    assert there.workspace_id != stage.workspace_id

    made = await stage.inside(
        lambda session: linking.make_code(
            session,
            workspace_id=taken.workspace_id,
            person=KIM_THERE,
            purpose=CodePurpose.WORKSPACE,
            now=NOW,
        )
    )
    fresh = Person(platform=Platform.SLACK, external_id="U8", name="Jo", admin=True)
    with pytest.raises(RuleError, match="has a place on Slack already"):
        await stage.inside(
            lambda session: linking.join_workspace(
                session,
                platform=Platform.SLACK,
                external_id="T3",
                person=fresh,
                code=made.code,
                now=NOW,
            )
        )
