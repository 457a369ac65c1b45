"""Measures a scorer on evidence records by the baseline's rule (units, budget, recall of `bm25.py`).

usage: evaluate.py --data DIR --base DIR [--checkpoint FILE] [--sets hotpot ...] [--sample N] [--keep 5 10 20]

Printed per set and budget, in percent: recall / share of records with all gold kept, for BM25, the encoder's score,
the sum of their z-scores, the sum that training learned, and the same with a second pass whose question holds the
first pass's best unit. It follows training only; the figures of a release come from `longfold eval evidence`.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import torch

from records import Record, load_baseline, make_record, read_set
from scorer import Pieces, Scorer, unit_length
from train_encoder import z_scores

WAYS = ("bm25", "critic", "both", "model", "two hops")
DEFAULT = ["hotpot", "2wiki", "musique", "wice", "covidqa", "cmrc2018", "cosqa"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--sets", nargs="+", default=DEFAULT)
    parser.add_argument("--sample", type=int, default=30)
    parser.add_argument("--keep", type=float, nargs="+", default=[5, 10, 20])
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    baseline = load_baseline(args.data)
    pieces = Pieces(args.base / "tokenizer.json")
    model = load_scorer(args.base, args.checkpoint)
    for name in args.sets:
        raws = list(read_set(args.data, "dev", name))
        raws = random.Random(1).sample(raws, min(args.sample, len(raws)))
        sums: dict[tuple[str, float], list[float]] = {}
        for raw in raws:
            record = make_record(raw, baseline)
            ways = rank(model, pieces, record)
            for way, scores in ways.items():
                for keep in args.keep:
                    kept = baseline.keep_best(record.units, scores, keep / 100 * len(record.context))
                    sums.setdefault((way, keep), []).append(baseline.recall(record.context, raw["gold"], kept))
        cells = []
        for way in WAYS:
            pairs = []
            for keep in args.keep:
                found = sums[way, keep]
                pairs.append(f"{100 * sum(found) / len(found):.0f}/{100 * sum(x > 0.999 for x in found) / len(found):.0f}")
            cells.append(f"{way} " + " ".join(pairs))
        print(f"{name} ({len(raws)}): " + " | ".join(cells), flush=True)


def rank(model: Scorer, pieces: Pieces, record: Record) -> dict[str, list[float]]:
    states = read_units(model, pieces, record)
    lexical = z_scores(record.bm25)
    scale, share = model.log_scale.exp().item(), model.bm25.item()
    met = score_units(model, pieces, states, record.question)
    learned = [scale * a + share * b for a, b in zip(met, lexical)]
    best = max(range(len(learned)), key=lambda idx: learned[idx])
    second = score_units(model, pieces, states, f"{record.question} {record.heads[best]}: {record.text(best)}")
    critic = z_scores(met)
    two_hops = [a + b for a, b in zip(z_scores(learned), z_scores(second))]
    two_hops[best] = max(two_hops) + 1
    both = [a + b for a, b in zip(lexical, critic)]
    return dict(zip(WAYS, (lexical, critic, both, learned, two_hops)))


def load_scorer(base: Path, checkpoint: Path | None) -> Scorer:
    model = Scorer(base)
    if checkpoint:
        model.load_state_dict(torch.load(checkpoint, weights_only=True)["model"])
    return model.eval()


States = list[tuple[list[int], torch.Tensor, torch.Tensor]]


@torch.no_grad()
def read_units(model: Scorer, pieces: Pieces, record: Record) -> States:
    """States of every unit in groups of like length: places, [n, t, 384] of length 1, mask."""
    sequences = [pieces.unit(record.heads[place], record.text(place))[0] for place in range(len(record.units))]
    order = sorted(range(len(sequences)), key=lambda idx: len(sequences[idx]))
    states: States = []
    for start in range(0, len(order), 32):
        group = order[start : start + 32]
        hidden, mask = model.states([sequences[idx] for idx in group])
        states.append((group, unit_length(hidden), mask))
    return states


@torch.no_grad()
def score_units(model: Scorer, pieces: Pieces, states: States, question: str) -> list[float]:
    """The encoder's score of every unit for a question."""
    ids = pieces.question(question)
    skip = 1 + pieces.prefix()
    hidden = model.states([ids])[0][0, skip : len(ids) - 1]
    weights = model.weights(hidden, pieces.rarity[torch.tensor(ids[skip:-1])])
    scores: dict[int, float] = {}
    for places, units, mask in states:
        scores.update(zip(places, model.meet(unit_length(hidden), weights, units, mask).tolist()))
    return [scores[place] for place in range(len(scores))]


if __name__ == "__main__":
    main()
