"""The Home tab: an artist's tracks, and for curators the queue of a playlist."""

from typing import Any, Final

from slack_sdk.models.blocks import DividerBlock

from bot.chat import artist_screens, queue_screens
from bot.chat.custom_id import CustomId
from bot.chat.replies import Page
from bot.chat_texts import HOME_PICK, SUBMIT_BUTTON, VIEW_LABELS
from bot.errors import NotAllowedError
from bot.messages import Button, ButtonStyle, Option, Select
from bot.platforms.slack import limits
from bot.platforms.slack.reception import Visit
from bot.platforms.slack.render import Blocks, reply_blocks, selects
from bot.workflow import mine, queue, suggest
from bot.workflow.people import may_curate, member_of
from bot.workflow.queue import View
from bot.workflow.rescore import version_in_use
from bot.workflow.submit import find_playlist
from db.suggest import Named

_ROWS: Final = 20


async def home(visit: Visit) -> dict[str, Any]:
    """Return somebody's Home tab; what was pressed in it says which queue, and in which view."""
    blocks: Blocks = []
    curated = await _curated(visit)
    if curated:
        playlist, view = _wanted(visit, curated)
        blocks += await _queue(visit, curated, playlist, view)
        blocks.append(DividerBlock().to_dict())
    blocks += await _own(visit)
    return {"type": "home", "blocks": blocks[: limits.VIEW_BLOCKS]}


async def _own(visit: Visit) -> Blocks:
    desk = visit.desk
    async with desk.sessions() as session:
        view = await mine.list_mine(
            session, workspace_id=desk.workspace_id, person=visit.person, now=desk.now()
        )
    page = artist_screens.own_page(view)
    submit = Button(action="form", label=SUBMIT_BUTTON, style=ButtonStyle.PRIMARY)
    # Further pages open with the command; the tab shows the newest.
    shown = Page(heading=page.heading, rows=page.rows, below=page.below, steps=(submit,))
    return reply_blocks(shown)


async def _curated(visit: Visit) -> list[Named]:
    desk = visit.desk
    found = []
    async with desk.sessions.begin() as session:
        member = await member_of(session, desk.workspace_id, visit.person, now=desk.now())
        for one in await suggest.playlists_for(session, workspace_id=desk.workspace_id):
            playlist = await find_playlist(session, desk.workspace_id, one.name)
            if await may_curate(session, playlist, member, visit.person) is not None:
                found.append(one)
    return found


def _wanted(visit: Visit, curated: list[Named]) -> tuple[Named, View]:
    wish = visit.carried or CustomId(action="home")
    chosen = visit.values[0] if visit.values else ""
    number = chosen if wish.action == "home_playlist" else wish.id
    playlist = next((one for one in curated if str(one.id) == number), curated[0])
    view = chosen if wish.action == "home_view" else wish.arg
    return playlist, View(view) if view in set(View) else View.SUGGESTED


async def _queue(visit: Visit, curated: list[Named], playlist: Named, view: View) -> Blocks:
    desk = visit.desk
    try:
        async with desk.sessions.begin() as session:
            shown = await queue.show_queue(
                session,
                workspace_id=desk.workspace_id,
                playlist=playlist.name,
                now=desk.now(),
                person=visit.person,
                view=view,
                model_version=version_in_use(desk.services.hearing),
                page=1,
                page_size=_ROWS,
            )
    except NotAllowedError:
        # The right to it was taken away at this very moment.
        return []
    page = queue_screens.queue_page(shown, playlist_id=playlist.id)
    review = tuple(one for one in page.steps if one.action == "review")
    blocks = reply_blocks(
        Page(heading=page.heading, rows=page.rows, below=page.below, steps=review)
    )
    return [*blocks, *_filters(curated, playlist, view)]


def _filters(curated: list[Named], playlist: Named, view: View) -> Blocks:
    argument = f"{playlist.id}|{view.value}"
    views = tuple(Option(value=key, label=label) for key, label in VIEW_LABELS.items())
    filters = [
        Select(action="home_view", placeholder=VIEW_LABELS[view], options=views, argument=argument)
    ]
    chosen = [view.value]
    if len(curated) > 1:
        options = tuple(Option(value=str(one.id), label=one.name) for one in curated)
        filters.append(
            Select(
                action="home_playlist", placeholder=HOME_PICK, options=options, argument=argument
            )
        )
        chosen.append(str(playlist.id))
    return selects(filters, chosen=chosen)
