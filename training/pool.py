"""Reads records with the shipped encoder once and keeps their token states, so that what stands on top trains fast.

usage: pool.py --data DIR --composed DIR --model DIR --out DIR [--workers 2] [--sets NAME ...] [--parts N ...]

`--composed` is what `compose_hops.py` wrote. Writes `train-<part>.pt`: lists of `Entry`. States are kept as the product keeps
them: signed bytes with one scale a token (`packStates`).
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from records import Record, load_baseline, make_record, read_set
from scorer import MAX_HEAD, MAX_UNIT, Pieces

# Records of each set, drawn at random.
TRAIN = {
    "hotpot": 336, "hotpot-partial": 261, "2wiki": 477, "musique": 97, "redocred": 300, "composed-en": 300, "composed-zh": 300,
    "composed-code": 76, "qed": 600, "nq-open": 60, "covidqa": 40, "selqa": 300, "tatqa": 330, "wice": 120, "foolmetwice": 300,
    "qmsum": 80, "cmrc2018": 600, "drcd": 400, "cosqa": 40, "cosqa-doc": 60, "pystdlib": 40,
}  # fmt: skip
PARTS = 16


@dataclass
class Entry:
    """One record as it was read. Unit `i` has the tokens `firsts[i] … firsts[i + 1] - 1`."""

    name: str
    record: Record
    bytes: np.ndarray
    scales: np.ndarray
    firsts: np.ndarray
    # Late interaction of each unit with the question.
    met: np.ndarray

    def states(self) -> np.ndarray:
        """[tokens, 384] of length 1, of all units, the heads' tokens included."""
        return self.bytes.astype(np.float32) * self.scales[:, None]


class Reader:
    """The shipped encoder, one segment at a time as the product runs it."""

    def __init__(self, model: Path, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(model / "encoder.onnx"), options, providers=["CPUExecutionProvider"])
        self.pieces = Pieces(model / "tokenizer.json")

    def encode(self, ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """States [n, 384] of length 1 and question weights [n], without the marks."""
        fed = np.array([ids])
        hidden, weight = self.session.run(["h", "w"], {"ids": fed, "mask": np.ones_like(fed)})
        states = hidden[0] / np.linalg.norm(hidden[0], axis=-1, keepdims=True)
        return states[1:-1], weight[0][1:-1]

    def question(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """States with the prefix's tokens, weights (0 for the prefix's)."""
        ids = self.pieces.question(text)
        states, weight = self.encode(ids)
        rarity = self.pieces.rarity[torch.tensor(ids[1:-1])].numpy() * weight
        rarity[: self.pieces.prefix()] = 0
        return states, rarity / max(rarity.sum(), 1e-6)


def meet(question: tuple[np.ndarray, np.ndarray], states: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """Late interaction of every unit: weighted mean of the best cosines."""
    asked, weights = question
    return weights @ np.maximum.reduceat(asked @ states.T, firsts[:-1], axis=1)


def pack(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    step = np.abs(states).max(-1, keepdims=True) / 127
    packed = np.round(states / np.maximum(step, 1e-12)).astype(np.int8)
    return packed, step[:, 0].astype(np.float32)


def read_entry(name: str, record: Record, reader: Reader) -> Entry:
    pieces = reader.pieces
    bytes_, scales, firsts = [], [], [0]
    for (start, end), head in zip(record.units, record.heads):
        above = [*pieces.encode(head)[:MAX_HEAD], *pieces.encode(":")] if head else []
        unit = [*above, *pieces.encode(record.context[start:end])[:MAX_UNIT]]
        packed, scale = pack(reader.encode([0, *unit, 2])[0])
        bytes_.append(packed)
        scales.append(scale)
        firsts.append(firsts[-1] + len(unit))
    entry = Entry(name, record, np.concatenate(bytes_), np.concatenate(scales), np.array(firsts), np.zeros(0))
    entry.met = meet(reader.question(record.question), entry.states(), entry.firsts)
    return entry


def run_part(task: tuple) -> str:
    data, composed, model, out, sets, part = task
    target = out / f"train-{part}.pt"
    if target.exists():
        return str(target)
    reader, baseline = Reader(model), load_baseline(data)
    entries = []
    for name, count in TRAIN.items():
        if sets and name not in sets:
            continue
        raws = list(read_set(composed if name.startswith("composed") else data, "train", name))
        random.Random(11).shuffle(raws)
        for raw in raws[:count][part::PARTS]:
            record = make_record(raw, baseline)
            if any(record.is_gold) and not all(record.is_gold):
                entries.append(read_entry(name, record, reader))
    # Never half a file, wherever the run is stopped.
    part_file = target.with_suffix(".part")
    torch.save(entries, part_file)
    part_file.replace(target)
    return f"{target} {len(entries)} records {sum(len(entry.record.units) for entry in entries)} units"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("data", "composed", "model", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sets", nargs="+", help="only these")
    parser.add_argument("--parts", type=int, nargs="+", default=list(range(PARTS)), help="only these")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    tasks = [(args.data, args.composed, args.model, args.out, args.sets, part) for part in args.parts]
    with multiprocessing.get_context("spawn").Pool(args.workers) as workers:
        for line in workers.imap_unordered(run_part, tasks):
            print(line, flush=True)


def load_pool(folder: Path) -> list[Entry]:
    return [entry for path in sorted(folder.glob("train-*.pt")) for entry in torch.load(path, weights_only=False)]


if __name__ == "__main__":
    # By its own name, so that the entries can be loaded by others.
    import pool

    pool.main()
