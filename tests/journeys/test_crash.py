"""Many submissions, services that fail, and workers that are killed without a warning."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot import settings as our_settings
from bot.app import open_desk
from bot.sandbox.bundled import clip
from bot.sandbox.calls import Service
from bot.sandbox.catalogue import Catalogue, DeezerTwin, Song, base62_id
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox, run_in_thread
from bot.serve import open_queue
from bot.track import TrackId
from bot.workflow.desk import Desk
from bot.workflow.people import Person
from bot.workflow.submit import Request, submit
from db import goes, playlists
from db.goes import Go
from db.models import Event, EventKind, OutboxMessage, Platform, Score, Status, Submission
from db.types import AiPolicy
from tests.journeys.hurried import hurried

# A tenth of it at each run of the suite; CI plays the whole of it, as CONTRIBUTING.md tells.
WHOLE = os.environ.get("CRASH_TEST") == "whole"
SUBMISSIONS, KILLS = (200, 20) if WHOLE else (20, 3)
SHORT = clip("caribbean_8s.ogg").file
# Of each call to a service one in five fails, in the three ways that tell a retry from a double.
FAULTS = [
    Fault(service=service, kind=kind, probability=share)
    for service in (Service.SPOTIFY, Service.DEEZER, Service.PREVIEWS)
    for kind, share in (
        (FaultKind.SERVER_ERROR, 0.07),
        (FaultKind.DROP_BEFORE, 0.07),
        (FaultKind.DROP_AFTER, 0.07),
    )
]


def _songs() -> Catalogue:
    return Catalogue(
        songs=tuple(
            Song(
                spotify_id=TrackId(base62_id(f"crash {number}")),
                title=f"Song number {number}",
                artists=(f"Artist number {number}",),
                duration_ms=180_000 + number,
                album=f"Album {number}",
                release_date="2026-01-01",
                isrc=f"XXEM1{number:07d}",
                clip=SHORT,
                deezer=(DeezerTwin(id=1_000 + number, rank=1),),
            )
            for number in range(SUBMISSIONS)
        )
    )


@dataclass(slots=True, kw_only=True)
class Workers:
    """Workers in processes of their own. A killed one is followed by another of a new name."""

    began: float
    folder: Path
    running: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self) -> None:
        with (self.folder / "workers.log").open("a", encoding="utf-8") as log:
            process = subprocess.Popen(  # noqa: S603 - our own test program
                [sys.executable, "-m", "tests.journeys.hurried", str(self.began)],
                stdout=log,
                stderr=log,
                text=True,
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            )
        self.running.append(process)

    def kill(self, number: int) -> None:
        victim = self.running.pop(number % len(self.running))
        victim.kill()
        victim.wait()

    def stop(self) -> None:
        while self.running:
            self.kill(0)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("EARMARK_DATABASE_URL", request.getfixturevalue(f"{request.param}_url"))
    monkeypatch.setenv("EARMARK_SPOTIFY_DAILY_BUDGET", "100000")
    monkeypatch.setenv("EARMARK_SPOTIFY_PACE", "100000")
    monkeypatch.setenv("EARMARK_JOBS_AT_ONCE", "16")
    return str(request.param)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with run_in_thread(_songs(), faults=FAULTS, seed=7) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@contextmanager
def _workers(folder: Path, *, many: int, began: float) -> Iterator[Workers]:
    workers = Workers(began=began, folder=folder)
    for _ in range(many):
        workers.start()
    try:
        yield workers
    finally:
        workers.stop()


@pytest.mark.timeout(900)
async def test_killed_again_and_again_among_failing_services_every_submission_ends_once(
    database: str, failing: Sandbox, folder: Path
) -> None:
    began = time.time()
    dice = random.Random(20_261_125)  # noqa: S311 - draws moments, protects nothing
    moments = sorted(dice.sample(range(2, SUBMISSIONS - 2), KILLS))
    async with open_desk(our_settings.load(), hurried(began)) as desk:
        await _submit_all(desk, failing)
        with _workers(folder, many=1 if database == "sqlite" else 3, began=began) as workers:
            for moment in moments:
                await _until_settled(desk, moment)
                workers.kill(dice.randrange(3))
                workers.start()
            await _until_settled(desk, SUBMISSIONS)

        await _expect_each_once(desk)


async def _submit_all(desk: Desk, sandbox: Sandbox) -> None:
    """Send every song; the work of every tenth is forgotten, as by a kill after the commit."""
    async with desk.sessions.begin() as session:
        await playlists.add(
            session,
            workspace_id=desk.workspace_id,
            name="Night Drive",
            now=desk.now(),
            intake_cap=None,
            waiting_per_artist=None,
            per_member_7d=None,
            ai_policy=AiPolicy.ALLOW,
        )
    async with open_queue(our_settings.load()) as queue:
        for number, song in enumerate(sandbox.catalogue.songs):
            request = Request(
                playlist="Night Drive",
                person=Person(
                    platform=Platform.DISCORD, external_id=str(10_000 + number), name=f"a{number}"
                ),
                text=song.spotify_url,
                owns_rights=True,
                key=f"crash {number}",
            )
            async with desk.sessions.begin() as session:
                accepted = await submit(
                    session,
                    workspace_id=desk.workspace_id,
                    request=request,
                    now=desk.now(),
                    seed=number,
                )
            if number % 10:
                go = Go(
                    workspace_id=desk.workspace_id,
                    submission_id=accepted.submission_id,
                    number=1,
                )
                await queue.start_go(go)


async def _until_settled(desk: Desk, count: int) -> None:
    """Wait until so many submissions have come to their end; waits for a service are cut short."""
    async with asyncio.timeout(600):
        while await _settled(desk) < count:
            async with desk.sessions.begin() as session:
                await session.execute(
                    update(Submission)
                    .where(Submission.retry_at > desk.now())
                    .values(retry_at=desk.now())
                )
            await asyncio.sleep(0.1)


async def _settled(desk: Desk) -> int:
    async with desk.sessions() as session:
        found = await session.scalar(
            select(func.count())
            .select_from(Submission)
            .where(
                Submission.workspace_id == desk.workspace_id,
                Submission.status == Status.QUEUED,
                Submission.retry_at.is_(None),
            )
        )
    return found or 0


async def _expect_each_once(desk: Desk) -> None:
    async with desk.sessions() as session:
        rows = (await session.scalars(select(Submission))).all()
        told = (await session.scalars(select(Event))).all()
        scored = (await session.scalars(select(Score.track_id))).all()
        sent = (await session.scalars(select(OutboxMessage.key))).all()
        due = await goes.forgotten(session, before=desk.now())

    assert len(rows) == SUBMISSIONS
    assert {row.status for row in rows} == {Status.QUEUED}
    assert {row.unscored_reason for row in rows} == {None}
    assert len({row.track_id for row in rows}) == SUBMISSIONS
    assert sorted(scored) == sorted(row.track_id for row in rows if row.track_id is not None)
    events = Counter((event.submission_id, event.kind) for event in told)
    for row in rows:
        assert events[row.id, EventKind.SUBMITTED] == 1
        assert events[row.id, EventKind.RESOLVED] == 1
        assert events[row.id, EventKind.SCORED] == 1
        assert events[row.id, EventKind.MOVED] == 1
        assert events[row.id, EventKind.UNSCORED] == row.tries - 1
    assert len(sent) == len(set(sent))
    assert due == []
