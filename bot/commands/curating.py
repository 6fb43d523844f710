"""`earmark review`, `track`, `answer`, `board`, `due`: curators' work beside the answers."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import click

from bot import settings
from bot.app import open_desk
from bot.commands.running import as_option, examples, json_option, out, print_json, show
from bot.curation import ActView
from bot.curator_texts import act_text
from bot.platforms.console import curating
from bot.platforms.console.curating import Action
from bot.workflow import handling, talk
from bot.workflow.desk import Desk
from bot.workflow.people import console_person

T = TypeVar("T")

_code = click.argument("code", metavar="ID")


@click.group()
def review() -> None:
    """Review one track after the other, and handle those that need time."""


@review.command(
    "next",
    epilog=examples(
        'review next "Night Drive" --as mo', 'review next "Night Drive" --as mo --after T-4F7K'
    ),
)
@click.argument("playlist", metavar="PLAYLIST")
@as_option
@click.option("--after", metavar="ID", help="Skip this one: show what comes after it.")
@json_option
def next_(*, playlist: str, name: str, after: str | None, as_json: bool) -> None:
    """Show the next track to review.

    It is the first of the suggested order that nobody else has in hand, that is not set aside, not
    your own, and that you have not voted on.
    """
    view = _at_desk(
        lambda desk: curating.next_card(desk, playlist=playlist, curator=name, after=after)
    )
    show(view, curating.next_panel(view), as_json=as_json)


@review.command(epilog=examples("review card T-4F7K --as mo"))
@_code
@as_option
@json_option
def card(*, code: str, name: str, as_json: bool) -> None:
    """Show a track's review card: why it is here, its score in words, reasons, history, votes."""
    view = _at_desk(lambda desk: curating.show_card(desk, code=code, curator=name))
    show(view, curating.card_panel(view), as_json=as_json)


@review.command(epilog=examples("review claim T-4F7K --as mo"))
@_code
@as_option
@json_option
def claim(*, code: str, name: str, as_json: bool) -> None:
    """Take a track in hand for a day, so that others leave it alone."""
    _act(handling.claim, code, name, as_json=as_json)


@review.command(epilog=examples("review release T-4F7K --as mo"))
@_code
@as_option
@json_option
def release(*, code: str, name: str, as_json: bool) -> None:
    """Give a track that you have in hand back to everybody."""
    _act(handling.release, code, name, as_json=as_json)


@review.command(epilog=examples("review snooze T-4F7K --until 2026-12-04 --as mo"))
@_code
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    help="When it comes back (UTC); before its answer is due.",
)
@as_option
@json_option
def snooze(*, code: str, until: datetime, name: str, as_json: bool) -> None:
    """Set a track aside for everybody; it comes back by itself."""
    _act(partial(handling.snooze, until=until.replace(tzinfo=UTC)), code, name, as_json=as_json)


@review.command(epilog=examples("review wake T-4F7K --as mo"))
@_code
@as_option
@json_option
def wake(*, code: str, name: str, as_json: bool) -> None:
    """Bring a track that is set aside back at once."""
    _act(handling.wake, code, name, as_json=as_json)


@review.command(epilog=examples("review pin T-4F7K --as mo"))
@_code
@as_option
@json_option
def pin(*, code: str, name: str, as_json: bool) -> None:
    """Put a track on top of its queue; its row says who did."""
    _act(handling.pin, code, name, as_json=as_json)


@review.command(epilog=examples("review unpin T-4F7K --as mo"))
@_code
@as_option
@json_option
def unpin(*, code: str, name: str, as_json: bool) -> None:
    """Take a pin away."""
    _act(handling.unpin, code, name, as_json=as_json)


@review.command(epilog=examples('review note T-4F7K "Great hook, weak bridge" --as mo'))
@_code
@click.argument("text", metavar="TEXT")
@as_option
@json_option
def note(*, code: str, text: str, name: str, as_json: bool) -> None:
    """Note something for the other curators; the artist never sees it."""
    _act(partial(talk.note, text=text), code, name, as_json=as_json)


@review.command(epilog=examples('review ask T-4F7K "Is there a radio edit?" --as mo'))
@_code
@click.argument("text", metavar="TEXT")
@as_option
@json_option
def ask(*, code: str, text: str, name: str, as_json: bool) -> None:
    """Ask the artist something; the answer comes back into the track's history."""
    _act(partial(talk.ask, text=text), code, name, as_json=as_json)


@click.command(epilog=examples('answer T-4F7K "Yes, 2:58 long" --as Lia'))
@_code
@click.argument("text", metavar="TEXT")
@as_option
@json_option
def answer(*, code: str, text: str, name: str, as_json: bool) -> None:
    """Answer what the curators have asked about your own submission."""

    async def work(desk: Desk) -> str:
        async with desk.sessions.begin() as session:
            return await talk.answer_question(
                session,
                workspace_id=desk.workspace_id,
                code=code,
                person=console_person(name),
                text=text,
                now=desk.now(),
            )

    answered = _at_desk(work)
    if as_json:
        print_json({"id": answered, "answered": True})
    else:
        out().print(f"Thank you: the curators of {answered} can read it now.")


@click.command(epilog=examples("track T-4F7K --as mo"))
@_code
@as_option
@json_option
def track(*, code: str, name: str, as_json: bool) -> None:
    """Show a track's whole record: what happened, who saw it where, votes after your own."""
    view = _at_desk(lambda desk: curating.show_track(desk, code=code, curator=name))
    show(view, curating.track_text(view), as_json=as_json)


@click.command()
@json_option
def board(*, as_json: bool) -> None:
    """Show every playlist's counts and the top of its queue, as a review channel's board does."""
    view = _at_desk(curating.show_board)
    show(view, curating.board_text(view), as_json=as_json)


@click.command()
@json_option
def due(*, as_json: bool) -> None:
    """Do what the calendar asks for: reminders, expiries, digests. Each is done once."""
    done = _at_desk(curating.do_what_is_due)
    show(done, curating.done_text(done), as_json=as_json)


def _act(action: Action[ActView], code: str, name: str, *, as_json: bool) -> None:
    view = _at_desk(lambda desk: curating.act(desk, action, code=code, curator=name))
    show(view, act_text(view), as_json=as_json)


def _at_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """Open the desk of the settings, do `work` and close it again."""

    async def run() -> T:
        async with open_desk(settings.load()) as desk:
            return await work(desk)

    return asyncio.run(run())
