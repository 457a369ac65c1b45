"""Measures joint layers in training on the pool's dev records, by the baseline's rule.

usage: evaluate_joint.py --data DIR --pool DIR --model DIR --checkpoint FILE [--sets hotpot ...] [--sample N] [--threads 1]

Printed per set and budget, in percent: recall / share of records with all gold kept, for late interaction plus BM25, the
joint layers' first pass, and the mean of all three. It follows training only; the figures of a release come from
`longfold eval evidence`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from export_joint import load_joint
from pool import Reader, load_pool
from records import load_baseline
from train_head import Passes

KEEPS = {"hotpot": 10, "2wiki": 20, "musique": 10, "wice": 10, "covidqa": 5, "cmrc2018": 5}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("data", "pool", "model", "checkpoint"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=list(KEEPS))
    parser.add_argument("--sample", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    baseline = load_baseline(args.data)
    joint, shares = load_joint(args.checkpoint)
    passes = Passes(Reader(args.model, args.threads), joint, shares.tolist(), baseline)
    pool = load_pool(args.pool, "dev")
    for name in args.sets:
        entries = [entry for entry in pool if entry.name == name][: args.sample]
        found: dict[str, list[float]] = {}
        for entry in entries:
            rows = passes.run([entry])
            last = rows["last"]
            ways = {"sum": rows["first"][:, :2].sum(1), "joint": last[:, 17], "hops": last[:, 17:].sum(1)}
            for way, scores in ways.items():
                kept = baseline.keep_best(entry.record.units, scores.tolist(), KEEPS[name] / 100 * len(entry.record.context))
                found.setdefault(way, []).append(baseline.recall(entry.record.context, entry.raw["gold"], kept))
        cells = [f"{way} {100 * sum(x) / len(x):.1f}/{100 * sum(y > 0.999 for y in x) / len(x):.1f}" for way, x in found.items()]
        print(f"{name} {KEEPS[name]}% ({len(entries)}): " + " | ".join(cells), flush=True)


if __name__ == "__main__":
    main()
