"""The file that comes with a submission: fetched and checked, or kept since an earlier try."""

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.drafts import Draft
from bot.chat.forms import Upload
from bot.chat.visit import Visit
from bot.chat_texts import kept_text
from bot.errors import EarmarkError, RuleError, UnusableAudioError
from bot.marks import moment
from bot.workflow import kept_files
from bot.workflow.submit import OwnFile
from db.engine import reading

_MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that may be submitted. `content` is None where it lies in the spool already."""

    own: OwnFile
    content: bytes | None = None


async def of_draft(visit: Visit, draft: Draft, upload: Upload | None) -> SentFile | None:
    """Return what was sent with a draft, or None where it has no file.

    Raises UnusableAudioError where it is no audio or not here any more, SourceDownError where the
    chat does not hand it out.
    """
    desk = visit.desk
    if upload is not None:
        content = await visit.fetch(upload, max_bytes=desk.upload_max_mib * _MIB)
        desk.services.files.check(content)
        sha256 = hashlib.sha256(content).hexdigest()
        return SentFile(own=OwnFile(sha256=sha256, name=upload.filename), content=content)
    if not draft.kept:
        return None
    return SentFile(own=await _kept(visit, draft.kept))


async def hand_over(session: AsyncSession, visit: Visit, file: SentFile) -> None:
    """Leave the file to the submission of it that is about to be committed."""
    desk = visit.desk
    if file.content is not None:
        await desk.services.files.put(session, file.content, at=desk.now())
        return
    await kept_files.drop(
        session, desk.services.files, workspace_id=desk.workspace_id, person=visit.person
    )


async def keep(
    visit: Visit, draft: Draft, file: SentFile, *, refused_by: EarmarkError
) -> tuple[Draft, str]:
    """Keep the file of a refused draft; return the draft that names it, and what to tell of it.

    Nothing is kept for who is kept out: their draft asks for the file again.
    """
    desk = visit.desk
    if isinstance(refused_by, RuleError) and refused_by.rule == "blocked":
        return replace(draft, kept="", by_file=True), ""
    content = file.content
    if content is None:
        content = await desk.services.files.get(file.own.sha256)
    async with desk.sessions.begin() as session:
        until = await kept_files.keep(
            session,
            desk.services.files,
            content,
            workspace_id=desk.workspace_id,
            person=visit.person,
            filename=file.own.name,
            now=desk.now(),
        )
    named = replace(draft, kept=kept_files.short_name(file.own.sha256))
    return named, kept_text(file.own.name, moment(until, "t"))


async def still_kept(visit: Visit, draft: Draft) -> tuple[Draft, str]:
    """Return the draft and its file's name; one whose file is gone asks for it again."""
    if not draft.kept:
        return draft, ""
    try:
        return draft, (await _kept(visit, draft.kept)).name
    except UnusableAudioError:
        return replace(draft, kept="", by_file=True), ""


async def _kept(visit: Visit, name: str) -> OwnFile:
    desk = visit.desk
    async with reading(desk.sessions) as session:
        return await kept_files.find(
            session,
            workspace_id=desk.workspace_id,
            person=visit.person,
            name=name,
            now=desk.now(),
        )
