"""Is this the product that is asked for? Words in Vietnamese or English, with accents or without.

Names are turned into tokens: known phrases of both languages become one concept ("long nhãn" and
"dried longan pulp" -> longan + dried), other words stay as they are. A word without accents meets any accents;
two words whose accents differ are different words ("nhãn" is longan, "nhân" is a kernel).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .synonyms import CONCEPTS, HEADS, PROCESSING, STATES, STOP_WORDS

_TONES = {0x300, 0x301, 0x303, 0x309, 0x323}
_WORD = re.compile(r"[^\W_]+")
ACCENT_CLASH = 0.2
PROCESS_WEIGHT = 0.4
PLAIN_WEIGHT = 0.4
ENOUGH = 0.6
ENOUGH_WITH_HS = 0.5


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Lower case without accents; đ becomes d."""
    lowered = text.lower().replace("đ", "d")
    return "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 16)
def canonical(word: str) -> str:
    """Lower case with the tone mark moved to the end of the syllable, so that "hoà" equals "hòa"."""
    tones: list[str] = []
    letters: list[str] = []
    for c in unicodedata.normalize("NFD", word.lower()):
        (tones if ord(c) in _TONES else letters).append(c)
    return unicodedata.normalize("NFC", "".join(letters)) + "".join(tones)


def _phrases() -> tuple[dict[tuple[str, ...], tuple[str, ...]], int]:
    table = {}
    for concept, spellings in CONCEPTS.items():
        for spelling in spellings:
            table[tuple(canonical(w) for w in _WORD.findall(spelling))] = tuple(
                f"@{part}" for part in concept.split("+")
            )
    return table, max(len(k) for k in table)


_TABLE, _LONGEST = _phrases()
_FOLDED: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
for _key, _value in _TABLE.items():
    _FOLDED.setdefault(tuple(fold(w) for w in _key), set()).add(_value)


@lru_cache(maxsize=1 << 16)
def tokens(text: str) -> frozenset[str]:
    """Concepts (with a leading @) and remaining words of a name or a wish; stop words are left out."""
    words = [canonical(w) for w in _WORD.findall(unicodedata.normalize("NFC", text.lower()))]
    folded = [fold(w) for w in words]
    found: set[str] = set()
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            concept = _concept(tuple(words[at : at + length]), tuple(folded[at : at + length]))
            if concept:
                found.update(concept)
                at += length
                break
        else:
            if folded[at] not in STOP_WORDS and not folded[at].isdigit():
                found.add(words[at])
            at += 1
    return frozenset(found)


def _concept(words: tuple[str, ...], folded: tuple[str, ...]) -> tuple[str, ...]:
    exact = _TABLE.get(words)
    if exact is not None:
        return exact
    # Written without accents: a concept only where the bare letters mean one thing.
    if words == folded:
        meant = _FOLDED.get(folded, set())
        if len(meant) == 1:
            return next(iter(meant))
    return ()


def _met(word: str, name: frozenset[str], folded_name: frozenset[str]) -> float:
    if word in name:
        return 1.0
    if word.startswith("@"):
        return 0.0
    bare = fold(word)
    if bare not in folded_name:
        return 0.0
    if bare == word or bare in name:
        return 1.0
    return ACCENT_CLASH


@lru_cache(maxsize=1 << 16)
def _folded(name: frozenset[str]) -> frozenset[str]:
    return frozenset(fold(w) for w in name)


def similarity(wish: str, names: Sequence[str]) -> NDArray[np.float64]:
    """(names,) weighted share of the wish's words that a name has, 0..1; NaN for an empty wish.

    A name's value does not depend on the other names, so that it is the same wherever it is computed.
    """
    wanted = sorted(tokens(wish))
    if not wanted:
        return np.full(len(names), np.nan)
    weight = np.array([_weight(w) for w in wanted])
    hits = np.zeros((len(names), len(wanted)))
    for row, name in enumerate(names):
        known = tokens(name)
        hits[row] = [_met(w, known, _folded(known)) for w in wanted]
    result: NDArray[np.float64] = hits @ weight / weight.sum()
    return result


def _weight(word: str) -> float:
    if word in PROCESSING:
        return PROCESS_WEIGHT
    return 1.0 if word.startswith("@") else PLAIN_WEIGHT


def is_product(
    wish: str, hs6: str, names: Sequence[str], codes: NDArray[np.str_]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which products are the one asked for, and how well the words fit.

    Parameters
    ----------
    wish : product words of the line, may be empty. hs6 : its HS-6, may be empty.
    names : all names of each product in one text. codes : (rows,) HS-6, "" = not known.

    How well is only told of products that may be meant; others score 0 (NaN for an empty wish).
    A product with another known HS-6 is another product. Words decide within the HS-6; a product whose HS-6 is
    not known must meet the words. With neither words nor HS-6 every product passes.
    """
    rows = len(names)
    same = codes == hs6 if hs6 else np.zeros(rows, dtype=np.bool_)
    if not tokens(wish):
        return (same if hs6 else np.ones(rows, dtype=np.bool_)), np.full(rows, np.nan)
    possible = same | (codes == "") if hs6 else np.ones(rows, dtype=np.bool_)
    at = np.flatnonzero(possible)
    at = at[_same_kind(wish, [names[int(i)] for i in at])]
    score = np.zeros(rows)
    score[at] = similarity(wish, [names[int(i)] for i in at])
    named = np.zeros(rows, dtype=np.bool_)
    named[at] = np.where(same[at], score[at] >= ENOUGH_WITH_HS, score[at] >= ENOUGH)
    return named, score


def _same_kind(wish: str, names: Sequence[str]) -> NDArray[np.bool_]:
    """What the wish names must be met: what it is, its state; and it must not be something else besides."""
    asked = tokens(wish)
    wanted = {t for t in asked if t.startswith("@") and t not in PROCESSING}
    if not wanted:
        return np.ones(len(names), dtype=np.bool_)
    state = asked & STATES

    def fits(name: frozenset[str]) -> bool:
        if not wanted <= name or (name & HEADS) - asked:
            return False
        return not state or not (name & STATES) or bool(state & name)

    return np.array([fits(tokens(n)) for n in names], dtype=np.bool_)
