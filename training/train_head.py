"""Trains the head that turns a unit's figures into its score: a two-layer network added to the sum of z-scores.

usage: train_head.py --data DIR --model DIR [--records 60] [--seconds 900] [--features FILE]

Reads records of every training set with the exported encoder (the very file that ships), joins some of them to longer
contexts so that distractors look alike, and learns by the listwise loss over all units. Its output starts at zero, so
the score starts as critic plus BM25. Two heads: for the first pass, and for all three: the question of the second pass
holds the first one's best unit, that of the third the best two by then. Writes `scorer.json` into the model folder. The last tenth of the records is held out and reported.

The figures of a unit (`figures` below, `server/src/critic/unit-head.ts` computes the same):
z-scores of critic, BM25 and the further passes among the request's units, the critic's distance to its best, BM25 as a share of
its best, the better neighbour's and the mean of the units under the same head, length, Chinese share, number of units.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from records import Record, load_baseline, make_record, read_set
from scorer import Pieces
from train_encoder import SHARES

HIDDEN = 16
JOINED = {"hotpot": 6, "2wiki": 8, "musique": 5, "qed": 20, "cmrc2018": 20, "covidqa": 1, "redocred": 20}
MAX_CONTEXT = 14_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--records", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--features", type=Path, help="kept here, and read again when it is there")
    args = parser.parse_args()
    torch.manual_seed(7)
    torch.set_num_threads(1)
    if args.features and args.features.exists():
        lists = torch.load(args.features, weights_only=True)
    else:
        lists = collect(args.data, Reader(args.model, args.threads), args.records)
        if args.features:
            torch.save(lists, args.features)
    random.Random(3).shuffle(lists)
    cut = len(lists) * 9 // 10
    heads = {}
    for stage in ("first", "last"):
        head = Head(WIDTH[stage])
        fit(head, stage, lists[:cut])
        print(stage, "held out loss: start", loss_of(Head(WIDTH[stage]), stage, lists[cut:]), "end", loss_of(head, stage, lists[cut:]))
        heads[stage] = {name: value.tolist() for name, value in head.state_dict().items()}
    (args.model / "scorer.json").write_text(json.dumps(rounded(heads)) + "\n")


class Reader:
    """The shipped encoder, one unit at a time as the product runs it."""

    def __init__(self, model: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(model / "encoder.onnx"), options, providers=["CPUExecutionProvider"])
        self.pieces = Pieces(model / "tokenizer.json")

    def encode(self, ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
        fed = np.array([ids])
        hidden, weight = self.session.run(["h", "w"], {"ids": fed, "mask": np.ones_like(fed)})
        states = hidden[0] / np.linalg.norm(hidden[0], axis=-1, keepdims=True)
        return states, weight[0]

    def question(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        ids = self.pieces.question(text)
        skip = 1 + self.pieces.prefix
        states, weight = self.encode(ids)
        weights = weight[skip:-1] * self.pieces.rarity[torch.tensor(ids[skip:-1])].numpy()
        return states[skip:-1], weights / max(weights.sum(), 1e-6)

    def units(self, record: Record) -> list[np.ndarray]:
        return [
            self.encode(self.pieces.unit(record.heads[place], record.text(place))[0])[0][1:-1].astype(np.float16)
            for place in range(len(record.units))
        ]


def meet(question: tuple[np.ndarray, np.ndarray], units: list[np.ndarray]) -> np.ndarray:
    states, weights = question
    sizes = [max(1, len(unit)) for unit in units]
    flat = np.concatenate([unit if len(unit) else np.zeros((1, 384), np.float16) for unit in units]).astype(np.float32)
    cosines = states @ flat.T
    best = np.maximum.reduceat(cosines, np.cumsum([0, *sizes[:-1]]), axis=1)
    return weights @ best


def collect(data: Path, reader: Reader, count: int) -> list[dict[str, torch.Tensor]]:
    baseline = load_baseline(data)
    lists: list[dict[str, torch.Tensor]] = []
    for name in SHARES:
        raws = list(read_set(data, "train", name))
        random.Random(11).shuffle(raws)
        read: list[tuple[Record, list[np.ndarray], dict]] = []
        for raw in raws:
            if len(read) == count:
                break
            if len(raw["context"]) > MAX_CONTEXT and name not in ("covidqa", "qmsum"):
                continue
            if name in ("covidqa", "qmsum") and len(read) == count // 5:
                break
            record = make_record(raw, baseline)
            if any(record.is_gold) and not all(record.is_gold):
                read.append((record, reader.units(record), raw))
        for idx, (record, states, raw) in enumerate(read):
            lists.append(figures_of(reader, baseline, raw, [(record, states)]))
            extra = JOINED.get(name, 0)
            if extra and idx % 2 == 0:
                others = random.Random(idx).sample([x for x in range(len(read)) if x != idx], min(extra, len(read) - 1))
                lists.append(figures_of(reader, baseline, raw, [(record, states), *((read[x][0], read[x][1]) for x in others)]))
        print(name, len(read), flush=True)
    return lists


def figures_of(reader: Reader, baseline, raw: dict, parts: list[tuple[Record, list[np.ndarray]]]) -> dict[str, torch.Tensor]:
    """`first` and `last`: [n, figures]; `gold`: [n]. The first part holds the gold."""
    record = parts[0][0]
    units = [state for _, states in parts for state in states]
    texts = [part.text(place) for part, _ in parts for place in range(len(part.units))]
    heads = [(which, part.heads[place]) for which, (part, _) in enumerate(parts) for place in range(len(part.units))]
    groups = [which for which, (part, _) in enumerate(parts) for _ in part.units]
    gold = [mark and which == 0 for which, (part, _) in enumerate(parts) for mark in part.is_gold]
    titled = texts if record.lang == "code" else [f"{head} {text}".strip() for (_, head), text in zip(heads, texts)]
    lexical = np.array(baseline.bm25(record.question, titled, record.lang))
    met = meet(reader.question(record.question), units)
    first = figures(met, lexical, [], texts, heads, groups)
    # Further passes are trained on what the earlier ones find, right or wrong, as they will be used.
    scores = z_scores(first[:, 0] + first[:, 1])
    found = [int(scores.argmax())]
    passes: list[np.ndarray] = []
    for _ in range(2):
        known = " ".join(f"{heads[idx][1]}: {texts[idx]}" if heads[idx][1] else texts[idx] for idx in found)
        passes.append(meet(reader.question(f"{record.question} {known}"), units))
        order = np.argsort(-(scores + z_scores(passes[0])), kind="stable")
        found = [found[0], int(next(idx for idx in order if idx != found[0]))]
    last = figures(met, lexical, passes, texts, heads, groups)
    return {"first": torch.tensor(first), "last": torch.tensor(last), "gold": torch.tensor(gold)}


WIDTH = {"first": 10, "last": 12}


def figures(met, lexical, further, texts, heads, groups) -> np.ndarray:
    critic, words = z_scores(met), z_scores(lexical)
    size = len(texts)
    near = np.full(size, -1.0)
    for idx in range(size):
        for other in (idx - 1, idx + 1):
            if 0 <= other < size and groups[other] == groups[idx]:
                near[idx] = max(near[idx], critic[other])
    sums: dict = {}
    for idx, head in enumerate(heads):
        total, number = sums.get(head, (0.0, 0))
        sums[head] = (total + critic[idx], number + 1)
    family = np.array([sums[head][0] / sums[head][1] for head in heads])
    best = max(met.max(), 1e-6)
    columns = [
        critic, words, 10 * (met - best), lexical / max(lexical.max(), 1e-6), near, family,
        np.array([math.log(len(text) / 100 + 0.01) for text in texts]),
        np.array([len(re.findall(r"[\u3400-\u9fff]", text)) / len(text) for text in texts]),
        np.full(size, math.log(size) - 4), (met - met.mean()) * 10,
    ]  # fmt: skip
    columns += [z_scores(values) for values in further]
    return np.stack(columns, 1).clip(-6, 6).astype(np.float32)


def z_scores(values: np.ndarray) -> np.ndarray:
    deviation = values.std()
    return (values - values.mean()) / deviation if deviation > 1e-9 else np.zeros_like(values)


class Head(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, HIDDEN)
        self.outer = nn.Linear(HIDDEN, 1)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, figures: torch.Tensor) -> torch.Tensor:
        base = figures[:, 0] + figures[:, 1] + 0.6 * figures[:, 10:].sum(1)
        return base + self.outer(torch.tanh(self.inner(figures))).squeeze(-1)


def list_loss(head: Head, stage: str, entry: dict[str, torch.Tensor]) -> torch.Tensor:
    scores, gold = head(entry[stage]), entry["gold"]
    good, bad = scores[gold], scores[~gold]
    return (torch.logaddexp(good, bad.logsumexp(0)) - good).mean()


def loss_of(head: Head, stage: str, lists) -> float:
    with torch.no_grad():
        return round(sum(list_loss(head, stage, entry).item() for entry in lists) / len(lists), 4)


def fit(head: Head, stage: str, lists, epochs: int = 40) -> None:
    optimiser = torch.optim.AdamW(head.parameters(), lr=5e-3, weight_decay=0.01)
    rng = random.Random(5)
    steps = epochs * (len(lists) // 8)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=steps)
    for _ in range(steps):
        loss = sum(list_loss(head, stage, entry) for entry in rng.sample(lists, 8)) / 8
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


def rounded(value):
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    return [rounded(entry) for entry in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
