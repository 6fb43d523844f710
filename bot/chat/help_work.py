"""What only an artist can give: a file, a yes, an answer, a word on whether ours was of use."""

import hashlib

from bot.chat import replies
from bot.chat.custom_id import CustomId
from bot.chat.forms import File, Form, Text, form, part
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.chat_texts import (
    ANSWER_SENT_TEXT,
    ANSWER_TITLE,
    FILE_TAKEN_TEXT,
    FILE_TITLE,
    FORM_FILE,
    FORM_FILE_HINT,
    RECORDING_CONFIRMED_TEXT,
    USEFUL_TEXT,
)
from bot.errors import RuleError
from bot.texts import NOTE_LIMIT
from bot.workflow import amend, feedback, talk
from bot.workflow.submit import OwnFile

_MIB = 2**20


async def open_file(visit: Visit) -> Form:
    """Return the form for the file of a submission that could not be scored."""
    carried = CustomId(action="filed", id=visit.wish.id, place=visit.wish.place)
    return form(FILE_TITLE, carried, part(FORM_FILE, File(name="file"), hint=FORM_FILE_HINT))


async def attach(visit: Visit) -> Reply:
    """Tie the file to the submission, and have it scored."""
    desk = visit.desk
    upload = visit.form.upload("file")
    if upload is None:
        raise RuleError("There was no file in that form. Please try again.", rule="file")
    content = await visit.fetch(upload, max_bytes=desk.upload_max_mib * _MIB)
    desk.services.files.check(content)
    async with desk.sessions.begin() as session:
        submission_id = await amend.attach(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            upload=OwnFile(sha256=hashlib.sha256(content).hexdigest(), name=upload.filename),
        )
        await desk.services.files.put(session, content, at=desk.now())
    await desk.jobs.submit(submission_id)
    return replies.sentence(FILE_TAKEN_TEXT)


async def confirm(visit: Visit) -> Reply:
    """Take the recording that was found for the artist's own, and have it scored."""
    desk = visit.desk
    async with desk.sessions() as session:
        submission_id = await amend.confirmable(
            session, workspace_id=desk.workspace_id, code=visit.wish.id, person=visit.person
        )
    await desk.jobs.submit(submission_id, confirmed=True)
    return replies.sentence(RECORDING_CONFIRMED_TEXT)


async def say_useful(visit: Visit) -> Reply:
    """Note whether a decline was of use to who got it."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        await feedback.say_useful(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            useful=visit.wish.arg == "yes",
        )
    return replies.sentence(USEFUL_TEXT)


async def open_answer(visit: Visit) -> Form:
    """Return the form for the answer to a curator's question."""
    carried = CustomId(action="replied", id=visit.wish.id, place=visit.wish.place)
    text = Text(name="text", limit=NOTE_LIMIT, long=True)
    return form(ANSWER_TITLE, carried, part(ANSWER_TITLE, text))


async def answer(visit: Visit) -> Reply:
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
    return replies.sentence(ANSWER_SENT_TEXT.format(code=code))
