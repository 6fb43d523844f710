"""What a person at the console can do: translate, call the workflow, commit.

Whoever may open the database may name themselves here, so the operator's console is trusted to say
who is who; what that person may do is checked as on every other platform.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.process import extractOne
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError, RuleError
from bot.messages import (
    DecisionView,
    DigestView,
    QueueView,
    Receipt,
    StatusRow,
    StatusView,
    plain,
)
from bot.platforms.console.appointing import appoint
from bot.workflow import amend, digest, mine, queue, review, status, submit
from bot.workflow.desk import Desk
from bot.workflow.outcome import Processed
from bot.workflow.people import console_person
from bot.workflow.process import process
from bot.workflow.queue import View
from bot.workflow.rescore import version_in_use
from db import playlists, submissions
from db.types import AiPolicy, Answer, Welcome

# Names this alike are more likely a typing error than a second playlist.
_ALIKE = 80
# A younger file may belong to a submission that is being committed.
_ON_ITS_WAY = timedelta(hours=1)
# What may change with time: the rest is the artist's to mend. A lost file may lie in the folder of
# another EARMARK_DATA_DIR.
_WORTH_ANOTHER_TRY = frozenset({"source_down", "quota", "source_refused", "no_preview", "lost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The receipt, and what became of the submission right afterwards."""

    receipt: Receipt
    processed: Processed
    new_playlist: bool

    def to_json(self) -> dict[str, object]:
        return (
            self.receipt.to_json() | self.processed.to_json() | {"new_playlist": self.new_playlist}
        )


async def send(desk: Desk, request: submit.Request, *, audio: Path | None = None) -> Sent:
    """Submit and process; what processing refuses is raised like what was refused at once.

    `audio` is the artist's own file, if any.
    """
    content = _read(desk, audio) if audio else None
    request = replace(
        request,
        playlist=_playlist_name(request.playlist),
        upload=_own_file(audio, content) if audio and content else None,
    )
    async with desk.sessions.begin() as session:
        new_playlist = await _ensure_playlist(session, desk, request.playlist)
        accepted = await submit.submit(
            session,
            workspace_id=desk.workspace_id,
            request=request,
            now=desk.now(),
            seed=desk.seed(),
        )
        if content is not None:
            await desk.services.files.put(session, content, at=desk.now())
    processed = await _process(desk, accepted.submission_id)
    if processed.refused is not None:
        raise processed.refused
    return Sent(
        receipt=await _fresh_receipt(desk, accepted),
        processed=processed,
        new_playlist=new_playlist,
    )


async def confirm(desk: Desk, *, code: str, artist: str) -> Processed:
    """Say yes to "is this your recording?", and have it scored."""
    async with desk.sessions() as session:
        submission_id = await amend.confirmable(
            session, workspace_id=desk.workspace_id, code=code, person=console_person(artist)
        )
    return await _process(desk, submission_id, confirmed=True)


async def attach(desk: Desk, *, code: str, artist: str, audio: Path) -> Processed:
    """Add the artist's own file to a submission without usable audio, and have it scored."""
    content = _read(desk, audio)
    async with desk.sessions.begin() as session:
        submission_id = await amend.attach(
            session,
            workspace_id=desk.workspace_id,
            code=code,
            person=console_person(artist),
            upload=_own_file(audio, content),
        )
        await desk.services.files.put(session, content, at=desk.now())
    return await _process(desk, submission_id)


async def process_waiting(desk: Desk) -> AsyncIterator[Processed]:
    """Take up what a stopped process left, and what could not be scored so far."""
    async with desk.sessions() as session:
        open_ones = await submissions.unfinished(session, workspace_id=desk.workspace_id)
        again = await submissions.unscored(
            session, workspace_id=desk.workspace_id, reasons=_WORTH_ANOTHER_TRY
        )
    for row in (*open_ones, *again):
        yield await _process(desk, row.id)
    # Left by who was killed between the decision and the delete: an artist's file is kept for
    # scoring only.
    async with desk.sessions.begin() as session:
        keep = await submissions.awaited_files(session)
        await desk.services.files.sweep(session, keep=keep, before=desk.now() - _ON_ITS_WAY)


async def show_queue(
    desk: Desk,
    *,
    playlist: str,
    viewer: str | None = None,
    view: View = View.SUGGESTED,
    page: int | None = None,
) -> QueueView:
    """Return a queue; without `viewer` it is the operator who looks, and sees everything."""
    async with desk.sessions.begin() as session:
        if viewer is not None:
            found = await submit.find_playlist(session, desk.workspace_id, playlist)
            await appoint(session, desk, found, viewer)
        return await queue.show_queue(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            now=desk.now(),
            person=console_person(viewer) if viewer is not None else None,
            view=view,
            page=page,
            model_version=version_in_use(desk.services.hearing),
        )


async def decide(
    desk: Desk,
    *,
    code: str,
    answer: Answer,
    curator: str,
    reasons: tuple[str, ...] = (),
    note: str | None = None,
    welcome_next: Welcome | None = None,
    override: bool = False,
) -> DecisionView:
    async with desk.sessions.begin() as session:
        await _appoint(session, desk, code, curator)
        return await review.decide(
            session,
            workspace_id=desk.workspace_id,
            code=code,
            answer=answer,
            # Who may open the database may also decide without a panel.
            person=replace(console_person(curator), admin=override),
            reasons=reasons,
            note=note,
            welcome_next=welcome_next,
            override=override,
            model_version=version_in_use(desk.services.hearing),
            now=desk.now(),
        )


async def undo(desk: Desk, *, code: str | None, curator: str) -> DecisionView:
    """Take back the last answer to `code`, or without it what the curator answered last."""
    async with desk.sessions.begin() as session:
        if code is not None:
            await _appoint(session, desk, code, curator)
        return await review.undo(
            session,
            workspace_id=desk.workspace_id,
            code=code,
            person=console_person(curator),
            now=desk.now(),
        )


async def show_status(desk: Desk, *, artist: str) -> StatusView:
    async with desk.sessions() as session:
        return await status.show_status(
            session,
            workspace_id=desk.workspace_id,
            person=console_person(artist),
            now=desk.now(),
        )


async def open_own(desk: Desk, *, code: str, artist: str) -> mine.OwnView:
    async with desk.sessions() as session:
        return await mine.open_mine(
            session,
            workspace_id=desk.workspace_id,
            code=code,
            person=console_person(artist),
            now=desk.now(),
        )


async def withdraw(desk: Desk, *, code: str, artist: str) -> StatusRow:
    async with desk.sessions.begin() as session:
        return await status.withdraw(
            session,
            workspace_id=desk.workspace_id,
            code=code,
            person=console_person(artist),
            now=desk.now(),
        )


async def preview_digest(desk: Desk, *, playlist: str, week: str | None) -> DigestView:
    async with desk.sessions() as session:
        return await digest.preview(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            week=week,
            now=desk.now(),
        )


async def _fresh_receipt(desk: Desk, accepted: submit.Accepted) -> Receipt:
    """Return the receipt with the title and artist that processing has found out."""
    async with desk.sessions() as session:
        stored = await submissions.get(
            session, workspace_id=desk.workspace_id, submission_id=accepted.submission_id
        )
        if stored is None:
            return accepted.receipt
        return await submit.receipt_of(session, stored, now=desk.now())


async def _process(desk: Desk, submission_id: int, *, confirmed: bool = False) -> Processed:
    return await process(
        submission_id,
        confirmed=confirmed,
        workspace_id=desk.workspace_id,
        sessions=desk.sessions,
        services=desk.services,
        now=desk.now,
    )


def _read(desk: Desk, path: Path) -> bytes:
    """Return an audio file's bytes, or raise UnusableAudioError before anything is stored."""
    try:
        # Nobody wants a disk image in memory only to hear that it is too large.
        with path.open("rb") as file:
            content = file.read(desk.upload_max_mib * 2**20 + 1)
    except OSError as error:
        raise NotFoundError(f"The file {path} cannot be read: {error.strerror}.") from error
    desk.services.files.check(content)
    return content


def _own_file(path: Path, content: bytes) -> submit.OwnFile:
    return submit.OwnFile(sha256=hashlib.sha256(content).hexdigest(), name=path.name)


def _playlist_name(typed: str) -> str:
    """Return the name as it is stored, or raise RuleError where nothing of it can be shown."""
    name = plain(typed)
    if not name:
        raise RuleError("The playlist needs a name. Say which one it is for.", rule="name")
    return name


async def _ensure_playlist(session: AsyncSession, desk: Desk, name: str) -> bool:
    """Open a queue for a name that is new, unless it looks like a mistyped old one."""
    known = await playlists.by_name(session, workspace_id=desk.workspace_id, name=name)
    if known is not None:
        return False
    names = [row.name for row in await playlists.list_all(session, workspace_id=desk.workspace_id)]
    near = extractOne(name, names, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=_ALIKE)
    if near is not None:
        raise NotFoundError(f"There is no playlist called {name!r}. Did you mean {near[0]!r}?")
    await playlists.add(
        session,
        workspace_id=desk.workspace_id,
        name=name,
        now=desk.now(),
        zone=desk.zone,
        # A desk tried out at the console has no crowd to hold back yet.
        intake_cap=None,
        waiting_per_artist=None,
        per_member_7d=None,
        ownership_required=False,
        ai_policy=AiPolicy.ALLOW,
    )
    return True


async def _appoint(session: AsyncSession, desk: Desk, code: str, name: str) -> None:
    submission = await review.find_submission(session, desk.workspace_id, code)
    await appoint(session, desk, submission.playlist, name)
