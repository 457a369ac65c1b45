"""Reads records with the shipped encoder once and keeps their token states, so that what stands on top trains fast.

usage: pool.py --data DIR --model DIR --out DIR [--scale 1.0] [--workers 2]

Writes `<split>-<part>.pt`: lists of `Entry`. Long contexts are cut to the units around their gold, or taken whole where
`WHOLE` says so. States are kept as the product keeps them: signed bytes with one scale a token (`packStates`).
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

# Records of each set, and how many of these keep their whole context (the others are cut to CUT units).
TRAIN = {
    "hotpot": (336, 336), "hotpot-partial": (150, 150), "2wiki": (477, 477), "musique": (97, 97), "redocred": (500, 500),
    "qed": (1500, 1500), "nq-open": (250, 40), "covidqa": (250, 20), "selqa": (300, 300), "tatqa": (330, 330),
    "wice": (300, 40), "foolmetwice": (500, 500), "qmsum": (90, 20), "cmrc2018": (2600, 2600), "drcd": (900, 900),
    "cosqa": (100, 20), "cosqa-doc": (200, 20), "pystdlib": (90, 12),
}  # fmt: skip
DEV = {"hotpot": (80, 80), "2wiki": (60, 60), "musique": (30, 30), "cmrc2018": (120, 120), "wice": (24, 24), "covidqa": (10, 10)}
CUT = 36
PARTS = 8


@dataclass
class Entry:
    """One record as it was read. Unit `i` has the tokens `firsts[i] … firsts[i + 1] - 1`, `own[i]` the first of its own."""

    name: str
    record: Record
    raw: dict
    ids: np.ndarray
    bytes: np.ndarray
    scales: np.ndarray
    firsts: np.ndarray
    own: np.ndarray
    # [tokens] of 0 none, 1 answer, 2 keyword, 3 both; begins marked by 4 (answer) and 8 (keyword).
    marks: np.ndarray
    is_whole: bool

    def states(self, place: int) -> np.ndarray:
        """[tokens, 384] of length 1, the head's tokens included."""
        start, end = self.firsts[place], self.firsts[place + 1]
        return self.bytes[start:end].astype(np.float32) * self.scales[start:end, None]


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

    def question(self, text: str, kind: str = "query") -> tuple[np.ndarray, np.ndarray]:
        """States with the kind's tokens, weights (0 for the kind's)."""
        ids = self.pieces.question(text, kind)
        states, weight = self.encode(ids)
        rarity = self.pieces.rarity[torch.tensor(ids[1:-1])].numpy() * weight
        rarity[: self.pieces.prefix(kind)] = 0
        return states, rarity / max(rarity.sum(), 1e-6)


def pack(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    step = np.abs(states).max(-1, keepdims=True) / 127
    packed = np.round(states / np.maximum(step, 1e-12)).astype(np.int8)
    return packed, step[:, 0].astype(np.float32)


def crop(record: Record, rng: random.Random) -> Record:
    """Units around the gold: a stretch of CUT of them at a random place."""
    size = len(record.units)
    if size <= CUT:
        return record
    gold = [place for place, mark in enumerate(record.is_gold) if mark]
    first = max(0, rng.choice(gold) - rng.randint(0, CUT - 1))
    chosen = sorted({*range(first, min(size, first + CUT)), *gold[:12], *sorted(range(size), key=lambda p: -record.bm25[p])[:12]})
    pick = lambda values: [values[place] for place in chosen]  # noqa: E731
    return Record(
        record.question, record.lang, record.context, pick(record.units), pick(record.heads), record.gold,
        pick(record.is_gold), pick(record.bm25),
    )  # fmt: skip


def read_entry(name: str, raw: dict, record: Record, reader: Reader, is_whole: bool) -> Entry:
    pieces = reader.pieces
    answers = answer_spans(raw)
    keywords = [tuple(span) for span in raw["keywords"]]
    ids, bytes_, scales, own, marks, firsts = [], [], [], [], [], [0]
    for (start, end), head in zip(record.units, record.heads):
        encoding = pieces.tokenizer.encode(record.context[start:end], add_special_tokens=False)
        above = [*pieces.encode(head)[:MAX_HEAD], *pieces.encode(":")] if head else []
        unit = [*above, *encoding.ids[:MAX_UNIT]]
        packed, scale = pack(reader.encode([0, *unit, 2])[0])
        mark = np.zeros(len(unit), np.uint8)
        offsets = [(start + a, start + b) for a, b in encoding.offsets[:MAX_UNIT]]
        for spans, inside, begin in ((answers, 1, 4), (keywords, 2, 8)):
            for span in spans:
                covered = [at for at, (a, b) in enumerate(offsets) if a < span[1] and b > span[0] and b > a]
                if covered:
                    mark[[len(above) + at for at in covered]] |= inside
                    mark[len(above) + covered[0]] |= begin
        ids.append(np.array(unit, np.int32))
        bytes_.append(packed)
        scales.append(scale)
        own.append(len(above))
        marks.append(mark)
        firsts.append(firsts[-1] + len(unit))
    small = {key: raw[key] for key in ("id", "answers", "keywords", "gold", "lang")}
    return Entry(
        name, record, small, np.concatenate(ids), np.concatenate(bytes_), np.concatenate(scales), np.array(firsts),
        np.array(own), np.concatenate(marks), is_whole,
    )  # fmt: skip


def answer_spans(raw: dict) -> list[tuple[int, int]]:
    """Where the answers stand inside the gold."""
    spans = []
    if raw["task"] in ("claim", "code-search"):
        return spans
    for start, end in raw["gold"]:
        for answer in raw["answers"]:
            at = raw["context"].find(answer, start, end) if len(answer) < 200 else -1
            while at >= 0:
                before, after = raw["context"][at - 1 : at], raw["context"][at + len(answer) : at + len(answer) + 1]
                if raw["lang"] == "zh" or not (before.isalnum() or after.isalnum()):
                    spans.append((at, at + len(answer)))
                at = raw["context"].find(answer, at + len(answer), end)
    return spans


def run_part(task: tuple) -> str:
    data, model, out, split, part, scale = task
    target = out / f"{split}-{part}.pt"
    if target.exists():
        return str(target)
    reader, baseline = Reader(model), load_baseline(data)
    entries = []
    for name, (count, whole) in (TRAIN if split == "train" else DEV).items():
        raws = list(read_set(data, split, name))
        random.Random(11).shuffle(raws)
        for idx in range(part, round(count * scale), PARTS):
            if idx >= len(raws):
                break
            record = make_record(raws[idx], baseline)
            if not any(record.is_gold) or all(record.is_gold):
                continue
            is_whole = idx < whole
            if not is_whole:
                record = crop(record, random.Random(idx))
            entries.append(read_entry(name, raws[idx], record, reader, is_whole))
    torch.save(entries, target)
    return f"{target} {len(entries)} records {sum(len(entry.record.units) for entry in entries)} units"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("data", "model", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    tasks = [(args.data, args.model, args.out, split, part, args.scale) for part in range(PARTS) for split in ("train",)]
    tasks[2:2] = [(args.data, args.model, args.out, "dev", part, 1.0) for part in range(PARTS)]
    with multiprocessing.get_context("spawn").Pool(args.workers) as pool:
        for line in pool.imap_unordered(run_part, tasks):
            print(line, flush=True)


def load_pool(folder: Path, split: str) -> list[Entry]:
    entries = []
    for path in sorted(folder.glob(f"{split}-*.pt")):
        entries += torch.load(path, weights_only=False)
    return entries


if __name__ == "__main__":
    # By its own name, so that the entries can be loaded by others.
    import pool

    pool.main()
