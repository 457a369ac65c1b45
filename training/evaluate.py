"""Measures a scorer on evidence records by the baseline's rule (units, budget, recall of `bm25.py`).

usage: evaluate.py --data DIR --base DIR [--checkpoint FILE] [--sets hotpot ...] [--sample N] [--keep 5 10 20]

Printed per set and budget, in percent: recall / share of records with all gold kept, for BM25, the encoder's score and
the sum of their z-scores. It follows training only; the figures of a release come from `longfold eval evidence`.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import torch

from records import Record, load_baseline, make_record, read_set
from scorer import Pieces, Scorer, unit_length
from train_encoder import z_scores

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
            met = score_units(model, pieces, record, [record.question])[0]
            lexical, critic = z_scores(record.bm25), z_scores(met)
            ways = {"bm25": lexical, "critic": critic, "both": [a + b for a, b in zip(lexical, critic)]}
            for way, scores in ways.items():
                for keep in args.keep:
                    kept = baseline.keep_best(record.units, scores, keep / 100 * len(record.context))
                    sums.setdefault((way, keep), []).append(baseline.recall(record.context, raw["gold"], kept))
        cells = []
        for way in ("bm25", "critic", "both"):
            pairs = []
            for keep in args.keep:
                found = sums[way, keep]
                pairs.append(f"{100 * sum(found) / len(found):.0f}/{100 * sum(x > 0.999 for x in found) / len(found):.0f}")
            cells.append(f"{way} " + " ".join(pairs))
        print(f"{name} ({len(raws)}): " + " | ".join(cells), flush=True)


def load_scorer(base: Path, checkpoint: Path | None) -> Scorer:
    model = Scorer(base)
    if checkpoint:
        model.load_state_dict(torch.load(checkpoint, weights_only=True)["model"])
    return model.eval()


@torch.no_grad()
def score_units(model: Scorer, pieces: Pieces, record: Record, questions: list[str]) -> list[list[float]]:
    """The encoder's score of every unit, for each question; the units are read once."""
    asked = []
    for question in questions:
        ids = pieces.question(question)
        skip = 1 + pieces.prefix
        hidden = model.states([ids])[0][0, skip : len(ids) - 1]
        asked.append((unit_length(hidden), model.weights(hidden, pieces.rarity[torch.tensor(ids[skip:-1])])))
    sequences = [pieces.unit(record.heads[place], record.text(place))[0] for place in range(len(record.units))]
    scores = [[0.0] * len(sequences) for _ in questions]
    order = sorted(range(len(sequences)), key=lambda idx: len(sequences[idx]))
    for start in range(0, len(order), 32):
        group = order[start : start + 32]
        hidden, mask = model.states([sequences[idx] for idx in group])
        states = unit_length(hidden)
        for which, (question, weights) in enumerate(asked):
            for idx, score in zip(group, model.meet(question, weights, states, mask).tolist()):
                scores[which][idx] = score
    return scores


if __name__ == "__main__":
    main()
