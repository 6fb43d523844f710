"""`earmark doctor`: is everything in place, and if not, what to do about it?"""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from enum import StrEnum

from bot.app import load_scorer, open_desk
from bot.errors import EarmarkError, NoPreviewError, NoSuchTrackError, WeakMatchError
from bot.settings import AudioSource, Settings
from bot.track import Origin, Track, TrackId
from bot.workflow.desk import Desk
from db import schema
from scoring.errors import ScoringError

# Any track does: that a service knows it not is an answer as good as any.
_PROBE = Track(
    origin=Origin.ARTIST,
    title="Cut To The Feeling",
    artists=("Carly Rae Jepsen",),
    isrc="USUM71703861",
    spotify_id=TrackId("11dFghVXANMlKmJXsNCbNl"),
)


class Health(StrEnum):
    GOOD = "good"
    # It works, but less well than it could.
    MISSING = "missing"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; `advice` is a sentence, and says what to do unless all is good."""

    what: str
    health: Health
    advice: str

    def to_json(self) -> dict[str, object]:
        return {"what": self.what, "health": self.health.value, "advice": self.advice}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(finding.health is not Health.BAD for finding in self.findings)

    def to_json(self) -> dict[str, object]:
        return {"ok": self.ok, "findings": [finding.to_json() for finding in self.findings]}


async def examine(settings: Settings) -> Checkup:
    """Look at the model, the database and every service that the settings name."""
    findings = [_model(settings), await _database(settings)]
    if findings[-1].health is not Health.BAD:
        async with open_desk(settings) as desk:
            findings += [finding async for finding in _services(settings, desk)]
    return Checkup(findings=tuple(findings))


def _model(settings: Settings) -> Finding:
    try:
        version = load_scorer(settings).model_version
    except ScoringError as error:
        return Finding(what="model", health=Health.BAD, advice=f"{error} Install Earmark again.")
    return Finding(what="model", health=Health.GOOD, advice=f"{version} is in place.")


async def _database(settings: Settings) -> Finding:
    try:
        state = await schema.state(settings.database_url)
    except (OSError, ValueError) as error:
        return Finding(
            what="database",
            health=Health.BAD,
            advice=f"It cannot be reached ({type(error).__name__}). Check EARMARK_DATABASE_URL.",
        )
    if state in {schema.SchemaState.CURRENT, schema.SchemaState.EMPTY}:
        return Finding(what="database", health=Health.GOOD, advice="It is as it should be.")
    return Finding(
        what="database", health=Health.BAD, advice="Its tables do not fit. Run: earmark db upgrade"
    )


async def _services(settings: Settings, desk: Desk) -> AsyncIterator[Finding]:
    if settings.spotify_ready:
        yield await _ask("spotify", desk.services.lookup.track(TrackId(_PROBE.spotify_id or "")))
    else:
        yield Finding(
            what="spotify",
            health=Health.MISSING,
            advice="No credentials, so artists must name themselves and ISRCs are unknown. Set"
            " EARMARK_SPOTIFY_CLIENT_ID and EARMARK_SPOTIFY_CLIENT_SECRET.",
        )
    if set(settings.audio_sources) - {AudioSource.UPLOAD}:
        yield await _ask("previews", desk.services.ladder(None).audio(_PROBE))
    else:
        yield Finding(
            what="previews",
            health=Health.MISSING,
            advice="Only artists' own files are scored. EARMARK_AUDIO_SOURCES can name more.",
        )


async def _ask(what: str, call: Awaitable[object]) -> Finding:
    try:
        await call
    except (NoSuchTrackError, NoPreviewError, WeakMatchError):
        return Finding(what=what, health=Health.GOOD, advice="It answers; it lacks our test track.")
    except EarmarkError as error:
        return Finding(what=what, health=Health.BAD, advice=str(error))
    return Finding(what=what, health=Health.GOOD, advice="It answers.")
