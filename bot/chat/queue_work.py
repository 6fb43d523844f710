"""Looking at queues: pages, views, and a playlist's week."""

from bot.chat import queue_screens
from bot.chat.playlist_choice import of_reviewed, picked
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.workflow import manage, queue, suggest
from bot.workflow.queue import View
from bot.workflow.rescore import version_in_use
from bot.workflow.submit import find_playlist
from db.engine import reading


async def show_queue(
    visit: Visit, *, playlist: str, view: View = View.SUGGESTED, number: int = 1
) -> Reply:
    """Return one page of a playlist's queue; NotAllowedError for who does not curate it."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        found = await find_playlist(session, desk.workspace_id, playlist)
        shown = await queue.show_queue(
            session,
            workspace_id=desk.workspace_id,
            playlist=found.name,
            now=desk.now(),
            person=visit.person,
            view=view,
            model_version=version_in_use(desk.services.hearing),
            page=number,
        )
    return queue_screens.queue_page(shown, playlist_id=found.id)


async def show_reviewed(
    visit: Visit, *, playlist: str | None, view: View = View.SUGGESTED, number: int = 1
) -> Reply:
    """Return a page of the playlist that is named, or of the one that the person reviews."""
    return await of_reviewed(
        visit,
        playlist,
        lambda name: show_queue(visit, playlist=name, view=view, number=number),
        action="queue_of",
        argument=f"{view}.{number}",
    )


async def show_picked(visit: Visit) -> Reply:
    """Return the page that was asked for, now that its playlist has been chosen."""
    view, _, number = visit.wish.arg.partition(".")
    return await show_queue(
        visit, playlist=await picked(visit), view=View(view), number=int(number)
    )


async def turn_page(visit: Visit) -> Reply:
    view, _, number = visit.wish.arg.partition(".")
    return await show_queue(
        visit, playlist=await playlist_pressed(visit), view=View(view), number=int(number)
    )


async def choose_view(visit: Visit) -> Reply:
    return await show_queue(
        visit, playlist=await playlist_pressed(visit), view=View(visit.values[0])
    )


async def playlist_pressed(visit: Visit) -> str:
    """Return the name of the playlist whose number the button carries."""
    async with reading(visit.desk.sessions) as session:
        return await suggest.playlist_named(
            session, workspace_id=visit.desk.workspace_id, playlist_id=int(visit.wish.id)
        )


async def require_looked_after(visit: Visit) -> None:
    """Raise NotAllowedError for who may not change the playlist whose number the button carries."""
    desk = visit.desk
    playlist = await playlist_pressed(visit)
    async with reading(desk.sessions) as session:
        await manage.require_looked_after(
            session, workspace_id=desk.workspace_id, playlist=playlist, person=visit.person
        )
