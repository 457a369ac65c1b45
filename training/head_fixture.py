"""Writes what the head makes of made-up figures, for the test that the product computes the same.

usage: head_fixture.py OUT_FILE
"""

import json
import random
import sys
from pathlib import Path

import numpy as np
import torch

from train_head import Head, calibrated
from unit_figures import WIDTH, figures, last_figures, pass_scores, words_of

rng = random.Random(4)
torch.manual_seed(4)
networks = {stage: Head(width) for stage, width in WIDTH.items()}
for head in networks.values():
    torch.nn.init.normal_(head.outer.weight, std=0.5)
scorer = {stage: {name: value.tolist() for name, value in head.state_dict().items()} for stage, head in networks.items()}
calibration = {"weights": [0.4, 0.7, 0.2, -0.3], "bias": 0.5}
cases = []
for size in (2, 7, 60):
    texts = ["".join(rng.choices("abc 船港 de", k=rng.randint(1, 120))) for _ in range(size)]
    texts = [text + rng.choice(["", " Ada", " Lovelace of Ada", " 南京"]) for text in texts]
    heads = [rng.choice(["", "Ada Lovelace", "AdaMap of 南京路"]) for _ in range(size)]
    contexts = [place * 3 // size for place in range(size)]
    families = list(zip(contexts, heads))
    question = rng.choice(["Who was Ada?", "What is in the map of 南京?"])
    found = rng.sample(range(size), 2)
    critic, bm25, *further = (np.array([rng.uniform(0, 1) ** power for _ in range(size)]) for power in (0.2, 4, 0.3, 0.3))
    first = figures(critic, bm25, texts, families, contexts, heads, question)
    with torch.no_grad():
        early = networks["first"](torch.tensor(first))
        scores = early.double().numpy()
        late = networks["last"](torch.tensor(last_figures(first, scores, further, texts, families, heads, found)))
    # After three passes the product adds both heads' logits.
    expected = {"first": early.tolist(), "second": pass_scores(scores, further[:1]).tolist(), "last": (early + late).tolist()}
    probabilities = calibrated(early + late, critic, calibration).tolist()
    cases.append({
        "texts": texts, "heads": heads, "contexts": contexts, "asked": sorted(words_of(question)), "found": found, "critic": critic.tolist(), "bm25": bm25.tolist(),
        "further": [values.tolist() for values in further], "expected": expected, "probabilities": probabilities,
    })  # fmt: skip
Path(sys.argv[1]).write_text(json.dumps({"scorer": {**scorer, "probability": calibration}, "cases": cases}, ensure_ascii=False) + "\n", "utf8")
