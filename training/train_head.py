"""Trains the head that turns a unit's figures into its score: a two-layer network added to a sum of them.

usage: train_head.py --data DIR --pool DIR --model DIR [--features FILE]

Works on records that `pool.py` read with the exported encoder, some of them joined to longer contexts so that
distractors look alike. Learns by the listwise loss over all units. Two heads: `first` after one pass, which starts as the sum
of the z-scores of critic and BM25; and `last` after three passes, whose output starts at zero and is added to the first
one's. The question of the second pass holds the unit that the first head likes best, that of the third the best two by then.
Then the scores are calibrated to probabilities. Writes `scorer.json` into the model folder. Every tenth record is held out
and reported.

`unit_figures.py` and `Passes` below are what `server/src/critic/unit-figures.ts` and `unit-ranker.ts` compute in the product.
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

from pool import Entry, Reader, load_pool, meet
from records import load_baseline
from unit_figures import WIDTH, figures, last_figures, pass_scores

HIDDEN = 24
# How many others at most a record is joined with.
JOINED = {"hotpot": 24, "2wiki": 24, "musique": 12, "qed": 40, "cmrc2018": 40, "redocred": 30, "drcd": 40, "selqa": 20, "composed-zh": 6}
# Records of a set at most, and one of how many is joined with others, too.
MOST, JOINED_OF = 300, 4
MAX_UNITS = 1200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("data", "pool", "model"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--features", type=Path, help="folder for figures: kept here, and read again when they are there")
    args = parser.parse_args()
    torch.manual_seed(7)
    torch.set_num_threads(1)
    scored = Scored()
    heads: dict = {}
    for stage, head in scored.heads.items():
        lists = collect_all(args, stage, scored)
        kept, held = [entry for place, entry in enumerate(lists) if place % 10], lists[::10]
        start = loss_of(scored, stage, held)
        fit(scored, stage, kept)
        print(stage, len(lists), "lists, held out loss: start", start, "end", loss_of(scored, stage, held), flush=True)
        heads[stage] = {name: value.tolist() for name, value in head.state_dict().items()}
    heads["probability"] = calibrate(scored, held[::2])
    print("calibration error:", round(calibration_error(scored, held[1::2], heads["probability"]), 4))
    (args.model / "scorer.json").write_text(json.dumps(rounded(heads)) + "\n")


@dataclass
class Passes:
    """Everything that the passes find out about the units of one request. Without a first head only the first pass."""

    reader: Reader
    baseline: object
    early: Head | None = None

    @torch.no_grad()
    def run(self, parts: list[Entry], question: str | None = None) -> dict:
        """`first` and `last`: [units, figures]; `gold`: [units]; what was found. The first part holds the gold."""
        record = parts[0].record
        is_own = question is None or question == record.question
        question = question or record.question
        units = [(which, part, place) for which, part in enumerate(parts) for place in range(len(part.record.units))]
        texts = [part.record.text(place) for _, part, place in units]
        heads = [part.record.heads[place] for _, part, place in units]
        groups = [which for which, _, _ in units]
        if len(parts) == 1 and is_own:
            lexical, met = np.array(record.bm25), parts[0].met
        else:
            titled = texts if record.lang == "code" else [f"{head} {text}".strip() for head, text in zip(heads, texts)]
            lexical = np.array(self.baseline.bm25(question, titled, record.lang))
            met = self.meet(question, parts)
        families = list(zip(groups, heads))
        first = figures(met, lexical, texts, families, groups, heads, question)
        gold = torch.tensor([part.record.is_gold[place] and which == 0 for which, part, place in units])
        result = {"first": torch.tensor(first), "gold": gold, "met": torch.tensor(met)}
        if self.early is None:
            return result
        early = self.early(result["first"]).double().numpy()
        further, found = [], []
        for _ in range(2):
            scores = pass_scores(early, further)
            found.append(next(int(place) for place in np.argsort(-scores, kind="stable") if int(place) not in found))
            asked = " ".join([question, *(describe(heads[place], texts[place]) for place in found)])
            further.append(self.meet(asked, parts))
        last = last_figures(first, early, further, texts, families, heads, found)
        return {**result, "last": torch.tensor(last), "asked": asked}

    def meet(self, question: str, parts: list[Entry]) -> np.ndarray:
        asked = self.reader.question(question)
        return np.concatenate([meet(asked, part.states(), part.firsts) for part in parts])


def describe(head: str, text: str) -> str:
    """A found unit as a question holds it."""
    return f"{head}: {text}" if head else text


def collect_all(args: argparse.Namespace, stage: str, scored: Scored) -> list[dict[str, torch.Tensor]]:
    target = args.features / f"{stage}.pt" if args.features else None
    if target and target.exists():
        return torch.load(target, weights_only=True)
    head = None if stage == "first" else {name: value.clone() for name, value in scored.heads["first"].state_dict().items()}
    tasks = [(args.data, args.pool, args.model, head, part, args.workers) for part in range(args.workers)]
    with multiprocessing.get_context("spawn").Pool(args.workers) as workers:
        lists = [{key: torch.from_numpy(value) for key, value in entry.items()} for part in workers.map(collect, tasks) for entry in part]
    if target:
        torch.save(lists, target)
    return lists


def collect(task: tuple) -> list[dict[str, np.ndarray]]:
    """One worker's share of the records, as figures."""
    data, pool, model, weights, part, parts = task
    torch.set_num_threads(1)
    passes = Passes(Reader(model, 1), load_baseline(data))
    if weights is not None:
        passes.early = Head(WIDTH["first"])
        passes.early.load_state_dict(weights)
    by_name: dict[str, list[Entry]] = {}
    for entry in load_pool(pool):
        if len(entry.record.units) > 3:
            by_name.setdefault(entry.name, []).append(entry)
    lists: list[dict[str, np.ndarray]] = []
    for name, every in by_name.items():
        own = random.Random(3).sample(every, min(MOST, len(every)))
        for idx in range(part, len(own), parts):
            lists.append(only_figures(passes.run([own[idx]])))
            extra = JOINED.get(name, 0)
            if extra and idx // parts % JOINED_OF == 0:
                rng = random.Random(idx)
                others = rng.sample([x for x in range(len(own)) if x != idx], min(rng.randint(4, extra), len(own) - 1))
                joined, size = [own[idx]], len(own[idx].record.units)
                for x in others:
                    size += len(own[x].record.units)
                    if size < MAX_UNITS:
                        joined.append(own[x])
                lists.append(only_figures(passes.run(joined)))
    return lists


def only_figures(run: dict) -> dict[str, np.ndarray]:
    """Arrays: of tensors each would cost a worker a file descriptor."""
    return {key: run[key].numpy() for key in ("first", "last", "gold", "met") if key in run}


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


def calibration_figures(scores: torch.Tensor, critic) -> torch.Tensor:
    """[units, 4]: a score below the best and below all together, the critic's value, how many units there are."""
    size = torch.full_like(scores, float(np.log(len(scores)) - 4))
    value = 10 * (torch.as_tensor(critic, dtype=scores.dtype) - 0.8)
    return torch.stack([scores - scores.max(), scores - scores.logsumexp(0), value, size], 1)


def calibrated(scores: torch.Tensor, critic, calibration: dict) -> torch.Tensor:
    """How probable it is that each unit is gold."""
    logits = calibration_figures(scores, critic) @ torch.tensor(calibration["weights"], dtype=scores.dtype) + calibration["bias"]
    return logits.sigmoid()


def calibrate(scored: Scored, lists) -> dict:
    """A logistic regression over all units of some lists."""
    with torch.no_grad():
        rows = [calibration_figures(scored(entry, "last"), entry["met"]).float() for entry in lists]
    layer = nn.Linear(4, 1)
    optimiser = torch.optim.LBFGS(layer.parameters(), max_iter=300)
    inputs, targets = torch.cat(rows), torch.cat([entry["gold"].float() for entry in lists])

    def closure():
        optimiser.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(layer(inputs)[:, 0], targets)
        loss.backward()
        return loss

    optimiser.step(closure)
    return {"weights": layer.weight.data[0].tolist(), "bias": layer.bias.item()}


def calibration_error(scored: Scored, lists, calibration: dict, bins: int = 10) -> float:
    """Expected calibration error over the units, in bins of probability."""
    with torch.no_grad():
        found = torch.cat([calibrated(scored(entry, "last"), entry["met"], calibration) for entry in lists]).numpy()
    gold = np.concatenate([entry["gold"].numpy() for entry in lists])
    places = np.minimum((found * bins).astype(int), bins - 1)
    return float(sum(abs(found[places == b].mean() - gold[places == b].mean()) * (places == b).mean() for b in range(bins) if (places == b).any()))


def load_heads(model: Path) -> Scored:
    """As `scorer.json` has them."""
    saved, scored = json.loads((model / "scorer.json").read_text()), Scored()
    for stage, head in scored.heads.items():
        head.load_state_dict({name: torch.tensor(value) for name, value in saved[stage].items()})
    return scored


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
