"""Trains the head that turns a unit's figures into its score: a two-layer network added to a sum of them.

usage: train_head.py --pool DIR --model DIR --checkpoint FILE [--features FILE]

Works on records that `pool.py` read with the exported encoder, some of them joined to longer contexts so that
distractors look alike, and on trained joint layers. Where there are enough, only records that these did not learn from. Learns by the listwise loss over all units. Two heads: `first` after late interaction alone, which starts as the sum
of the z-scores of critic and BM25; and `last` after three passes, whose output starts at zero and is added to the first
one's: the question of the second pass holds the first one's best unit, that of the third the best two by then. Writes
`scorer.json` into the model folder. Every tenth record is held out and reported.

`unit_figures.py` and `Passes` below are what `server/src/critic/unit-head.ts` and `unit-ranker.ts` compute in the product.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from draw_joint import HELD_OUT, all_states, describe, meet, z_scores
from export_joint import load_joint
from joint import Joint
from pool import Entry, Reader, load_pool
from records import load_baseline
from train_joint import fed
from unit_figures import WIDTH, candidates, figures, joint_sums, last_figures

HIDDEN = 24
JOINED = {"hotpot": 6, "2wiki": 8, "musique": 5, "qed": 20, "cmrc2018": 20, "redocred": 20, "drcd": 20, "selqa": 10}
# At least so many records of a set, from those that the joint layers learned from where need be; and at most.
LEAST, MOST = {"hotpot": 45, "2wiki": 40, "musique": 25, "wice": 30}, 70
MAX_UNITS = 700


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("data", "pool", "model", "checkpoint"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--features", type=Path, help="kept here, and read again when it is there")
    args = parser.parse_args()
    torch.manual_seed(7)
    torch.set_num_threads(args.threads)
    joint, shares = load_joint(args.checkpoint)
    if args.features and args.features.exists():
        lists = torch.load(args.features, weights_only=True)
    else:
        with multiprocessing.get_context("spawn").Pool(args.threads) as workers:
            tasks = [(args.data, args.pool, args.model, args.checkpoint, part, args.threads) for part in range(args.threads)]
            lists = [entry for part in workers.map(collect, tasks) for entry in part]
        if args.features:
            torch.save(lists, args.features)
    torch.set_num_threads(1)
    kept = [entry for place, entry in enumerate(lists) if place % 10]
    held = lists[::10]
    heads: dict = {"shares": shares.tolist()}
    scored = Scored()
    for stage, head in scored.heads.items():
        start = loss_of(scored, stage, held)
        fit(scored, stage, kept)
        print(stage, "held out loss: start", start, "end", loss_of(scored, stage, held), flush=True)
        heads[stage] = {name: value.tolist() for name, value in head.state_dict().items()}
    (args.model / "scorer.json").write_text(json.dumps(rounded(heads)) + "\n")


@dataclass
class Passes:
    """Everything that the three passes find out about the units of one request."""

    reader: Reader
    joint: Joint
    shares: list[float]
    baseline: object

    def run(self, parts: list[Entry], question: str | None = None) -> dict:
        """`first` and `last`: [units, figures]; `gold`: [units]; what was found. The first part holds the gold."""
        record = parts[0].record
        question = question or record.question
        units = [(which, part, place) for which, part in enumerate(parts) for place in range(len(part.record.units))]
        texts = [part.record.text(place) for _, part, place in units]
        heads = [part.record.heads[place] for _, part, place in units]
        groups = [which for which, _, _ in units]
        states = np.concatenate([all_states(part) for part in parts])
        offsets = np.cumsum([0, *(part.firsts[-1] for part in parts)])
        firsts = np.concatenate([*(part.firsts[:-1] + offset for part, offset in zip(parts, offsets)), offsets[-1:]])
        titled = texts if record.lang == "code" else [f"{head} {text}".strip() for head, text in zip(heads, texts)]
        lexical = np.array(self.baseline.bm25(question, titled, record.lang))
        met = meet(self.reader.question(question), states, firsts)
        first = figures(met, lexical, texts, list(zip(groups, heads)), groups)
        further, joints, found = [], [], []
        for hop in range(3):
            asked = " ".join([question, *(describe(heads[place], texts[place]) for place in found)])
            if hop > 0:
                further.append(meet(self.reader.question(asked), states, firsts))
            sums = self.joint_scores(asked, units, met, lexical, further[-1] if further else None)
            joints.append(sums)
            order = [int(place) for place in np.argsort(-sums, kind="stable") if int(place) not in found]
            found = [*found, order[0]]
        last = last_figures(first, further, joints)
        gold = [part.record.is_gold[place] and which == 0 for which, part, place in units]
        return {
            "first": torch.tensor(first), "last": torch.tensor(last), "gold": torch.tensor(gold),
            "asked": asked, "met": met, "joints": joints, "words": lexical,
        }  # fmt: skip

    @torch.no_grad()
    def joint_scores(self, asked, units, met, lexical, further) -> np.ndarray:
        """Listwise logits of every unit; those not read count as the worst that was."""
        columns = [z_scores(met), z_scores(lexical), z_scores(further) if further is not None else np.zeros(len(met))]
        read = candidates(columns)
        question = torch.from_numpy(self.reader.question(asked)[0])
        relevance = np.full(len(met), np.nan)
        sizes = sorted(read, key=lambda place: units[place][1].firsts[units[place][2] + 1] - units[place][1].firsts[units[place][2]])
        for start in range(0, len(sizes), 32):
            group = sizes[start : start + 32]
            pairs = [fed(units[place][1], [units[place][2]], 256)[0][0] for place in group]
            states = torch.nn.utils.rnn.pad_sequence(pairs, batch_first=True)
            lengths = torch.tensor([len(part) for part in pairs])
            mask = (torch.arange(states.shape[1])[None] < lengths[:, None]).float()
            relevance[group] = self.joint(question, states, mask)[0].numpy()
        return joint_sums(self.shares, columns, relevance)


def collect(task: tuple) -> list[dict[str, torch.Tensor]]:
    """One worker's share of the records, as figures."""
    data, pool, model, checkpoint, part, parts = task
    torch.set_num_threads(1)
    joint, shares = load_joint(checkpoint)
    passes = Passes(Reader(model, 1), joint, shares.tolist(), load_baseline(data))
    by_name: dict[str, list[Entry]] = {}
    spare: dict[str, list[Entry]] = {}
    for place, entry in enumerate(load_pool(pool, "train")):
        if entry.is_whole and len(entry.record.units) > 3:
            (by_name if place % HELD_OUT == 0 else spare).setdefault(entry.name, []).append(entry)
    lists: list[dict[str, torch.Tensor]] = []
    for name, more in spare.items():
        own = by_name.get(name, [])[:MOST]
        own += more[: max(0, LEAST.get(name, 18) - len(own))]
        for idx, entry in enumerate(own):
            if idx % parts != part:
                continue
            lists.append(only_figures(passes.run([entry])))
            extra = JOINED.get(name, 0)
            if extra and idx % 3 == 0:
                others = random.Random(idx).sample([x for x in range(len(own)) if x != idx], min(extra, len(own) - 1))
                joined, size = [entry], len(entry.record.units)
                for x in others:
                    size += len(own[x].record.units)
                    if size < MAX_UNITS:
                        joined.append(own[x])
                lists.append(only_figures(passes.run(joined)))
        print(name, len(own), flush=True)
    return lists


def only_figures(run: dict) -> dict[str, torch.Tensor]:
    return {key: run[key] for key in ("first", "last", "gold")}


class Head(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.direct = nn.Linear(width, 1, bias=False)
        self.inner = nn.Linear(width, HIDDEN)
        self.outer = nn.Linear(HIDDEN, 1)
        for part in (self.direct.weight, self.outer.weight, self.outer.bias):
            nn.init.zeros_(part)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return (self.direct(rows) + self.outer(torch.tanh(self.inner(rows)))).squeeze(-1)


class Scored(nn.Module):
    """Both heads, as the product adds them."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.ModuleDict({stage: Head(width) for stage, width in WIDTH.items()})
        nn.init.ones_(self.heads["first"].direct.weight[:, :2])

    def forward(self, entry: dict[str, torch.Tensor], stage: str) -> torch.Tensor:
        early = self.heads["first"](entry["first"])
        return early if stage == "first" else early.detach() + self.heads["last"](entry["last"])


def list_loss(scored: Scored, stage: str, entry: dict[str, torch.Tensor]) -> torch.Tensor:
    scores, gold = scored(entry, stage), entry["gold"]
    good, bad = scores[gold], scores[~gold]
    return (torch.logaddexp(good, bad.logsumexp(0)) - good).mean()


def loss_of(scored: Scored, stage: str, lists) -> float:
    with torch.no_grad():
        return round(sum(list_loss(scored, stage, entry).item() for entry in lists) / len(lists), 4)


def fit(scored: Scored, stage: str, lists, epochs: int = 40) -> None:
    optimiser = torch.optim.AdamW(scored.heads[stage].parameters(), lr=5e-3, weight_decay=0.01)
    rng = random.Random(5)
    steps = epochs * (len(lists) // 8)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=steps)
    for _ in range(steps):
        loss = sum(list_loss(scored, stage, entry) for entry in rng.sample(lists, 8)) / 8
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
    # By its own name, so that its workers find it.
    import train_head

    train_head.main()
