"""What the tests of processing look up, and the troubles that they order."""

from sqlalchemy import select

from bot.errors import (
    QuotaError,
    SourceRefusedError,
    UnusableAudioError,
)
from db import tracks
from db.models import EventKind, Score
from db.models import Track as TrackRow
from tests.workflow.stage import (
    DAY,
    NOW,
    Stage,
    spotify_id,
)

QUOTA = QuotaError("Spotify", NOW + DAY)
REFUSED = SourceRefusedError("Spotify refuses us.")
SILENT = UnusableAudioError("There is nothing to hear.", reason="silent")


async def track_of(stage: Stage, name: str = "one") -> TrackRow:
    async with stage.sessions() as session:
        found = await tracks.by_spotify_id(
            session, workspace_id=stage.workspace_id, spotify_id=spotify_id(name)
        )
    assert found is not None
    return found


async def all_scores(stage: Stage) -> list[Score]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(Score).order_by(Score.id)))


async def kinds_of(stage: Stage, code: str) -> list[EventKind]:
    return [event.kind for event in await stage.history(code)]
