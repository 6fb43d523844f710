"""The real clips to learn from: log-mels of 8 bits with what is known of each track.

The folder holds one folder a set, each with `tracks.parquet` and shards `logmel_u8_<n>.npz`
(`mel` uint8 of shape (clips, 128, frames), dB = mel * 0.5 - 80).

    python -m scoring.training.data --data ../shared/data
"""

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TRAITS = (
    "danceability",
    "energy",
    "acousticness",
    "valence",
    "instrumentalness",
    "speechiness",
)
QUADRANTS = ("Q1", "Q2", "Q3", "Q4")
SETS = ("previews", "panda_4q")
FOLDS = 5

# One step of a stored byte is half a decibel, and 0 stands for -80 dB.
DB_PER_STEP = 0.5
DB_OF_ZERO = -80.0

# A credit such as "Kool Savas & Azad" ties the artists named in it together.
_JOINTS = re.compile(
    r"\s*(?:,|;|/|&|\+|\bx\b|\bfeat\b\.?|\bft\b\.?|\bund\b|\band\b)\s*", re.IGNORECASE
)
_WORDS = re.compile(r"[;,]")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Corpus:
    """Clips in one order; what is not known is NaN, "", and -1 for a quadrant.

    `tags` are words for a clip's style, split by semicolons; `genres` is one broad genre.
    """

    mels: NDArray[np.uint8]
    frames: NDArray[np.int64]
    ids: NDArray[np.str_]
    sets: NDArray[np.str_]
    groups: NDArray[np.int64]
    languages: NDArray[np.str_]
    years: NDArray[np.float32]
    genres: NDArray[np.str_]
    tags: NDArray[np.str_]
    traits: NDArray[np.float32]
    popularity: NDArray[np.float32]
    quadrants: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.int64]) -> "Corpus":
        """Return the clips of `rows`, in that order."""
        return Corpus(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def load(folder: Path, sets: Sequence[str] | None = None) -> Corpus:
    """Read the named sets of `folder`, or all that `sets_in` finds there."""
    sets = sets_in(folder) if sets is None else sets
    tables = [_table(folder / name, name) for name in sets]
    table = pd.concat(tables, ignore_index=True)
    mels = np.concatenate([_mels(folder / name) for name in sets])
    if len(mels) != len(table):
        raise ValueError(f"{folder}: {len(table)} tracks but {len(mels)} log-mels")
    quadrants = table["quadrant"].map({name: i for i, name in enumerate(QUADRANTS)})
    return Corpus(
        mels=mels,
        frames=table["n_frames"].fillna(mels.shape[2]).to_numpy(np.int64),
        ids=table["track_id"].to_numpy(str),
        sets=table["set"].to_numpy(str),
        groups=connected(table["artist_key"], table["artist"].fillna("")),
        languages=table["language"].fillna("").to_numpy(str),
        years=table["year"].to_numpy(np.float32),
        genres=table["broad"].fillna("").to_numpy(str),
        tags=table["tags"].to_numpy(str),
        traits=table[list(TRAITS)].to_numpy(np.float32),
        popularity=table["pop_pct"].to_numpy(np.float32),
        quadrants=quadrants.fillna(-1).to_numpy(np.int64),
    )


def sets_in(folder: Path) -> tuple[str, ...]:
    """Return the known sets in `folder`, then those that scoring.training.own has made there."""
    known = [name for name in SETS if (folder / name).is_dir()]
    own = sorted(path.parent.name for path in folder.glob("*/source.json"))
    if not known and not own:
        raise FileNotFoundError(f"{folder} holds no set to learn from.")
    return (*known, *own)


def connected(keys: Iterable[str], credited: Iterable[str]) -> NDArray[np.int64]:
    """Number the artists so that all who share a credit share a number."""
    keys = list(keys)
    parent = {key: key for key in keys}

    def root(key: str) -> str:
        while parent[key] != key:
            key = parent[key]
        return key

    for key, credit in zip(keys, credited, strict=True):
        for name in _JOINTS.split(credit):
            part = _NOT_WORD.sub("", name.lower())
            if part in parent:
                parent[root(part)] = root(key)
    numbers = {name: i for i, name in enumerate(sorted({root(key) for key in keys}))}
    return np.array([numbers[root(key)] for key in keys], np.int64)


def folds(groups: NDArray[np.int64], *, count: int, seed: int) -> NDArray[np.int64]:
    """Return a fold number per clip; no artist is in two folds, and folds are about equal."""
    names, sizes = np.unique(groups, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    # The largest artists first, so that the small ones can even the folds out.
    order = order[np.argsort(-sizes[order], kind="stable")]
    load_of = np.zeros(count, np.int64)
    fold_of: dict[int, int] = {}
    for i in order:
        fold = int(np.argmin(load_of))
        fold_of[int(names[i])] = fold
        load_of[fold] += sizes[i]
    return np.array([fold_of[int(group)] for group in groups], np.int64)


def decibels(mels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return stored bytes as absolute decibels."""
    return mels.astype(np.float32) * np.float32(DB_PER_STEP) + np.float32(DB_OF_ZERO)


def _table(folder: Path, name: str) -> pd.DataFrame:
    table = pd.read_parquet(folder / "tracks.parquet").sort_values("mel_row")
    wanted = ["track_id", "artist", "artist_key", "mel_row", "n_frames", "language", "year"]
    chosen = table.reindex(columns=[*wanted, "pop_pct", "quadrant", *TRAITS])
    broad = next((column for column in ("genius_genre", "genres") if column in table), None)
    return chosen.assign(set=name, broad=table[broad] if broad else "", tags=_tags(table))


def _tags(table: pd.DataFrame) -> list[str]:
    """Return what people call each track's style: its tags and its genres, in lower case."""
    columns = [table[name].fillna("") for name in ("tags", "genre", "genres") if name in table]
    words = [_WORDS.split(";".join(row).lower()) for row in zip(*columns, strict=True)]
    return [";".join(sorted({word.strip() for word in row} - {""})) for row in words] or (
        [""] * len(table)
    )


def _mels(folder: Path) -> NDArray[np.uint8]:
    shards = sorted(folder.glob("logmel_u8_*.npz"), key=lambda path: int(path.stem.split("_")[-1]))
    if not shards:
        raise FileNotFoundError(f"{folder} holds no logmel_u8_*.npz")
    return np.concatenate([np.load(path)["mel"] for path in shards])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    corpus = load(parser.parse_args().data)
    print(f"{len(corpus)} clips, {len(np.unique(corpus.groups))} groups of artists")
    for name, column in zip(TRAITS, corpus.traits.T, strict=True):
        known = column[np.isfinite(column)]
        mean = f", mean {known.mean():.3f}" if len(known) else ""
        print(f"  {name:17} {len(known):5} known{mean}")
    print(f"  popularity        {np.isfinite(corpus.popularity).sum():5} known")
    print(f"  mood quadrant     {(corpus.quadrants >= 0).sum():5} known")


if __name__ == "__main__":
    main()
