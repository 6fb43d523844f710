"""Looking after playlists: added, changed, opened, closed, and which role reviews them."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.forms import Form
from bot.chat.playlist_forms import (
    NewPlaylist,
    add_form,
    added_in,
    edit_form,
    playlist_card,
    refused,
    refused_before,
)
from bot.chat.queue_work import playlist_pressed, require_looked_after
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.chat_texts import (
    PLAYLIST_CHANGED_TEXT,
    PLAYLIST_CLOSED_TEXT,
    PLAYLIST_OPENED_TEXT,
    not_taken_text,
    proposed_text,
)
from bot.errors import LinkError, RuleError
from bot.seed_texts import pasted_text
from bot.workflow import manage, seeds
from bot.workflow.manage import PlaylistView
from bot.workflow.people import require_admin
from bot.workflow.playlist_rules import readable
from bot.workflow.submit import find_playlist
from db.engine import reading


async def open_add(visit: Visit, *, name: str = "") -> Form:
    """Return the form for a new playlist, with what was typed already."""
    require_admin(visit.person)
    return add_form(NewPlaylist(name=name) if name else refused_before(visit.told))


async def add(visit: Visit) -> Reply:
    """Add the playlist that stands in the form; a refusal keeps what was typed."""
    desk = visit.desk
    new = added_in(visit.form)
    changes, wrong = _read(visit, new.changes)
    try:
        async with desk.sessions.begin() as session:
            view = await manage.add_playlist(
                session,
                workspace_id=desk.workspace_id,
                person=visit.person,
                name=new.name,
                now=desk.now(),
                zone=desk.zone,
                changes=changes,
            )
            seeded = await _seed(session, visit, view.name)
    except RuleError as error:
        if visit.roomy:
            raise
        return refused(str(error), new)
    told = (*map(proposed_text, wrong), seeded, PLAYLIST_CHANGED_TEXT)
    return await _shown(visit, view, heading="\n".join(line for line in told if line))


def _read(visit: Visit, changes: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return which typed rules can be kept, and what is wrong with each other one.

    Where a refused form stays as it was filled in, it is refused as a whole instead.
    """
    return (dict(changes), []) if visit.roomy else readable(changes)


async def _seed(session: AsyncSession, visit: Visit, playlist: str) -> str:
    """Add the tracks that were pasted into the form, and say what became of them.

    A paste without a link is told, and keeps nobody from having the playlist.
    """
    text = visit.form.text("seeds")
    if not text:
        return ""
    try:
        view = await seeds.add_seeds(
            session,
            workspace_id=visit.desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            text=text,
            now=visit.desk.now(),
        )
    except LinkError as error:
        return str(error)
    return pasted_text(view)


async def show(visit: Visit, *, playlist: str) -> Reply:
    """Return the rules of a playlist."""
    return await _shown(visit, await _view(visit, playlist))


async def show_pressed(visit: Visit) -> Reply:
    return await show(visit, playlist=await playlist_pressed(visit))


async def open_edit(visit: Visit) -> Form:
    """Return the form for the rules that were chosen in the select."""
    await require_looked_after(visit)
    view = await _view(visit, await playlist_pressed(visit))
    return edit_form(view, visit.values, playlist_id=int(visit.wish.id))


async def edit(visit: Visit) -> Reply:
    """Change the rules that stand in the form, and tell which of them were not taken, and why."""
    desk = visit.desk
    playlist = await playlist_pressed(visit)
    changes, wrong = _read(visit, visit.form.texts)
    if wrong and not changes:
        raise RuleError("\n".join(wrong), rule="setting")
    async with desk.sessions.begin() as session:
        view = await manage.edit_playlist(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            changes=changes,
            now=desk.now(),
        )
    told = (*map(not_taken_text, wrong), PLAYLIST_CHANGED_TEXT)
    return await _shown(visit, view, heading="\n".join(told))


async def let_in(visit: Visit, *, playlist: str, days: int | None = None) -> Reply:
    """Open a playlist, for `days` or for good."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await manage.open_playlist(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            now=desk.now(),
            until=None if days is None else desk.now() + timedelta(days=days),
        )
    return await _shown(visit, view, heading=PLAYLIST_OPENED_TEXT)


async def shut(visit: Visit, *, playlist: str, days: int | None = None) -> Reply:
    """Close a playlist; it opens again after `days`, or when somebody opens it."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await manage.close_playlist(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            now=desk.now(),
            opens_at=None if days is None else desk.now() + timedelta(days=days),
        )
    return await _shown(visit, view, heading=PLAYLIST_CLOSED_TEXT)


async def appoint(visit: Visit, *, playlist: str, role_id: str) -> Reply:
    """Let everybody with a role review a playlist."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await manage.grant(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            to=role_id,
            now=desk.now(),
        )
    return await _shown(visit, view, heading=PLAYLIST_CHANGED_TEXT)


async def dismiss(visit: Visit, *, playlist: str, role_id: str) -> Reply:
    """Let a role review a playlist no more."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await manage.revoke(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            of=role_id,
            now=desk.now(),
        )
    return await _shown(visit, view, heading=PLAYLIST_CHANGED_TEXT)


async def _view(visit: Visit, playlist: str) -> PlaylistView:
    desk = visit.desk
    async with reading(desk.sessions) as session:
        return await manage.show_playlist(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            now=desk.now(),
        )


async def _shown(visit: Visit, view: PlaylistView, *, heading: str = "") -> Reply:
    async with reading(visit.desk.sessions) as session:
        found = await find_playlist(session, visit.desk.workspace_id, view.name)
    return playlist_card(view, playlist_id=found.id, viewer=visit.person, heading=heading)
