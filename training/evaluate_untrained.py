"""Measures the untrained scorer, which the trained critic has to beat: late interaction with the encoder as it was, and its
sum with BM25 (z-scores), by the baseline's rule.

usage: evaluate_untrained.py --data DIR --model DIR --sets hotpot:10 2wiki:20 … [--sample N] [--workers 2]

`--model` holds the untrained encoder.onnx and tokenizer.json. Printed per set, in percent: recall / share of records with
all gold kept.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
from pathlib import Path

import numpy as np

from pool import Reader, meet
from records import load_baseline, make_record, read_set
from scorer import MAX_HEAD, MAX_UNIT
from unit_figures import z_scores


class UntrainedReader(Reader):
    """The encoder's only output is `h`; a question token counts by its piece's rarity alone."""

    def encode(self, ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
        fed = np.array([ids])
        hidden = self.session.run(["h"], {"ids": fed, "mask": np.ones_like(fed)})[0][0]
        states = hidden / np.linalg.norm(hidden, axis=-1, keepdims=True)
        return states[1:-1], np.ones(len(ids) - 2, np.float32)


def measure(task: tuple) -> list[tuple[float, float]]:
    data, model, name, keep, places = task
    baseline, reader = load_baseline(data), UntrainedReader(model)
    raws = list(read_set(data, "dev", name))
    found = []
    for place in places:
        record = make_record(raws[place], baseline)
        states, firsts = [], [0]
        for idx in range(len(record.units)):
            head = record.heads[idx]
            above = [*reader.pieces.encode(head)[:MAX_HEAD], *reader.pieces.encode(":")] if head else []
            ids = [*above, *reader.pieces.encode(record.text(idx))[:MAX_UNIT]] or [3]
            states.append(reader.encode([0, *ids, 2])[0])
            firsts.append(firsts[-1] + len(ids))
        met = meet(reader.question(record.question), np.concatenate(states), np.array(firsts))
        budget = keep / 100 * len(record.context)
        ways = [met, z_scores(met) + z_scores(np.array(record.bm25))]
        kept = [baseline.keep_best(record.units, scores.tolist(), budget) for scores in ways]
        found.append(tuple(baseline.recall(record.context, raws[place]["gold"], units) for units in kept))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("data", "model"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", required=True)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    with multiprocessing.get_context("spawn").Pool(args.workers) as pool:
        for part in args.sets:
            name, keep = part.split(":")
            places = list(range(sum(1 for _ in read_set(args.data, "dev", name))))
            if args.sample and args.sample < len(places):
                places = sorted(random.Random(1).sample(places, args.sample))
            tasks = [(args.data, args.model, name, float(keep), places[start :: 2 * args.workers]) for start in range(2 * args.workers)]
            found = np.array([row for rows in pool.map(measure, tasks) for row in rows])
            cells = [f"{way} {100 * values.mean():.1f} / {100 * (values > 0.999).mean():.1f}" for way, values in zip(("alone", "with BM25"), found.T)]
            print(f"{name} {keep}% ({len(found)}): " + " | ".join(cells), flush=True)


if __name__ == "__main__":
    import evaluate_untrained

    evaluate_untrained.main()
