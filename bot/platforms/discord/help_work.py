"""What only an artist can give: a file, a yes to "is this your recording?", an answer."""

import asyncio
import hashlib

import discord
from discord import ui

from bot.chat_texts import (
    ANSWER_SENT_TEXT,
    ANSWER_TITLE,
    FILE_TAKEN_TEXT,
    FILE_TITLE,
    FORM_FILE,
    FORM_FILE_HINT,
    RECORDING_CONFIRMED_TEXT,
)
from bot.errors import RuleError
from bot.platforms.discord.custom_id import CustomId
from bot.platforms.discord.downloads import download
from bot.platforms.discord.forms import form, part
from bot.platforms.discord.reception import Visit
from bot.platforms.discord.render import sentence
from bot.platforms.discord.screen import Screen
from bot.texts import NOTE_LIMIT
from bot.workflow import amend, talk
from bot.workflow.submit import OwnFile

_MIB = 2**20


async def open_file(visit: Visit) -> ui.Modal:
    """Return the form for the file of a submission that could not be scored."""
    carried = CustomId(action="filed", id=visit.wish.id, place=visit.wish.place)
    upload = ui.FileUpload[ui.Modal](custom_id="file", min_values=1, max_values=1)
    return form(FILE_TITLE, carried, part(FORM_FILE, upload, hint=FORM_FILE_HINT))


async def attach(visit: Visit) -> Screen:
    """Tie the file to the submission, and have it scored."""
    desk = visit.desk
    upload = visit.form.upload("file")
    if upload is None:
        raise RuleError("There was no file in that form. Please try again.", rule="file")
    content = await download(upload, max_bytes=desk.upload_max_mib * _MIB)
    desk.services.files.check(content)
    async with desk.sessions.begin() as session:
        submission_id = await amend.attach(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            upload=OwnFile(sha256=hashlib.sha256(content).hexdigest(), name=upload.filename),
        )
        # Before the commit: an accepted file must survive whatever happens next.
        await asyncio.to_thread(desk.services.files.put, content)
    await desk.jobs.submit(submission_id)
    return sentence(FILE_TAKEN_TEXT)


async def confirm(visit: Visit) -> Screen:
    """Take the recording that was found for the artist's own, and have it scored."""
    desk = visit.desk
    async with desk.sessions() as session:
        submission_id = await amend.confirmable(
            session, workspace_id=desk.workspace_id, code=visit.wish.id, person=visit.person
        )
    await desk.jobs.submit(submission_id, confirmed=True)
    return sentence(RECORDING_CONFIRMED_TEXT)


async def open_answer(visit: Visit) -> ui.Modal:
    """Return the form for the answer to a curator's question."""
    carried = CustomId(action="replied", id=visit.wish.id, place=visit.wish.place)
    text = ui.TextInput[ui.Modal](
        custom_id="text", style=discord.TextStyle.paragraph, max_length=NOTE_LIMIT
    )
    return form(ANSWER_TITLE, carried, part(ANSWER_TITLE, text))


async def answer(visit: Visit) -> Screen:
    """Hand the answer to the curators."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        code = await talk.answer_question(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            text=visit.form.text("text"),
            now=desk.now(),
        )
    return sentence(ANSWER_SENT_TEXT.format(code=code))
