"""The work after the answer: find out what was submitted, hear it, score it, queue it.

Every step may be repeated: a process that is killed leaves the submission `received`, and the next
run takes it up again. Only sure facts are stored, and audio is never stored at all.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

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
from bot.matching import artist_key, title_key
from bot.track import Audio, Origin, Track, TrackId, Verdict
from bot.workflow import rules
from bot.workflow.analysis import score_row
from bot.workflow.naming import file_label
from bot.workflow.submit import refuse_duplicate, rules_of
from db import moves, scores, submissions, tracks
from db.models import Submission
from db.status import WAITING, Status
from scoring.scorer import Analysis

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Sessions = async_sessionmaker[AsyncSession]


class Lookup(Protocol):
    """Finds out what a link names."""

    async def track_id_of(self, link: str) -> TrackId: ...

    async def track(self, track_id: TrackId) -> Track: ...


class AudioLadder(Protocol):
    async def audio(self, track: Track) -> Audio: ...


class OwnFiles(Protocol):
    """Artists' files that wait to be scored."""

    def put(self, content: bytes) -> str: ...

    def get(self, sha256: str) -> bytes: ...

    def discard(self, sha256: str) -> None: ...


class Hearing(Protocol):
    """The scorer, off the event loop."""

    @property
    def model_version(self) -> str: ...

    async def score(self, content: bytes) -> Analysis: ...


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
    analysis: Analysis | None = None

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
    analysis: Analysis


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
    if submission is None or submission.status not in WAITING:
        return Processed(code=submission.code if submission else "", outcome=Outcome.GONE)
    if submission.status is Status.QUEUED and submission.unscored_reason is None:
        return Processed(code=submission.code, outcome=Outcome.SCORED)
    job = _Job(submission, sessions=sessions, services=services, now=now, confirmed=confirmed)
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
        track = await self._identify()
        track_id = await self._store_track(track)
        try:
            if await self._scored_before(track_id):
                return await self._queue(track_id, verdict=None, heard=None)
            audio = await self._audio(track)
            heard = _Heard(audio=audio, analysis=await self._services.hearing.score(audio.content))
            return await self._queue(track_id, verdict=audio.verdict, heard=heard)
        except UnusableAudioError as error:
            if self._submission.upload_sha256 and not self._submission.link:
                # Without a link there is nothing else that a curator could listen to.
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
        submission = self._submission
        reason = _reason(error)
        async with self._sessions.begin() as session:
            await moves.move(
                session,
                workspace_id=submission.workspace_id,
                submission_id=submission.id,
                to=Status.WITHDRAWN,
                actor=None,
                at=self._now(),
                reasons=[reason],
                note=str(error),
            )
        self._drop_file()
        log.info("refused submission=%d reason=%s", submission.id, reason)
        return Processed(
            code=submission.code,
            outcome=Outcome.REFUSED,
            reason=reason,
            sentence=str(error),
            refused=error,
        )

    async def _identify(self) -> Track:
        """Return what was submitted: from the services, else from what the artist typed."""
        submission = self._submission
        if submission.link is None:
            return self._from_file()
        track_id = TrackId(submission.spotify_id) if submission.spotify_id else None
        try:
            if track_id is None:
                track_id = await self._services.lookup.track_id_of(submission.link)
            track = await self._services.lookup.track(track_id)
        except (SourceDownError, QuotaError, SourceRefusedError) as error:
            log.warning("submission=%d is known by its link only: %s", submission.id, error)
            return self._from_typing(track_id)
        # Spotify's title page names no artist.
        return track if track.artists else replace(track, artists=self._typed_artists())

    def _typed_artists(self) -> tuple[str, ...]:
        return _names(self._submission.typed_artist or self._submission.member.display_name)

    def _from_file(self) -> Track:
        submission = self._submission
        artist, title = file_label(submission.upload_name)
        return Track(
            origin=Origin.ARTIST if submission.typed_title else Origin.UPLOAD,
            title=submission.typed_title or title or "Untitled",
            artists=_names(submission.typed_artist or artist or submission.member.display_name),
        )

    def _from_typing(self, track_id: TrackId | None) -> Track:
        submission = self._submission
        return Track(
            origin=Origin.ARTIST,
            title=submission.typed_title or f"Spotify track {track_id or ''}".strip(),
            artists=self._typed_artists(),
            spotify_id=track_id,
            url=submission.link,
        )

    async def _store_track(self, track: Track) -> int:
        """Store the track and tie the submission to it, or raise RuleError."""
        submission, now = self._submission, self._now()
        rules.check_explicit(rules_of(submission.playlist), explicit=track.explicit)
        async with self._sessions.begin() as session:
            row = await tracks.upsert(
                session,
                workspace_id=submission.workspace_id,
                facts=_facts(track),
                title_key=title_key(track),
                artist_key=artist_key(track),
                now=now,
                spotify_id=track.spotify_id,
                audio_sha256=submission.upload_sha256,
            )
            await refuse_duplicate(
                session, submission.playlist, track=row, except_id=submission.id, now=now
            )
            await submissions.record_track(
                session,
                workspace_id=submission.workspace_id,
                submission_id=submission.id,
                track_id=row.id,
                spotify_id=track.spotify_id,
                at=now,
            )
            return row.id

    async def _scored_before(self, track_id: int) -> bool:
        async with self._sessions() as session:
            known = await scores.latest(
                session,
                workspace_id=self._submission.workspace_id,
                track_ids=[track_id],
                model_version=self._services.hearing.model_version,
            )
        return track_id in known

    async def _audio(self, track: Track) -> Audio:
        ladder = self._services.ladder(self._submission.upload_sha256)
        try:
            return await ladder.audio(track)
        except WeakMatchError as found:
            if not self._confirmed:
                raise
            theirs = replace(
                track,
                title=found.title,
                artists=found.artists or track.artists,
                isrc=found.isrc,
                duration_ms=found.duration_ms,
            )
        return replace(await ladder.audio(theirs), verdict=Verdict.CONFIRMED)

    async def _queue(
        self, track_id: int, *, verdict: Verdict | None, heard: _Heard | None
    ) -> Processed:
        """Store the score and queue the submission in one commit."""
        submission, now = self._submission, self._now()
        async with self._sessions.begin() as session:
            if heard is not None:
                await scores.put(
                    session,
                    score_row(
                        heard.analysis,
                        workspace_id=submission.workspace_id,
                        track_id=track_id,
                        audio_origin=heard.audio.origin,
                        at=now,
                    ),
                )
            await submissions.record_audio(
                session,
                workspace_id=submission.workspace_id,
                submission_id=submission.id,
                at=now,
                match_verdict=verdict,
                audio_origin=heard.audio.origin if heard else None,
            )
            await self._arrive(session, at=now)
        self._drop_file()
        return Processed(
            code=submission.code,
            outcome=Outcome.SCORED,
            analysis=heard.analysis if heard else None,
        )

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
        log.info("not scored submission=%d reason=%s", submission.id, reason)
        return Processed(
            code=submission.code, outcome=Outcome.UNSCORED, reason=reason, sentence=str(error)
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

    def _drop_file(self) -> None:
        if self._submission.upload_sha256:
            self._services.files.discard(self._submission.upload_sha256)


def _reason(error: EarmarkError) -> str:
    """Return the stored key of what kept a submission from being scored or queued."""
    match error:
        case RuleError():
            return error.rule
        case UnusableAudioError():
            return error.reason
        case _:
            return error.kind


def _names(artist: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in artist.split(",") if name.strip())


def _facts(track: Track) -> list[tracks.Facts]:
    """Return what is known, each part under the name of who said it."""
    # The title page names no artist: that part is the artist's own word.
    artists_by = Origin.ARTIST if track.origin is Origin.OEMBED else track.origin
    return [
        tracks.Facts(
            source=track.origin,
            title=track.title,
            isrc=track.isrc,
            duration_ms=track.duration_ms,
            release_date=track.release_date,
            explicit=track.explicit,
            cover_url=track.cover_url,
        ),
        tracks.Facts(source=artists_by, artists=track.artists),
    ]
