"""Reviewing: the card, the next one, and all that is done with it short of answering."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat import curator_forms, replies, review_screens
from bot.chat.forms import Form
from bot.chat.playlist_choice import of_reviewed, picked
from bot.chat.queue_work import playlist_pressed
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.chat_texts import RETRY_TEXT
from bot.curation import ActView, ReviewCard
from bot.curator_texts import act_text
from bot.marks import moment
from bot.workflow import again, card, handling, record, talk
from bot.workflow.card_pictures import card_picture
from bot.workflow.people import Person
from bot.workflow.rescore import version_in_use
from bot.workflow.submit import find_playlist
from db.engine import reading

Act = Callable[[AsyncSession], Awaitable[ActView]]


class _Who(TypedDict):
    """What every function of the workflow wants to know beside its own matter."""

    workspace_id: int
    code: str
    person: Person
    now: datetime


async def next_track(visit: Visit, *, playlist: str, after: str | None = None) -> Reply:
    """Return the card of the next track to review, or say that there is none."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        found = await find_playlist(session, desk.workspace_id, playlist)
        shown = await card.next_card(
            session,
            workspace_id=desk.workspace_id,
            playlist=found.name,
            person=visit.person,
            now=desk.now(),
            after=after,
            model_version=version_in_use(desk.services.hearing),
        )
    if shown is None:
        return review_screens.review_end(found.name, playlist_id=found.id)
    return await _card_screen(visit, shown, found.id)


async def next_reviewed(visit: Visit, *, playlist: str | None) -> Reply:
    """Return the next track of the playlist that is named, or of the one the person reviews."""
    return await of_reviewed(
        visit, playlist, lambda name: next_track(visit, playlist=name), action="review_of"
    )


async def next_picked(visit: Visit) -> Reply:
    return await next_track(visit, playlist=await picked(visit))


async def start(visit: Visit) -> Reply:
    return await next_track(visit, playlist=await playlist_pressed(visit))


async def skip(visit: Visit) -> Reply:
    shown = await _card(visit)
    return await next_track(visit, playlist=shown.playlist, after=visit.wish.id)


async def open_card(visit: Visit) -> Reply:
    return await _shown(visit)


async def why(visit: Visit) -> Reply:
    return review_screens.why(await _card(visit))


async def more(visit: Visit) -> Reply:
    return review_screens.more(await _card(visit))


async def show_history(visit: Visit, code: str | None = None) -> Reply:
    """Return everything that happened to a submission; the one of the button if none is named."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await record.track_history(
            session,
            workspace_id=desk.workspace_id,
            code=code or visit.wish.id,
            person=visit.person,
            now=desk.now(),
            model_version=version_in_use(desk.services.hearing),
        )
    return review_screens.history(view)


async def claim(visit: Visit) -> Reply:
    return await _act_on_card(visit, lambda session: handling.claim(session, **_who(visit)))


async def release(visit: Visit) -> Reply:
    return await _act_on_card(visit, lambda session: handling.release(session, **_who(visit)))


async def pin(visit: Visit) -> Reply:
    return await _act(visit, lambda session: handling.pin(session, **_who(visit)))


async def unpin(visit: Visit) -> Reply:
    return await _act(visit, lambda session: handling.unpin(session, **_who(visit)))


async def wake(visit: Visit) -> Reply:
    return await _act(visit, lambda session: handling.wake(session, **_who(visit)))


async def retry(visit: Visit) -> Reply:
    """Have a submission without a score tried again now."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        submission_id = await again.retry(session, **_who(visit))
    await desk.jobs.submit(submission_id)
    return replies.sentence(RETRY_TEXT)


async def choose_snooze(visit: Visit) -> Reply:
    # Who may not review is told before they choose.
    await _card(visit)
    return review_screens.snooze_choice(visit.wish.id)


async def snooze(visit: Visit) -> Reply:
    """Set it aside for as many days as were chosen."""
    until = visit.desk.now() + timedelta(days=int(visit.values[0]))
    return await _act(visit, lambda session: handling.snooze(session, until=until, **_who(visit)))


async def open_note(visit: Visit) -> Form:
    await _require_reviewer(visit)
    return curator_forms.note_form(visit.wish.id)


async def open_ask(visit: Visit) -> Form:
    await _require_reviewer(visit)
    return curator_forms.ask_form(visit.wish.id)


async def _require_reviewer(visit: Visit) -> None:
    """Tell who may not review before they write."""
    desk = visit.desk
    async with reading(desk.sessions) as session:
        await handling.require_reviewer(
            session, workspace_id=desk.workspace_id, code=visit.wish.id, person=visit.person
        )


async def note(visit: Visit) -> Reply:
    text = visit.form.text("text")
    return await _act(visit, lambda session: talk.note(session, text=text, **_who(visit)))


async def ask(visit: Visit) -> Reply:
    text = visit.form.text("text")
    return await _act(visit, lambda session: talk.ask(session, text=text, **_who(visit)))


def _who(visit: Visit) -> _Who:
    return _Who(
        workspace_id=visit.desk.workspace_id,
        code=visit.wish.id,
        person=visit.person,
        now=visit.desk.now(),
    )


async def _card(visit: Visit) -> ReviewCard:
    desk = visit.desk
    async with desk.sessions.begin() as session:
        return await card.review_card(
            session,
            **_who(visit),
            model_version=version_in_use(desk.services.hearing),
        )


async def _shown(visit: Visit, *, heading: str = "") -> Reply:
    shown = await _card(visit)
    async with reading(visit.desk.sessions) as session:
        playlist = await find_playlist(session, visit.desk.workspace_id, shown.playlist)
    return await _card_screen(visit, shown, playlist.id, heading=heading)


async def _card_screen(
    visit: Visit, shown: ReviewCard, playlist_id: int, *, heading: str = ""
) -> Reply:
    desk = visit.desk
    image = await card_picture(
        desk.sessions,
        workspace_id=desk.workspace_id,
        card=shown,
        model_version=version_in_use(desk.services.hearing),
    )
    return review_screens.review_card(shown, playlist_id=playlist_id, image=image, heading=heading)


async def _act(visit: Visit, act: Act) -> Reply:
    async with visit.desk.sessions.begin() as session:
        view = await act(session)
    return review_screens.acted(view)


async def _act_on_card(visit: Visit, act: Act) -> Reply:
    """Do it, and show the card as it is then."""
    async with visit.desk.sessions.begin() as session:
        view = await act(session)
    return await _shown(visit, heading=act_text(view, when=moment))
