"""Seed tracks in a chat: shown, pasted, taken out."""

from bot.chat.forms import Form
from bot.chat.queue_work import playlist_pressed, require_looked_after
from bot.chat.replies import Reply
from bot.chat.seed_screens import add_form, remove_form, seeds_card
from bot.chat.visit import Visit
from bot.curation import SeedsView
from bot.seed_texts import EVERY_SEED
from bot.workflow import seeds
from bot.workflow.submit import find_playlist
from db.engine import reading


async def show(visit: Visit, *, playlist: str) -> Reply:
    """Return a playlist's seeds, to one of its curators."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await seeds.show_seeds(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            now=desk.now(),
        )
    return await _shown(visit, view)


async def show_pressed(visit: Visit) -> Reply:
    return await show(visit, playlist=await playlist_pressed(visit))


async def open_add(visit: Visit) -> Form:
    await require_looked_after(visit)
    return add_form(int(visit.wish.id))


async def open_remove(visit: Visit) -> Form:
    await require_looked_after(visit)
    return remove_form(int(visit.wish.id))


async def add(visit: Visit) -> Reply:
    """Add the tracks that were pasted; they are heard in the background."""
    desk = visit.desk
    playlist = await playlist_pressed(visit)
    async with desk.sessions.begin() as session:
        view = await seeds.add_seeds(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            text=visit.form.text("seeds"),
            now=desk.now(),
        )
    return await _shown(visit, view)


async def remove(visit: Visit) -> Reply:
    """Take the tracks out that were pasted, or all of them."""
    typed = visit.form.text("seeds")
    return await _remove(visit, None if typed.casefold() == EVERY_SEED else typed)


async def remove_chosen(visit: Visit) -> Reply:
    """Take the tracks out that were chosen in the list."""
    return await _remove(visit, "\n".join(f"spotify:track:{one}" for one in visit.values))


async def _remove(visit: Visit, text: str | None) -> Reply:
    desk = visit.desk
    playlist = await playlist_pressed(visit)
    async with desk.sessions.begin() as session:
        view = await seeds.remove_seeds(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=visit.person,
            text=text,
            now=desk.now(),
        )
    return await _shown(visit, view)


async def _shown(visit: Visit, view: SeedsView) -> Reply:
    async with reading(visit.desk.sessions) as session:
        found = await find_playlist(session, visit.desk.workspace_id, view.playlist)
    return seeds_card(view, playlist_id=found.id)
