"""Measure the embedding: are a clip's ten nearest of other artists of the same tag or genre?"""

import numpy as np
from numpy.typing import NDArray

from scoring.card import Metric
from scoring.training.measures import mean_of
from scoring.training.trial import COSINE, SMALLEST_SET, Floats, Question, Rows, Trial, metric

NEAREST = 10


def embedding(trial: Trial) -> list[Metric]:
    """Look for each clip's nearest among the clips of its fold, which the net never heard."""
    corpus = trial.corpus
    tagged = corpus.tags != ""
    previews = corpus.sets == "previews"
    rows = np.flatnonzero(tagged & previews if previews.any() else tagged)
    if len(rows) < SMALLEST_SET:
        return []
    alike = _share_a_tag(corpus.tags[rows])
    strangers = corpus.groups[rows][:, None] != corpus.groups[rows]
    said, hand_made, chances = [], [], []
    for fold_of, branch in zip(trial.fold_of, trial.branches, strict=True):
        folds = fold_of[rows]
        said.append(_hits(branch.embedding[rows], alike, strangers, folds))
        allowed = strangers & (folds[:, None] == folds)
        chances.append(float((alike & allowed).sum() / max(1, allowed.sum())))
        if trial.inputs is not None:
            made = _standardised(trial.inputs.hand_made[rows], folds)
            hand_made.append(_hits(made, alike, strangers, folds))
    question = Question(
        target="embedding, ten nearest of other artists",
        measure="share with the same tag or genre",
        function=mean_of,
        chance=float(np.mean(chances)),
        rows=rows,
        truth=np.ones(len(rows)),
        said=said,
        others={COSINE: hand_made} if hand_made else {},
    )
    return [metric(trial, question)]


def _share_a_tag(tags: NDArray[np.str_]) -> NDArray[np.bool_]:
    words = [set(row.split(";")) for row in tags]
    return np.array([[bool(one & other) for other in words] for one in words])


def _hits(
    places: Floats, alike: NDArray[np.bool_], strangers: NDArray[np.bool_], folds: Rows
) -> Floats:
    """Return for each clip the share of its nearest, by cosine, that are alike."""
    unit = places / np.maximum(np.linalg.norm(places, axis=1, keepdims=True), 1e-9)
    found = np.zeros(len(places))
    for i, row in enumerate(unit):
        others = np.flatnonzero(strangers[i] & (folds == folds[i]))
        nearest = others[np.argsort(-(unit[others] @ row), kind="stable")[:NEAREST]]
        found[i] = alike[i, nearest].mean() if len(nearest) else 0.0
    return found


def _standardised(features: Floats, folds: Rows) -> Floats:
    """Return features in standard deviations of the clips in the other folds."""
    scaled = np.zeros_like(features)
    for fold in np.unique(folds):
        others = features[folds != fold]
        mean, spread = others.mean(axis=0), others.std(axis=0) + 1e-9
        scaled[folds == fold] = (features[folds == fold] - mean) / spread
    return scaled
