"""A unit's figures, from which the head makes its score, and which units the joint layers read.

`server/src/critic/unit-head.ts` computes the same.
"""

from __future__ import annotations

import math
import re

import numpy as np

from draw_joint import z_scores

# Of all units, those that the joint layers read: a third, within bounds.
CANDIDATE_SHARE, LEAST_CANDIDATES, MOST_CANDIDATES = 3, 24, 400
FAR = 8
WIDTH = {"first": 15, "last": 20}


def candidates(columns: list[np.ndarray]) -> list[int]:
    size = len(columns[0])
    count = min(MOST_CANDIDATES, max(LEAST_CANDIDATES, math.ceil(size / CANDIDATE_SHARE)))
    rough = columns[0] + columns[1] + 0.6 * columns[2]
    return [int(place) for place in np.argsort(-rough, kind="stable")[:count]]


def joint_sums(shares: list[float], columns: list[np.ndarray], relevance: np.ndarray) -> np.ndarray:
    """z-scores and relevance, NaN where not read, as one listwise logit a unit."""
    sums = sum(share * column for share, column in zip(shares, columns))
    return sums + np.where(np.isnan(relevance), np.nanmin(relevance), relevance)


def last_figures(first: np.ndarray, further: list[np.ndarray], joints: list[np.ndarray]) -> np.ndarray:
    columns = [*(z_scores(values) for values in further), *((values - values.max()) / 3 for values in joints)]
    return np.concatenate([first, np.stack(columns, 1).clip(-6, 6)], 1).astype(np.float32)


def figures(met, lexical, texts, families, groups) -> np.ndarray:
    critic, words = z_scores(met), z_scores(lexical)
    size = len(texts)
    near = np.full(size, -1.0)
    for idx in range(size):
        for other in (idx - 1, idx + 1):
            if 0 <= other < size and groups[other] == groups[idx]:
                near[idx] = max(near[idx], critic[other])
    sums: dict = {}
    for idx, family in enumerate(families):
        total, number = sums.get(family, (0.0, 0))
        sums[family] = (total + critic[idx], number + 1)
    family = np.array([sums[key][0] / sums[key][1] for key in families])
    best = max(met.max(), 1e-6)
    columns = [
        critic, words, 10 * (met - best), lexical / max(lexical.max(), 1e-6), near, family,
        np.array([math.log(len(text) / 100 + 0.01) for text in texts]),
        np.array([len(re.findall(r"[\u3400-\u9fff]", text)) / len(text) for text in texts]),
        np.full(size, math.log(size) - 4), (met - met.mean()) * 10,
        around(critic, groups, 2), around(critic, groups, FAR), around(words, groups, FAR),
        np.full(size, 3 * alike(critic, groups)), np.full(size, 3 * alike(words, groups)),
    ]  # fmt: skip
    return np.stack(columns, 1).clip(-6, 6).astype(np.float32)


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
