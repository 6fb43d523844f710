"""`earmark doctor`: is everything in place, and if not, what to do about it?"""

import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum

from bot.app import STATES, connect_spotify, database_state, load_scorer, open_desk
from bot.errors import (
    DatabaseError,
    EarmarkError,
    LinkError,
    NoPreviewError,
    NoSuchTrackError,
    SettingsError,
    SourceDownError,
    WeakMatchError,
)
from bot.links import AlbumId
from bot.model_store import model_in_use, packaged_model
from bot.settings import AudioSource, Settings
from bot.slack_way import slack_way
from bot.track import Origin, Track, TrackId
from bot.workflow.desk import Desk
from db.schema import SchemaState
from scoring.errors import ScoringError

# Any track does: that a service knows it not is an answer as good as any.
_PROBE = Track(
    origin=Origin.ARTIST,
    title="Cut To The Feeling",
    artists=("Carly Rae Jepsen",),
    isrc="USUM71703861",
)
_TRACK_ID = TrackId("11dFghVXANMlKmJXsNCbNl")
# Spotify is asked for an album, as tracks are remembered for a week and not asked for again.
_ALBUM_ID = AlbumId("0tGPJ0bkWOUmH7MEOR77qc")


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
        return not self.bad

    @property
    def bad(self) -> tuple[str, ...]:
        return tuple(one.what for one in self.findings if one.health is Health.BAD)

    def to_json(self) -> dict[str, object]:
        return {"ok": self.ok, "findings": [finding.to_json() for finding in self.findings]}


async def examine(settings: Settings) -> Checkup:
    """Look at the model, the files, the database and every service that the settings name."""
    findings = [_model(settings), _files(settings), await _database(settings)]
    if findings[-1].health is not Health.BAD:
        async with open_desk(settings) as desk:
            findings += [finding async for finding in _services(settings, desk)]
            findings += [await _discord(settings), await _slack(settings, desk)]
    return Checkup(findings=tuple(findings))


def _model(settings: Settings) -> Finding:
    try:
        path = model_in_use(settings)
    except SettingsError as error:
        return Finding(what="model", health=Health.BAD, advice=str(error))
    try:
        version = load_scorer(path).model_version
    except ScoringError as error:
        own = "Install Earmark again."
        if settings.model_file:
            own = "Check EARMARK_MODEL_FILE."
        elif path != packaged_model():
            own = "Go back to the one before: earmark model rollback"
        return Finding(what="model", health=Health.BAD, advice=f"{error} {own}")
    return Finding(what="model", health=Health.GOOD, advice=f"{version} is in place.")


def _files(settings: Settings) -> Finding:
    """Find out whether artists' files could be kept until they are scored; make no folder yet."""
    wanted = settings.data_dir.absolute()
    there = next(path for path in (wanted, *wanted.parents) if path.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        told = f"Artists' files wait in {settings.data_dir} until they are scored."
        return Finding(what="files", health=Health.GOOD, advice=told)
    told = f"Nothing can be written to {settings.data_dir}. Check EARMARK_DATA_DIR."
    return Finding(what="files", health=Health.BAD, advice=told)


async def _discord(settings: Settings) -> Finding:
    if settings.discord_token is None:
        told = "No token, so nobody can use it on Discord. docs/discord.md tells where to get one."
        return Finding(what="discord", health=Health.MISSING, advice=told)
    # discord.py takes half a second to load, and most desks that ask have none.
    from bot.platforms.discord.control import whoami  # noqa: PLC0415

    token = settings.discord_token.get_secret_value()
    try:
        name = await whoami(token, url=settings.discord_url)
    except EarmarkError as error:
        return Finding(what="discord", health=Health.BAD, advice=str(error))
    return Finding(what="discord", health=Health.GOOD, advice=f"It knows the app as {name}.")


async def _slack(settings: Settings, desk: Desk) -> Finding:
    try:
        way = slack_way(settings)
        if way is None:
            told = "No token, so nobody can use it on Slack. docs/slack.md tells where to get one."
            return Finding(what="slack", health=Health.MISSING, advice=told)
        told = await _look_at_slack(settings, desk)
    except EarmarkError as error:
        return Finding(what="slack", health=Health.BAD, advice=str(error))
    return Finding(what="slack", health=Health.GOOD, advice=told)


async def _look_at_slack(settings: Settings, desk: Desk) -> str:
    # Slack's libraries take as long to load.
    from bot.platforms.slack.checkup import look_at_team, look_at_teams  # noqa: PLC0415

    if settings.slack_token is not None:
        return await look_at_team(
            settings.slack_token, settings.slack_app_token, url=settings.slack_url
        )
    return await look_at_teams(
        desk,
        key=settings.secret_key.get_secret_value().encode() if settings.secret_key else b"",
        public_url=settings.slack_public_url or "",
        url=settings.slack_url,
    )


async def _database(settings: Settings) -> Finding:
    try:
        state = await database_state(settings.database_url)
        if state is SchemaState.EMPTY:
            # Only making the tables shows whether it may be written to.
            async with open_desk(settings):
                state = SchemaState.CURRENT
    except (DatabaseError, SettingsError) as error:
        return Finding(what="database", health=Health.BAD, advice=str(error))
    if state is not SchemaState.CURRENT:
        return Finding(what="database", health=Health.BAD, advice=STATES[state])
    return Finding(what="database", health=Health.GOOD, advice="It is as this version needs it.")


async def _services(settings: Settings, desk: Desk) -> AsyncIterator[Finding]:
    async with AsyncExitStack() as stack:
        # Asked by itself: the desk's own look-ups would quietly make do with the title page.
        spotify = connect_spotify(settings, desk.sessions, stack)
        if spotify is not None:
            yield await _ask("spotify", spotify.single_of_album(_ALBUM_ID))
        else:
            yield Finding(
                what="spotify",
                health=Health.MISSING,
                advice="No credentials: titles are known, but artists must name themselves, and"
                " fewer previews are found. Set EARMARK_SPOTIFY_CLIENT_ID and"
                " EARMARK_SPOTIFY_CLIENT_SECRET.",
            )
            yield await _ask("titles", desk.services.lookup.track(_TRACK_ID))
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
    except (LinkError, NoSuchTrackError, NoPreviewError, WeakMatchError):
        # It has not what we asked for, or something else of that name: it answers.
        return Finding(what=what, health=Health.GOOD, advice="It answers.")
    except SourceDownError as error:
        return Finding(
            what=what,
            health=Health.BAD,
            advice=f"{error.service} is not answering. Check this machine's network; until it"
            " answers, tracks are queued without what it knows.",
        )
    except EarmarkError as error:
        return Finding(what=what, health=Health.BAD, advice=str(error))
    return Finding(what=what, health=Health.GOOD, advice="It answers.")
