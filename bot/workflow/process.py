"""The work after the answer: find out what was submitted, hear it, score it, queue it.

Four steps: resolve, metadata, audio and score, store. Every step may be repeated; only sure facts
are stored, and audio is never stored at all. Each go at a submission has a number, and is settled
by one guarded UPDATE in the commit that stores its result, so of two workers that do the same work
exactly one leaves a trace.
"""

import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import (
    EarmarkError,
    LinkError,
    NoPreviewError,
    NoSuchTrackError,
    QuotaError,
    RuleError,
    UnusableAudioError,
    WeakMatchError,
)
from bot.matching import confirmed as confirmed_by_artist
from bot.messages import plain
from bot.texts import FAULT_SENTENCE, NOTE_LIMIT
from bot.track import Audio, Track, Verdict
from bot.workflow import notices
from bot.workflow.admission import admit_identified, said_in
from bot.workflow.analysis import clip_of, score_row
from bot.workflow.identify import describe, resolve, store
from bot.workflow.outcome import Heard, Known, Outcome, Processed, Resolved, Settled
from bot.workflow.retries import Dice, next_try
from bot.workflow.services import Clock, Services, Sessions
from bot.workflow.steps import Failure, Fate, PlainSteps, Steps
from bot.workflow.submit import find_playlist
from db import goes, moves, scores, submissions
from db.models import Score, Submission
from db.models import Track as TrackRow
from db.status import WAITING, Status

log = logging.getLogger(__name__)

T = TypeVar("T")

_PLAIN: Final = PlainSteps()
# The file is gone, or lies in the folder of another process, or our decoder fell over it: nobody
# is sent away for that.
_OUR_FAULT: Final = frozenset({"lost", "crashed"})
# A fault of ours is logged with all we know; the person only hears that we know.
_FAULT: Final = Failure(fate=Fate.UNSCORED, kind="fault", reason="fault", sentence=FAULT_SENTENCE)


async def process(
    submission_id: int,
    *,
    workspace_id: int,
    sessions: Sessions,
    services: Services,
    now: Clock,
    confirmed: bool = False,
    number: int | None = None,
    steps: Steps = _PLAIN,
    dice: Dice = random.random,
) -> Processed:
    """Take one submission as far as it goes today; what fails for now may be tried again.

    `confirmed`: the artist has said that the recording found is theirs. `number` counts the goes
    at this submission from 1; without it the next one is meant.
    """
    async with sessions() as session:
        submission = await submissions.get(
            session, workspace_id=workspace_id, submission_id=submission_id
        )
    if submission is None:
        return Processed(code="", outcome=Outcome.GONE)
    go = _Go(
        submission,
        number=number or submission.tries + 1,
        sessions=sessions,
        services=services,
        now=now,
        confirmed=confirmed or submission.match_verdict == Verdict.CONFIRMED,
        dice=dice,
    )
    if done := _done(submission, number):
        if done is not Outcome.UNSCORED:
            # The process may have been killed after its commit, and before it deleted the file.
            await go.drop_file()
        return Processed(code=submission.code, outcome=done)
    return (await go.run(steps)).told(submission.code)


class _StoppedError(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class _Go:
    """One go at one submission. It holds what its steps share, and nothing outlives it."""

    def __init__(
        self,
        submission: Submission,
        *,
        number: int,
        sessions: Sessions,
        services: Services,
        now: Clock,
        confirmed: bool,
        dice: Dice,
    ) -> None:
        self._submission = submission
        self._number = number
        self._confirmed = confirmed
        self._sessions = sessions
        self._services = services
        self._now = now
        self._dice = dice
        self._provisional = False

    async def run(self, steps: Steps) -> Settled:
        try:
            resolved = await self._step(steps, "resolve", Resolved, self._resolve)
            known = await self._step(steps, "metadata", Known, partial(self._describe, resolved))
            self._provisional = known.track.provisional
            heard = await self._step(steps, "audio_score", Heard, partial(self._hear, known))
        except _StoppedError as stopped:
            return await steps.run("store", Settled, partial(self._give_up, stopped.failure))
        return await steps.run("store", Settled, partial(self._arrive, known.row_id, heard))

    async def _step(
        self,
        steps: Steps,
        name: str,
        result: type[T],
        work: Callable[[], Awaitable[T]],
    ) -> T:
        """Run one step; what is in its way is a value, so that an engine can keep it, too."""

        async def guarded() -> T | Failure:
            try:
                return await work()
            except EarmarkError as error:
                return self._failure(error)
            except Exception:
                # The worker's own loop: what we cannot handle must not stop the others, nor leave
                # this submission where nobody sees it.
                log.exception("a fault of ours in %s of submission=%d", name, self._submission.id)
                return _FAULT

        done: T | Failure = await steps.run(name, result | Failure, guarded)
        if isinstance(done, Failure):
            raise _StoppedError(done)
        return done

    def _failure(self, error: EarmarkError) -> Failure:
        only_file = self._submission.upload_sha256 and not self._submission.link
        match error:
            case LinkError() | NoSuchTrackError() | RuleError():
                fate = Fate.REFUSED
            case UnusableAudioError() if only_file and error.reason not in _OUR_FAULT:
                # Without a link there is nothing else that a curator could listen to.
                fate = Fate.REFUSED
            case _:
                fate = Fate.UNSCORED
        return Failure(
            fate=fate,
            kind=error.kind,
            reason=_reason(error),
            # Titles that services and artists chose are in it.
            sentence=plain(str(error), limit=NOTE_LIMIT),
            until=error.until if isinstance(error, QuotaError) else None,
            # Without what Spotify knows, the right recording may only not have been recognised.
            passing=self._provisional and isinstance(error, (NoPreviewError, WeakMatchError)),
        )

    async def _resolve(self) -> Resolved:
        return Resolved(track_id=await resolve(self._submission, self._services.lookup))

    async def _describe(self, resolved: Resolved) -> Known:
        """Store the track and tie the submission to it, or raise RuleError."""
        submission, now = self._submission, self._now()
        found = await describe(submission, self._services.lookup, resolved.track_id)
        async with self._sessions.begin() as session:
            # One at a time: of two links to one recording each would miss the other.
            await find_playlist(
                session, submission.workspace_id, submission.playlist.name, lock=True
            )
            row, track = await store(
                session,
                found,
                workspace_id=submission.workspace_id,
                upload_sha256=submission.upload_sha256,
                now=now,
            )
            await submissions.record_track(
                session,
                workspace_id=submission.workspace_id,
                submission_id=submission.id,
                track_id=row.id,
                spotify_id=track.spotify_id,
                at=now,
            )
            refusal = await self._refusal(session, row)
        # After the commit, so that what was refused has its name.
        if refusal is not None:
            raise refusal
        return Known(row_id=row.id, track=track)

    async def _refusal(self, session: AsyncSession, row: TrackRow) -> RuleError | None:
        """Return the rule that the track breaks, now that it is known which one it is."""
        submission = self._submission
        try:
            await admit_identified(
                session, submission, row, said=said_in(submission), now=self._now()
            )
        except RuleError as error:
            return error
        return None

    async def _hear(self, known: Known) -> Heard:
        scored = await self._score_of(known.row_id)
        if scored is not None:
            return Heard(origin=scored.audio_origin, verdict=None, clip=None)
        audio = await self._audio(known.track)
        analysis = await self._services.hearing.score(audio.content)
        return Heard(origin=audio.origin, verdict=audio.verdict, clip=clip_of(analysis, audio))

    async def _score_of(self, track_id: int) -> Score | None:
        async with self._sessions() as session:
            known = await scores.latest(
                session,
                workspace_id=self._submission.workspace_id,
                track_ids=[track_id],
                model_version=self._services.hearing.model_version,
            )
        return known.get(track_id)

    async def _audio(self, track: Track) -> Audio:
        ladder = self._services.ladder(self._submission.upload_sha256)
        try:
            return await ladder.audio(track)
        except WeakMatchError as found:
            if not self._confirmed:
                raise
            theirs = confirmed_by_artist(track, found)
        return replace(await ladder.audio(theirs), verdict=Verdict.CONFIRMED)

    async def _arrive(self, track_id: int, heard: Heard) -> Settled:
        """Store the score and queue the submission in one commit."""
        submission, now = self._submission, self._now()
        async with self._sessions.begin() as session:
            if heard.clip is not None:
                row = score_row(
                    heard.clip, workspace_id=submission.workspace_id, track_id=track_id, at=now
                )
                await scores.put(session, row)
            settled = await goes.settle(
                session,
                workspace_id=submission.workspace_id,
                submission_id=submission.id,
                number=self._number,
                at=now,
                audio_origin=heard.origin,
                match_verdict=heard.verdict,
            )
            if settled:
                await self._queue(session, at=now)
        await self.drop_file()
        return Settled(outcome=Outcome.SCORED)

    async def _give_up(self, failure: Failure) -> Settled:
        """Store why there is no score, in one commit with what follows from it."""
        if failure.fate is Fate.REFUSED:
            return await self._refuse(failure)
        return await self._leave_unscored(failure)

    async def _leave_unscored(self, failure: Failure) -> Settled:
        """Queue the submission by its age: no score is no reason to wait longer."""
        submission, now = self._submission, self._now()
        since = submission.tries_since or now
        retry_at = next_try(
            failure.reason,
            since=since,
            now=now,
            until=failure.until,
            dice=self._dice,
            passing=failure.passing,
        )
        weak = failure.reason == WeakMatchError.kind
        async with self._sessions.begin() as session:
            settled = await goes.settle(
                session,
                workspace_id=submission.workspace_id,
                submission_id=submission.id,
                number=self._number,
                at=now,
                match_verdict=Verdict.WEAK if weak else self._said_yes(),
                unscored_reason=failure.reason,
                since=since if retry_at else None,
                retry_at=retry_at,
            )
            if settled:
                await self._queue(session, at=now)
        if failure.kind == UnusableAudioError.kind and failure.reason not in _OUR_FAULT:
            # It will not get better, and the artist may send another.
            await self.drop_file()
        log.info("not scored submission=%d reason=%s", submission.id, failure.reason)
        return Settled(outcome=Outcome.UNSCORED, failure=failure, retry_at=retry_at)

    def _said_yes(self) -> Verdict | None:
        # The artist's yes counts for the next go, too.
        return Verdict.CONFIRMED if self._confirmed else None

    async def _refuse(self, failure: Failure) -> Settled:
        """Close the submission in Earmark's own name: it cannot be reviewed at all."""
        submission, now = self._submission, self._now()
        async with self._sessions.begin() as session:
            closed = await moves.move(
                session,
                workspace_id=submission.workspace_id,
                submission_id=submission.id,
                to=Status.WITHDRAWN,
                actor=None,
                at=now,
                reasons=[failure.reason],
                note=failure.sentence,
                # A curator who was faster keeps the last word.
                only_from=WAITING,
            )
            if closed:
                await self._tell(session, at=now)
        await self.drop_file()
        if not closed:
            return Settled(outcome=Outcome.GONE)
        log.info("refused submission=%d reason=%s", submission.id, failure.reason)
        return Settled(outcome=Outcome.REFUSED, failure=failure)

    async def _queue(self, session: AsyncSession, *, at: datetime) -> None:
        # A curator may have decided meanwhile, or an earlier go queued it: both are fine.
        await moves.move(
            session,
            workspace_id=self._submission.workspace_id,
            submission_id=self._submission.id,
            to=Status.QUEUED,
            actor=None,
            at=at,
        )
        await self._tell(session, at=at)

    async def _tell(self, session: AsyncSession, *, at: datetime) -> None:
        await notices.changed(
            session,
            workspace_id=self._submission.workspace_id,
            submission_id=self._submission.id,
            at=at,
        )

    async def drop_file(self) -> None:
        """Delete the artist's file, unless another submission of it is still to be heard."""
        submission = self._submission
        if submission.upload_sha256 is None:
            return
        async with self._sessions.begin() as session:
            awaited = await submissions.file_awaited(
                session, sha256=submission.upload_sha256, except_id=submission.id
            )
            if not awaited:
                await self._services.files.discard(session, submission.upload_sha256)


def _done(submission: Submission, number: int | None) -> Outcome | None:
    """Return what became of a submission where nothing is left to do for this go."""
    if submission.status not in WAITING:
        return Outcome.GONE
    if submission.status is Status.QUEUED and submission.unscored_reason is None:
        return Outcome.SCORED
    if number is not None and number <= submission.tries:
        return Outcome.UNSCORED
    return None


def _reason(error: EarmarkError) -> str:
    """Return the stored key of what kept a submission from being scored or queued."""
    match error:
        case RuleError():
            return error.rule
        case UnusableAudioError():
            return error.reason
        case _:
            return error.kind
