"""What the model must beat, measured on the same folds: from a constant to boosted trees."""

from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.training.data import TRAITS, Corpus

Floats = NDArray[np.float64]

# Spotify's own features as inputs: what somebody with its metadata could do. Never our inputs.
SPOTIFY = (*TRAITS, "loudness", "liveness", "tempo", "mode", "key", "time_signature", "duration_ms")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """Features of the clips of a corpus; a row of NaN where a clip has none."""

    hand_made: Floats
    spotify: Floats


def inputs(folder: Path, corpus: Corpus) -> Inputs | None:
    """Read the inputs of the baselines, or None where the data has no hand-made features."""
    path = folder / "previews" / "audio_features.parquet"
    if not path.exists():
        return None
    made = pd.read_parquet(path).set_index("track_id").drop(columns=["sr", "channels", "seconds"])
    tables = [
        pd.read_parquet(folder / name / "tracks.parquet").set_index("track_id")
        for name in dict.fromkeys(corpus.sets.tolist())
    ]
    told = pd.concat([table.reindex(columns=list(SPOTIFY)) for table in tables])
    return Inputs(
        hand_made=made.reindex(corpus.ids).to_numpy(np.float64),
        spotify=told.reindex(corpus.ids).to_numpy(np.float64),
    )


def without(inputs: Inputs, column: int) -> Floats:
    """Return Spotify's features without the one that is to be guessed, where it is one of them."""
    if column >= len(TRAITS):
        return inputs.spotify
    kept: Floats = np.delete(inputs.spotify, column, axis=1)
    return kept


def boosted(features: Floats, truth: Floats, fold_of: NDArray[np.int64]) -> Floats:
    """Return boosted trees' guesses, each by trees that never saw the artist."""
    guessed = np.full(len(truth), np.nan)
    usable = np.isfinite(truth) & np.isfinite(features).any(axis=1)
    for fold in np.unique(fold_of):
        learnt, asked = usable & (fold_of != fold), usable & (fold_of == fold)
        trees = lightgbm.LGBMRegressor(
            n_estimators=300,
            num_leaves=15,
            learning_rate=0.03,
            subsample=0.8,
            subsample_freq=1,
            colsample_bytree=0.5,
            random_state=0,
            n_jobs=1,
            verbose=-1,
        )
        trees.fit(features[learnt], truth[learnt])
        guessed[asked] = trees.predict(features[asked])
    return guessed


def means(keys: NDArray[np.str_], truth: Floats, fold_of: NDArray[np.int64]) -> Floats:
    """Return the mean of each clip's namesakes (genre, artist) in the other folds.

    For artists there are none in grouped folds: anything but zero correlation is a leak. Where
    there are none the mean of all is said; that of the other folds would rank whole folds.
    """
    guessed = np.full(len(truth), np.nan)
    for fold in np.unique(fold_of):
        learnt = (fold_of != fold) & np.isfinite(truth)
        table = pd.Series(truth[learnt]).groupby(keys[learnt]).mean()
        asked = fold_of == fold
        guessed[asked] = table.reindex(keys[asked]).fillna(np.nanmean(truth)).to_numpy()
    return guessed


def likeliest(
    keys: NDArray[np.str_], truth: NDArray[np.int64], fold_of: NDArray[np.int64]
) -> Floats:
    """Return the commonest class of each clip's namesakes in the other folds, as `means` does."""
    guessed = np.full(len(truth), float(np.bincount(truth).argmax()))
    for fold in np.unique(fold_of):
        learnt, asked = fold_of != fold, np.flatnonzero(fold_of == fold)
        common = {key: np.bincount(truth[learnt & (keys == key)]).argmax() for key in keys[learnt]}
        for row in asked:
            guessed[row] = common.get(keys[row], guessed[row])
    return guessed


def boosted_classes(
    features: Floats, truth: NDArray[np.int64], fold_of: NDArray[np.int64]
) -> Floats:
    """Return the class that boosted trees hold most likely, as a number."""
    guessed = np.full(len(truth), np.nan)
    for fold in np.unique(fold_of):
        learnt, asked = fold_of != fold, fold_of == fold
        trees = lightgbm.LGBMClassifier(
            n_estimators=150,
            num_leaves=15,
            learning_rate=0.05,
            subsample=0.8,
            subsample_freq=1,
            colsample_bytree=0.5,
            random_state=0,
            n_jobs=1,
            verbose=-1,
        )
        trees.fit(features[learnt], truth[learnt])
        guessed[asked] = trees.predict(features[asked])
    return guessed
