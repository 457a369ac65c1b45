"""Trains the upper layers of the critic's encoder with a listwise loss over the units of a record.

usage: train_encoder.py --data DIR --base DIR --out DIR --hours H [--resume] [--threads 2]

A step takes a few records; of each, its gold units, the units that BM25 ranks highest, neighbours of gold and random
ones. The loss of a gold unit is its negative log share among itself and the units that are not gold. In records of
several hops a part of the gold is sometimes appended to the question, and only the rest counts as gold (conditioning
on what was found). The learning rate falls to zero over the hours given, so a run ends by itself; a checkpoint is
written every ten minutes and `--resume` goes on from it.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from records import Record, load_baseline, make_record, read_set
from scorer import Pieces, Scorer, unit_length

# Share of draws. Multi-hop and claims weigh more than their few records would.
SHARES = {
    "hotpot": 9, "hotpot-partial": 4, "2wiki": 10, "musique": 5, "redocred": 6, "qed": 7, "nq-open": 7, "covidqa": 7,
    "selqa": 4, "tatqa": 2, "wice": 7, "foolmetwice": 5, "qmsum": 5, "cmrc2018": 9, "drcd": 4, "cosqa": 4,
    "cosqa-doc": 7, "pystdlib": 4,
}  # fmt: skip
MULTI_HOP = {"hotpot", "hotpot-partial", "2wiki", "musique", "redocred", "wice"}
GOLD, RANKED, NEAR, RANDOM = 3, 6, 3, 3
RECORDS_A_STEP = 4
CHUNK = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    args = begin(parser, ("data", "base", "out"), rate=6e-5)
    baseline = load_baseline(args.data)
    pieces = Pieces(args.base / "tokenizer.json")
    model = Scorer(args.base)
    upper = [p for p in model.encoder.parameters() if p.requires_grad]
    head = [model.term.weight, model.log_scale, model.bm25]
    optimiser = torch.optim.AdamW(
        [{"params": upper, "lr": args.rate}, {"params": head, "lr": 2e-3}], weight_decay=0.01
    )
    base_rates = [group["lr"] for group in optimiser.param_groups]
    state = {"step": 0, "seconds": 0.0, "windows": 0}
    checkpoint = args.out / "checkpoint.pt"
    if args.resume and checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        state = saved["state"]
    draw = Draw(args.data, baseline, random.Random(7 + state["step"]))

    started = time.monotonic() - state["seconds"]
    last_saved = time.monotonic()
    losses: list[float] = []
    log = (args.out / "log.jsonl").open("a")
    while True:
        seconds = time.monotonic() - started
        progress = seconds / (3600 * args.hours)
        if progress >= 1:
            break
        rate = min(1.0, (state["step"] + 1) / 60) * (1 - progress)
        for group, base_rate in zip(optimiser.param_groups, base_rates):
            group["lr"] = base_rate * rate
        loss, windows = step_loss(model, pieces, [draw.next() for _ in range(RECORDS_A_STEP)], draw.random)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(upper + head, 1.0)
        optimiser.step()
        state = {"step": state["step"] + 1, "seconds": seconds, "windows": state["windows"] + windows}
        losses.append(loss.item())
        if state["step"] % 25 == 0:
            line = {**state, "loss": sum(losses) / len(losses), "scale": model.log_scale.item(), "bm25": model.bm25.item()}
            losses.clear()
            log.write(json.dumps(line) + "\n")
            log.flush()
        if time.monotonic() - last_saved > 600:
            save(checkpoint, model, optimiser, state)
            last_saved = time.monotonic()
    save(checkpoint, model, optimiser, state)


def begin(parser: argparse.ArgumentParser, folders: tuple[str, ...], rate: float) -> argparse.Namespace:
    """Reads the arguments that every run has, and prepares its folder and PyTorch."""
    for name in folders:
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(7)
    return args


def save(path: Path, model: Scorer, optimiser: torch.optim.Optimizer, state: dict) -> None:
    part = path.with_suffix(".part")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "state": state}, part)
    part.replace(path)


class Draw:
    """Draws records: the set by its share, then the next of the set in a shuffled order."""

    def __init__(self, data: Path, baseline, rng: random.Random) -> None:
        self.random = rng
        self.baseline = baseline
        self.raw = {name: list(read_set(data, "train", name)) for name in SHARES}
        self.order: dict[str, list[int]] = {name: [] for name in SHARES}

    def next(self) -> tuple[str, Record]:
        while True:
            name = self.random.choices(list(SHARES), list(SHARES.values()))[0]
            if not self.order[name]:
                self.order[name] = self.random.sample(range(len(self.raw[name])), len(self.raw[name]))
            record = make_record(self.raw[name][self.order[name].pop()], self.baseline)
            if any(record.is_gold) and not all(record.is_gold):
                return name, record


def step_loss(model: Scorer, pieces: Pieces, drawn: list[tuple[str, Record]], rng: random.Random) -> tuple[torch.Tensor, int]:
    """Mean loss of the records, and how many units were read."""
    questions: list[list[int]] = []
    units: list[list[int]] = []
    chosen: list[tuple[Record, list[int], int]] = []
    for name, record in drawn:
        question, hidden_gold = condition(name, record, rng)
        places, golds = choose(record, hidden_gold, rng)
        questions.append(pieces.question(question))
        chosen.append((record, places, golds))
        units += [pieces.unit(record.heads[place], record.text(place))[0] for place in places]
    states, mask = encode(model, units)
    states = unit_length(states)
    asked, _ = encode(model, questions)
    total = torch.zeros(())
    owner = torch.tensor([idx for idx, (_, places, _) in enumerate(chosen) for _ in places])
    for idx, (record, places, golds) in enumerate(chosen):
        ids = questions[idx]
        skip = 1 + pieces.prefix()
        hidden = asked[idx, skip : len(ids) - 1]
        weights = model.weights(hidden, pieces.rarity[torch.tensor(ids[skip:-1])])
        met = model.meet(unit_length(hidden), weights, states, mask) * model.log_scale.exp()
        own = owner == idx
        lexical = torch.tensor(z_scores(record.bm25))[torch.tensor(places)]
        scores = met[own] + model.bm25 * lexical
        good, bad = scores[:golds], scores[golds:]
        listwise = (torch.logaddexp(good, bad.logsumexp(0)) - good).mean()
        # Units of the other records, by the encoder alone: short contexts have too few hard ones of their own.
        others = met[~own].logsumexp(0)
        apart = (torch.logaddexp(met[own][:golds], others) - met[own][:golds]).mean()
        total = total + listwise + 0.3 * apart
    return total / len(chosen), len(units)


def condition(name: str, record: Record, rng: random.Random) -> tuple[str, set[int]]:
    """Sometimes a part of the gold is known already: it joins the question and is no target any more."""
    gold = [place for place, mark in enumerate(record.is_gold) if mark]
    if name not in MULTI_HOP or len(gold) < 2 or rng.random() > 0.4:
        return record.question, set()
    known = set(rng.sample(gold, rng.randint(1, len(gold) - 1)))
    found = " ".join(f"{record.heads[place]}: {record.text(place)}" for place in sorted(known))
    return f"{record.question} {found}", known


def choose(record: Record, known: set[int], rng: random.Random) -> tuple[list[int], int]:
    """Places of gold units, then of units that are not; and how many are gold."""
    everywhere = range(len(record.units))
    gold = [place for place in everywhere if record.is_gold[place] and place not in known]
    golds = rng.sample(gold, min(GOLD, len(gold)))
    free = [place for place in everywhere if not record.is_gold[place]]
    ranked = sorted(free, key=lambda place: -record.bm25[place])[: 2 * RANKED]
    near = [place for gold in golds for place in (gold - 1, gold + 1, gold + 2) if 0 <= place < len(record.units) and not record.is_gold[place]]
    picked = dict.fromkeys(rng.sample(ranked, min(RANKED, len(ranked))))
    picked.update(dict.fromkeys(rng.sample(near, min(NEAR, len(near)))))
    picked.update(dict.fromkeys(rng.sample(free, min(RANDOM, len(free)))))
    return [*golds, *picked], len(golds)


def encode(model: Scorer, sequences: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """States in the given order; read in chunks of like length, because padding costs as much as text."""
    order = sorted(range(len(sequences)), key=lambda idx: len(sequences[idx]))
    longest = max(map(len, sequences))
    parts, masks = [], []
    for start in range(0, len(order), CHUNK):
        group = [sequences[idx] for idx in order[start : start + CHUNK]]
        hidden, mask = model.states(group)
        room = longest - hidden.shape[1]
        parts.append(F.pad(hidden, (0, 0, 0, room)))
        masks.append(F.pad(mask, (0, room)))
    back = torch.tensor(order).argsort()
    hidden, mask = torch.cat(parts)[back], torch.cat(masks)[back]
    return hidden, mask


def z_scores(values: list[float]) -> list[float]:
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    return [(value - mean) / deviation if deviation > 1e-9 else 0.0 for value in values]


if __name__ == "__main__":
    main()
