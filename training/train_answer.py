"""Fits what the product needs to answer without a language model: how span and unit scores add up, and when to abstain.

usage: train_answer.py --data DIR --pool DIR --model DIR --checkpoint FILE [--split train] [--features FILE]

For records that the joint layers did not train on (every HELD_OUTth), the answer is looked for in the record's own context and in the
BM25-nearest other context of its set that does not hold it. Of the best units after three passes the joint layers mark
answers (kind *answer*); a small logistic regression on the figures below says how likely the text holds one. Writes
`answer` into `scorer.json`. With `--split dev` it measures only. Mirrors `server/src/critic/extract-answer.ts`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
from collections import Counter
from pathlib import Path

import numpy as np
import torch

from export_joint import load_joint
from pool import Entry, Reader, load_pool
from records import load_baseline
from train_head import Passes, Scored
from train_joint import HELD_OUT, fed

SETS = ("hotpot", "hotpot-partial", "2wiki", "musique", "qed", "nq-open", "covidqa", "cmrc2018", "drcd", "tatqa", "redocred")
UNITS, LONGEST = 8, 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("data", "pool", "model", "checkpoint"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--split", default="train")
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--features", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    joint, shares = load_joint(args.checkpoint)
    baseline = load_baseline(args.data)
    passes = Passes(Reader(args.model, args.threads), joint, shares.tolist(), baseline)
    scorer = json.loads((args.model / "scorer.json").read_text())
    head = Scored()
    for stage, part in head.heads.items():
        part.load_state_dict({name: torch.tensor(value) for name, value in scorer[stage].items()})
    entries = load_pool(args.pool, args.split)
    if args.split == "train":
        entries = [entry for place, entry in enumerate(entries) if place % HELD_OUT == 0 and entry.is_whole and len(entry.record.units) > 3]
    rows, labels = [], []
    for name in args.sets:
        own = [entry for entry in entries if entry.name == name and entry.raw["answers"]]
        scores, yes_no = [], 0
        for entry in own[: args.sample]:
            found = extract(passes, head, entry, entry.record.question)
            other = nearest_other(entry, own, baseline)
            rows.append(found["figures"])
            labels.append(1)
            if other is not None:
                rows.append(extract(passes, head, other, entry.record.question)["figures"])
                labels.append(0)
            if [answer.lower() for answer in entry.raw["answers"]][0] in ("yes", "no"):
                yes_no += 1
            else:
                scores.append(max(f1(found["text"], answer, entry.raw["lang"]) for answer in entry.raw["answers"]))
        if scores:
            print(f"{name}: F1 {100 * np.mean(scores):.1f}, exact {100 * np.mean(np.array(scores) > 0.999):.1f} (n {len(scores)}, yes/no {yes_no})", flush=True)
    figures, wanted = np.array(rows), np.array(labels)
    if args.features:
        np.savez(args.features, figures=figures, wanted=wanted)
    if args.split == "train":
        weights, bias = fit(figures, wanted)
        scorer["answer"] = {"weights": [round(float(w), 5) for w in weights], "bias": round(float(bias), 5)}
        (args.model / "scorer.json").write_text(json.dumps(scorer) + "\n")
    else:
        weights, bias = np.array(scorer["answer"]["weights"]), scorer["answer"]["bias"]
    report(figures @ weights + bias, wanted)


@torch.no_grad()
def extract(passes: Passes, head: Scored, entry: Entry, question: str) -> dict:
    run = passes.run([entry], question)
    order = np.argsort(-head(run, "last").numpy(), kind="stable")[:UNITS]
    states, mask = fed(entry, [int(place) for place in order], 256)
    asked = torch.from_numpy(passes.reader.question(run["asked"], "answer")[0])
    relevance, labels = passes.joint(asked, states, mask)
    best, logits = None, []
    for row, place in enumerate(order):
        size, own = int(mask[row].sum()), int(entry.own[place])
        begins = (labels[row, own:size, 0] - labels[row, own:size, 2]).numpy()
        ends = (labels[row, own:size, 3] - labels[row, own:size, 2]).numpy()
        for start in range(len(begins)):
            for end in range(start, min(len(ends), start + LONGEST)):
                value = begins[start] + ends[end]
                if best is None or value > best[0]:
                    best = (value, int(place), start, end, row)
        logits.append((begins, ends))
    value, place, start, end, row = best
    every = [np.concatenate([part[side] for part in logits] + [np.zeros(1)]) for side in (0, 1)]
    share = value - sum(np.log(np.exp(part - part.max()).sum()) + part.max() for part in every)
    record = entry.record
    text = record.text(place)
    encoding = passes.reader.pieces.tokenizer.encode(text, add_special_tokens=False)
    span = text[encoding.offsets[start][0] : encoding.offsets[end][1]].strip()
    joints = run["joints"]
    figures = [
        value / 5, share / 3, 10 * (run["met"].max() - 0.8), float(relevance.max()) / 3,
        float(joints[0].max() - np.median(joints[0])) / 5, float(np.log(len(record.units))) - 3,
        coverage(question, record.context if len(record.units) < 20 else " ".join(record.text(int(p)) for p in order), passes.baseline, record.lang),
        row / UNITS,
    ]  # fmt: skip
    return {"text": span, "figures": figures}


def coverage(question: str, text: str, baseline, lang: str) -> float:
    """Share of the question's words that stand in the text."""
    words = {word for word in baseline.tokens(question, lang) if word not in baseline.STOP}
    return len(words & set(baseline.tokens(text, lang))) / max(1, len(words))


def nearest_other(entry: Entry, others: list[Entry], baseline) -> Entry | None:
    answers = [answer.lower() for answer in entry.raw["answers"]]
    free = [other for other in others if other is not entry and not any(a in other.record.context.lower() for a in answers)]
    if not free:
        return None
    scores = baseline.bm25(entry.record.question, [other.record.context for other in free], entry.record.lang)
    return free[int(np.argmax(scores))]


def f1(found: str, wanted: str, lang: str) -> float:
    left, right = normal(found, lang), normal(wanted, lang)
    shared = sum((Counter(left) & Counter(right)).values())
    if not shared:
        return float(left == right)
    return 2 * shared / (len(left) + len(right))


def normal(text: str, lang: str) -> list[str]:
    text = text.lower()
    if lang == "zh":
        return [sign for sign in text if sign.isalnum()]
    text = "".join(" " if sign in string.punctuation else sign for sign in text)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def fit(figures: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, float]:
    inputs, targets = torch.tensor(figures, dtype=torch.float32), torch.tensor(wanted, dtype=torch.float32)
    layer = torch.nn.Linear(inputs.shape[1], 1)
    weights = torch.where(targets > 0, 0.5 / targets.mean(), 0.5 / (1 - targets.mean()))
    optimiser = torch.optim.LBFGS(layer.parameters(), max_iter=200)

    def closure():
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(layer(inputs)[:, 0], targets, weights) + 1e-3 * layer.weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return layer.weight.data[0].numpy(), layer.bias.item()


def report(logits: np.ndarray, wanted: np.ndarray) -> None:
    good, bad = logits[wanted == 1], logits[wanted == 0]
    area = np.mean([(value > bad).mean() + 0.5 * (value == bad).mean() for value in good])
    print(f"answered {100 * (good > 0).mean():.1f}% of {len(good)}, abstained {100 * (bad <= 0).mean():.1f}% of {len(bad)}, area {area:.3f}")


if __name__ == "__main__":
    main()
