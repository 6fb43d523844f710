"""A desk for the workflow's tests: people use its public doors, fakes stand in for the services."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar, Unpack

from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import DecisionView, DigestView, QueueView, StatusRow, StatusView
from bot.track import Audio, Origin, Track, TrackId, Verdict
from bot.workflow import digest, queue, review, status, submit
from bot.workflow.outcome import Processed
from bot.workflow.people import Person, console_person, member_of
from bot.workflow.process import process
from bot.workflow.queue import View
from bot.workflow.services import Services, Sessions
from bot.workflow.submit import Accepted, OwnFile, Request
from db import curators, events, playlists, submissions, workspaces
from db.goes import Go
from db.models import Answer, Event, Playlist, Role, Submission
from db.playlists import Rules
from db.types import AiPolicy, AiUse, Welcome
from tests.workflow.fakes import FakeFiles, FakeHearing, FakeLadder, FakeLookup, Troubles

T = TypeVar("T")

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NIGHT = "Night Drive"
OPEN: Rules = {
    "intake_cap": None,
    "waiting_per_artist": None,
    "per_member_7d": None,
    "ownership_required": False,
    "ai_policy": AiPolicy.ALLOW,
}
OWN_FILE = OwnFile(sha256="f" * 64, name="Ana Lund - Second Wind.mp3")


@dataclass(slots=True)
class Clock:
    time: datetime = NOW

    def __call__(self) -> datetime:
        return self.time


def spotify_id(name: str) -> TrackId:
    """Return 22 base62 characters that begin with `name`."""
    return TrackId(name.ljust(22, "Z"))


def link_of(name: str) -> str:
    return f"https://open.spotify.com/track/{spotify_id(name)}"


@dataclass(slots=True, kw_only=True)
class Stage:
    sessions: Sessions
    workspace_id: int
    troubles: Troubles
    lookup: FakeLookup
    ladder: FakeLadder
    files: FakeFiles
    hearing: FakeHearing
    clock: Clock
    seeds_a_day: int = 100

    @property
    def services(self) -> Services:
        return Services(
            lookup=self.lookup,
            ladder=self.ladder.with_file,
            files=self.files,
            hearing=self.hearing,
            seeds_a_day=self.seeds_a_day,
        )

    def song(
        self,
        name: str,
        *,
        percentile: int | None = 60,
        artist: str | None = None,
        isrc: str | None = None,
        explicit: bool | None = False,
    ) -> str:
        """Let the services know a song, with a preview unless `percentile` is None."""
        known = spotify_id(name)
        self.lookup.tracks[known] = Track(
            origin=Origin.SPOTIFY,
            title=f"Title of {name}",
            artists=(artist or f"Artist of {name}",),
            spotify_id=known,
            isrc=isrc,
            duration_ms=200_000,
            release_date="2026-11-01",
            explicit=explicit,
            cover_url="https://i.scdn.co/image/1",
        )
        if percentile is not None:
            content = f"clip of {name}".encode() + bytes([percentile])
            self.ladder.previews[known] = Audio(
                content=content, origin=Origin.DEEZER, verdict=Verdict.ISRC_AND_TITLE
            )
        return link_of(name)

    async def inside(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with self.sessions.begin() as session:
            return await work(session)

    async def playlist(self, name: str = NIGHT, **rules: Unpack[Rules]) -> Playlist:
        """Make a playlist without limits, or change the rules of one."""

        async def make(session: AsyncSession) -> Playlist:
            known = await playlists.by_name(session, workspace_id=self.workspace_id, name=name)
            if known is None:
                chosen: Rules = {**OPEN, **rules}
                return await playlists.add(
                    session, workspace_id=self.workspace_id, name=name, now=self.clock(), **chosen
                )
            await playlists.change(
                session, workspace_id=self.workspace_id, playlist_id=known.id, **rules
            )
            return known

        return await self.inside(make)

    async def appoint(self, name: str, playlist: str = NIGHT, *, role: Role = Role.CURATOR) -> int:
        """Make somebody a curator and return their member id."""

        async def make(session: AsyncSession) -> int:
            member = await member_of(
                session, self.workspace_id, console_person(name), now=self.clock()
            )
            found = await submit.find_playlist(session, self.workspace_id, playlist)
            await curators.add(
                session,
                workspace_id=self.workspace_id,
                playlist_id=found.id,
                member_id=member.id,
                role=role,
                now=self.clock(),
            )
            return member.id

        return await self.inside(make)

    async def submit(
        self,
        text: str = "",
        *,
        by: str = "ana",
        person: Person | None = None,
        playlist: str = NIGHT,
        upload: OwnFile | None = None,
        title: str | None = None,
        artist: str | None = None,
        note: str | None = None,
        ai_use: AiUse | None = None,
        owns_rights: bool = True,
        genre: str | None = None,
        language: str | None = None,
        anyway: bool = False,
        replaces: str | None = None,
        key: str | None = None,
        seed: int = 1,
    ) -> Accepted:
        request = Request(
            playlist=playlist,
            person=person or console_person(by),
            text=text,
            upload=upload,
            title=title,
            artist=artist,
            note=note,
            ai_use=ai_use,
            owns_rights=owns_rights,
            genre=genre,
            language=language,
            anyway=anyway,
            replaces=replaces,
            key=key,
        )
        if upload is not None:
            self.files.kept.setdefault(upload.sha256, b"own file" + bytes([40]))
        return await self.inside(
            lambda session: submit.submit(
                session,
                workspace_id=self.workspace_id,
                request=request,
                now=self.clock(),
                seed=seed,
            )
        )

    async def process(
        self,
        accepted: Accepted,
        *,
        sessions: Sessions | None = None,
        confirmed: bool = False,
        number: int | None = None,
    ) -> Processed:
        return await process(
            accepted.submission_id,
            number=number,
            workspace_id=self.workspace_id,
            sessions=sessions or self.sessions,
            services=self.services,
            now=self.clock,
            confirmed=confirmed,
        )

    async def start_go(self, go: Go, *, confirmed: bool = False) -> None:
        """Be the desk's starter: do the work at once."""
        await process(
            go.submission_id,
            workspace_id=go.workspace_id,
            number=go.number,
            confirmed=confirmed,
            sessions=self.sessions,
            services=self.services,
            now=self.clock,
        )

    async def send(self, text: str = "", *, by: str = "ana", playlist: str = NIGHT) -> str:
        """Submit and process; return the code."""
        accepted = await self.submit(text, by=by, playlist=playlist)
        await self.process(accepted)
        return accepted.receipt.code

    async def queue(
        self,
        playlist: str = NIGHT,
        *,
        by: str | None = None,
        view: View = View.SUGGESTED,
        page: int | None = None,
        page_size: int = 10,
    ) -> QueueView:
        return await self.inside(
            lambda session: queue.show_queue(
                session,
                workspace_id=self.workspace_id,
                playlist=playlist,
                now=self.clock(),
                person=console_person(by) if by else None,
                view=view,
                page=page,
                page_size=page_size,
            )
        )

    async def decide(
        self,
        code: str,
        answer: Answer = Answer.KEEP,
        *,
        by: str = "mo",
        reasons: tuple[str, ...] = (),
        note: str | None = None,
        welcome_next: Welcome | None = None,
        override: bool = False,
        workspace_id: int | None = None,
    ) -> DecisionView:
        return await self.inside(
            lambda session: review.decide(
                session,
                workspace_id=workspace_id or self.workspace_id,
                code=code,
                answer=answer,
                person=console_person(by),
                reasons=reasons,
                note=note,
                welcome_next=welcome_next,
                override=override,
                now=self.clock(),
            )
        )

    async def undo(self, code: str | None = None, *, by: str = "mo") -> DecisionView:
        return await self.inside(
            lambda session: review.undo(
                session,
                workspace_id=self.workspace_id,
                code=code,
                person=console_person(by),
                now=self.clock(),
            )
        )

    async def status(self, by: str = "ana") -> StatusView:
        return await self.inside(
            lambda session: status.show_status(
                session,
                workspace_id=self.workspace_id,
                person=console_person(by),
                now=self.clock(),
            )
        )

    async def withdraw(self, code: str, *, by: str = "ana") -> StatusRow:
        return await self.inside(
            lambda session: status.withdraw(
                session,
                workspace_id=self.workspace_id,
                code=code,
                person=console_person(by),
                now=self.clock(),
            )
        )

    async def digest(self, week: str | None = None, playlist: str = NIGHT) -> DigestView:
        return await self.inside(
            lambda session: digest.preview(
                session,
                workspace_id=self.workspace_id,
                playlist=playlist,
                week=week,
                now=self.clock(),
            )
        )

    async def row(self, code: str) -> Submission:
        """Return the stored submission."""
        found = await self.inside(
            lambda session: submissions.by_code(session, workspace_id=self.workspace_id, code=code)
        )
        assert found is not None
        return found

    async def history(self, code: str) -> list[Event]:
        row = await self.row(code)
        return await self.inside(
            lambda session: events.of(session, workspace_id=self.workspace_id, submission_id=row.id)
        )


async def open_stage(sessions: Sessions, name: str = "desk") -> Stage:
    """Return a stage with one open playlist, Night Drive, that mo curates."""
    async with sessions.begin() as session:
        workspace = await workspaces.ensure(session, name=name, now=NOW)
    troubles = Troubles()
    files = FakeFiles(troubles)
    stage = Stage(
        sessions=sessions,
        workspace_id=workspace.id,
        troubles=troubles,
        lookup=FakeLookup(troubles),
        ladder=FakeLadder(troubles, files),
        files=files,
        hearing=FakeHearing(troubles),
        clock=Clock(),
    )
    await stage.playlist()
    await stage.appoint("mo")
    return stage
