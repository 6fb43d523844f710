"""What a curator does at the console beside answering: translate, call the workflow, commit."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot import curator_texts as words
from bot.curation import BoardView, DigestPlan, ReviewCard, TrackHistory
from bot.messages import plain
from bot.platforms.console.appointing import appoint
from bot.texts import title_text
from bot.workflow import board, card, deadlines, record, weekly
from bot.workflow.desk import Desk
from bot.workflow.people import Person, console_person
from bot.workflow.rescore import version_in_use
from bot.workflow.review import find_submission
from bot.workflow.submit import find_playlist

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Action(Protocol[T_co]):
    """Something done with one submission, as the modules of the workflow offer it.

    What else it needs is given beforehand, with `functools.partial`.
    """

    def __call__(
        self,
        session: AsyncSession,
        *,
        workspace_id: int,
        code: str,
        person: Person,
        now: datetime,
    ) -> Awaitable[T_co]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the calendar asked for, and was done."""

    reminded: int
    expired: int
    digests: tuple[str, ...]
    forgotten: int

    def to_json(self) -> dict[str, object]:
        return {
            "reminded": self.reminded,
            "expired": self.expired,
            "digests": list(self.digests),
            "forgotten": self.forgotten,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The next card, if there is one."""

    playlist: str
    card: ReviewCard | None

    def to_json(self) -> dict[str, object]:
        return {"playlist": self.playlist, "card": self.card.to_json() if self.card else None}


async def act(desk: Desk, action: Action[T], *, code: str, curator: str) -> T:
    """Do something with a submission, as a curator for whom the operator vouches."""
    async with desk.sessions.begin() as session:
        submission = await find_submission(session, desk.workspace_id, code)
        await appoint(session, desk, submission.playlist, curator)
        return await action(
            session,
            workspace_id=desk.workspace_id,
            code=code,
            person=console_person(curator),
            now=desk.now(),
        )


async def show_card(desk: Desk, *, code: str, curator: str) -> ReviewCard:
    model = version_in_use(desk.services.hearing)
    action = partial(card.review_card, model_version=model)
    return await act(desk, action, code=code, curator=curator)


async def show_track(desk: Desk, *, code: str, curator: str) -> TrackHistory:
    model = version_in_use(desk.services.hearing)
    action = partial(record.track_history, model_version=model)
    return await act(desk, action, code=code, curator=curator)


async def next_card(desk: Desk, *, playlist: str, curator: str, after: str | None) -> Next:
    async with desk.sessions.begin() as session:
        found = await find_playlist(session, desk.workspace_id, playlist)
        await appoint(session, desk, found, curator)
        following = await card.next_card(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=console_person(curator),
            now=desk.now(),
            after=after,
            model_version=version_in_use(desk.services.hearing),
        )
    return Next(playlist=found.name, card=following)


async def change_digest(desk: Desk, *, playlist: str, curator: str, skip: bool) -> DigestPlan:
    """Post the digest to come at once, or skip it."""
    change = weekly.skip if skip else weekly.send_now
    async with desk.sessions.begin() as session:
        found = await find_playlist(session, desk.workspace_id, playlist)
        await appoint(session, desk, found, curator)
        return await change(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=console_person(curator),
            now=desk.now(),
        )


async def show_board(desk: Desk) -> BoardView:
    async with desk.sessions() as session:
        return await board.show_board(
            session,
            workspace_id=desk.workspace_id,
            now=desk.now(),
            model_version=version_in_use(desk.services.hearing),
        )


async def do_what_is_due(desk: Desk) -> Done:
    """Remind, let expire, post digests and forget old showings, each once."""
    now, workspace_id = desk.now(), desk.workspace_id
    async with desk.sessions.begin() as session:
        reminded = await deadlines.remind(session, workspace_id=workspace_id, now=now)
        expired = await deadlines.expire(session, workspace_id=workspace_id, now=now)
        forgotten = await deadlines.forget_exposures(session, workspace_id=workspace_id, now=now)
        due = await weekly.due_digests(session, workspace_id=workspace_id, now=now)
        sent = [
            one.key
            for one in due
            if await weekly.send_due(session, workspace_id=workspace_id, due=one, now=now)
        ]
    return Done(
        reminded=sum(len(one.submission_ids) for one in reminded),
        expired=len(expired),
        digests=tuple(sent),
        forgotten=forgotten,
    )


def card_panel(view: ReviewCard) -> RenderableType:
    """Return a review card in a frame, with the link that plays it."""
    lines = [words.card_title(view), *words.card_lines(view)]
    if view.row.url:
        lines.append(plain(view.row.url, limit=200))
    return Panel(Text("\n".join(lines)), expand=False)


def next_panel(view: Next) -> RenderableType:
    if view.card is None:
        return Text(words.no_next_text(view.playlist))
    return card_panel(view.card)


def track_text(view: TrackHistory) -> RenderableType:
    """Return a submission's whole record, one line for each thing that happened."""
    head = f"{title_text(view.title, view.artist)} ({view.code} for {plain(view.playlist)})"
    lines = [f"{head}: {view.status}"]
    if panel := words.panel_text(view.panel):
        lines.append(panel)
    lines += [words.history_text(line, when=_minute) for line in (*view.lines, *view.shown)]
    lines += [words.earlier_text(line) for line in view.versions]
    return Text("\n".join(lines))


def board_text(view: BoardView) -> RenderableType:
    parts = []
    for part in view.parts:
        parts.append(Text(plain(part.playlist), style="bold"))
        parts += [Text(f"  {line}") for line in words.board_lines(part)]
    return Group(*parts) if parts else Text("There is no playlist yet.")


def done_text(done: Done) -> str:
    """Return what was due in one line."""
    digests = "1 digest posted" if len(done.digests) == 1 else f"{len(done.digests)} digests posted"
    return f"{done.reminded} reminded of · {done.expired} expired · {digests}"


def plan_text(plan: DigestPlan) -> str:
    return words.plan_text(plan, when=_minute)


def _minute(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M %Z}"
