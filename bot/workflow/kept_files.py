"""The file of a refused submission, kept for an hour, so that nobody has to send it twice.

It is its sender's alone, and one a person: a later one takes its place. A draft names it by the
first letters of its hash, so that an older draft never sends a newer file.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import UnusableAudioError
from bot.workflow.naming import typed
from bot.workflow.people import Person, member_of
from bot.workflow.services import OwnFiles
from bot.workflow.submit import OwnFile
from db import draft_files, members, submissions
from db.models import Member

KEPT_FOR: Final = timedelta(hours=1)
# Sixteen letters are enough to tell one person's files apart, and fit into a button.
_NAME_LENGTH: Final = 16


def short_name(sha256: str) -> str:
    """Return what a draft calls its file."""
    return sha256[:_NAME_LENGTH]


async def keep(
    session: AsyncSession,
    files: OwnFiles,
    content: bytes,
    *,
    workspace_id: int,
    person: Person,
    filename: str,
    now: datetime,
) -> datetime:
    """Keep a file that was checked, and return until when; the person's earlier one goes."""
    member = await member_of(session, workspace_id, person, now=now)
    await drop(session, files, workspace_id=workspace_id, person=person)
    await draft_files.put(
        session,
        workspace_id=workspace_id,
        member_id=member.id,
        sha256=hashlib.sha256(content).hexdigest(),
        name=typed(filename) or "audio",
        at=now,
    )
    await files.put(session, content, at=now)
    return now + KEPT_FOR


async def find(
    session: AsyncSession, *, workspace_id: int, person: Person, name: str, now: datetime
) -> OwnFile:
    """Return the person's file that a draft calls `name`; UnusableAudioError where it is gone."""
    member = await _known(session, workspace_id, person)
    kept = None
    if member is not None:
        kept = await draft_files.of_member(session, workspace_id=workspace_id, member_id=member.id)
    if kept is None or short_name(kept.sha256) != name or kept.kept_at + KEPT_FOR <= now:
        raise UnusableAudioError(
            "Your file was kept here for an hour, and is gone now. Please choose it once more.",
            reason="lost",
        )
    return OwnFile(sha256=kept.sha256, name=kept.name)


async def drop(
    session: AsyncSession, files: OwnFiles, *, workspace_id: int, person: Person
) -> None:
    """Keep the person's file no longer; a submission of it still has it."""
    member = await _known(session, workspace_id, person)
    if member is None:
        return
    gone = await draft_files.drop(session, workspace_id=workspace_id, member_id=member.id)
    if gone is not None:
        await _throw_away(session, files, {gone})


async def sweep(session: AsyncSession, files: OwnFiles, *, now: datetime) -> int:
    """Throw away, in all workspaces, what was kept long enough; return how many files."""
    gone = await draft_files.sweep(session, kept_before=now - KEPT_FOR)
    await _throw_away(session, files, gone)
    return len(gone)


async def are_over(session: AsyncSession, *, now: datetime) -> bool:
    """Say whether anything has been kept long enough."""
    return await draft_files.are_older(session, kept_before=now - KEPT_FOR)


async def _throw_away(session: AsyncSession, files: OwnFiles, gone: set[str]) -> None:
    for sha256 in sorted(gone - await submissions.awaited_files(session)):
        await files.discard(session, sha256)


async def _known(session: AsyncSession, workspace_id: int, person: Person) -> Member | None:
    return await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
