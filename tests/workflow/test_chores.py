"""What the tick finds due, and that doing it twice does it once."""

import pytest
from sqlalchemy import func, select

from bot.errors import EarmarkError, SourceDownError
from bot.workflow.chores import Chore, Chores, Kind, rescoring
from db import week_digests
from db.models import Exposure, Score, Status
from tests.workflow.stage import DAY, MINUTE, NOW, OWN_FILE, Stage
from tests.workflow.telling import backlog
from tests.workflow.test_places import desk_of, set_up


def chores_of(stage: Stage) -> Chores:
    async def sweep(before: object) -> int:
        del before
        return 0

    return Chores(desk_of(stage), sweep_jobs=sweep)


async def due(stage: Stage, kind: Kind) -> list[Chore]:
    chores = chores_of(stage)
    found = await stage.inside(lambda session: chores.due(session, stage.clock.time))
    return [chore for chore in found if chore.kind is kind]


async def test_an_idle_desk_has_the_days_clean_up_and_nothing_else(stage: Stage) -> None:
    chores = chores_of(stage)

    found = await stage.inside(lambda session: chores.due(session, NOW))
    assert [chore.id for chore in found] == ["retention:2026-11-18"]


async def test_a_board_is_looked_at_by_the_hour_where_there_is_one(stage: Stage) -> None:
    assert await due(stage, Kind.BOARD) == []
    await set_up(stage, {"review_channel": "5"})
    (chore,) = await due(stage, Kind.BOARD)
    stage.clock.time += 30 * MINUTE
    assert await due(stage, Kind.BOARD) == [chore]

    for _ in range(2):
        await chores_of(stage).do(chore)
    boards = [row for row in await backlog(stage) if chore.id in row.key]
    assert [row.kind for row in boards] == ["board"]


async def test_what_is_past_its_date_expires_once(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    stage.clock.time += 14 * DAY
    (chore,) = await due(stage, Kind.EXPIRE)

    await chores_of(stage).do(chore)
    await chores_of(stage).do(chore)
    assert (await stage.row(code)).status is Status.EXPIRED
    kinds = [event.to_status for event in await stage.history(code)]
    assert kinds.count(Status.EXPIRED) == 1
    assert await due(stage, Kind.EXPIRE) == []


async def test_curators_are_reminded_by_the_hour_and_once(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    stage.clock.time += 11 * DAY
    (chore,) = await due(stage, Kind.REMIND)
    stage.clock.time += 30 * MINUTE
    assert [one.id for one in await due(stage, Kind.REMIND)] == [chore.id]

    await chores_of(stage).do(chore)
    before = await stage.history(code)
    await chores_of(stage).do(chore)
    assert len(await stage.history(code)) == len(before)
    assert [event.kind.value for event in before].count("reminded") == 1


async def test_a_digest_is_due_after_its_hour_and_settled_once(stage: Stage) -> None:
    stage.clock.time += 7 * DAY
    (chore,) = await due(stage, Kind.DIGEST)
    playlist = await stage.playlist()
    assert (chore.subject_id, chore.workspace_id) == (playlist.id, stage.workspace_id)

    await chores_of(stage).do(chore)
    await chores_of(stage).do(chore)
    sent = await stage.inside(
        lambda session: week_digests.sent_at(
            session, workspace_id=stage.workspace_id, playlist_id=playlist.id
        )
    )
    assert list(sent) == [chore.period]
    assert await due(stage, Kind.DIGEST) == []


async def test_the_clean_up_deletes_what_nobody_needs_any_more(stage: Stage) -> None:
    await stage.send(stage.song("one"))
    await stage.queue(by="mo")
    waiting = await stage.submit(upload=OWN_FILE)
    stage.files.kept["stray"] = b"left by a killed process"
    shown = select(func.count()).select_from(Exposure)
    assert await stage.inside(lambda session: session.scalar(shown)) == 1
    (chore,) = await due(stage, Kind.RETENTION)
    await chores_of(stage).do(chore)
    assert await stage.inside(lambda session: session.scalar(shown)) == 1

    stage.clock.time += 400 * DAY
    await chores_of(stage).do(chore)
    assert await stage.inside(lambda session: session.scalar(shown)) == 0
    assert list(stage.files.kept) == [OWN_FILE.sha256]
    assert (await stage.row(waiting.receipt.code)).status is Status.RECEIVED


async def test_what_an_earlier_model_scored_is_scored_again_when_it_is_asked_for(
    stage: Stage,
) -> None:
    await stage.send(stage.song("one"))
    stage.hearing.model_version = "cnn-2"
    stage.clock.time += DAY
    chore = rescoring(stage.workspace_id, now=stage.clock.time)
    assert await due(stage, Kind.RESCORE) == []

    await chores_of(stage).do(chore)
    await chores_of(stage).do(chore)
    assert [row.model_version for row in await _scores(stage)] == ["cnn-1", "cnn-2"]


async def test_scoring_again_fails_with_how_to_go_on_where_a_service_is_down(stage: Stage) -> None:
    await stage.send(stage.song("one"))
    stage.hearing.model_version = "cnn-2"
    stage.clock.time += DAY
    chore = rescoring(stage.workspace_id, now=stage.clock.time)
    stage.troubles.once["hearing"] = SourceDownError("Deezer")

    with pytest.raises(EarmarkError, match=f"Still to do: 1.*earmark jobs retry {chore.id}"):
        await chores_of(stage).do(chore)

    await chores_of(stage).do(chore)
    assert [row.model_version for row in await _scores(stage)] == ["cnn-1", "cnn-2"]


async def _scores(stage: Stage) -> list[Score]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(Score).order_by(Score.id)))
