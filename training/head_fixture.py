"""Writes what the head makes of made-up figures, for the test that the product computes the same.

usage: head_fixture.py OUT_FILE
"""

import json
import random
import sys
from pathlib import Path

import numpy as np
import torch

from train_head import WIDTH, Head, figures

rng = random.Random(4)
torch.manual_seed(4)
heads = {stage: Head(width) for stage, width in WIDTH.items()}
for head in heads.values():
    torch.nn.init.normal_(head.outer.weight, std=0.5)
scorer = {stage: {name: value.tolist() for name, value in head.state_dict().items()} for stage, head in heads.items()}
cases = []
for size in (2, 7, 30):
    texts = ["".join(rng.choices("abc 船港 de", k=rng.randint(1, 120))) for _ in range(size)]
    families = [(which, rng.choice(["", "Ada"])) for which in (place * 3 // size for place in range(size))]
    contexts = [which for which, _ in families]
    critic, bm25, *further = (np.array([rng.uniform(0, 1) ** power for _ in range(size)]) for power in (0.2, 4, 0.3, 0.3))
    expected = {}
    for stage, passes in (("first", []), ("last", further)):
        with torch.no_grad():
            expected[stage] = heads[stage](torch.tensor(figures(critic, bm25, passes, texts, families, contexts))).tolist()
    named = [f"{which} {head}" for which, head in families]
    cases.append({
        "texts": texts, "families": named, "contexts": contexts, "critic": critic.tolist(), "bm25": bm25.tolist(),
        "further": [values.tolist() for values in further], "expected": expected,
    })  # fmt: skip
Path(sys.argv[1]).write_text(json.dumps({"scorer": scorer, "cases": cases}, ensure_ascii=False) + "\n", "utf8")
