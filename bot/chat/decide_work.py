"""Answering a submission: keep, maybe, decline, and taking it back."""

from bot.chat import review_screens
from bot.chat.curator_forms import decline_form
from bot.chat.forms import Form
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.workflow import handling, review
from bot.workflow.rescore import version_in_use
from bot.workflow.submit import find_playlist
from db.engine import reading
from db.types import Answer, Welcome


async def keep(visit: Visit) -> Reply:
    return await _decide(visit, Answer.KEEP)


async def maybe(visit: Visit) -> Reply:
    return await _decide(visit, Answer.MAYBE)


async def open_decline(visit: Visit) -> Form:
    desk = visit.desk
    # Who may not answer is told before they write.
    async with reading(desk.sessions) as session:
        await handling.require_reviewer(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            alone=visit.wish.arg == review_screens.ALONE,
            answers=True,
        )
    return decline_form(visit.wish.id, how=visit.wish.arg)


async def decline(visit: Visit) -> Reply:
    """Decline with what stands in the form."""
    welcome = visit.form.choice("welcome")
    return await _decide(
        visit,
        Answer.DECLINE,
        reasons=visit.form.choices("reasons"),
        note=visit.form.text("note") or None,
        welcome_next=Welcome(welcome) if welcome else None,
    )


async def undo(visit: Visit, code: str | None = None) -> Reply:
    """Take an answer back: that of `code`, else the person's last one."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await review.undo(
            session,
            workspace_id=desk.workspace_id,
            code=code,
            person=visit.person,
            now=desk.now(),
        )
        playlist = await find_playlist(session, desk.workspace_id, view.playlist)
    return review_screens.decided(view, playlist_id=playlist.id)


async def undo_pressed(visit: Visit) -> Reply:
    return await undo(visit, visit.wish.id)


async def _decide(
    visit: Visit,
    answer: Answer,
    *,
    reasons: tuple[str, ...] = (),
    note: str | None = None,
    welcome_next: Welcome | None = None,
) -> Reply:
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await review.decide(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            answer=answer,
            person=visit.person,
            reasons=reasons,
            note=note,
            welcome_next=welcome_next,
            override=visit.wish.arg == review_screens.ALONE,
            model_version=version_in_use(desk.services.hearing),
            now=desk.now(),
        )
        playlist = await find_playlist(session, desk.workspace_id, view.playlist)
    return review_screens.decided(view, playlist_id=playlist.id)
