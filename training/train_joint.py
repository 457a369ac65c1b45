"""Trains the critic's joint layers on the kept states of the shipped encoder.

usage: train_joint.py --pool DIR --model DIR --out DIR --hours H [--resume] [--threads 2] [--layers 3]

A step takes a few records; of each its gold units, those that late interaction and BM25 rank highest, neighbours and
random ones. Losses: listwise over the units (sum of z-scores plus relevance), B/I/O/E on tokens, and for the kind
*answer* the share of the answer's first and last token among all tokens read and "none" (Clark and Gardner 2018, shared
norm); at times the gold units are left out, and "none" is right.
In a part of the draws the question holds what an earlier pass found, right or wrong. The learning rate falls to zero
over the hours given; a checkpoint is written every five minutes and `--resume` goes on from it.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from draw_joint import Draw, Drawn, draw_record
from joint import Joint, start_from
from pool import Entry, Reader
from train_encoder import begin

RECORDS_A_STEP = 6
MAX_TOKENS = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--sets", nargs="+", help="only these, to see that the trainer can fit them")
    args = begin(parser, ("pool", "model", "out"), rate=1.5e-4)
    reader = Reader(args.model, args.threads)
    joint = start_from(args.model / "encoder.onnx", mean_norm(reader), args.layers)
    shares = torch.nn.Parameter(torch.tensor([1.0, 1.0, 0.6]))
    fresh = [*joint.aligned.parameters(), *joint.alike.parameters(), *joint.inner.parameters(), *joint.relevance.parameters(),
             *joint.labels.parameters(), joint.asked, joint.whole, joint.scale, joint.shift]  # fmt: skip
    groups = [
        {"params": list(joint.layers.parameters()), "lr": args.rate},
        {"params": fresh, "lr": 5 * args.rate},
        {"params": [shares], "lr": 2e-3},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    base_rates = [group["lr"] for group in optimiser.param_groups]
    state = {"step": 0, "seconds": 0.0, "units": 0}
    checkpoint = args.out / "checkpoint.pt"
    if args.resume and checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        joint.load_state_dict(saved["joint"])
        shares.data = saved["shares"]
        optimiser.load_state_dict(saved["optimiser"])
        state = saved["state"]
    draw = Draw(args.pool, reader, random.Random(7 + state["step"]), args.sets)
    log = (args.out / "log.jsonl").open("a")
    started, last_saved = time.monotonic() - state["seconds"], time.monotonic()
    sums: dict[str, list[float]] = {}
    while True:
        seconds = time.monotonic() - started
        progress = seconds / (3600 * args.hours)
        if progress >= 1:
            break
        for group, base_rate in zip(optimiser.param_groups, base_rates):
            group["lr"] = base_rate * min(1.0, (state["step"] + 1) / 60) * max(0.02, 1 - progress)
        optimiser.zero_grad()
        for _ in range(RECORDS_A_STEP):
            drawn = draw.next()
            losses = record_loss(joint, shares, drawn)
            (sum(losses.values()) / RECORDS_A_STEP).backward()
            state["units"] += len(drawn.places)
            for key, value in losses.items():
                sums.setdefault(key, []).append(value.item())
        torch.nn.utils.clip_grad_norm_([*joint.parameters(), shares], 1.0)
        optimiser.step()
        state = {**state, "step": state["step"] + 1, "seconds": seconds}
        if state["step"] % 50 == 0:
            means = {key: round(sum(values) / len(values), 4) for key, values in sums.items()}
            sums.clear()
            held = held_out_loss(draw, joint, shares) if state["step"] % 250 == 0 else {}
            log.write(json.dumps({**state, **means, "shares": shares.tolist(), **held}) + "\n")
            log.flush()
        if time.monotonic() - last_saved > 300:
            save(checkpoint, joint, shares, optimiser, state)
            last_saved = time.monotonic()
    save(checkpoint, joint, shares, optimiser, state)


def save(path: Path, joint: Joint, shares: torch.Tensor, optimiser, state: dict) -> None:
    part = path.with_suffix(".part")
    torch.save({"joint": joint.state_dict(), "shares": shares.data, "optimiser": optimiser.state_dict(), "state": state}, part)
    part.replace(path)


def mean_norm(reader: Reader) -> float:
    ids = np.array([[0, *reader.pieces.encode("He was born in Vancouver in 1976. 清炒南瓜丝"), 2]])
    hidden = reader.session.run(["h"], {"ids": ids, "mask": np.ones_like(ids)})[0]
    return float(np.linalg.norm(hidden, axis=-1).mean())


@torch.no_grad()
def held_out_loss(draw: Draw, joint: Joint, shares: torch.Tensor, count: int = 90) -> dict[str, float]:
    rng = random.Random(3)
    sums: dict[str, list[float]] = {}
    for entry in rng.sample(draw.held, min(count, len(draw.held))):
        for key, value in record_loss(joint, shares, draw_record(entry, draw.reader, rng)).items():
            sums.setdefault(f"held {key}", []).append(value.item())
    return {key: round(sum(values) / len(values), 4) for key, values in sums.items()}


def fed(entry: Entry, places: list[int], limit: int = MAX_TOKENS) -> tuple[torch.Tensor, torch.Tensor]:
    """States [n, t, 384] and mask [n, t] of some units."""
    parts = [torch.from_numpy(entry.states(place)[:limit]) for place in places]
    states = torch.nn.utils.rnn.pad_sequence(parts, batch_first=True)
    lengths = torch.tensor([len(part) for part in parts])
    return states, (torch.arange(states.shape[1])[None] < lengths[:, None]).float()


def record_loss(joint: Joint, shares: torch.Tensor, drawn: Drawn) -> dict[str, torch.Tensor]:
    entry, places = drawn.entry, drawn.places
    states, mask = fed(entry, places)
    relevance, labels = joint(torch.from_numpy(drawn.question), states, mask)
    gold = torch.tensor([entry.record.is_gold[place] for place in places])
    scores = torch.tensor(drawn.figures[places], dtype=torch.float32) @ shares + relevance
    good, bad = scores[gold], scores[~gold]
    losses = {}
    if gold.any():
        losses["first" if drawn.is_first else "later"] = (torch.logaddexp(good, bad.logsumexp(0)) - good).mean()
    own = mask.bool()
    for row, place in enumerate(places):
        own[row, : entry.own[place]] = False
    if drawn.kind == "answer":
        losses["answer" if gold.any() else "none"] = 0.5 * answer_loss(labels, own, entry, places)
    else:
        targets = token_targets(entry, places, drawn.kind, own)
        weight = torch.tensor([2.0, 1.0, 1.0, 2.0])
        losses["keyword" if drawn.kind == "keyword" else "token"] = 0.3 * F.cross_entropy(labels[own], targets[own], weight)
    return losses


def answer_loss(labels: torch.Tensor, own: torch.Tensor, entry: Entry, places: list[int]) -> torch.Tensor:
    first, last = torch.zeros_like(own), torch.zeros_like(own)
    for row, place in enumerate(places):
        if not entry.record.is_gold[place]:
            continue
        for start, end in runs(marks_of(entry, place, own.shape[1]), 1, 4):
            first[row, start] = last[row, end] = True
    loss = torch.zeros(())
    for wanted, side in ((first, 0), (last, 3)):
        logits = (labels[..., side] - labels[..., 2]).masked_fill(~own, -1e4)
        none = torch.zeros(1)
        every = torch.cat([logits.flatten(), none])
        loss = loss + every.logsumexp(0) - (logits[wanted] if wanted.any() else none).logsumexp(0)
    return loss / 2


def marks_of(entry: Entry, place: int, limit: int) -> np.ndarray:
    return entry.marks[entry.firsts[place] : entry.firsts[place + 1]][:limit]


def runs(marks: np.ndarray, inside: int, begin: int) -> list[tuple[int, int]]:
    """First and last token of every marked stretch."""
    found: list[tuple[int, int]] = []
    for place, mark in enumerate(marks):
        if not mark & inside:
            continue
        if mark & begin or not found or found[-1][1] != place - 1:
            found.append((place, place))
        else:
            found[-1] = (found[-1][0], place)
    return found


def token_targets(entry: Entry, places: list[int], kind: str, own: torch.Tensor) -> torch.Tensor:
    """B, I, O, E as 0 … 3: the whole unit where it is gold, or the keywords in it."""
    targets = torch.full(own.shape, 2)
    for row, place in enumerate(places):
        if not entry.record.is_gold[place]:
            continue
        size = int(own[row].nonzero().max()) + 1 if own[row].any() else 0
        stretches = runs(marks_of(entry, place, own.shape[1]), 2, 8) if kind == "keyword" else [(int(entry.own[place]), size - 1)]
        for start, end in stretches:
            targets[row, start : end + 1] = 1
            if end > start:
                targets[row, end] = 3
            targets[row, start] = 0
    return targets


if __name__ == "__main__":
    main()
