"""What `earmark score` and `earmark compare` tell of files: plain views, before any platform."""

from dataclasses import dataclass

from bot.messages import ErrorLine, ScoreLine, as_json


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesLine:
    """What can be heard. The two confidences, energy and danceability are 0 to 1."""

    tempo_bpm: float
    tempo_alt_bpm: float | None
    tempo_confidence: float
    key: str | None
    key_confidence: float
    loudness_lufs: float
    energy: float | None
    danceability: float | None

    def to_json(self) -> dict[str, object]:
        return as_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file as `earmark score` tells of it; `error` is set exactly where `score` is not."""

    file: str
    seconds: float | None
    error: ErrorLine | None = None
    score: ScoreLine | None = None
    attributes: AttributesLine | None = None
    reasons: tuple[str, ...] = ()
    embedding_dim: int | None = None

    @property
    def ok(self) -> bool:
        return self.error is None

    def to_json(self) -> dict[str, object]:
        names = as_json(self)
        return names | {"ok": self.ok, "model": self.score.model if self.score else None}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareView:
    """Files side by side, best first; the files that failed come last."""

    reports: tuple[FileReport, ...]

    def to_json(self) -> dict[str, object]:
        return as_json(self, reports="files")
