"""Which playlist is meant, where somebody need not say."""

from collections.abc import Awaitable, Callable, Sequence

from bot.chat import replies
from bot.chat.forms import MOST_CHOICES
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.chat_texts import (
    NO_PLAYLISTS_TEXT,
    PLAYLIST_PICK,
    REVIEWS_NOTHING_TEXT,
    pick_playlist_text,
    which_playlist_text,
)
from bot.errors import NotAllowedError, NotFoundError, RuleError
from bot.messages import Card, Option, Select
from bot.workflow import people, suggest
from db.engine import reading
from db.models import Playlist

# Only the count of those that are not named matters.
_ALL = 1000

Work = Callable[[str], Awaitable[Reply]]


async def meant(visit: Visit, typed: str) -> str:
    """Return the name of a playlist: the one typed, or the only one; RuleError lists several."""
    async with reading(visit.desk.sessions) as session:
        found = await suggest.playlists_for(
            session, workspace_id=visit.desk.workspace_id, limit=_ALL
        )
    if not found:
        raise NotFoundError(NO_PLAYLISTS_TEXT)
    if typed:
        return typed
    if len(found) > 1:
        raise RuleError(which_playlist_text([one.name for one in found]), rule="playlist")
    return found[0].name


async def of_reviewed(
    visit: Visit, typed: str | None, work: Work, *, action: str, argument: str = ""
) -> Reply:
    """Do `work` for the playlist that is typed, or for the only one that the person reviews.

    Who reviews several is asked: a choice comes back as `action`, with `argument`.
    """
    if typed:
        return await work(typed)
    workspace_id = visit.desk.workspace_id
    async with reading(visit.desk.sessions) as session:
        reviewed = await people.curated(session, workspace_id=workspace_id, person=visit.person)
        there = await suggest.playlists_for(session, workspace_id=workspace_id, limit=1)
    if len(reviewed) == 1:
        return await work(reviewed[0].name)
    if reviewed:
        return _ask(reviewed, action=action, argument=argument)
    if not there:
        raise NotFoundError(NO_PLAYLISTS_TEXT)
    raise NotAllowedError(REVIEWS_NOTHING_TEXT)


async def picked(visit: Visit) -> str:
    """Return the name of the playlist that was chosen where `of_reviewed` asked."""
    async with reading(visit.desk.sessions) as session:
        return await suggest.playlist_named(
            session, workspace_id=visit.desk.workspace_id, playlist_id=int(visit.values[0])
        )


def _ask(reviewed: Sequence[Playlist], *, action: str, argument: str) -> Reply:
    return replies.card(
        Card(
            title=PLAYLIST_PICK,
            body=pick_playlist_text(len(reviewed), most=MOST_CHOICES),
            select=Select(
                action=action,
                placeholder=PLAYLIST_PICK,
                options=tuple(
                    Option(value=str(one.id), label=one.name) for one in reviewed[:MOST_CHOICES]
                ),
                argument=f"|{argument}",
            ),
        )
    )
