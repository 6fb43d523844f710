"""Scores of an earlier model, made again by the one in use, as far as the audio can be had again.

Audio is never stored, so a preview is fetched once more. What was scored from an artist's own file
keeps its old score: the file is gone, and a preview of the same name may be another recording.
Each track is a commit of its own, so a stopped run goes on where it was.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import (
    LinkError,
    NoPreviewError,
    NoSuchTrackError,
    QuotaError,
    ScorerDownError,
    SettingsError,
    SourceDownError,
    SourceRefusedError,
    UnusableAudioError,
    WeakMatchError,
)
from bot.matching import confirmed
from bot.track import Audio, Origin, Track, TrackId, Verdict
from bot.workflow.analysis import clip_of, score_row
from bot.workflow.services import Clock, Hearing, Services, Sessions
from db import outdated, scores
from db.outdated import Outdated
from scoring.errors import ModelError

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


class Fate(StrEnum):
    RESCORED = "rescored"
    # It was scored from the artist's own file.
    OWN_FILE = "own_file"
    # No source has its audio any more, or none that surely is of this recording.
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescoring:
    """How many tracks were scored again, and how many keep their old score and why.

    `left` were not looked at; `stopped` is the sentence of the service that ended the run.
    """

    model: str
    rescored: int
    own_file: int
    not_found: int
    left: int
    stopped: str = ""

    def to_json(self) -> dict[str, object]:
        return {
            "model": self.model,
            "rescored": self.rescored,
            "own_file": self.own_file,
            "not_found": self.not_found,
            "left": self.left,
            "stopped": self.stopped,
        }


def version_in_use(hearing: Hearing) -> str | None:
    """Return the model in use, or None where it cannot be told: a queue needs no model."""
    try:
        return hearing.model_version
    except (ModelError, SettingsError) as error:
        log.warning("the model in use cannot be told: %s", error)
        return None


async def rescore(
    *,
    workspace_id: int,
    sessions: Sessions,
    services: Services,
    now: Clock,
    limit: int | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Rescoring:
    """Score at most `limit` tracks again, those that wait for an answer first.

    A service that is down ends the run: everything after it would wait for it too.
    """
    version = services.hearing.model_version
    async with sessions() as session:
        found = await outdated.outdated(session, workspace_id=workspace_id, model_version=version)
    fates: Counter[Fate] = Counter()
    stopped = ""
    for one in found:
        if fates[Fate.RESCORED] == limit:
            break
        try:
            fates[await _again(one, sessions=sessions, services=services, now=now)] += 1
        except (SourceDownError, QuotaError, SourceRefusedError, ScorerDownError) as error:
            stopped = str(error)
            break
        progress(fates.total(), len(found))
    return Rescoring(
        model=version,
        rescored=fates[Fate.RESCORED],
        own_file=fates[Fate.OWN_FILE],
        not_found=fates[Fate.NOT_FOUND],
        left=len(found) - fates.total(),
        stopped=stopped,
    )


async def _again(one: Outdated, *, sessions: Sessions, services: Services, now: Clock) -> Fate:
    if one.score.audio_origin == Origin.UPLOAD:
        return Fate.OWN_FILE
    try:
        audio = await _audio(one, services)
        analysis = await services.hearing.score(audio.content)
    except (
        LinkError,
        NoSuchTrackError,
        NoPreviewError,
        WeakMatchError,
        UnusableAudioError,
    ) as error:
        log.info("not scored again track=%d: %s", one.track.id, error.kind)
        return Fate.NOT_FOUND
    row = score_row(
        clip_of(analysis, audio),
        workspace_id=one.track.workspace_id,
        track_id=one.track.id,
        at=now(),
    )
    async with sessions.begin() as session:
        await scores.put(session, row)
    return Fate.RESCORED


async def _audio(one: Outdated, services: Services) -> Audio:
    """Return the preview that the track had, from whatever source has it today."""
    # Without a file: only that of one submission would be meant, and it is gone.
    ladder = services.ladder(None)
    track = await _described(one, services)
    try:
        return await ladder.audio(track)
    except WeakMatchError as match:
        # The artist has said once that this is the recording, and is not asked again.
        if all(row.match_verdict != Verdict.CONFIRMED for row in one.submissions):
            raise
        theirs = confirmed(track, match)
    return await ladder.audio(theirs)


async def _described(one: Outdated, services: Services) -> Track:
    """Return the stored track, or Spotify's own words where the audio came from there.

    A link to a preview on Spotify does not last, and Spotify counts every question.
    """
    row = one.track
    spotify_id = TrackId(row.spotify_id) if row.spotify_id else None
    if spotify_id is not None and one.score.audio_origin == Origin.SPOTIFY:
        return await services.lookup.track(spotify_id)
    return Track(
        origin=Origin(row.title_source),
        title=row.title,
        artists=tuple(row.artists),
        spotify_id=spotify_id,
        isrc=row.isrc,
        duration_ms=row.duration_ms,
    )
