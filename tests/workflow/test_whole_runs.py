"""Whole runs: the real sources against the stand-ins, with what can go wrong at each service.

Only the scorer is a fake, so that it can be seen what reaches it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import open_desk
from bot.errors import UnusableAudioError
from bot.messages import QueueRow
from bot.sandbox.bundled import clip
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.workflow.desk import Desk
from bot.workflow.outcome import Outcome, Processed
from bot.workflow.people import console_person
from bot.workflow.process import process
from bot.workflow.queue import show_queue
from bot.workflow.submit import Accepted, OwnFile, Request, submit
from db import playlists, tracks
from db.models import Track
from tests.workflow.fakes import FakeHearing, Troubles
from tests.workflow.stage import NIGHT, OPEN


@dataclass(slots=True, kw_only=True)
class Run:
    desk: Desk
    sandbox: Sandbox
    hearing: FakeHearing

    async def send(
        self, song: str, *, title: str | None = None, upload: OwnFile | None = None, by: str = "ana"
    ) -> tuple[Accepted, Processed]:
        link = self.sandbox.catalogue.titled(song).spotify_url if song else ""
        request = Request(
            playlist=NIGHT,
            person=console_person(by),
            text=link,
            title=title,
            artist="Typed Artist" if title else None,
            upload=upload,
        )
        async with self.desk.sessions.begin() as session:
            accepted = await submit(
                session,
                workspace_id=self.desk.workspace_id,
                request=request,
                now=self.desk.now(),
                seed=1,
            )
        return accepted, await self.again(accepted)

    async def again(self, accepted: Accepted) -> Processed:
        return await process(
            accepted.submission_id,
            workspace_id=self.desk.workspace_id,
            sessions=self.desk.sessions,
            services=self.desk.services,
            now=self.desk.now,
        )

    async def rows(self) -> tuple[QueueRow, ...]:
        async with self.desk.sessions.begin() as session:
            view = await show_queue(
                session,
                workspace_id=self.desk.workspace_id,
                playlist=NIGHT,
                now=self.desk.now(),
            )
        return view.rows

    async def track(self, song: str) -> Track:
        async with self.desk.sessions() as session:
            found = await tracks.by_spotify_id(
                session,
                workspace_id=self.desk.workspace_id,
                spotify_id=self.sandbox.catalogue.titled(song).spotify_id,
            )
        assert found is not None
        return found

    def fail(self, service: Service, kind: FaultKind, *, times: int | None = None) -> None:
        self.sandbox.set_fault(Fault(service=service, kind=kind, times=times))


@pytest.fixture
async def run(database_url: str, tmp_path: Path) -> AsyncIterator[Run]:
    async with Sandbox.start() as sandbox:
        settings = Settings(
            database_url=database_url,
            data_dir=tmp_path,
            spotify_client_id=sandbox.client_id,
            spotify_client_secret=SecretStr(sandbox.client_secret),
            spotify_api_url=sandbox.spotify_api_url,
            spotify_token_url=sandbox.spotify_token_url,
            spotify_oembed_url=sandbox.oembed_url,
            deezer_url=sandbox.deezer_url,
            itunes_url=sandbox.itunes_url,
        )
        async with open_desk(settings) as desk:
            hearing = FakeHearing(Troubles())
            async with desk.sessions.begin() as session:
                await playlists.add(
                    session,
                    workspace_id=desk.workspace_id,
                    name=NIGHT,
                    now=desk.now(),
                    **OPEN,
                )
            faked = replace(desk, services=replace(desk.services, hearing=hearing))
            yield Run(desk=faked, sandbox=sandbox, hearing=hearing)


async def test_a_song_with_an_isrc_is_heard_as_deezer_plays_it(run: Run) -> None:
    _, done = await run.send("Armygeddon")

    assert done.outcome is Outcome.SCORED
    # The preview's bytes, and nothing that Spotify has said.
    assert run.hearing.heard == [clip("armygeddon.mp3").path.read_bytes()]
    track = await run.track("Armygeddon")
    assert (track.title_source, track.artists_source, track.isrc_source) == ("spotify",) * 3
    assert run.sandbox.calls.violations == []


@pytest.mark.parametrize(
    ("song", "reason"),
    [("Coherence", "weak_match"), ("Orbital Elevator", "no_preview"), ("Ocean", "no_preview")],
)
async def test_a_song_without_sure_audio_waits_unscored(run: Run, song: str, reason: str) -> None:
    _, done = await run.send(song)

    assert (done.outcome, done.reason) == (Outcome.UNSCORED, reason)
    assert run.hearing.heard == []
    (row,) = await run.rows()
    assert (row.title, row.score, row.unscored_reason) == (song, None, reason)


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.QUOTA_EXCEEDED,
        FaultKind.PREMIUM_REQUIRED,
        FaultKind.FORBIDDEN,
        FaultKind.SERVER_ERROR,
    ],
)
async def test_while_spotify_refuses_the_title_page_and_the_artist_name_the_track(
    run: Run, kind: FaultKind
) -> None:
    run.fail(Service.SPOTIFY, kind)
    await run.send("Armygeddon", title="ignored")

    track = await run.track("Armygeddon")
    assert (track.title, track.title_source) == ("Armygeddon", "oembed")
    assert (track.artists, track.artists_source) == (["Typed Artist"], "artist")
    assert (track.isrc, track.duration_ms) == (None, None)


async def test_while_all_of_spotify_is_down_the_artist_alone_names_the_track(run: Run) -> None:
    run.fail(Service.SPOTIFY, FaultKind.SERVER_ERROR)
    run.fail(Service.OEMBED, FaultKind.SERVER_ERROR)
    await run.send("Armygeddon", title="My Song")

    track = await run.track("Armygeddon")
    assert (track.title, track.title_source, track.artists) == (
        "My Song",
        "artist",
        ["Typed Artist"],
    )


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        (Service.DEEZER, FaultKind.SERVER_ERROR),
        (Service.DEEZER, FaultKind.DROP_BEFORE),
        (Service.PREVIEWS, FaultKind.SERVER_ERROR),
    ],
)
async def test_when_the_audio_service_is_back_the_track_is_scored(
    run: Run, service: Service, kind: FaultKind
) -> None:
    run.fail(service, kind)
    accepted, done = await run.send("Armygeddon")
    assert (done.outcome, done.reason) == (Outcome.UNSCORED, "source_down")
    run.sandbox.clear_faults()

    assert (await run.again(accepted)).outcome is Outcome.SCORED
    (row,) = await run.rows()
    assert row.score is not None
    assert row.unscored_reason is None


async def test_an_own_file_is_deleted_when_it_is_scored(run: Run) -> None:
    content = clip("caribbean.ogg").path.read_bytes()
    async with run.desk.sessions.begin() as session:
        sha256 = await run.desk.services.files.put(session, content, at=run.desk.now())
    assert await run.desk.services.files.get(sha256) == content

    _, done = await run.send("Ocean", upload=OwnFile(sha256=sha256, name="ocean.ogg"))
    assert done.outcome is Outcome.SCORED
    assert run.hearing.heard == [content]
    with pytest.raises(UnusableAudioError, match="not here any more"):
        await run.desk.services.files.get(sha256)


async def test_a_link_that_spotify_does_not_know_is_closed(run: Run) -> None:
    request = Request(
        playlist=NIGHT,
        person=console_person("ana"),
        text=f"https://open.spotify.com/track/{'Z' * 22}",
    )
    async with run.desk.sessions.begin() as session:
        accepted = await submit(
            session,
            workspace_id=run.desk.workspace_id,
            request=request,
            now=run.desk.now(),
            seed=1,
        )

    done = await run.again(accepted)
    assert (done.outcome, done.reason) == (Outcome.REFUSED, "no_such_track")
    assert await run.rows() == ()
