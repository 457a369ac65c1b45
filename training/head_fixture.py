"""Writes what the head makes of made-up figures, for the test that the product computes the same.

usage: head_fixture.py OUT_FILE
"""

import json
import random
import sys
from pathlib import Path

import numpy as np
import torch

from draw_joint import z_scores
from train_head import Head
from unit_figures import WIDTH, candidates, figures, joint_sums, last_figures

rng = random.Random(4)
torch.manual_seed(4)
heads = {stage: Head(width) for stage, width in WIDTH.items()}
for head in heads.values():
    torch.nn.init.normal_(head.outer.weight, std=0.5)
shares = [1.3, 0.7, 0.9]
scorer = {stage: {name: value.tolist() for name, value in head.state_dict().items()} for stage, head in heads.items()}
cases = []
for size in (2, 7, 60):
    texts = ["".join(rng.choices("abc 船港 de", k=rng.randint(1, 120))) for _ in range(size)]
    families = [(which, rng.choice(["", "Ada"])) for which in (place * 3 // size for place in range(size))]
    contexts = [which for which, _ in families]
    critic, bm25, *further = (np.array([rng.uniform(0, 1) ** power for _ in range(size)]) for power in (0.2, 4, 0.3, 0.3))
    joints, read, relevances = [], [], []
    for own in (np.zeros(size), *further):
        columns = [z_scores(critic), z_scores(bm25), z_scores(own)]
        read.append(candidates(columns))
        relevance = np.full(size, np.nan)
        relevance[read[-1]] = [rng.uniform(-2, 4) for _ in read[-1]]
        relevances.append([None if np.isnan(value) else value for value in relevance.tolist()])
        joints.append(joint_sums(shares, columns, relevance))
    first = figures(critic, bm25, texts, families, contexts)
    with torch.no_grad():
        early = heads["first"](torch.tensor(first))
        late = heads["last"](torch.tensor(last_figures(first, further, joints)))
    # After three passes the product adds both heads' logits.
    expected = {"first": early.tolist(), "last": (early + late).tolist()}
    named = [f"{which} {head}" for which, head in families]
    cases.append({
        "texts": texts, "families": named, "contexts": contexts, "critic": critic.tolist(), "bm25": bm25.tolist(),
        "further": [values.tolist() for values in further], "candidates": read, "relevances": relevances, "expected": expected,
    })  # fmt: skip
Path(sys.argv[1]).write_text(json.dumps({"scorer": {**scorer, "shares": shares}, "cases": cases}, ensure_ascii=False) + "\n", "utf8")
