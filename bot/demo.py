"""The demo: a fortnight of a desk in under a minute, with stand-ins for the services.

Everything goes through the real code and a real database: the demo only plays the people and sets
their clock. It may be stopped at any moment and started again: what was done is not done twice.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import open_desk
from bot.demo_script import CURATOR, DECISIONS, PLAYLISTS, STEPS, Decision, Step
from bot.errors import AlreadyDoneError, EarmarkError, RuleError, WeakMatchError
from bot.messages import (
    DecisionView,
    DigestView,
    ErrorLine,
    QueueView,
    StatusView,
)
from bot.platforms.console import actions
from bot.platforms.console.actions import Sent
from bot.sandbox.bundled import bundled_clips
from bot.sandbox.server import Sandbox
from bot.settings import AudioSource, Settings
from bot.workflow.desk import Desk
from bot.workflow.people import console_person
from bot.workflow.pictures import digest_image, review_image
from bot.workflow.submit import Request
from db import scores, submissions, workspace_settings
from db.models import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A heading of the story: what is about to happen."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Something an artist sent that was queued."""

    step: Step
    sent: Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something an artist sent that was refused, and the sentence they read."""

    step: Step
    error: ErrorLine

    def to_json(self) -> dict[str, object]:
        return self.error.to_json() | {"artist": self.step.artist, "sent": self.step.sent}


Told = Scene | Arrival | Refused | QueueView | DecisionView | StatusView | DigestView | Path
Tell = Callable[[Told], None]


@dataclass(slots=True, kw_only=True)
class Ending:
    """The final state. `queues` are as the curator saw them, with each track's status now."""

    queues: list[QueueView] = field(default_factory=list)
    digests: list[DigestView] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        return {
            "playlists": [view.to_json() for view in self.queues],
            "digest": [view.to_json() for view in self.digests],
            "errors": [one.to_json() for one in self.refused],
            "pictures": [str(path) for path in self.pictures],
        }


async def play(settings: Settings, *, folder: Path, tell: Tell) -> Ending:
    """Play the whole story on the database of `settings`, and write pictures into `folder`."""
    async with Sandbox.start() as sandbox:
        pointed = settings.model_copy(update=_stand_ins(sandbox))
        async with open_desk(pointed) as desk:
            return await _Play(desk, sandbox, folder=folder, tell=tell).run()


def _stand_ins(sandbox: Sandbox) -> dict[str, object]:
    """Point every service at the sandbox, whatever the operator's own settings say."""
    return {
        "spotify_client_id": sandbox.client_id,
        "spotify_client_secret": SecretStr(sandbox.client_secret),
        "spotify_api_url": sandbox.spotify_api_url,
        "spotify_token_url": sandbox.spotify_token_url,
        "spotify_oembed_url": sandbox.oembed_url,
        "deezer_url": sandbox.deezer_url,
        "itunes_url": sandbox.itunes_url,
        "audio_sources": (AudioSource.UPLOAD, AudioSource.DEEZER),
        # One day's budget of calls is the operator's own; the stand-in has no quota.
        "spotify_daily_budget": 10_000,
    }


def _file(step: Step) -> Path | None:
    return bundled_clips()[0].path.with_name(step.file) if step.file else None


class _Play:
    def __init__(self, desk: Desk, sandbox: Sandbox, *, folder: Path, tell: Tell) -> None:
        self._desk = desk
        self._catalogue = sandbox.catalogue
        self._folder = folder
        self._tell = tell
        self._began = datetime.now(UTC)
        self._ending = Ending()

    async def run(self) -> Ending:
        self._tell(Scene(text="Two weeks of submissions"))
        for number, step in enumerate(STEPS):
            await self._send(step, seed=number)
        self._tell(Scene(text="What the curators see"))
        seen = [await actions.show_queue(self._desk, playlist=name) for name in PLAYLISTS]
        for view in seen:
            self._tell(view)
            await self._draw(view)
        self._tell(Scene(text=f"{CURATOR} reviews"))
        for decision in DECISIONS:
            await self._once(f"{decision.key} {decision.answer}", self._decide(decision))
            if decision.undone:
                await self._once(f"{decision.key} undone", self._undo(decision))
        self._tell(Scene(text="What the artists see"))
        for artist in dict.fromkeys(decision.asks for decision in DECISIONS):
            self._tell(await actions.show_status(self._desk, artist=artist))
        self._tell(Scene(text="The week's digest"))
        for name in PLAYLISTS:
            await self._digest(name)
        self._ending.queues = [await self._with_status_now(view) for view in seen]
        return self._ending

    async def _send(self, step: Step, *, seed: int) -> None:
        """Let an artist send something on their day; what is refused is part of the story."""
        at = self._began - timedelta(days=step.days_ago)
        # The seeds are fixed, so that every demo draws the same discovery picks.
        then = replace(self._desk, now=lambda: at, seed=lambda: seed)
        try:
            sent = await actions.send(then, self._request(step), audio=_file(step))
        except EarmarkError as error:
            refused = Refused(step=step, error=ErrorLine(kind=error.kind, sentence=str(error)))
            self._ending.refused.append(refused)
            self._tell(refused)
            return
        self._tell(Arrival(step=step, sent=sent))
        if step.says_yes and sent.processed.reason == WeakMatchError.kind:
            await actions.confirm(then, code=sent.receipt.code, artist=step.artist)
            self._tell(Scene(text=f"{step.artist} says yes, and {sent.receipt.code} is scored"))

    def _request(self, step: Step) -> Request:
        link = step.link
        if step.song is not None:
            link = self._catalogue.titled(step.song).spotify_url
        return Request(
            playlist=step.playlist,
            person=console_person(step.artist),
            text=link,
            title=step.title,
            note=step.note,
            owns_rights=True,
            key=f"demo {step.key}",
        )

    async def _draw(self, view: QueueView) -> None:
        for row in view.rows:
            score = await self._score_of(row.code)
            image = review_image(row, playlist=view.playlist, score=score)
            self._write(f"{row.code}.png", image.png)

    async def _score_of(self, code: str) -> Score | None:
        workspace_id = self._desk.workspace_id
        async with self._desk.sessions() as session:
            found = await submissions.by_code(session, workspace_id=workspace_id, code=code)
            if found is None or found.track_id is None:
                return None
            known = await scores.latest(
                session, workspace_id=workspace_id, track_ids=[found.track_id], to_draw=True
            )
        return known.get(found.track_id)

    async def _decide(self, decision: Decision) -> None:
        code = await self._code_of(decision.key)
        view = await actions.decide(
            self._desk,
            code=code,
            answer=decision.answer,
            curator=CURATOR,
            reasons=decision.reasons,
            note=decision.note,
        )
        self._tell(view)

    async def _undo(self, decision: Decision) -> None:
        code = await self._code_of(decision.key)
        self._tell(await actions.undo(self._desk, code=code, curator=CURATOR))

    async def _digest(self, playlist: str) -> None:
        view = await actions.preview_digest(self._desk, playlist=playlist, week=None)
        self._ending.digests.append(view)
        self._tell(view)
        self._write(f"digest {playlist}.png", digest_image(view).png)

    def _write(self, name: str, png: bytes) -> None:
        path = self._folder / name.replace(" ", "_")
        path.write_bytes(png)
        self._ending.pictures.append(path)
        self._tell(path)

    async def _once(self, name: str, action: Coroutine[Any, Any, None]) -> None:
        """Do `action` unless an earlier run of the demo on this database has."""
        workspace_id, key = self._desk.workspace_id, f"demo {name}"
        async with self._desk.sessions() as session:
            done = await workspace_settings.get(session, workspace_id=workspace_id, key=key)
        if done:
            action.close()
            return
        try:
            await action
        except (AlreadyDoneError, RuleError) as error:
            # An earlier run was stopped before the note below, or too long ago for an undo.
            self._tell(Scene(text=str(error)))
        async with self._desk.sessions.begin() as session:
            await workspace_settings.put(session, workspace_id=workspace_id, key=key, value=True)

    async def _code_of(self, key: str) -> str:
        async with self._desk.sessions() as session:
            found = await submissions.by_idempotency_key(
                session, workspace_id=self._desk.workspace_id, idempotency_key=f"demo {key}"
            )
        if found is None:
            raise LookupError(f"the demo never sent {key}")
        return found.code

    async def _with_status_now(self, view: QueueView) -> QueueView:
        rows = []
        async with self._desk.sessions() as session:
            for row in view.rows:
                now = await submissions.by_code(
                    session, workspace_id=self._desk.workspace_id, code=row.code
                )
                rows.append(replace(row, status=now.status.value) if now else row)
        return replace(view, rows=tuple(rows))
