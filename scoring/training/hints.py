"""What is known of clips besides the labels to be told, and teaches what goes with popularity.

Tags, genres, years and languages are never inputs. While learning, each is a further label that
the kernel branch guesses from the sound; popularity is then learnt from all those guesses.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from scoring.training.data import Corpus

# A word that fewer clips have, or that fewer lack, teaches nothing that lasts.
FEWEST = 25
# Years and languages beyond these are as unusual as it gets; a unit is ten years.
_MIDDLE_YEAR = 2005.0
_YEARS = (-3.0, 2.0)


def hints_of(corpus: Corpus) -> NDArray[np.float32]:
    """Return a column for each hint, NaN where it is not known; the same set, the same columns."""
    columns = [*_years(corpus), *_words(corpus, corpus.languages)]
    columns += [*_words(corpus, corpus.genres), *_words(corpus, corpus.tags)]
    if not columns:
        return np.zeros((len(corpus), 0), np.float32)
    return np.stack(columns, axis=1).astype(np.float32)


def _years(corpus: Corpus) -> list[NDArray[np.float64]]:
    known = np.isfinite(corpus.years)
    if known.sum() < FEWEST:
        return []
    return [np.clip((corpus.years.astype(np.float64) - _MIDDLE_YEAR) / 10, *_YEARS)]


def _words(corpus: Corpus, words: NDArray[np.str_]) -> list[NDArray[np.float64]]:
    """Return a column a word and set: what one set calls rock another does not."""
    columns = []
    for name in dict.fromkeys(corpus.sets.tolist()):
        known = (corpus.sets == name) & (words != "")
        said = [set(row.split(";")) if on else set() for row, on in zip(words, known, strict=True)]
        counts = Counter(word for row in said for word in row)
        for word, count in sorted(counts.items()):
            if FEWEST <= count <= known.sum() - FEWEST:
                has = np.array([word in row for row in said], np.float64)
                columns.append(np.where(known, has, np.nan))
    return columns
