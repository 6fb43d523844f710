"""Make a set to train on from your own audio and labels, with the features that serving uses.

A CSV file names the audio and says what is known of it: columns `file` (beside the CSV file) and
`artist`, and any of `decision` (keep, maybe, decline), `popularity` (any number, more is more),
the attributes (0 to 1), `mood` (happy, tense, sad, calm), `title`, `language`, `year`, `genre`.
A folder needs no CSV file: sub-folders keep, maybe and decline hold `Artist - Title.mp3`.

A file that cannot be used is told of, and the others go on. What was heard is kept until the set is
complete, so a stopped run goes on where it was. No audio is kept, only log-mels.

Run it as `python -m scoring.training.own --from labels.csv --to mine/own`.
"""

import argparse
import csv
import hashlib
import io
import json
import math
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from scoring.audio import decode
from scoring.errors import AudioError
from scoring.features import MODEL_FRAMES, analyse
from scoring.training.data import DB_OF_ZERO, DB_PER_STEP, QUADRANTS, TRAITS

DECISIONS: Mapping[str, float] = MappingProxyType({"decline": 0.0, "maybe": 1.0, "keep": 2.0})
MOODS: Mapping[str, str] = MappingProxyType(
    dict(zip(("happy", "tense", "sad", "calm"), QUADRANTS, strict=True))
)
COLUMNS = frozenset(
    {"file", "artist", "title", "decision", "popularity", "mood", "language", "year", "genre"}
    | set(TRAITS)
)
# Learning cuts pieces of twelve seconds; a shorter clip would teach how padding sounds.
LEAST_FRAMES = 256
# A shard of about seven megabytes.
SHARD = 100
_SUFFIXES = frozenset({".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".wav", ".webm", ".aiff"})


class RowError(Exception):
    """What is wrong with one row, as a sentence; the others go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recording and what its owner says of it; what is not known is NaN or empty."""

    file: Path
    artist: str
    title: str
    decision: float
    popularity: float
    traits: tuple[float, ...]
    quadrant: str
    language: str
    year: float
    genre: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """A row with its audio's hash and its log-mel as stored bytes (bands, frames)."""

    row: Row
    sha256: str
    mel: NDArray[np.uint8]


def rows_of(source: Path) -> Iterator[Row | RowError]:
    """Yield what `source` names, row by row; raise ValueError where it is no list at all."""
    if source.is_dir():
        yield from _from_folder(source)
        return
    with source.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names = {name: name.strip().lower() for name in reader.fieldnames or () if name}
        if not {"file", "artist"} <= set(names.values()):
            raise ValueError(f"{source.name} needs at least the columns file and artist.")
        if unknown := sorted(set(names.values()) - COLUMNS):
            print(f"not read: the columns {', '.join(unknown)}")
        for line in reader:
            cells = {known: (line[name] or "").strip() for name, known in names.items()}
            try:
                yield _row(cells, source.parent)
            except RowError as error:
                yield RowError(f"line {reader.line_num}: {error}")


def _from_folder(folder: Path) -> Iterator[Row | RowError]:
    files = [
        path
        for decision in DECISIONS
        for path in sorted((folder / decision).rglob("*"))
        if path.suffix.lower() in _SUFFIXES
    ]
    if not files:
        raise ValueError(
            f"{folder} holds no audio in sub-folders called {', '.join(sorted(DECISIONS))}."
        )
    for path in files:
        artist, dash, title = path.stem.partition(" - ")
        name = path.relative_to(folder)
        cells = {"file": str(name), "artist": artist, "title": title, "decision": name.parts[0]}
        if dash:
            yield _row(cells, folder)
        else:
            yield RowError(f"{path.name}: the artist is not known; call it Artist - Title.")


def _row(cells: Mapping[str, str], folder: Path) -> Row:
    if not cells["file"] or not cells["artist"]:
        # Without the artist nobody could keep the same one out of the clips it is measured on.
        raise RowError("it needs a file and an artist.")
    decision, mood = cells.get("decision", "").lower(), cells.get("mood", "").lower()
    if decision and decision not in DECISIONS:
        raise RowError(f"the decision {decision!r} is none of {', '.join(sorted(DECISIONS))}.")
    if mood and mood not in MOODS:
        raise RowError(f"the mood {mood!r} is none of {', '.join(MOODS)}.")
    return Row(
        file=folder / cells["file"],
        artist=cells["artist"],
        title=cells.get("title", ""),
        decision=DECISIONS.get(decision, math.nan),
        popularity=_number(cells, "popularity"),
        traits=tuple(_share(cells, trait) for trait in TRAITS),
        quadrant=MOODS.get(mood, ""),
        language=cells.get("language", "").lower(),
        year=_number(cells, "year"),
        genre=cells.get("genre", ""),
    )


def _number(cells: Mapping[str, str], name: str) -> float:
    text = cells.get(name, "")
    try:
        value = float(text) if text else math.nan
    except ValueError as error:
        raise RowError(f"{name} {text!r} is no number.") from error
    if text and not math.isfinite(value):
        raise RowError(f"{name} {text!r} is no number.")
    return value


def _share(cells: Mapping[str, str], name: str) -> float:
    value = _number(cells, name)
    if not (math.isnan(value) or 0 <= value <= 1):
        raise RowError(f"{name} {value:g} is not between 0 and 1.")
    return value


def hear(row: Row, kept: Path) -> Heard:
    """Return the stored log-mel of a row's audio, from `kept` where it was heard before."""
    try:
        content = row.file.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        part = kept / f"{sha256}.npy"
        if part.exists():
            return Heard(row=row, sha256=sha256, mel=np.load(part))
        mel = to_bytes(analyse(decode(content).mono).logmel)
    except OSError as error:
        raise RowError(f"{row.file.name}: it cannot be read: {error.strerror}.") from error
    except AudioError as error:
        raise RowError(f"{row.file.name}: {error}") from error
    if mel.shape[1] < LEAST_FRAMES:
        raise RowError(f"{row.file.name}: learning needs at least 12 seconds of it.")
    # In one step: a run that is killed here must not leave half a clip behind.
    half = part.with_suffix(".half")
    with half.open("wb") as file:
        np.save(file, mel)
    half.replace(part)
    return Heard(row=row, sha256=sha256, mel=mel)


def to_bytes(logmel: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return decibels in stored steps."""
    steps = np.round((logmel - DB_OF_ZERO) / DB_PER_STEP)
    stored: NDArray[np.uint8] = np.clip(steps, 0, 255).astype(np.uint8)
    return stored


def percentiles(values: Sequence[float], within: Sequence[str]) -> list[float]:
    """Return the percentile (0 to 100) of each value among those of the same name in `within`.

    Equal values share the middle of their ranks; what is not known stays NaN.
    """
    found = np.full(len(values), np.nan)
    numbers, names = np.array(values, float), np.array(within)
    for name in set(within):
        rows = np.flatnonzero((names == name) & np.isfinite(numbers))
        if len(rows):
            found[rows] = 100 * (rankdata(numbers[rows]) - 0.5) / len(rows)
    return [float(value) for value in found]


def table_of(heard: Sequence[Heard]) -> pd.DataFrame:
    """Return the table of tracks that training reads, one row a clip in the order of the shards."""
    rows = [one.row for one in heard]
    if any(math.isfinite(row.decision) for row in rows):
        # What was decided is what one's own desk wants to know; popularity is another scale.
        target = percentiles([row.decision for row in rows], [""] * len(rows))
    else:
        target = percentiles([row.popularity for row in rows], [row.language for row in rows])
    return pd.DataFrame(
        {
            "track_id": [one.sha256[:16] for one in heard],
            "name": [row.title for row in rows],
            "artist": [row.artist for row in rows],
            "artist_key": [artist_key(row.artist) for row in rows],
            "language": [row.language for row in rows],
            "year": [row.year for row in rows],
            "genres": [row.genre for row in rows],
            "decision": [row.decision for row in rows],
            "popularity": [row.popularity for row in rows],
            "pop_pct": target,
            "quadrant": [row.quadrant or None for row in rows],
            **{trait: [row.traits[i] for row in rows] for i, trait in enumerate(TRAITS)},
            "n_frames": [one.mel.shape[1] for one in heard],
            "mel_row": range(len(heard)),
        }
    )


def artist_key(name: str) -> str:
    """Return one writing for all writings of a name, as the other sets have it."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    latin = "".join(char for char in plain if char.isascii() and char.isalnum())
    return latin or " ".join(plain.split())


def write(heard: Sequence[Heard], target: Path, *, licence: str) -> None:
    """Write the shards, what is known of the set, and the table last: it makes the set complete."""
    (target / "tracks.parquet").unlink(missing_ok=True)
    for old in target.glob("logmel_u8_*.npz"):
        old.unlink()
    for number, start in enumerate(range(0, len(heard), SHARD)):
        some = heard[start : start + SHARD]
        mels = np.zeros((len(some), len(some[0].mel), MODEL_FRAMES), np.uint8)
        for clip, one in zip(mels, some, strict=True):
            clip[:, : one.mel.shape[1]] = one.mel
        np.savez_compressed(
            target / f"logmel_u8_{number}.npz",
            track_id=np.array([one.sha256[:16] for one in some]),
            mel=mels,
        )
    table = table_of(heard)
    known = table["year"].dropna()
    years = f"released {known.min():.0f} to {known.max():.0f}" if len(known) else "not stated"
    told = {
        "name": target.name,
        "clips": len(table),
        "artists": int(table["artist_key"].nunique()),
        "licence": licence,
        "dates": years,
    }
    (target / "source.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    (target / "tracks.parquet").write_bytes(buffer.getvalue())


def build(source: Path, target: Path, *, licence: str) -> tuple[int, list[str]]:
    """Hear all that `source` names and write the set; return its size and what was left out."""
    found = list(rows_of(source))
    kept = target / ".heard"
    kept.mkdir(parents=True, exist_ok=True)
    heard: dict[str, Heard] = {}
    left_out: list[str] = []
    for number, row in enumerate(found, start=1):
        one = _heard_or_error(row, kept)
        if isinstance(one, RowError):
            left_out.append(str(one))
        elif twin := heard.get(one.sha256):
            name = one.row.file.name
            left_out.append(f"{name}: it is the same file as {twin.row.file.name}.")
        else:
            heard[one.sha256] = one
        if number % 25 == 0 or number == len(found):
            print(f"{number} of {len(found)} heard", flush=True)
    if heard:
        write(list(heard.values()), target, licence=licence)
        shutil.rmtree(kept)
    return len(heard), left_out


def _heard_or_error(row: Row | RowError, kept: Path) -> Heard | RowError:
    if isinstance(row, RowError):
        return row
    try:
        return hear(row, kept)
    except RowError as error:
        return error


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--from", dest="source", type=Path, required=True)
    parser.add_argument("--to", dest="target", type=Path, required=True)
    parser.add_argument("--licence", default="not stated", help="by what right it is learnt from")
    arguments = parser.parse_args()
    try:
        clips, left_out = build(arguments.source, arguments.target, licence=arguments.licence)
    except (ValueError, csv.Error) as error:
        raise SystemExit(f"{arguments.source} is no list of audio: {error}") from error
    for sentence in left_out:
        print(f"left out: {sentence}")
    if not clips:
        raise SystemExit(f"None of {len(left_out)} files could be used.")
    print(f"{clips} clips in {arguments.target}, {len(left_out)} left out")


if __name__ == "__main__":
    main()
