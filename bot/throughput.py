"""How many submissions a second go through the whole job: from the command to the stored score.

The workers are real processes; Spotify, Deezer and the previews are stand-ins in this one. Only
ratios within one run can be trusted, as the machine's other work is in every time.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.queue import JobQueue
from bot.lag import at_share
from bot.processes import cpu_seconds, running
from bot.sandbox.bundled import bundled_clips
from bot.sandbox.catalogue import Catalogue, DeezerTwin, Song, base62_id
from bot.sandbox.server import Sandbox
from bot.serve import Role, open_queue
from bot.settings import Settings
from bot.track import TrackId
from bot.workflow.desk import DeskJobs
from bot.workflow.people import Person
from bot.workflow.services import Sessions
from bot.workflow.submit import Request, submit
from db import playlists, workspaces
from db.engine import create_engine, read_only_sessions, sessions
from db.models import Platform, Status, Submission
from db.types import AiPolicy

# So late after its commit a score is seen at most.
_LOOK_EVERY_S = 0.025
# Half of what goes through at most leaves no queue: what is then waited for is the work itself.
_PACED_SHARE = 0.5
_WORKSPACE = "bench"
_SHORTEST_CLIP_S = 25.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How a number of submissions went through. Times are by the clock, in seconds.

    `took_s`: from each command to its score as others can read it. `unscored` ended without one.
    `cpu_s` is what all workers with their scoring processes spent, or None where it is not told.
    """

    name: str
    seconds: float
    took_s: tuple[float, ...]
    unscored: int = 0
    cpu_s: float | None = None

    @property
    def per_s(self) -> float:
        return len(self.took_s) / self.seconds

    @property
    def cpu_s_each(self) -> float | None:
        return None if self.cpu_s is None else self.cpu_s / (len(self.took_s) + self.unscored)

    def at_s(self, share: float) -> float:
        """Return what `share` (0 to 1) of the submissions did not exceed."""
        return at_share(self.took_s, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One database with so many workers. `calls` is what one new track asks of each service."""

    database: str
    workers: int
    loads: tuple[Load, ...]
    calls: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`scoring_processes` and `at_once` are each worker's."""

    submissions: int
    scoring_processes: int
    at_once: int


async def bench_pipeline(
    url: str, database: str, *, workers: int, plan: Plan, settings: Settings, tell: Tell
) -> Case:
    """Measure three loads, one after the other, on a fresh database at `url`.

    All at once: new tracks, then the same tracks for another playlist, which are known and are not
    heard again. Evenly spaced: new tracks at half of the first load's rate.
    """
    songs = _Songs(plan, workers)
    engine = create_engine(url)
    try:
        async with (
            Sandbox.start(songs.catalogue) as sandbox,
            open_queue(settings.model_copy(update={"database_url": url})) as queue,
            running(
                Role.WORKER,
                workers,
                sessions=read_only_sessions(engine),
                settings=_settings_of_workers(url, sandbox, plan, settings),
            ) as pids,
        ):
            desk = await _desk(engine, queue, pids)
            told = f"{database}, workers: {workers}"
            await desk.send("warming", songs.warming, tell=lambda at: tell(f"{told}, warming {at}"))
            sandbox.calls.clear()
            new = await desk.send("new", songs.new, tell=lambda at: tell(f"{told}, new {at}"))
            calls = _calls(sandbox, len(songs.new))
            known = await desk.send("known", songs.new, tell=lambda at: tell(f"{told}, known {at}"))
            paced = await desk.send(
                "paced",
                songs.paced,
                every_s=1 / (_PACED_SHARE * new.per_s),
                tell=lambda at: tell(f"{told}, paced {at}"),
            )
    finally:
        await engine.dispose()
    return Case(database=database, workers=workers, loads=(new, known, paced), calls=calls)


class _Songs:
    """Enough songs for every load; each has a clip of thirty seconds, in turn."""

    def __init__(self, plan: Plan, workers: int) -> None:
        warming = workers * plan.at_once
        clips = [clip.file for clip in bundled_clips() if clip.seconds >= _SHORTEST_CLIP_S]
        count = warming + plan.submissions + max(plan.submissions // 2, 1)
        songs = tuple(_song(number, clips[number % len(clips)]) for number in range(count))
        self.catalogue = Catalogue(songs=songs)
        self.warming = songs[:warming]
        self.new = songs[warming : warming + plan.submissions]
        self.paced = songs[warming + plan.submissions :]


def _song(number: int, clip: str) -> Song:
    return Song(
        spotify_id=TrackId(base62_id(f"bench {number}")),
        title=f"Song number {number}",
        artists=(f"Artist number {number}",),
        duration_ms=180_000 + number,
        album=f"Album {number}",
        release_date="2026-01-01",
        isrc=f"XXEM1{number:07d}",
        clip=clip,
        deezer=(DeezerTwin(id=1_000 + number, rank=1),),
    )


def _settings_of_workers(
    url: str, sandbox: Sandbox, plan: Plan, settings: Settings
) -> dict[str, str]:
    model = settings.model_file
    return {
        **sandbox.environment(),
        "EARMARK_DATABASE_URL": url,
        "EARMARK_WORKSPACE": _WORKSPACE,
        "EARMARK_JOBS_AT_ONCE": str(plan.at_once),
        "EARMARK_SCORING_PROCESSES": str(plan.scoring_processes),
        "EARMARK_SCORING_MEMORY_MIB": str(settings.scoring_memory_mib),
        "EARMARK_SCORING_SECONDS": str(settings.scoring_seconds),
        # What Spotify allows is known, and would be all that is measured.
        "EARMARK_SPOTIFY_PACE": "1000000",
        "EARMARK_SPOTIFY_DAILY_BUDGET": "1000000",
        **({"EARMARK_MODEL_FILE": str(model.absolute())} if model else {}),
    }


def _calls(sandbox: Sandbox, submissions: int) -> dict[str, float]:
    services = sorted({call.service for call in sandbox.calls.made})
    return {service.value: sandbox.calls.count(service) / submissions for service in services}


async def _desk(engine: AsyncEngine, queue: JobQueue, workers: Sequence[int]) -> "_Desk":
    writing, reading = sessions(engine), read_only_sessions(engine)
    async with writing.begin() as session:
        workspace = await workspaces.ensure(session, name=_WORKSPACE, now=_now())
    jobs = DeskJobs(workspace_id=workspace.id, sessions=reading, starter=queue)
    return _Desk(
        workspace_id=workspace.id, sessions=writing, reading=reading, jobs=jobs, workers=workers
    )


@dataclass(slots=True, kw_only=True)
class _Desk:
    """Submits as a chat does, and watches what becomes of it."""

    workspace_id: int
    sessions: Sessions
    reading: Sessions
    jobs: DeskJobs
    workers: Sequence[int]
    began: dict[int, float] = field(default_factory=dict)
    ended: dict[int, float] = field(default_factory=dict)
    unscored: int = 0

    async def send(
        self, name: str, songs: Sequence[Song], *, tell: Tell, every_s: float = 0.0
    ) -> Load:
        """Submit the songs to a playlist of this name, and wait for the last score.

        One command after the other, or one each `every_s` whether or not the last is done.
        """
        await self._open_playlist(name)
        self.began, self.ended, self.unscored = {}, {}, 0
        loop = asyncio.get_running_loop()
        start, spent = loop.time(), self._cpu_s()
        watching = asyncio.create_task(self._watch(len(songs), tell))
        try:
            for number, song in enumerate(songs):
                await asyncio.sleep(max(0.0, start + number * every_s - loop.time()))
                await self._submit(name, number, song, at=loop.time())
            await watching
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        took = tuple(self.ended[key] - self.began[key] for key in self.ended)
        seconds = max(self.ended.values(), default=loop.time()) - start
        after = self._cpu_s()
        return Load(
            name=name,
            seconds=seconds,
            took_s=took,
            unscored=self.unscored,
            cpu_s=None if spent is None or after is None else after - spent,
        )

    def _cpu_s(self) -> float | None:
        told = [cpu_seconds(pid) for pid in self.workers]
        known = [cpu for cpu in told if cpu is not None]
        return sum(known) if len(known) == len(told) else None

    async def _submit(self, playlist: str, number: int, song: Song, *, at: float) -> None:
        request = Request(
            playlist=playlist,
            # From a chat, so that the outbox gets its rows as well.
            person=Person(
                platform=Platform.DISCORD, external_id=f"{10_000 + number}", name=f"a{number}"
            ),
            text=song.spotify_url,
            owns_rights=True,
        )
        async with self.sessions.begin() as session:
            accepted = await submit(
                session,
                workspace_id=self.workspace_id,
                request=request,
                now=_now(),
                seed=number,
            )
        self.began[accepted.submission_id] = at
        await self.jobs.submit(accepted.submission_id)

    async def _watch(self, count: int, tell: Tell) -> None:
        """Note when each submission is first seen with its score; return after the last."""
        loop = asyncio.get_running_loop()
        left = count
        while left:
            await asyncio.sleep(_LOOK_EVERY_S)
            settled = await self._settled()
            for submission_id, reason in settled.items():
                if submission_id in self.began and submission_id not in self.ended and not reason:
                    self.ended[submission_id] = loop.time()
            self.unscored = sum(settled[key] is not None for key in self.began if key in settled)
            left = count - len(self.ended) - self.unscored
            tell(f"{count - left} of {count}")

    async def _settled(self) -> dict[int, str | None]:
        """Return each submission that is through, with the reason where it has no score."""
        async with self.reading() as session:
            rows = await session.execute(
                select(Submission.id, Submission.unscored_reason).where(
                    Submission.workspace_id == self.workspace_id,
                    Submission.status != Status.RECEIVED,
                )
            )
            return {row.id: row.unscored_reason for row in rows}

    async def _open_playlist(self, name: str) -> None:
        async with self.sessions.begin() as session:
            await playlists.add(
                session,
                workspace_id=self.workspace_id,
                name=name,
                now=_now(),
                intake_cap=None,
                waiting_per_artist=None,
                per_member_7d=None,
                ai_policy=AiPolicy.ALLOW,
            )


def _now() -> datetime:
    return datetime.now(UTC)
