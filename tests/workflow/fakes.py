"""The services that the workflow's tests ask: they know what they are told, and fail when asked."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NoPreviewError, NoSuchTrackError
from bot.track import Audio, Origin, Track, TrackId, Verdict
from bot.workflow.services import OwnFiles
from scoring.analysis import Analysis, Attributes, Mood, Reason, Score, SegmentEffect, Sign, Third


class CrashError(BaseException):
    """The process dies here."""


@dataclass(slots=True)
class Troubles:
    """What each service raises: once, or until it is mended."""

    once: dict[str, BaseException] = field(default_factory=dict)
    always: dict[str, BaseException] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def strike(self, service: str) -> None:
        self.calls[service] += 1
        if error := self.once.pop(service, None) or self.always.get(service):
            raise error


@dataclass(slots=True)
class FakeLookup:
    troubles: Troubles
    tracks: dict[str, Track] = field(default_factory=dict)
    # What short links and albums open.
    opens: dict[str, TrackId] = field(default_factory=dict)

    async def track_id_of(self, link: str) -> TrackId:
        self.troubles.strike("resolver")
        return self.opens[link]

    async def track(self, track_id: TrackId) -> Track:
        self.troubles.strike("lookup")
        if track_id not in self.tracks:
            raise NoSuchTrackError("Spotify knows no track with this link.")
        return self.tracks[track_id]


@dataclass(slots=True)
class FakeFiles:
    troubles: Troubles
    kept: dict[str, bytes] = field(default_factory=dict)

    def check(self, content: bytes) -> None:
        """Take everything: what a file must be is tested with the spool."""

    async def put(self, session: AsyncSession, content: bytes, *, at: datetime) -> str:
        raise NotImplementedError("the workflow is handed files that lie there already")

    async def get(self, sha256: str) -> bytes:
        return self.kept[sha256]

    async def sweep(self, session: AsyncSession, *, keep: Collection[str], before: datetime) -> int:
        """Delete what nobody waits for; how old a file is, is tested with the spool."""
        del session, before
        gone = set(self.kept) - set(keep)
        for sha256 in gone:
            del self.kept[sha256]
        return len(gone)

    async def discard(self, session: AsyncSession, sha256: str) -> None:
        del session
        self.troubles.strike("discard")
        self.kept.pop(sha256, None)


@dataclass(slots=True)
class FakeLadder:
    """An artist's own file first, else the preview of the track."""

    troubles: Troubles
    files: OwnFiles
    previews: dict[str, Audio] = field(default_factory=dict)
    asked: list[Track] = field(default_factory=list)
    sha256: str | None = None

    async def audio(self, track: Track) -> Audio:
        self.asked.append(track)
        self.troubles.strike("ladder")
        if self.sha256 is not None:
            content = await self.files.get(self.sha256)
            return Audio(content=content, origin=Origin.UPLOAD, verdict=Verdict.OWN_FILE)
        if track.spotify_id not in self.previews:
            raise NoPreviewError(f"No source has audio of “{track.title}”.")
        return self.previews[track.spotify_id]

    def with_file(self, sha256: str | None) -> "FakeLadder":
        return replace(self, sha256=sha256)


@dataclass(slots=True)
class FakeHearing:
    """Takes bytes and nothing else; the percentile is the content's last byte."""

    troubles: Troubles
    model_version: str = "cnn-1"
    heard: list[bytes] = field(default_factory=list)

    async def score(self, content: bytes) -> Analysis:
        self.heard.append(content)
        self.troubles.strike("hearing")
        return analysis_of(content[-1] % 80, model_version=self.model_version)


def analysis_of(percentile: float, *, model_version: str = "cnn-1") -> Analysis:
    return Analysis(
        score=Score(
            percentile=percentile,
            low=max(0.0, percentile - 20),
            high=percentile + 20,
            p_low=0.2,
            p_medium=0.5,
            p_high=0.3,
            level=Third.MEDIUM,
        ),
        attributes=Attributes(
            tempo_bpm=118.0,
            tempo_alt_bpm=59.0,
            tempo_confidence=0.7,
            key="A minor",
            key_confidence=0.6,
            loudness_lufs=-11.5,
            energy=0.61,
            danceability=0.62,
            acousticness=0.13,
            valence=0.34,
            instrumentalness=0.75,
            speechiness=0.06,
        ),
        mood=Mood(happy=0.1, tense=0.2, sad=0.3, calm=0.4),
        reasons=(Reason(sign=Sign.FOR, text="a steady beat"),),
        segments=(
            SegmentEffect(start_s=3.0, end_s=5.0, points=1.5, registers=(0.5, 0.25, 0.5, 0.25)),
        ),
        embedding=np.linspace(-1, 1, 8, dtype=np.float32),
        logmel=np.zeros((128, 32), dtype=np.float32),
        model_version=model_version,
        seconds=30.0,
    )
