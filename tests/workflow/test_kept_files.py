"""A refused submission's file: its sender's alone, for an hour, and one a person."""

import hashlib
from datetime import timedelta

import pytest

from bot.errors import UnusableAudioError
from bot.sources.upload import Spool
from bot.workflow import kept_files, privacy
from bot.workflow.chores import Kind
from bot.workflow.kept_files import KEPT_FOR, short_name
from bot.workflow.people import Person
from bot.workflow.submit import OwnFile
from db import submissions
from db.models import Platform
from tests.workflow.stage import NOW, Stage
from tests.workflow.test_chores import chores_of, due

ANA = Person(platform=Platform.DISCORD, external_id="U1", name="Ana")
BEN = Person(platform=Platform.DISCORD, external_id="U2", name="Ben")
FOG, RAIN = b"fog", b"rain"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def keep(stage: Stage, content: bytes, *, by: Person = ANA) -> None:
    await stage.inside(
        lambda session: kept_files.keep(
            session,
            Spool(stage.sessions),
            content,
            workspace_id=stage.workspace_id,
            person=by,
            filename="Ana Lund - Fog.wav",
            now=stage.clock(),
        )
    )


async def found(stage: Stage, content: bytes, *, by: Person = ANA) -> OwnFile:
    return await stage.inside(
        lambda session: kept_files.find(
            session,
            workspace_id=stage.workspace_id,
            person=by,
            name=short_name(sha256(content)),
            now=stage.clock(),
        )
    )


async def in_spool(stage: Stage, content: bytes) -> bool:
    try:
        return await Spool(stage.sessions).get(sha256(content)) == content
    except UnusableAudioError:
        return False


async def sweep(stage: Stage) -> int:
    return await stage.inside(
        lambda session: kept_files.sweep(session, Spool(stage.sessions), now=stage.clock())
    )


async def test_the_sender_finds_it_again_and_nobody_else_does(stage: Stage) -> None:
    await keep(stage, FOG)

    assert await found(stage, FOG) == OwnFile(sha256=sha256(FOG), name="Ana Lund - Fog.wav")
    with pytest.raises(UnusableAudioError, match="choose it once more"):
        await found(stage, FOG, by=BEN)


async def test_a_later_file_takes_its_place_and_the_older_draft_does_not_send_it(
    stage: Stage,
) -> None:
    await keep(stage, FOG)
    await keep(stage, RAIN)

    with pytest.raises(UnusableAudioError):
        await found(stage, FOG)
    assert (await found(stage, RAIN)).sha256 == sha256(RAIN)
    assert not await in_spool(stage, FOG)


async def test_it_is_gone_after_an_hour_and_so_is_its_content(stage: Stage) -> None:
    await keep(stage, FOG)
    stage.clock.time += KEPT_FOR - timedelta(seconds=1)
    assert await sweep(stage) == 0
    await found(stage, FOG)

    stage.clock.time = NOW + KEPT_FOR + timedelta(seconds=1)
    with pytest.raises(UnusableAudioError):
        await found(stage, FOG)
    assert await sweep(stage) == 1
    assert not await in_spool(stage, FOG)


async def test_the_tick_throws_away_what_nobody_came_back_for(stage: Stage) -> None:
    assert await due(stage, Kind.DRAFTS) == []
    await keep(stage, FOG)
    assert await due(stage, Kind.DRAFTS) == []
    stage.clock.time += KEPT_FOR + timedelta(seconds=1)
    (chore,) = await due(stage, Kind.DRAFTS)

    await chores_of(stage).do(chore)
    assert await due(stage, Kind.DRAFTS) == []


async def test_a_file_that_another_submission_waits_with_stays(stage: Stage) -> None:
    await stage.submit(upload=OwnFile(sha256=sha256(FOG), name="Fog.wav"))
    await keep(stage, FOG)
    stage.clock.time += 2 * KEPT_FOR

    assert await sweep(stage) == 1
    assert await in_spool(stage, FOG)


async def test_a_file_that_is_kept_is_not_thrown_away_when_it_has_been_heard(
    stage: Stage,
) -> None:
    await keep(stage, FOG)

    assert await stage.inside(
        lambda session: submissions.file_awaited(session, sha256=sha256(FOG), except_id=1)
    )
    assert sha256(FOG) in await stage.inside(submissions.awaited_files)


async def test_who_is_forgotten_leaves_no_file(stage: Stage) -> None:
    await keep(stage, FOG)
    exported = await stage.inside(
        lambda session: privacy.export(
            session, workspace_id=stage.workspace_id, person=ANA, now=stage.clock()
        )
    )
    assert "Ana Lund - Fog.wav" in str(exported.parts)

    gone = await stage.inside(
        lambda session: privacy.delete(
            session, workspace_id=stage.workspace_id, person=ANA, now=stage.clock()
        )
    )

    assert gone.files == frozenset({sha256(FOG)})
    with pytest.raises(UnusableAudioError):
        await found(stage, FOG)
