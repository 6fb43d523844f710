"""The work after the answer: find out what was submitted, hear it, score it, queue it.

Every step may be repeated: a process that is killed leaves the submission `received`, and the next
run takes it up again. Only sure facts are stored, and audio is never stored at all.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.errors import (
    EarmarkError,
    LinkError,
    NoPreviewError,
    NoSuchTrackError,
    QuotaError,
    RuleError,
    SourceDownError,
    SourceRefusedError,
    UnusableAudioError,
    WeakMatchError,
)
from bot.matching import confirmed
from bot.messages import plain
from bot.texts import NOTE_LIMIT
from bot.track import Audio, Track, Verdict
from bot.workflow import rules
from bot.workflow.analysis import score_row
from bot.workflow.identify import Identified, Lookup, identify, store
from bot.workflow.submit import find_playlist, refuse_duplicate, rules_of
from db import moves, scores, submissions
from db.models import Score, Submission
from db.models import Track as TrackRow
from db.status import WAITING, Status

if TYPE_CHECKING:
    # Only the type: the scorer's libraries take half a second to load, and a queue needs none.
    from scoring.analysis import Analysis

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Sessions = async_sessionmaker[AsyncSession]


class AudioLadder(Protocol):
    async def audio(self, track: Track) -> Audio: ...


class OwnFiles(Protocol):
    """Artists' files that wait to be scored."""

    def check(self, content: bytes) -> None: ...

    def put(self, content: bytes) -> str: ...

    def get(self, sha256: str) -> bytes: ...

    def discard(self, sha256: str) -> None: ...

    def sweep(self, *, keep: Collection[str], before: datetime) -> int: ...


class Hearing(Protocol):
    """The scorer, off the event loop."""

    @property
    def model_version(self) -> str: ...

    async def score(self, content: bytes) -> "Analysis": ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What processing needs from outside. `ladder` takes the hash of the artist's file, if any."""

    lookup: Lookup
    ladder: Callable[[str | None], AudioLadder]
    files: OwnFiles
    hearing: Hearing


class Outcome(StrEnum):
    SCORED = "scored"
    UNSCORED = "unscored"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """What became of a submission; `sentence` tells why where it is not scored.

    `refused` is the error that closed it. `analysis` is there where the clip was heard just now.
    """

    code: str
    outcome: Outcome
    reason: str | None = None
    sentence: str = ""
    refused: EarmarkError | None = None
    analysis: "Analysis | None" = None

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.code,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    audio: Audio
    analysis: "Analysis"


async def process(
    submission_id: int,
    *,
    workspace_id: int,
    sessions: Sessions,
    services: Services,
    now: Clock,
    confirmed: bool = False,
) -> Processed:
    """Take one submission as far as it goes today; what fails for now may be tried again.

    `confirmed`: the artist has said that the recording found is theirs.
    """
    async with sessions() as session:
        submission = await submissions.get(
            session, workspace_id=workspace_id, submission_id=submission_id
        )
    if submission is None:
        return Processed(code="", outcome=Outcome.GONE)
    job = _Job(submission, sessions=sessions, services=services, now=now, confirmed=confirmed)
    if done := _done(submission):
        # The process may have been killed after its commit, and before it deleted the file.
        await job.drop_file()
        return Processed(code=submission.code, outcome=done)
    try:
        return await job.run()
    except (LinkError, NoSuchTrackError, RuleError) as error:
        return await job.refuse(error)


class _Job:
    """One submission on its way. It holds what its steps share, and nothing outlives it."""

    def __init__(
        self,
        submission: Submission,
        *,
        sessions: Sessions,
        services: Services,
        now: Clock,
        confirmed: bool,
    ) -> None:
        self._submission = submission
        self._confirmed = confirmed
        self._sessions = sessions
        self._services = services
        self._now = now

    async def run(self) -> Processed:
        try:
            found = await identify(self._submission, self._services.lookup)
            track_id, track = await self._store_track(found)
            if known := await self._score_of(track_id):
                return await self._queue_again(known)
            audio = await self._audio(track)
            heard = _Heard(audio=audio, analysis=await self._services.hearing.score(audio.content))
            return await self._queue(track_id, heard)
        except UnusableAudioError as error:
            only_file = self._submission.upload_sha256 and not self._submission.link
            # Without a link there is nothing else that a curator could listen to. But a file that
            # is gone is our fault, or lies in the folder of another process: nobody is sent away.
            if only_file and error.reason != "lost":
                return await self.refuse(error)
            return await self._leave_unscored(error)
        except (
            NoPreviewError,
            WeakMatchError,
            SourceDownError,
            QuotaError,
            SourceRefusedError,
        ) as error:
            return await self._leave_unscored(error)

    async def refuse(self, error: EarmarkError) -> Processed:
        """Close the submission in Earmark's own name: it cannot be reviewed at all."""
        submission, reason, sentence = self._submission, _reason(error), _sentence(error)
        async with self._sessions.begin() as session:
            closed = await moves.move(
                session,
                workspace_id=submission.workspace_id,
                submission_id=submission.id,
                to=Status.WITHDRAWN,
                actor=None,
                at=self._now(),
                reasons=[reason],
                note=sentence,
                # A curator who was faster keeps the last word.
                only_from=WAITING,
            )
        await self.drop_file()
        if not closed:
            return Processed(code=submission.code, outcome=Outcome.GONE)
        log.info("refused submission=%d reason=%s", submission.id, reason)
        return Processed(
            code=submission.code,
            outcome=Outcome.REFUSED,
            reason=reason,
            sentence=sentence,
            refused=error,
        )

    async def drop_file(self) -> None:
        """Delete the artist's file, unless another submission of it is still to be heard."""
        submission = self._submission
        if submission.upload_sha256 is None:
            return
        async with self._sessions() as session:
            awaited = await submissions.file_awaited(
                session, sha256=submission.upload_sha256, except_id=submission.id
            )
            if not awaited:
                self._services.files.discard(submission.upload_sha256)

    async def _store_track(self, found: Identified) -> tuple[int, Track]:
        """Store the track, tie the submission to it and return both, or raise RuleError."""
        submission, now = self._submission, self._now()
        async with self._sessions.begin() as session:
            # One at a time: of two links to one recording each would miss the other.
            await find_playlist(
                session, submission.workspace_id, submission.playlist.name, lock=True
            )
            row, track = await store(session, submission, found, now=now)
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
        return row.id, track

    async def _refusal(self, session: AsyncSession, row: TrackRow) -> RuleError | None:
        """Return the rule that the track breaks, now that it is known which one it is."""
        submission = self._submission
        try:
            rules.check_explicit(rules_of(submission.playlist), explicit=row.explicit)
            await refuse_duplicate(
                session, submission.playlist, track=row, except_id=submission.id, now=self._now()
            )
        except RuleError as error:
            return error
        return None

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
            theirs = confirmed(track, found)
        return replace(await ladder.audio(theirs), verdict=Verdict.CONFIRMED)

    async def _queue(self, track_id: int, heard: _Heard) -> Processed:
        """Store the score and queue the submission in one commit."""
        submission, now = self._submission, self._now()
        row = score_row(
            heard.analysis,
            workspace_id=submission.workspace_id,
            track_id=track_id,
            audio_origin=heard.audio.origin,
            at=now,
        )
        async with self._sessions.begin() as session:
            await scores.put(session, row)
            await self._arrive_scored(
                session, origin=heard.audio.origin, verdict=heard.audio.verdict, at=now
            )
        await self.drop_file()
        return Processed(code=submission.code, outcome=Outcome.SCORED, analysis=heard.analysis)

    async def _queue_again(self, known: Score) -> Processed:
        """Queue the submission with a score that the track has already."""
        async with self._sessions.begin() as session:
            await self._arrive_scored(
                session, origin=known.audio_origin, verdict=None, at=self._now()
            )
        await self.drop_file()
        return Processed(code=self._submission.code, outcome=Outcome.SCORED)

    async def _arrive_scored(
        self, session: AsyncSession, *, origin: str, verdict: Verdict | None, at: datetime
    ) -> None:
        await submissions.record_audio(
            session,
            workspace_id=self._submission.workspace_id,
            submission_id=self._submission.id,
            at=at,
            match_verdict=verdict,
            audio_origin=origin,
        )
        await self._arrive(session, at=at)

    async def _leave_unscored(self, error: EarmarkError) -> Processed:
        """Queue the submission by its age: no score is no reason to wait longer."""
        submission, now, reason = self._submission, self._now(), _reason(error)
        async with self._sessions.begin() as session:
            await submissions.record_audio(
                session,
                workspace_id=submission.workspace_id,
                submission_id=submission.id,
                at=now,
                match_verdict=Verdict.WEAK if isinstance(error, WeakMatchError) else None,
                unscored_reason=reason,
            )
            await self._arrive(session, at=now)
        if isinstance(error, UnusableAudioError):
            # It will not get better, and the artist may send another.
            await self.drop_file()
        log.info("not scored submission=%d reason=%s", submission.id, reason)
        return Processed(
            code=submission.code,
            outcome=Outcome.UNSCORED,
            reason=reason,
            sentence=_sentence(error),
        )

    async def _arrive(self, session: AsyncSession, *, at: datetime) -> None:
        # A curator may have decided meanwhile, or an earlier run queued it: both are fine.
        await moves.move(
            session,
            workspace_id=self._submission.workspace_id,
            submission_id=self._submission.id,
            to=Status.QUEUED,
            actor=None,
            at=at,
        )


def _done(submission: Submission) -> Outcome | None:
    """Return what became of a submission where nothing is left to do."""
    if submission.status not in WAITING:
        return Outcome.GONE
    if submission.status is Status.QUEUED and submission.unscored_reason is None:
        return Outcome.SCORED
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


def _sentence(error: EarmarkError) -> str:
    """Return what the person is told; titles that services and artists chose are in it."""
    return plain(str(error), limit=NOTE_LIMIT)
