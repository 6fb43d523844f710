"""`earmark model …`: the model in use, its card, and putting another one into use."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click
from rich.progress import Progress

from bot import settings
from bot.commands.running import (
    complain,
    examples,
    json_option,
    print_json,
    progress_console,
)
from bot.commands.training import data, evaluate, export, train
from bot.messages import plain
from bot.model_store import Installed, model_in_use, packaged_model, store_of, version_of
from bot.settings import Settings
from scoring import card as cards
from scoring.errors import ModelError

# A card's texts are somebody else's.
_LINE_LIMIT = 300

if TYPE_CHECKING:
    from bot.workflow.rescore import Rescoring
    from scoring.acceptance import Parcel

_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "settings": "EARMARK_MODEL_FILE",
        "installed": "installed",
        "packaged": "came with Earmark",
    }
)


@click.group()
def model() -> None:
    """Show, install, measure and train the model that scores."""


for stage in (data, train, evaluate, export):
    model.add_command(stage)


@model.command(
    short_help="Print the card of the model in use.",
    epilog=examples("model card", "model card --json"),
)
@json_option
def card(*, as_json: bool) -> None:
    """Print the card of the model in use: what it is for, how well it does, where it fails."""
    text = cards.read(model_in_use(settings.load()))
    if as_json:
        cards.parse(text)
        print_json(json.loads(text))
    else:
        click.echo(cards.to_markdown(cards.parse(text)), nl=False)


@model.command("list", short_help="Show the models and which one is in use.")
@json_option
def list_models(*, as_json: bool) -> None:
    """Show which models are installed, and which one is in use."""
    chosen = settings.load()
    rows = [_row(one, chosen) for one in store_of(chosen).all()]
    if chosen.model_file:
        rows.append(_told(chosen.model_file, place="settings", in_use=True))
    if as_json:
        print_json({"models": rows})
        return
    for row in rows:
        told = f"{row['version']} ({_PLACES[str(row['place'])]}) {row['error']}"
        click.echo(f"{'*' if row['in_use'] else ' '} {_line(told)}")


@model.command(
    short_help="Check a model and put it into use.",
    epilog=examples("model use runs/mine/earmark.onnx"),
)
@click.argument("file", metavar="FILE.onnx", type=click.Path(path_type=Path))
@json_option
def use(*, file: Path, as_json: bool) -> int:
    """Check a model and put it into use; the one before it is kept for `rollback`.

    Beside FILE.onnx there must be its card FILE.json and the outputs of the trained net,
    FILE.golden.npz. Nothing is installed unless every check holds.
    """
    chosen = settings.load()
    parcel, checks = _examined(file, chosen)
    failed = [str(one["name"]) for one in checks if not one["ok"]]
    if not failed:
        files = {
            "model.onnx": parcel.content,
            "model.json": parcel.card.encode(),
            "model.golden.npz": parcel.golden or b"",
        }
        store_of(chosen).install(files, sha256=parcel.sha256)
    if as_json:
        print_json({"ok": not failed, "installed": not failed, "checks": checks})
    else:
        for one in checks:
            mark = "ok  " if one["ok"] else "FAIL"
            click.echo(f"{mark} {one['name']}: {_line(str(one['told']))}")
    if failed:
        complain(f"{file.name} is not installed: it fails at {', '.join(failed)}.")
        return 1
    if not as_json:
        _tell_in_use(chosen)
    return 0


@model.command(short_help="Go back to the model before this one.")
@json_option
def rollback(*, as_json: bool) -> None:
    """Put the model before this one back into use."""
    chosen = settings.load()
    version = version_of(store_of(chosen).roll_back() or packaged_model())
    if as_json:
        print_json({"ok": True, "version": version})
    else:
        _tell_in_use(chosen)


@model.command(
    short_help="Score old submissions again.",
    epilog=examples(
        "model rescore", "model rescore --background", "model rescore --limit 100 --json"
    ),
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most this many tracks.")
@click.option("--background", is_flag=True, help="Let the desk that runs do it, and return.")
@json_option
def rescore(*, limit: int | None, background: bool, as_json: bool) -> int:
    """Score again, with the model in use, what an earlier model scored.

    Previews are fetched again, what waits for an answer first. What was scored from an artist's
    own file keeps its score: no audio is ever stored. A stopped run goes on where it was.
    """
    if background:
        if limit:
            raise click.UsageError("--limit is for a run that you wait for, not for --background.")
        _rescore_in_background(as_json=as_json)
        return 0
    # A desk takes a moment to load, and a card needs none.
    from bot.app import open_desk  # noqa: PLC0415
    from bot.workflow.rescore import rescore as score_again  # noqa: PLC0415

    async def run(bar: Progress) -> "Rescoring":
        task = bar.add_task("Listening again", total=None)
        async with open_desk(settings.load()) as desk:
            return await score_again(
                workspace_id=desk.workspace_id,
                sessions=desk.sessions,
                services=desk.services,
                now=desk.now,
                limit=limit,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )

    console = progress_console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        found = asyncio.run(run(bar))
    if as_json:
        print_json(found.to_json())
    else:
        click.echo(_rescoring_text(found))
    if found.stopped:
        complain(f"{found.stopped} Run this again then: it goes on where it stopped.")
    return int(bool(found.stopped))


def _rescore_in_background(*, as_json: bool) -> None:
    """Ask `earmark run` for it: whichever process works takes it up, with the model that it has."""
    from bot.app import open_desk  # noqa: PLC0415
    from bot.serve import open_queue  # noqa: PLC0415
    from bot.workflow.chores import rescoring  # noqa: PLC0415

    async def ask() -> str:
        chosen = settings.load()
        async with open_desk(chosen) as desk, open_queue(chosen) as queue:
            chore = rescoring(desk.workspace_id, now=desk.now())
            await queue.start_chore(chore)
            return chore.id

    job = asyncio.run(ask())
    if as_json:
        print_json({"ok": True, "job": job})
        return
    click.echo(f"{job} is begun by the desk that runs, or by the next one: earmark run")
    click.echo(f"A desk uses the model that it started with. To follow it: earmark jobs show {job}")


def _examined(file: Path, chosen: Settings) -> tuple["Parcel", list[dict[str, object]]]:
    """Check the model in `file` on the bundled clips, against the model in use."""
    from bot.sandbox.bundled import bundled_clips  # noqa: PLC0415
    from scoring.acceptance import examine, read_parcel  # noqa: PLC0415
    from scoring.model import Model  # noqa: PLC0415

    parcel = read_parcel(file)
    clips = {one.file: one.path.read_bytes() for one in bundled_clips()}
    with progress_console().status("Listening to the bundled clips"):
        found = list(examine(parcel, clips=clips, in_use=Model.load(model_in_use(chosen))))
    return parcel, [{"name": one.name, "ok": one.ok, "told": one.told} for one in found]


def _row(one: Installed, chosen: Settings) -> dict[str, object]:
    place = "installed" if one.path else "packaged"
    path = one.path or packaged_model()
    return _told(path, place=place, in_use=one.in_use and chosen.model_file is None)


def _told(path: Path, *, place: str, in_use: bool) -> dict[str, object]:
    """Return a line of the list; a model whose card is broken is listed, too."""
    version, error = "", ""
    try:
        version = version_of(path)
    except ModelError as broken:
        error = str(broken)
    return {
        "version": version,
        "place": place,
        "in_use": in_use,
        "file": str(path),
        "error": error,
    }


def _tell_in_use(chosen: Settings) -> None:
    version = _line(version_of(model_in_use(chosen)))
    click.echo(f"{version} is in use; a desk that runs takes it up at its next start.")
    if chosen.model_file:
        complain("EARMARK_MODEL_FILE is set and comes first; unset it to use an installed model.")
    else:
        click.echo("Scores made so far stay as they are. To make them again: earmark model rescore")


def _rescoring_text(found: "Rescoring") -> str:
    """Return what became of the tracks, in one line for each kind that there is."""
    lines = [f"Scored again by {_line(found.model)}: {found.rescored}"]
    if found.own_file:
        lines.append(f"Unchanged, as it was the artist's own file: {found.own_file}")
    if found.not_found:
        lines.append(f"Unchanged, as no source surely has the audio now: {found.not_found}")
    if found.left:
        lines.append(f"Still to do: {found.left}")
    return "\n".join(lines)


def _line(text: str) -> str:
    """Return what a card says as one line without anything that a terminal would obey."""
    return plain(text, limit=_LINE_LIMIT)
