"""A playlist's week: seen before it is posted, posted now, or left out."""

import asyncio
from enum import StrEnum
from typing import assert_never

from bot.chat import replies
from bot.chat.playlist_choice import of_reviewed, picked
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.chat_texts import DIGEST_ADDED
from bot.curation import DigestPlan
from bot.curator_texts import plan_text
from bot.digest_texts import digest_lines, digest_title, empty_digest_text
from bot.marks import moment
from bot.messages import Card, DigestView, Field, Image
from bot.notice_texts import digest_row
from bot.workflow import digest, weekly
from bot.workflow.pictures import digest_image

_MOST_ROWS = 10


class Deed(StrEnum):
    PREVIEW = "preview"
    SEND = "send"
    SKIP = "skip"


async def do(visit: Visit, deed: Deed, *, playlist: str | None) -> Reply:
    """Do it with the digest of the playlist that is named, or of the one the person reviews."""
    return await of_reviewed(
        visit,
        playlist,
        lambda name: _do(visit, deed, playlist=name),
        action="digest_of",
        argument=deed,
    )


async def do_picked(visit: Visit) -> Reply:
    return await _do(visit, Deed(visit.wish.arg), playlist=await picked(visit))


async def _do(visit: Visit, deed: Deed, *, playlist: str) -> Reply:
    match deed:
        case Deed.PREVIEW:
            return await preview(visit, playlist=playlist)
        case Deed.SEND:
            return await send(visit, playlist=playlist)
        case Deed.SKIP:
            return await skip(visit, playlist=playlist)
        case _:
            assert_never(deed)


async def preview(visit: Visit, *, playlist: str) -> Reply:
    """Return the digest as it would be posted now, for the person alone."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        plan = await weekly.plan(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            now=desk.now(),
        )
        view = await digest.preview(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            week=None,
            now=desk.now(),
        )
    image = await asyncio.to_thread(digest_image, view)
    return _screen(view, plan, image)


async def send(visit: Visit, *, playlist: str) -> Reply:
    """Post the digest to come at once."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        plan = await weekly.send_now(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            now=desk.now(),
        )
    return replies.sentence(plan_text(plan, when=moment))


async def skip(visit: Visit, *, playlist: str) -> Reply:
    """Leave the digest to come out, or take that back."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        plan = await weekly.skip(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            now=desk.now(),
        )
    return replies.sentence(plan_text(plan, when=moment))


def _screen(view: DigestView, plan: DigestPlan, image: Image) -> Reply:
    added = [digest_row(row) for row in view.added]
    more = len(added) - _MOST_ROWS
    rows = [*added[:_MOST_ROWS], *([f"… and {more} more"] if more > 0 else [])]
    return replies.card(
        Card(
            title=digest_title(view),
            body="\n".join(digest_lines(view, when=moment)),
            fields=(
                Field(name=DIGEST_ADDED, value="\n".join(rows) or empty_digest_text(view)),
                Field(name="Next", value=plan_text(plan, when=moment)),
            ),
            image=image,
        )
    )
