"""A unit's figures, from which the head makes its score.

`server/src/critic/unit-head.ts` computes the same.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata

import numpy as np

FAR = 8
STOP = frozenset(
    "the a an of in on at to for and or is are was were be been by with as that this it from what which who whom when "
    "where how did do does has have had than their his her its they he she not no if can will would about".split()
)
FIRST_UNITS = 8
WIDTH = {"first": 17, "last": 24}
# Of what the further passes say, beside the first head's score, when the next found unit is chosen.
FURTHER_SHARE = 0.6


def pass_scores(early: np.ndarray, further: list[np.ndarray]) -> np.ndarray:
    """What the best unit so far is chosen by: the first head's scores and the further passes'."""
    return early + FURTHER_SHARE * sum((z_scores(values) for values in further), np.zeros(len(early)))


def last_figures(first, early, further, texts, families, heads, found) -> np.ndarray:
    """`early`: the first head's scores; `found`: places of what the questions of the further passes held."""
    columns = [*(z_scores(values) for values in further), (early - early.max()) / 3]
    columns += [best_of_others((pass_scores(early, further) - pass_scores(early, further).max()) / 3, families)]
    columns += links(texts, families, heads, found)
    return np.concatenate([first, np.stack(columns, 1).clip(-6, 6)], 1).astype(np.float32)


def best_of_others(values: np.ndarray, families: list) -> np.ndarray:
    """The best value of the other units under a unit's head; -2 where there are none."""
    peaks: dict = {}
    for value, family in zip(values, families):
        first, second = peaks.get(family, (-math.inf, -math.inf))
        peaks[family] = (max(first, value), max(second, min(first, value)))
    others = [peaks[family][int(value == peaks[family][0])] for value, family in zip(values, families)]
    return np.array([other if other > -math.inf else -2.0 for other in others])


def links(texts: list[str], families: list, heads: list[str], found: list[int]) -> list[np.ndarray]:
    """Is a unit's head named in what was found under another, is the head of that named in it, was its own found before?"""
    size = len(texts)
    named, naming, home = np.zeros(size), np.zeros(size), np.zeros(size)
    for place in found:
        own, head = words_of(texts[place]), words_of(heads[place])
        for idx in range(size):
            if families[idx] == families[place]:
                home[idx] = max(home[idx], float(idx != place))
                continue
            named[idx] = max(named[idx], share_of(words_of(heads[idx]), own))
            naming[idx] = max(naming[idx], share_of(head, words_of(texts[idx])) if head else 0.0)
    return [named, naming, home]


@functools.lru_cache(100_000)
def words_of(text: str) -> frozenset[str]:
    """As `askedWords` of `bm25.ts`."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"([A-Z])([A-Z][a-z])", r"\1 \2", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text))
    found = re.findall(r"[\u3040-\u9fff]|(?:(?![\u3040-\u9fff])[^\W_])+", text.lower())
    pairs = [one + other for one, other in zip(found, found[1:]) if min(one, other) >= "\u3040" and len(one) == len(other) == 1]
    return frozenset(found + pairs) - STOP


def share_of(words: frozenset[str], others: frozenset[str]) -> float:
    return len(words & others) / len(words) if words else 0.0


def figures(met, lexical, texts, families, groups, heads, question) -> np.ndarray:
    critic, words = z_scores(met), z_scores(lexical)
    size = len(texts)
    near = np.full(size, -1.0)
    for idx in range(size):
        for other in (idx - 1, idx + 1):
            if 0 <= other < size and groups[other] == groups[idx]:
                near[idx] = max(near[idx], critic[other])
    sums: dict = {}
    order = []
    for idx, family in enumerate(families):
        total, number = sums.get(family, (0.0, 0))
        order.append(number)
        sums[family] = (total + critic[idx], number + 1)
    family = np.array([sums[key][0] / sums[key][1] for key in families])
    best = max(met.max(), 1e-6)
    asked = words_of(question)
    columns = [
        critic, words, 10 * (met - best), lexical / max(lexical.max(), 1e-6), near, family,
        np.array([math.log(len(text) / 100 + 0.01) for text in texts]),
        np.array([len(re.findall(r"[\u3400-\u9fff]", text)) / len(text) for text in texts]),
        np.full(size, math.log(size) - 4), (met - met.mean()) * 10,
        around(critic, groups, 2), around(critic, groups, FAR), around(words, groups, FAR),
        np.full(size, 3 * alike(critic, groups)), np.full(size, 3 * alike(words, groups)),
        np.array([share_of(words_of(head), asked) for head in heads]),
        np.array([min(number, FIRST_UNITS) / 4 for number in order]),
    ]  # fmt: skip
    return np.stack(columns, 1).clip(-6, 6).astype(np.float32)


def z_scores(values: np.ndarray) -> np.ndarray:
    deviation = values.std()
    return (values - values.mean()) / deviation if deviation > 1e-9 else np.zeros_like(values, dtype=float)


def around(values: np.ndarray, groups: list[int], reach: int) -> np.ndarray:
    """Mean of a value over the units up to `reach` places before and after, in the same context."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    result = np.zeros(len(values))
    start = 0
    for end in range(1, len(values) + 1):
        if end < len(values) and groups[end] == groups[start]:
            continue
        for idx in range(start, end):
            low, high = max(start, idx - reach), min(end, idx + reach + 1)
            result[idx] = (sums[high] - sums[low]) / (high - low)
        start = end
    return result


def alike(values: np.ndarray, groups: list[int]) -> float:
    """Mean product of neighbours' z-scores: how much a subject goes on from unit to unit."""
    products = [values[idx] * values[idx + 1] for idx in range(len(values) - 1) if groups[idx] == groups[idx + 1]]
    return sum(products) / len(products) if products else 0.0
