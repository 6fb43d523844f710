"""The composition root: which services a desk gets, and which hosts they may be sent to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.app import (
    check_url,
    connect_spotify,
    database_state,
    open_database,
    open_desk,
    upgrade_database,
)
from bot.errors import (
    DatabaseError,
    NoPreviewError,
    SettingsError,
    SourceRefusedError,
    UnusableAudioError,
)
from bot.links import AlbumId
from bot.sandbox.bundled import clip
from bot.sandbox.calls import Service
from bot.sandbox.server import Sandbox
from bot.settings import AudioSource, Settings
from bot.track import Origin, Track
from bot.workflow.desk import Desk
from db.schema import SchemaState, downgrade_one

CLIP = clip("caribbean_8s.ogg").path


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=sqlite_url, data_dir=tmp_path / "data")


def pointed(settings: Settings, sandbox: Sandbox, *sources: AudioSource) -> Settings:
    return settings.model_copy(
        update={
            "spotify_client_id": sandbox.client_id,
            "spotify_client_secret": SecretStr(sandbox.client_secret),
            "spotify_api_url": sandbox.spotify_api_url,
            "spotify_token_url": sandbox.spotify_token_url,
            "spotify_oembed_url": sandbox.oembed_url,
            "deezer_url": sandbox.deezer_url,
            "itunes_url": sandbox.itunes_url,
            "audio_sources": sources,
        }
    )


@asynccontextmanager
async def desk_at_sandbox(settings: Settings, *sources: AudioSource) -> AsyncIterator[Desk]:
    async with Sandbox.start() as sandbox, open_desk(pointed(settings, sandbox, *sources)) as desk:
        yield desk


@pytest.fixture
def nebula() -> Track:
    return Track(
        origin=Origin.SPOTIFY,
        title="Nebula",
        artists=("Max McCracken",),
        isrc="XXEM11200003",
        duration_ms=316_800,
    )


@pytest.mark.parametrize(
    ("source", "origin"),
    [(AudioSource.DEEZER, Origin.DEEZER), (AudioSource.ITUNES, Origin.ITUNES)],
)
async def test_audio_comes_from_the_sources_that_the_settings_name(
    settings: Settings, nebula: Track, source: AudioSource, origin: Origin
) -> None:
    async with desk_at_sandbox(settings, AudioSource.UPLOAD, source) as desk:
        audio = await desk.services.ladder(None).audio(nebula)

    assert audio.origin is origin
    assert len(audio.content) > 100_000


@pytest.mark.parametrize("sources", [(), (AudioSource.UPLOAD,), (AudioSource.SPOTIFY,)])
async def test_no_other_source_is_asked(
    settings: Settings, nebula: Track, sources: tuple[AudioSource, ...]
) -> None:
    async with desk_at_sandbox(settings, *sources) as desk:
        with pytest.raises(NoPreviewError, match="No source has audio"):
            await desk.services.ladder(None).audio(nebula)


async def test_an_artists_own_file_comes_before_every_service(
    settings: Settings, nebula: Track
) -> None:
    async with desk_at_sandbox(settings, AudioSource.DEEZER) as desk:
        async with desk.sessions.begin() as session:
            sha256 = await desk.services.files.put(session, CLIP.read_bytes(), at=desk.now())
        audio = await desk.services.ladder(sha256).audio(nebula)

    assert audio.origin is Origin.UPLOAD
    assert audio.content == CLIP.read_bytes()


async def test_a_preview_on_a_host_that_nobody_allowed_is_not_fetched(
    settings: Settings, nebula: Track
) -> None:
    async with Sandbox.start() as sandbox:
        there = pointed(settings, sandbox, AudioSource.DEEZER)
        # The same service under a name whose previews lie on another host.
        elsewhere = there.model_copy(
            update={"deezer_url": sandbox.deezer_url.replace("127.0.0.1", "localhost")}
        )
        async with open_desk(elsewhere) as desk:
            with pytest.raises(SourceRefusedError, match="EARMARK_PREVIEW_HOSTS"):
                await desk.services.ladder(None).audio(nebula)

    assert not [call for call in sandbox.calls.made if call.service is Service.PREVIEWS]


async def test_the_model_is_loaded_once_and_only_when_it_is_needed(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_desk(settings) as desk:
        first = await desk.services.hearing.score(CLIP.read_bytes())
        second = await desk.services.hearing.score(CLIP.read_bytes())
        version = desk.services.hearing.model_version
    async with open_desk(settings.model_copy(update={"model_file": tmp_path / "none"})):
        pass

    assert first.score == second.score
    assert first.model_version == version


async def test_audio_that_cannot_be_scored_is_an_error_for_people(settings: Settings) -> None:
    async with open_desk(settings) as desk:
        with pytest.raises(UnusableAudioError) as caught:
            await desk.services.hearing.score(b"These are only words.")

    assert caught.value.reason == "not_audio"


async def test_scoring_leaves_the_event_loop_free(settings: Settings) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    async with open_desk(settings) as desk:
        ticking = asyncio.create_task(tick())
        await desk.services.hearing.score(CLIP.read_bytes())
        ticking.cancel()

    assert ticks > 100


async def test_two_desks_of_one_database_are_of_one_workspace(settings: Settings) -> None:
    async with open_desk(settings) as first, open_desk(settings) as second:
        assert first.workspace_id == second.workspace_id
        assert first.seed() != first.seed()
        assert first.now().tzinfo is not None


async def test_without_credentials_there_is_no_spotify(settings: Settings) -> None:
    async with open_desk(settings) as desk, AsyncExitStack() as stack:
        assert connect_spotify(settings, desk.sessions, stack) is None


async def test_spotify_is_closed_with_the_desk(settings: Settings) -> None:
    async with Sandbox.start() as sandbox:
        there = pointed(settings, sandbox)
        song = sandbox.catalogue.titled("Nebula")
        async with open_desk(there) as desk:
            async with AsyncExitStack() as stack:
                spotify = connect_spotify(there, desk.sessions, stack)
                assert spotify is not None
                track = await spotify.track(song.spotify_id)

            assert track.title == "Nebula"
            with pytest.raises(RuntimeError, match="shutdown"):
                await spotify.single_of_album(AlbumId(song.album_id))


async def test_a_new_database_gets_its_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"

    assert await database_state(url) is SchemaState.EMPTY
    async with open_database(url) as sessions, sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM submissions")) == 0
    assert await database_state(url) is SchemaState.CURRENT


async def test_an_older_database_is_refused_until_it_is_upgraded(sqlite_url: str) -> None:
    await downgrade_one(sqlite_url)

    with pytest.raises(DatabaseError, match="earmark db upgrade"):
        async with open_database(sqlite_url):
            raise AssertionError("it was opened")
    await upgrade_database(sqlite_url)
    assert await database_state(sqlite_url) is SchemaState.CURRENT


async def test_a_database_that_fails_in_the_middle_is_told_in_a_sentence(sqlite_url: str) -> None:
    with pytest.raises(DatabaseError, match="The database failed: no such table: missing"):
        async with open_database(sqlite_url) as sessions, sessions() as session:
            await session.execute(text("SELECT * FROM missing"))


async def test_an_error_that_is_not_the_databases_passes_through(sqlite_url: str) -> None:
    with pytest.raises(KeyError):
        async with open_database(sqlite_url):
            raise KeyError("mine")


def test_a_url_that_is_none_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        check_url("hunter2 is my password")

    assert "hunter2" not in str(caught.value)
