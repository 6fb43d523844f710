"""What time makes due, and the doing of it: each chore has a name, and is done once under it."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import EarmarkError
from bot.texts import rescoring_stopped_text
from bot.workflow import (
    deadlines,
    kept_files,
    notices,
    privacy,
    rescore,
    seed_hearing,
    weekly,
)
from bot.workflow.desk import Desk
from db import outbox, posts, reminders, scores, seeds, services, submissions, workspaces

log = logging.getLogger(__name__)

# How long what is done with is kept.
_JOBS: Final = timedelta(days=7)
_MESSAGES: Final = timedelta(days=30)
_POSTS: Final = timedelta(days=180)
# A card that is opened later comes without what was heard drawn on it.
_PICTURES: Final = timedelta(days=90)
# The longest budget of a service is a day.
_CALLS: Final = timedelta(days=2)
# A younger file may belong to a submission that is being committed.
_ON_ITS_WAY: Final = timedelta(hours=1)
# A tick is a minute; the last seed that is begun has some seconds to end.
_SEEDS_LAST: Final = timedelta(seconds=50)


class Kind(StrEnum):
    DIGEST = "digest"
    REMIND = "remind"
    EXPIRE = "expire"
    BOARD = "board"
    RETENTION = "retention"
    DRAFTS = "drafts"
    # Tracks that a playlist holds already, to be heard.
    SEEDS = "seeds"
    # Never due by itself: somebody has put another model into use, and asks for it.
    RESCORE = "rescore"


# Of the whole desk, not of one workspace.
EVERYWHERE: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """A piece of work that is due. Its id names the period, so it is done once for it."""

    id: str
    kind: Kind
    workspace_id: int = EVERYWHERE
    subject_id: int = 0
    period: str = ""


def rescoring(workspace_id: int, *, now: datetime) -> Chore:
    """Return the chore of scoring a workspace's tracks again, as somebody asks for it now."""
    asked = f"rescore:{workspace_id}:{now:%Y-%m-%dT%H:%M:%S}"
    return Chore(id=asked, kind=Kind.RESCORE, workspace_id=workspace_id)


class Chores:
    """`sweep_jobs` deletes what the engine has finished before a moment."""

    def __init__(self, desk: Desk, *, sweep_jobs: Callable[[datetime], Awaitable[int]]) -> None:
        self._desk = desk
        self._sweep_jobs = sweep_jobs

    async def due(self, session: AsyncSession, now: datetime) -> list[Chore]:
        """Return what is due now, in all workspaces; some of it may be done or begun already."""
        found = [Chore(id=f"retention:{now:%Y-%m-%d}", kind=Kind.RETENTION)]
        if await kept_files.are_over(session, now=now):
            found.append(Chore(id=f"drafts:{now:%Y-%m-%dT%H:%M}", kind=Kind.DRAFTS))
        for workspace_id in await workspaces.all_ids(session):
            found += await _of_workspace(session, workspace_id, now)
        return found

    async def do(self, chore: Chore) -> None:
        """Do a chore; each part of it is one commit, and doing it again changes nothing."""
        workspace_id, now = chore.workspace_id, self._desk.now()
        if chore.kind is Kind.RETENTION:
            await self._delete_old(now)
            return
        if chore.kind is Kind.RESCORE:
            await self._score_again(chore)
            return
        if chore.kind is Kind.SEEDS:
            await self._hear_seeds(chore)
            return
        async with self._desk.sessions.begin() as session:
            match chore.kind:
                case Kind.DRAFTS:
                    await kept_files.sweep(session, self._desk.services.files, now=now)
                case Kind.DIGEST:
                    due = weekly.DueDigest(playlist_id=chore.subject_id, week=chore.period)
                    await weekly.send_due(session, workspace_id=workspace_id, due=due, now=now)
                case Kind.REMIND:
                    await deadlines.remind(session, workspace_id=workspace_id, now=now)
                case Kind.EXPIRE:
                    await deadlines.expire(session, workspace_id=workspace_id, now=now)
                case Kind.BOARD:
                    await notices.refresh_board(
                        session, workspace_id=workspace_id, because=chore.id, at=now
                    )
                case _:
                    assert_never(chore.kind)

    async def _score_again(self, chore: Chore) -> None:
        """Score what an earlier model scored; each track is a commit, so a restart goes on.

        Raises EarmarkError where a service is down: the job has failed then, and can be retried.
        """
        desk = self._desk
        found = await rescore.rescore(
            workspace_id=chore.workspace_id,
            sessions=desk.sessions,
            services=desk.services,
            now=desk.now,
        )
        log.info("scored again tracks=%d model=%s", found.rescored, found.model)
        if found.stopped:
            raise EarmarkError(rescoring_stopped_text(found.stopped, found.left, chore.id))

    async def _hear_seeds(self, chore: Chore) -> None:
        """Hear seeds until the next minute's chore goes on: never two of them at once."""
        desk = self._desk
        await seed_hearing.hear_due(
            workspace_id=chore.workspace_id,
            sessions=desk.sessions,
            services=desk.services,
            now=desk.now,
            until=desk.now() + _SEEDS_LAST,
        )

    async def _delete_old(self, now: datetime) -> None:
        desk = self._desk
        async with desk.sessions.begin() as session:
            await services.sweep(session, now=now, calls_before=now - _CALLS)
            await outbox.sweep(session, done_before=now - _MESSAGES)
            await scores.forget_pictures(session, scored_before=now - _PICTURES)
            await posts.sweep(session, changed_before=now - _POSTS, but=[notices.BOARD_SUBJECT])
            every = await workspaces.all_ids(session)
            awaited = await submissions.awaited_files(session)
            await desk.services.files.sweep(session, keep=awaited, before=now - _ON_ITS_WAY)
        for workspace_id in every:
            async with desk.sessions.begin() as session:
                await deadlines.forget_exposures(session, workspace_id=workspace_id, now=now)
            await privacy.retire_at(replace(desk, workspace_id=workspace_id))
        await self._sweep_jobs(now - _JOBS)
        log.info("what was kept long enough is deleted")


async def _of_workspace(session: AsyncSession, workspace_id: int, now: datetime) -> list[Chore]:
    found = [
        Chore(
            id=digest.key,
            kind=Kind.DIGEST,
            workspace_id=workspace_id,
            subject_id=digest.playlist_id,
            period=digest.week,
        )
        for digest in await weekly.due_digests(session, workspace_id=workspace_id, now=now)
    ]
    if await notices.review_channels(session, workspace_id=workspace_id):
        # A snooze ends and a playlist opens by the clock alone. What reads the same is not sent.
        hour = f"board:{workspace_id}:{now:%Y-%m-%dT%H}"
        found.append(Chore(id=hour, kind=Kind.BOARD, workspace_id=workspace_id))
    if await seeds.any_due(session, workspace_id=workspace_id, now=now):
        minute = f"seeds:{workspace_id}:{now:%Y-%m-%dT%H:%M}"
        found.append(Chore(id=minute, kind=Kind.SEEDS, workspace_id=workspace_id))
    nearly = now + deadlines.REMIND_AHEAD
    soon = await reminders.unanswered(session, workspace_id=workspace_id, due_before=nearly)
    if soon:
        # Reminders go out on a morning; by the hour is often enough.
        hour = f"remind:{workspace_id}:{now:%Y-%m-%dT%H}"
        found.append(Chore(id=hour, kind=Kind.REMIND, workspace_id=workspace_id))
    if any(row.due_at <= now for row in soon):
        minute = f"expire:{workspace_id}:{now:%Y-%m-%dT%H:%M}"
        found.append(Chore(id=minute, kind=Kind.EXPIRE, workspace_id=workspace_id))
    return found
