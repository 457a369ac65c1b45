"""Measures a table of static token vectors on the held-out training records: recall of gold chunks among all of a pool.

usage: evaluate_static.py --pairs PAIRS --tables TUNED.npy … [--dimensions 256 128] [--weights 0.3 0.5 1] [--sample 500]

`--pairs` is what `static_embeddings.py pairs` and `scripts/static-pieces.mjs` wrote. Printed per pool, in percent: recall
at 5, 10 and 20 by BM25 (SQLite's FTS5 over words as `search-words.ts` makes them), by the vectors as they ship (int8), and by
both fused (reciprocal rank, the vectors' ranks with the given weight). No development record is read.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sqlite3
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Iterable

import numpy as np

from static_embeddings import narrow
from static_pairs import POOLS

CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
RUN = re.compile(f"[{CJK}]+|(?:(?![{CJK}])[\\w$])+")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
DEPTHS = (5, 10, 20)
LISTED = 60
RANK_CONSTANT = 60


def search_words(text: str) -> list[str]:
    words: list[str] = []
    for run in RUN.findall(unicodedata.normalize("NFKC", text)):
        if re.match(f"[{CJK}]", run):
            words += [*run, *(run[i : i + 2] for i in range(len(run) - 1))]
        elif len(run) <= 100:
            whole, parts = re.sub("[_$]", "", run).lower(), PART.findall(run)
            words += [whole] if whole else []
            words += [part.lower() for part in parts] if len(parts) > 1 else []
    return words


class FullText:
    def __init__(self, texts: list[str], stop: set[str]) -> None:
        self.stop = stop
        self.base = sqlite3.connect(":memory:")
        self.base.execute("CREATE VIRTUAL TABLE words USING fts5(body, content='', tokenize='porter unicode61')")
        rows = ((place, " ".join(search_words(text))) for place, text in enumerate(texts))
        self.base.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", rows)

    def rank(self, question: str) -> list[int]:
        words = list(dict.fromkeys(word for word in search_words(question) if word not in self.stop))[:64]
        if not words:
            return []
        match = " OR ".join(f'"{word}"' for word in words)
        sql = f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words), rowid LIMIT {LISTED}"
        return [row[0] for row in self.base.execute(sql, (match,))]


def read_stop_words() -> set[str]:
    """Those of the product."""
    source = (Path(__file__).parent.parent / "server/src/retrieve/query-words.ts").read_text("utf-8")
    listed = source[source.index("stopWords = new Set(") : source.index("chineseStopWords")]
    return {word for text in re.findall(r"'([^']*)'", listed) for word in text.split()}


def embed(table: np.ndarray, texts: Iterable[list[int]]) -> np.ndarray:
    rows = np.stack([table[text].sum(0) for text in texts])
    rows = np.round(127 * rows / np.maximum(np.abs(rows).max(1, keepdims=True), 1e-9))
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def quantize(table: np.ndarray) -> np.ndarray:
    scales = np.maximum(np.abs(table).max(1, keepdims=True) / 127, 1e-12)
    return (np.round(table / scales) * scales).astype(np.float32)


def fuse(words: list[int], vectors: list[int], weight: float) -> list[int]:
    scores: dict[int, float] = defaultdict(float)
    for ranking, share in ((words, 1.0), (vectors, weight)):
        for rank, chunk in enumerate(ranking):
            scores[chunk] += share / (RANK_CONSTANT + 1 + rank)
    return sorted(scores, key=lambda chunk: (-scores[chunk], chunk))


def recall(rankings: list[list[int]], golds: list[list[int]]) -> np.ndarray:
    found = [[len(set(ranking[:k]) & set(gold)) / len(gold) for k in DEPTHS] for ranking, gold in zip(rankings, golds)]
    return 100 * np.mean(found, axis=0)


def rank_vectors(table: np.ndarray, questions: list[list[int]], texts: list[list[int]]) -> list[list[int]]:
    scores = embed(table, questions) @ embed(table, texts).T
    return [np.argsort(-row, kind="stable")[:LISTED].tolist() for row in scores]


def show(label: str, found: dict[str, np.ndarray]) -> None:
    cells = [f"{pool} " + " ".join(f"{value:.1f}" for value in values) for pool, values in found.items()]
    mean = np.mean([values[1] for values in found.values()])
    print(f"{label}: " + " | ".join(cells) + f" | mean at 10: {mean:.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--tables", type=Path, nargs="+", required=True)
    parser.add_argument("--dimensions", type=int, nargs="+", default=[256])
    parser.add_argument("--weights", type=float, nargs="+", default=[0.5])
    parser.add_argument("--sample", type=int, default=500)
    args = parser.parse_args()
    stop, pools, words = read_stop_words(), {}, {}
    for name in POOLS:
        pool = json.loads((args.pairs / f"{name}.json").read_text("utf-8"))
        pieces = json.loads((args.pairs / f"{name}.pieces.json").read_text("utf-8"))
        records = list(zip(pool["held"], pieces["held"]))
        records = random.Random(3).sample(records, min(args.sample, len(records)))
        full_text = FullText(pool["texts"], stop)
        words[name] = [full_text.rank(record["question"]) for record, _ in records]
        pools[name] = ([record["gold"] for record, _ in records], [question for _, question in records], pieces["texts"])
    show("BM25", {name: recall(words[name], golds) for name, (golds, _, _) in pools.items()})
    for path in args.tables:
        for dimensions in args.dimensions:
            table = quantize(narrow(np.load(path), dimensions))
            vectors = {name: rank_vectors(table, asked, texts) for name, (_, asked, texts) in pools.items()}
            show(f"{path.stem} {dimensions}", {name: recall(vectors[name], pools[name][0]) for name in pools})
            for weight in args.weights:
                fused = {name: [fuse(*both, weight) for both in zip(words[name], vectors[name])] for name in pools}
                show(f"{path.stem} {dimensions}, fused {weight}", {name: recall(fused[name], pools[name][0]) for name in pools})


if __name__ == "__main__":
    main()
