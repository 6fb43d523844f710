"""`earmark submit`, `queue`, `decide`, `undo`, `status`, `confirm`, `attach` and so on."""

from pathlib import Path
from typing import Any

import click

from bot.commands.running import (
    as_option,
    json_option,
    out,
    print_json,
    show,
    with_desk,
    write_picture,
)
from bot.platforms.console import actions, tables
from bot.platforms.console.actions import Sending
from bot.texts import DECLINE_REASONS
from bot.workflow.desk import Desk
from bot.workflow.pictures import digest_image
from bot.workflow.process import Processed
from db.types import AiUse, Answer

_AUDIO_SUFFIXES = frozenset(
    {".mp3", ".m4a", ".aac", ".mp4", ".ogg", ".oga", ".opus", ".flac", ".wav", ".webm", ".aiff"}
)

_code = click.argument("code", metavar="ID")
_playlist = click.argument("playlist", metavar="PLAYLIST")


@click.command()
@click.argument("what", metavar="LINK_OR_FILE")
@click.option("--playlist", required=True, help="The playlist it is for; a new one is opened.")
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
@json_option
def submit(*, what: str, name: str, ai_use: str | None, as_json: bool, **sent: Any) -> None:
    """Submit a Spotify link or an audio file; it is looked up and scored at once."""
    if _names_a_file(what):
        sent |= {"audio": Path(what)}
    else:
        sent |= {"link": what}
    sending = Sending(artist_name=name, ai_use=AiUse(ai_use) if ai_use else None, **sent)
    receipt = with_desk(lambda desk: actions.send(desk, sending))
    show(receipt, tables.sent_panel(receipt), as_json=as_json)


@click.command()
@_playlist
@click.option("--as", "name", metavar="CURATOR", help="Who looks; kept with what was shown.")
@json_option
def queue(*, playlist: str, name: str | None, as_json: bool) -> None:
    """Show a playlist's queue, best first, and why each row is where it is."""
    view = with_desk(lambda desk: actions.show_queue(desk, playlist=playlist, viewer=name))
    show(view, tables.queue_table(view), as_json=as_json)


@click.command(
    epilog="Reasons for a decline: "
    + "; ".join(f"{key} ({words})" for key, words in DECLINE_REASONS.items())
)
@_code
@click.argument("answer", type=click.Choice([answer.value for answer in Answer]))
@as_option
@click.option("--reason", "reasons", multiple=True, help="Why; a decline needs one, at most three.")
@click.option("--note", help="A line for the artist.")
@json_option
def decide(
    *, code: str, answer: str, name: str, reasons: tuple[str, ...], note: str | None, as_json: bool
) -> None:
    """Answer a submission: keep, maybe or decline. `earmark undo` takes it back."""
    view = with_desk(
        lambda desk: actions.decide(
            desk, code=code, answer=Answer(answer), curator=name, reasons=reasons, note=note
        )
    )
    show(view, tables.decision_text(view), as_json=as_json)


@click.command()
@_code
@as_option
@json_option
def undo(*, code: str, name: str, as_json: bool) -> None:
    """Take the last answer to a submission back, within ten minutes."""
    view = with_desk(lambda desk: actions.undo(desk, code=code, curator=name))
    show(view, tables.decision_text(view), as_json=as_json)


@click.command()
@as_option
@json_option
def status(*, name: str, as_json: bool) -> None:
    """Show an artist's own submissions: where they stand and when to expect an answer."""
    view = with_desk(lambda desk: actions.show_status(desk, artist=name))
    show(view, tables.status_table(view), as_json=as_json)


@click.command()
@_code
@as_option
@json_option
def withdraw(*, code: str, name: str, as_json: bool) -> None:
    """Take an own submission out of the queue."""
    row = with_desk(lambda desk: actions.withdraw(desk, code=code, artist=name))
    show(row, tables.status_line(row), as_json=as_json)


@click.command()
@_code
@as_option
@json_option
def confirm(*, code: str, name: str, as_json: bool) -> None:
    """Say that the recording Earmark found is yours; it is scored then."""
    done = with_desk(lambda desk: actions.confirm(desk, code=code, artist=name))
    show(done, tables.processed_text([done]), as_json=as_json)


@click.command()
@_code
@click.argument("audio", metavar="FILE", type=click.Path(path_type=Path))
@as_option
@json_option
def attach(*, code: str, audio: Path, name: str, as_json: bool) -> None:
    """Add your own file to a submission that has no usable audio; it is scored then."""
    done = with_desk(lambda desk: actions.attach(desk, code=code, artist=name, audio=audio))
    show(done, tables.processed_text([done]), as_json=as_json)


@click.command()
@json_option
def process(*, as_json: bool) -> None:
    """Take up what a stopped run left, and try again what could not be scored."""
    done = with_desk(_process_all)
    if as_json:
        print_json({"processed": [one.to_json() for one in done]})
    else:
        out().print(tables.processed_text(done))


async def _process_all(desk: Desk) -> list[Processed]:
    return [one async for one in actions.process_waiting(desk)]


@click.command()
@_playlist
@click.option("--preview", is_flag=True, help="Show it; the console sends nothing anyway.")
@click.option("--week", metavar="2026-W47", help="An ISO week; this week if left out.")
@click.option(
    "--chart", type=click.Path(path_type=Path, dir_okay=False), help="Write the PNG here."
)
@json_option
def digest(
    *, playlist: str, preview: bool, week: str | None, chart: Path | None, as_json: bool
) -> None:
    """Show a playlist's week: kept, declined, waiting, and whether the ranking helps."""
    del preview  # spelt out for the reader of a script: here a digest is only ever previewed
    view = with_desk(lambda desk: actions.preview_digest(desk, playlist=playlist, week=week))
    show(view, tables.digest_text(view), as_json=as_json)
    if chart is not None:
        write_picture(chart, digest_image(view))


def _names_a_file(what: str) -> bool:
    """Tell a file from a link: it is there, or it ends like audio and does not look like a link."""
    path = Path(what)
    if "://" in what or what.lower().startswith("spotify:"):
        return False
    return path.exists() or path.suffix.lower() in _AUDIO_SUFFIXES


desk_commands = (
    submit,
    queue,
    decide,
    undo,
    status,
    confirm,
    attach,
    withdraw,
    process,
    digest,
)
