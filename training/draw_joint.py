"""Draws what the joint layers learn from: records of the pool with a kind, what earlier passes found, and chosen units."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pool import Entry, Reader, load_pool
from train_encoder import MULTI_HOP, SHARES

GOLD, RANKED, NEAR, RANDOM = 4, 5, 1, 2
KINDS = {"qmsum": "paragraph", "cosqa": "code", "cosqa-doc": "code", "pystdlib": "code"}
# Every such record is not learned from.
HELD_OUT = 15


@dataclass
class Drawn:
    entry: Entry
    kind: str
    question: np.ndarray
    # z-scores of late interaction, BM25, late interaction with what was found (or zeros): [units, 3].
    figures: np.ndarray
    places: list[int]
    is_first: bool


class Draw:
    """Draws records: the set by its share, then the next of the set in a shuffled order. Every HELD_OUTth stays apart."""

    def __init__(self, pool: Path, reader: Reader, rng: random.Random, sets: list[str] | None = None) -> None:
        self.reader, self.random = reader, rng
        self.pool: dict[str, list[Entry]] = {}
        self.held: list[Entry] = []
        for place, entry in enumerate(load_pool(pool, "train")):
            if sets and entry.name not in sets:
                continue
            if place % HELD_OUT == 0:
                self.held.append(entry)
            else:
                self.pool.setdefault(entry.name, []).append(entry)
        self.names = list(self.pool)
        self.order: dict[str, list[int]] = {name: [] for name in self.names}

    def next(self) -> Drawn:
        name = self.random.choices(self.names, [SHARES[name] for name in self.names])[0]
        if not self.order[name]:
            self.order[name] = self.random.sample(range(len(self.pool[name])), len(self.pool[name]))
        return draw_record(self.pool[name][self.order[name].pop()], self.reader, self.random)


def draw_record(entry: Entry, reader: Reader, rng: random.Random) -> Drawn:
    record = entry.record
    gold = [place for place, mark in enumerate(record.is_gold) if mark]
    kind = KINDS.get(entry.name, "query") if rng.random() < 0.5 else "query"
    has_answer = any((entry.marks[entry.firsts[place] : entry.firsts[place + 1]] & 1).any() for place in gold)
    has_keyword = any((entry.marks[entry.firsts[place] : entry.firsts[place + 1]] & 2).any() for place in gold)
    chance = rng.random()
    if has_answer and chance < 0.45:
        kind = "answer"
    elif has_keyword and chance > 0.9:
        kind = "keyword"
    states = all_states(entry)
    met = meet(reader.question(record.question), states, entry.firsts)
    figures = np.stack([z_scores(met), z_scores(np.array(record.bm25)), np.zeros(len(met))], 1)
    found = choose_found(entry.name, gold, figures[:, 0] + figures[:, 1], rng)
    asked = record.question
    if found:
        asked = f"{asked} {' '.join(describe(record.heads[place], record.text(place)) for place in found)}"
        figures[:, 2] = z_scores(meet(reader.question(asked), states, entry.firsts))
    question = reader.question(asked, kind)[0]
    base = figures @ np.array([1, 1, 0.6])
    if kind == "answer" and rng.random() < 0.25:
        return Drawn(entry, kind, question, figures, choose(record, [], base, rng), not found)
    return Drawn(entry, kind, question, figures, choose(record, gold, base, rng), not found)


def choose_found(name: str, gold: list[int], base: np.ndarray, rng: random.Random) -> list[int]:
    """What earlier passes are taken to have found: a part of the gold, or what really ranks highest."""
    chance = rng.random()
    if name in MULTI_HOP and len(gold) > 1 and chance < 0.3:
        return rng.sample(gold, rng.randint(1, min(2, len(gold) - 1)))
    if chance < (0.55 if name in MULTI_HOP else 0.2):
        return [int(place) for place in np.argsort(-base)[: rng.randint(1, 2)]]
    return []


def describe(head: str, text: str) -> str:
    """A found unit as a question holds it."""
    return f"{head}: {text}" if head else text


def choose(record, gold: list[int], base: np.ndarray, rng: random.Random) -> list[int]:
    """Places of gold units, hard ones, neighbours of gold and random ones."""
    golds = rng.sample(gold, min(GOLD, len(gold)))
    free = [place for place, mark in enumerate(record.is_gold) if not mark]
    ranked = sorted(free, key=lambda place: -base[place])[: 2 * RANKED]
    near = [p for g in golds for p in (g - 1, g + 1) if 0 <= p < len(base) and not record.is_gold[p]]
    picked = dict.fromkeys(rng.sample(ranked, min(RANKED, len(ranked))))
    picked.update(dict.fromkeys(rng.sample(near, min(NEAR, len(near)))))
    picked.update(dict.fromkeys(rng.sample(free, min(RANDOM, len(free)))))
    return [*golds, *picked]


def all_states(entry: Entry) -> np.ndarray:
    return entry.bytes.astype(np.float32) * entry.scales[:, None]


def meet(question: tuple[np.ndarray, np.ndarray], states: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Late interaction of every unit: weighted mean of the best cosines."""
    asked, weights = question
    return weights @ np.maximum.reduceat(asked @ states.T, firsts[:-1], axis=1)


def z_scores(values: np.ndarray) -> np.ndarray:
    deviation = values.std()
    return (values - values.mean()) / deviation if deviation > 1e-9 else np.zeros_like(values, dtype=float)
