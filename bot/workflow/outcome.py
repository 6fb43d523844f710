"""What the steps of a go return, and what became of a submission: plain values, fit for JSON."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.errors import RefusedError
from bot.track import Track, TrackId, Verdict
from bot.workflow.analysis import Clip
from bot.workflow.steps import Failure


class Outcome(StrEnum):
    SCORED = "scored"
    UNSCORED = "unscored"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """What became of a submission; `sentence` tells why where it is not scored.

    `refused` is the error that closed it, `retry_at` when Earmark tries again by itself.
    """

    code: str
    outcome: Outcome
    reason: str | None = None
    sentence: str = ""
    refused: RefusedError | None = None
    retry_at: datetime | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.code,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "sentence": self.sentence,
            "retry_at": self.retry_at.isoformat() if self.retry_at else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The track that the link names; None for a file, or where only the artist's words are left."""

    track_id: TrackId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The track as it was stored, with the best that is known of it."""

    row_id: int
    track: Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard; without a clip the track has a score of this model already."""

    origin: str
    verdict: Verdict | None
    clip: Clip | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a go ended, as plain values; `failure` tells what was in the way."""

    outcome: Outcome
    failure: Failure | None = None
    retry_at: datetime | None = None

    def told(self, code: str) -> Processed:
        failure = self.failure
        if failure is None:
            return Processed(code=code, outcome=self.outcome)
        refused = self.outcome is Outcome.REFUSED
        return Processed(
            code=code,
            outcome=self.outcome,
            reason=failure.reason,
            sentence=failure.sentence,
            refused=RefusedError(failure.sentence, kind=failure.kind) if refused else None,
            retry_at=self.retry_at,
        )
