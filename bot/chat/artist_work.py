"""What an artist's commands, buttons and forms do: call the workflow, and show what it says."""

from dataclasses import replace

from bot.chat import artist_screens, call_screens, sent_files
from bot.chat.drafts import Choice, Draft, draft_in, draft_of, refused, submit_form
from bot.chat.forms import MOST_CHOICES, Form, Upload
from bot.chat.replies import Reply
from bot.chat.sent_files import SentFile
from bot.chat.visit import Visit
from bot.chat_texts import NO_PLAYLISTS_TEXT, NO_TRACK_TEXT, TYPE_ANEW_TEXT, WITHDRAWN_TEXT
from bot.errors import EarmarkError, NotFoundError, RuleError
from bot.links import find_links
from bot.marks import command
from bot.workflow import calls, check, facts, mine, status, submit, suggest, versions
from bot.workflow.mine import Stand
from bot.workflow.rescore import version_in_use
from bot.workflow.submit import Accepted, Request
from db.engine import reading
from db.types import AiUse

# Rules about what is typed with the command, and has no place in a form.
TYPED_ONLY = frozenset({"genres", "languages"})


async def new_form(visit: Visit, draft: Draft, *, upload: Upload | None = None) -> Form:
    """Return the form with what is known already; NotFoundError where there is no playlist.

    `upload` is a file that somebody has sent before.
    """
    async with reading(visit.desk.sessions) as session:
        found = await suggest.playlists_with(
            session,
            workspace_id=visit.desk.workspace_id,
            chosen=draft.playlist_id,
            # One more than a list holds tells the form that there are others.
            limit=MOST_CHOICES + 1,
        )
    if not found:
        raise NotFoundError(NO_PLAYLISTS_TEXT)
    choices = [Choice(playlist_id=one.id, name=one.name) for one in found]
    draft, kept_name = await sent_files.still_kept(visit, draft)
    return submit_form(draft, choices, roomy=visit.roomy, upload=upload, kept_name=kept_name)


async def draft_form(visit: Visit) -> Form:
    """Return the form again, as the refusal that was pressed on has kept it."""
    return await new_form(visit, draft_of(visit.wish, visit.told))


async def resubmit_form(visit: Visit) -> Form:
    """Return the form of the next version, filled in with the earlier one."""
    desk = visit.desk
    async with reading(desk.sessions) as session:
        old = await versions.prefill(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            now=desk.now(),
        )
        playlist = await submit.find_playlist(session, desk.workspace_id, old.playlist)
    draft = Draft(
        link=old.link or "",
        playlist_id=playlist.id,
        ai_use=old.ai_use,
        note=old.note,
        replaces=old.replaces,
        by_file=old.link is None,
        place=visit.wish.place,
    )
    choices = [Choice(playlist_id=playlist.id, name=playlist.name)]
    return submit_form(draft, choices, roomy=visit.roomy)


async def send_form(visit: Visit) -> Reply:
    """Submit what stands in a form."""
    draft, upload = draft_in(visit.form, visit.wish, visit.told), visit.form.upload("file")
    if upload is None and not draft.link and not draft.kept:
        raise RuleError(NO_TRACK_TEXT, rule="track")
    return await send(visit, draft, upload=upload)


async def send(
    visit: Visit,
    draft: Draft,
    *,
    upload: Upload | None = None,
    playlist: str | None = None,
) -> Reply:
    """Submit a draft; a refusal keeps it, with its file and the way back to the form."""
    try:
        file = await sent_files.of_draft(visit, draft, upload)
    except EarmarkError as error:
        if visit.roomy and upload is not None:
            # The form stays open, and asks for another file by itself.
            raise
        if told := await _told_before(visit, draft):
            return told
        return refused(str(error), replace(draft, kept="", by_file=True), may_insist=False)
    try:
        request = Request(
            playlist=playlist or await _playlist(visit, draft),
            person=visit.person,
            text=draft.link,
            upload=None if file is None else file.own,
            note=draft.note or None,
            ai_use=draft.ai_use,
            owns_rights=draft.owns,
            genre=draft.genre or None,
            language=draft.language or None,
            anyway=draft.anyway,
            replaces=draft.replaces or None,
            key=visit.key,
        )
        return await _submit(visit, request, file)
    except EarmarkError as error:
        may_insist = isinstance(error, RuleError) and error.anyway
        why = str(error)
        if isinstance(error, RuleError) and error.rule in TYPED_ONLY:
            why = f"{why} {TYPE_ANEW_TEXT}"
        if file is None:
            return refused(why, draft, may_insist=may_insist)
        draft, kept = await sent_files.keep(visit, draft, file, refused_by=error)
        return refused(why, draft, may_insist=may_insist, kept=kept)


async def _submit(visit: Visit, request: Request, file: SentFile | None) -> Reply:
    desk = visit.desk
    async with desk.sessions.begin() as session:
        accepted = await submit.submit(
            session,
            workspace_id=desk.workspace_id,
            request=request,
            now=desk.now(),
            seed=desk.seed(),
        )
        if file is not None:
            await sent_files.hand_over(session, visit, file)
    await desk.jobs.submit(accepted.submission_id)
    return _receipt(visit, accepted, request.text)


async def _told_before(visit: Visit, draft: Draft) -> Reply | None:
    """Return the receipt where this very request has taken the kept file along already."""
    desk = visit.desk
    if not draft.kept:
        return None
    async with desk.sessions.begin() as session:
        accepted = await submit.accepted_before(
            session, workspace_id=desk.workspace_id, key=visit.key, now=desk.now()
        )
    return None if accepted is None else _receipt(visit, accepted, draft.link)


def _receipt(visit: Visit, accepted: Accepted, link: str) -> Reply:
    found = find_links(link).tracks
    url = f"https://open.spotify.com/track/{found[0]}" if found else None
    place = visit.carried.place if visit.carried else None
    return artist_screens.receipt(accepted.receipt, url=url, place=place)


async def _playlist(visit: Visit, draft: Draft) -> str:
    async with reading(visit.desk.sessions) as session:
        if draft.playlist_id is not None:
            return await suggest.playlist_named(
                session, workspace_id=visit.desk.workspace_id, playlist_id=draft.playlist_id
            )
        there = await suggest.playlists_for(session, workspace_id=visit.desk.workspace_id, limit=2)
    if not there:
        raise NotFoundError(NO_PLAYLISTS_TEXT)
    if len(there) > 1:
        raise RuleError(
            f"Say which playlist it is for; {command('calls')} shows them all.", rule="playlist"
        )
    return there[0].name


async def show_own(visit: Visit, *, stand: Stand = Stand.ALL, number: int = 1) -> Reply:
    """Return a page of the person's submissions."""
    desk = visit.desk
    async with reading(desk.sessions) as session:
        view = await mine.list_mine(
            session,
            workspace_id=desk.workspace_id,
            person=visit.person,
            now=desk.now(),
            stand=stand,
            page=number,
        )
    return artist_screens.own_page(view)


async def turn_own_page(visit: Visit) -> Reply:
    stand, _, number = visit.wish.arg.partition(".")
    return await show_own(visit, stand=Stand(stand), number=int(number))


async def choose_own_state(visit: Visit) -> Reply:
    return await show_own(visit, stand=Stand(visit.values[0]))


async def show_one(visit: Visit, *, heading: str = "") -> Reply:
    """Return one of the person's submissions; nobody else's."""
    desk = visit.desk
    async with reading(desk.sessions) as session:
        view = await mine.open_mine(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            now=desk.now(),
        )
    return artist_screens.own_card(view, now=desk.now(), place=visit.wish.place, heading=heading)


async def withdraw(visit: Visit) -> Reply:
    desk = visit.desk
    async with desk.sessions.begin() as session:
        await status.withdraw(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            now=desk.now(),
        )
    return await show_one(visit, heading=WITHDRAWN_TEXT)


async def show_facts(visit: Visit) -> Reply:
    """Return how the person's own track sounds beside the playlist's range."""
    desk = visit.desk
    async with reading(desk.sessions) as session:
        view = await facts.show_facts(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            model_version=version_in_use(desk.services.hearing),
        )
    return artist_screens.facts_card(view)


async def named_form(visit: Visit, draft: Draft, playlist: str | None) -> Form:
    """Return the form with the playlist that was typed, or NotFoundError that lists them all."""
    if playlist is None:
        return await new_form(visit, draft)
    async with reading(visit.desk.sessions) as session:
        found = await submit.find_playlist(session, visit.desk.workspace_id, playlist)
    return await new_form(visit, replace(draft, playlist_id=found.id))


def link_in(text: str) -> str:
    """Return what of a message's text is worth putting into the form."""
    found = find_links(text)
    if found.tracks:
        return f"https://open.spotify.com/track/{found.tracks[0]}"
    if found.albums:
        # A single is an album of one track.
        return f"https://open.spotify.com/album/{found.albums[0]}"
    return found.short[0] if found.short else ""


async def show_calls(visit: Visit, *, number: int = 1) -> Reply:
    """Return a page of all playlists with their terms."""
    desk = visit.desk
    async with reading(desk.sessions) as session:
        view = await calls.show_calls(session, workspace_id=desk.workspace_id, now=desk.now())
    return call_screens.calls(view, number=number)


async def turn_calls(visit: Visit) -> Reply:
    return await show_calls(visit, number=int(visit.wish.arg))


async def check_track(
    visit: Visit, *, link: str, playlist: str | None, ai_use: AiUse | None = None
) -> Reply:
    """Return what would happen to a track if it were sent now."""
    desk = visit.desk
    async with reading(desk.sessions) as session:
        view = await check.check(
            session,
            workspace_id=desk.workspace_id,
            request=Request(playlist=playlist or "", person=visit.person, text=link, ai_use=ai_use),
            now=desk.now(),
            model_version=version_in_use(desk.services.hearing),
        )
    return call_screens.check(view)
