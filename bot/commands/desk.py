"""`earmark submit`, `queue`, `decide`, `undo`, `status`, `confirm`, `attach` and so on."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bot import settings
from bot.app import open_desk
from bot.commands.running import (
    as_option,
    examples,
    json_option,
    out,
    print_json,
    progress_console,
    show,
    write_picture,
)
from bot.platforms.console import actions, curating, tables
from bot.platforms.console.calls import own_text
from bot.texts import DECLINE_REASONS
from bot.workflow.desk import Desk
from bot.workflow.outcome import Processed
from bot.workflow.people import console_person
from bot.workflow.queue import View
from bot.workflow.submit import Request
from db.types import AiUse, Answer, Welcome

T = TypeVar("T")

_AUDIO_SUFFIXES = frozenset(
    {".mp3", ".m4a", ".aac", ".mp4", ".ogg", ".oga", ".opus", ".flac", ".wav", ".webm", ".aiff"}
)

_code = click.argument("code", metavar="ID")
_playlist = click.argument("playlist", metavar="PLAYLIST")


@click.command(
    epilog=examples(
        'submit song.mp3 --playlist "Night Drive" --as Lia',
        'submit https://open.spotify.com/track/… --playlist "Night Drive" --as Lia --note "Live!"',
    )
)
@click.argument("what", metavar="LINK_OR_FILE")
@click.option(
    "--playlist",
    required=True,
    metavar="PLAYLIST",
    help="The playlist it is for; a name that is new opens a new queue.",
)
@as_option
@click.option("--audio", type=click.Path(path_type=Path), help="Your own file of a linked track.")
@click.option("--title", help="The title, where no service knows it.")
@click.option("--artist", help="The artist, where no service knows it.")
@click.option("--note", help="A line for the curators.")
@click.option(
    "--ai",
    "ai_use",
    type=click.Choice([use.value for use in AiUse]),
    help="How far AI tools made the track.",
)
@click.option("--i-own-it", "owns_rights", is_flag=True, help="I own or represent this track.")
@click.option("--genre", help="Its genre, where the playlist looks for some.")
@click.option("--language", help="What it is sung in, where the playlist asks.")
@click.option("--anyway", is_flag=True, help="It may not suit the playlist; once a week.")
@click.option("--replaces", metavar="ID", help="The earlier version that this one replaces.")
@json_option
def submit(
    *,
    what: str,
    name: str,
    audio: Path | None,
    ai_use: str | None,
    as_json: bool,
    **said: Any,
) -> None:
    """Submit a Spotify link or an audio file to a playlist.

    The track is looked up and scored at once. What cannot be scored now is queued all the same;
    `earmark process` tries again.
    """
    is_file = _names_a_file(what)
    if is_file and audio is not None:
        raise click.UsageError("--audio goes with a link; here the file is named already.")
    request = Request(
        person=console_person(name),
        text="" if is_file else what,
        ai_use=AiUse(ai_use) if ai_use else None,
        **said,
    )
    file = Path(what) if is_file else audio
    done = _listening(lambda desk: actions.send(desk, request, audio=file))
    show(done, tables.sent_panel(done), as_json=as_json)
    if not as_json and done.processed.reason is not None:
        click.echo(_what_next(done.processed.reason, code=done.receipt.code, name=name))


@click.command(
    epilog=examples(
        'queue "Night Drive"',
        'queue "Night Drive" --as mo --page 1',
        'queue "Night Drive" --as mo --view needs-vote --json',
    )
)
@_playlist
@click.option("--as", "name", metavar="NAME", help="Who looks; kept with what was shown.")
@click.option(
    "--view",
    "which",
    type=click.Choice([view.value for view in View]),
    default=View.SUGGESTED.value,
    show_default=True,
    help="Which rows, and in which order.",
)
@click.option("--page", type=click.IntRange(min=1), help="One page of ten rows; all if left out.")
@json_option
def queue(*, playlist: str, name: str | None, which: str, page: int | None, as_json: bool) -> None:
    """Show a playlist's queue, best first, and why each row is where it is.

    A line parts the pages: one page of the suggested order shows at most one track of each artist.
    Where the playlist hides scores, a curator sees a track's score after voting on it.
    """
    view = _at_desk(
        lambda desk: actions.show_queue(
            desk, playlist=playlist, viewer=name, view=View(which), page=page
        )
    )
    show(view, tables.queue_table(view), as_json=as_json)


@click.command(
    epilog="\b\nReasons for a decline:\n"
    + "\n".join(f"  {key:<15} {words}" for key, words in DECLINE_REASONS.items())
    + "\n\n"
    + examples(
        "decide T-4F7K keep --as mo",
        'decide T-4F7K decline --as mo --reason mix_muddy --note "Send the next mix!"',
        "decide T-4F7K decline --as mo --reason mix_muddy --welcome new_mix",
    )
)
@_code
@click.argument("answer", type=click.Choice([answer.value for answer in Answer]))
@as_option
@click.option("--reason", "reasons", multiple=True, help="Why; a decline needs one. Repeatable.")
@click.option("--note", help="A line for the artist.")
@click.option(
    "--welcome",
    type=click.Choice([welcome.value for welcome in Welcome]),
    help="What the artist may send next, after a decline.",
)
@click.option("--override", is_flag=True, help="Decide without the panel, as who looks after it.")
@json_option
def decide(
    *, code: str, answer: str, name: str, welcome: str | None, as_json: bool, **said: Any
) -> None:
    """Answer a submission, or vote on it: keep, maybe or decline.

    Where a playlist asks for several keeps, this is a vote, and the first answer that so many
    curators give is the playlist's. `earmark undo` takes an answer back, within ten minutes. Nobody
    answers an own submission.
    """
    view = _at_desk(
        lambda desk: actions.decide(
            desk,
            code=code,
            answer=Answer(answer),
            curator=name,
            welcome_next=Welcome(welcome) if welcome else None,
            **said,
        )
    )
    show(view, tables.decision_text(view), as_json=as_json)


@click.command(epilog=examples("undo --as mo", "undo T-4F7K --as mo"))
@click.argument("code", metavar="[ID]", required=False)
@as_option
@json_option
def undo(*, code: str | None, name: str, as_json: bool) -> None:
    """Take an answer back, within ten minutes: the last to ID, or else your own last one."""
    view = _at_desk(lambda desk: actions.undo(desk, code=code, curator=name))
    show(view, tables.decision_text(view), as_json=as_json)


@click.command(epilog=examples("status --as Lia", "status T-4F7K --as Lia"))
@click.argument("code", metavar="[ID]", required=False)
@as_option
@json_option
def status(*, code: str | None, name: str, as_json: bool) -> None:
    """Show where an artist's own submissions stand, and when to expect an answer.

    With an ID: what happened to that one, and what may be done with it.
    """
    if code is not None:
        one = _at_desk(lambda desk: actions.open_own(desk, code=code, artist=name))
        show(one, own_text(one), as_json=as_json)
        return
    view = _at_desk(lambda desk: actions.show_status(desk, artist=name))
    show(view, tables.status_table(view), as_json=as_json)


@click.command(epilog=examples("withdraw T-4F7K --as Lia"))
@_code
@as_option
@json_option
def withdraw(*, code: str, name: str, as_json: bool) -> None:
    """Take your own submission out of the queue."""
    row = _at_desk(lambda desk: actions.withdraw(desk, code=code, artist=name))
    show(row, tables.status_line(row), as_json=as_json)


@click.command(epilog=examples("confirm T-4F7K --as Lia"))
@_code
@as_option
@json_option
def confirm(*, code: str, name: str, as_json: bool) -> None:
    """Say that the recording Earmark found is yours; it is scored then."""
    done = _listening(lambda desk: actions.confirm(desk, code=code, artist=name))
    show(done, tables.processed_text([done]), as_json=as_json)


@click.command(epilog=examples("attach T-4F7K song.mp3 --as Lia"))
@_code
@click.argument("audio", metavar="FILE", type=click.Path(path_type=Path))
@as_option
@json_option
def attach(*, code: str, audio: Path, name: str, as_json: bool) -> None:
    """Add your own file to a submission that could not be scored; it is scored then."""
    done = _listening(lambda desk: actions.attach(desk, code=code, artist=name, audio=audio))
    show(done, tables.processed_text([done]), as_json=as_json)


@click.command()
@json_option
def process(*, as_json: bool) -> None:
    """Try again what could not be scored, or was interrupted.

    A submission stays unscored while no service has its audio, or one does not answer. Run this
    when the service is back, or after Earmark was stopped in the middle of its work.
    """
    done = _listening(_process_all)
    if as_json:
        print_json({"processed": [one.to_json() for one in done]})
    else:
        out().print(tables.processed_text(done))


async def _process_all(desk: Desk) -> list[Processed]:
    return [one async for one in actions.process_waiting(desk)]


@click.command(
    epilog=examples(
        'digest "Night Drive" --preview',
        'digest "Night Drive" --chart week.png',
        'digest "Night Drive" --skip --as mo',
    )
)
@_playlist
@click.option("--preview", is_flag=True, help="Show it and post nothing, as without it.")
@click.option("--week", metavar="2026-W47", help="An ISO week; the digest to come if left out.")
@click.option(
    "--chart", type=click.Path(path_type=Path), help="Write the week's chart here, as a PNG."
)
@click.option("--send", is_flag=True, help="Post the digest to come in the chat now.")
@click.option(
    "--skip", is_flag=True, help="Leave the digest to come out; again: have it after all."
)
@click.option("--as", "name", metavar="NAME", help="Who sends or skips it.")
@json_option
def digest(
    *,
    playlist: str,
    preview: bool,
    week: str | None,
    chart: Path | None,
    send: bool,
    skip: bool,
    name: str | None,
    as_json: bool,
) -> None:
    """Show a playlist's week: kept, declined, waiting, and whether the ranking helps.

    It tells of the time since the digest before. The review channel gets it by itself.
    """
    if send or skip:
        if (send and skip) or preview or name is None:
            raise click.UsageError("Choose --send or --skip, and say who you are with --as.")
        plan = _at_desk(
            lambda desk: curating.change_digest(desk, playlist=playlist, curator=name, skip=skip)
        )
        show(plan, curating.plan_text(plan), as_json=as_json)
        return
    view = _at_desk(lambda desk: actions.preview_digest(desk, playlist=playlist, week=week))
    if chart is not None:
        # matplotlib takes half a second to load, and no other command at the desk draws.
        from bot.workflow.pictures import digest_image  # noqa: PLC0415

        write_picture(chart, digest_image(view))
    show(view, tables.digest_text(view), as_json=as_json)


def _at_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """Open the desk of the settings, do `work` and close it again."""

    async def run() -> T:
        async with open_desk(settings.load()) as desk:
            return await work(desk)

    return asyncio.run(run())


def _listening(work: Callable[[Desk], Awaitable[T]]) -> T:
    """Do the same for work that asks services and hears audio, and show that it goes on."""
    with progress_console().status("Looking it up and listening"):
        return _at_desk(work)


def _what_next(reason: str, *, code: str, name: str) -> str:
    """Return the command that helps a submission which has no score for `reason`."""
    who = shlex.quote(name)
    attach = f"earmark attach {code} YOUR_FILE --as {who}"
    match reason:
        case "weak_match":
            return f"If it is yours: earmark confirm {code} --as {who}\nIf not:         {attach}"
        case "source_down" | "quota" | "source_refused" | "scorer_down":
            return "To try again: earmark process"
        case _:
            return f"To have it scored: {attach}"


def _names_a_file(what: str) -> bool:
    """Tell a file from a link: it is there, or it ends like audio and does not look like a link."""
    path = Path(what)
    if not what.strip() or "://" in what or what.lower().startswith("spotify:"):
        return False
    return path.exists() or path.suffix.lower() in _AUDIO_SUFFIXES
