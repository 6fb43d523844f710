"""`earmark model data|train|evaluate|export`: the stages that make a model, one after the other.

The stages are the scripts of scoring/training, with their own options; torch and the other
libraries of the extra `train` are loaded by them alone.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click

from bot.commands.running import complain, examples
from bot.errors import SettingsError
from scoring.errors import ModelError

# The stage's script reads its options itself, `--help` too.
_AS_IT_IS = {"ignore_unknown_options": True, "help_option_names": []}
_options = click.argument("options", nargs=-1, type=click.UNPROCESSED)


@click.command(
    short_help="Make a set to train on, or look at one.",
    epilog=examples(
        "model data --data shared/data",
        "model data --from labels.csv --to mine/own",
        "model data --from songs/ --to mine/own",
    ),
)
@click.option("--from", "source", type=click.Path(path_type=Path), help="A CSV file, or a folder.")
@click.option("--to", "target", type=click.Path(path_type=Path), help="The set's new folder.")
@click.option("--licence", default="not stated", help="By what right it is learnt from.")
@click.option("--data", "folder", type=click.Path(path_type=Path), help="A folder of sets.")
def data(*, source: Path | None, target: Path | None, licence: str, folder: Path | None) -> int:
    """Make a set to train on from your own audio, or tell what a folder of sets holds.

    A CSV file has the columns `file` and `artist`, and any of `popularity`, `decision` (keep,
    maybe, decline), `danceability` and the other attributes (0 to 1), `language`, `year`, `genre`.
    A folder has sub-folders keep, maybe and decline with files called `Artist - Title.mp3`.
    A file that cannot be used is told of, and the others go on; a stopped run goes on as well.
    """
    if source is None:
        return _run("data", ["--data", str(folder)] if folder else [])
    if target is None:
        raise click.UsageError("--from needs --to: the folder that the set is written to.")
    return _run("own", ["--from", str(source), "--to", str(target), "--licence", licence])


def _stage(name: str, purpose: str) -> click.Command:
    """Return the command of a stage; its script knows its options."""

    @click.command(name, help=purpose, context_settings=_AS_IT_IS, add_help_option=False)
    @_options
    def run(*, options: Sequence[str]) -> int:
        return _run(name, options)

    return run


train = _stage("train", "Train; a stopped run goes on where it was.")
evaluate = _stage("evaluate", "Measure a run on artists it never heard.")
export = _stage("export", "Write the model file and its card.")


def _run(stage: str, options: Sequence[str]) -> int:
    """Run a stage's script in this process, and return its exit status."""
    script = _script(stage)
    main: Callable[[], None] = script.main
    try:
        with _typed(f"earmark model {stage}", options):
            main()
    except SystemExit as left:
        return _status(left)
    except OSError as error:
        told = f"{error.filename}: {error.strerror}." if error.filename else str(error)
        raise ModelError(told) from error
    return 0


def _script(stage: str) -> ModuleType:
    try:
        return import_module(f"scoring.training.{stage}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("scoring"):
            raise
        raise SettingsError(
            f"Training needs {error.name}, which serving does not. Install it with:"
            " pip install 'earmark[train]'"
        ) from error


@contextmanager
def _typed(program: str, options: Sequence[str]) -> Iterator[None]:
    """Let a script read `options` as if they had been typed after its name."""
    before = sys.argv
    sys.argv = [program, *options]
    try:
        yield
    finally:
        sys.argv = before


def _status(left: SystemExit) -> int:
    """Return the exit status of a script that has ended itself, with a number or a sentence."""
    if left.code is None or isinstance(left.code, int):
        return left.code or 0
    complain(str(left.code))
    return 1
