"""Evidence records as a critic reads them: units with the heading they stand under, which of them are gold, BM25.

A data folder holds `bm25.py` (unit cutting and the BM25 baseline), `train/<set>.jsonl.gz` and `dev/<set>.jsonl.gz`.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Iterator

Span = tuple[int, int]
DEFINITION = re.compile(
    r"\b(?:def|class|function|func|fn|interface|struct|impl|enum|trait|type|namespace|module)\b"
)


@dataclass
class Record:
    """One question with its cut context. `units[i]` is a range of `context`; `heads[i]` the text it stands under."""

    question: str
    lang: str
    context: str
    units: list[Span]
    heads: list[str]
    gold: list[Span]
    is_gold: list[bool]
    bm25: list[float]

    def text(self, place: int) -> str:
        start, end = self.units[place]
        return self.context[start:end]


def load_baseline(data: Path) -> ModuleType:
    """The module `bm25.py` of the data folder."""
    spec = importlib.util.spec_from_file_location("bm25", data / "bm25.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_set(data: Path, split: str, name: str) -> Iterator[dict[str, Any]]:
    """The records of one set as they stand in the file."""
    with gzip.open(data / split / f"{name}.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def make_record(raw: dict[str, Any], baseline: ModuleType) -> Record:
    """Cuts a record into units by the baseline's rule and marks those of which over half is gold (or gold's half)."""
    context = raw["context"]
    units = baseline.units(raw, "auto")
    if raw["lang"] == "code":
        heads = code_heads(context, units)
        texts = [context[start:end] for start, end in units]
    else:
        titles = baseline.titles(raw)
        heads = [" ".join(context[a + 2 : b] for a, b in baseline.near(titles, start)) for start, _ in units]
        texts = list(baseline.with_titles(raw, units))
    gold = [(start, end) for start, end in raw["gold"]]
    scores = baseline.bm25(raw["question"], texts, raw["lang"])
    marks = [is_covered(span, gold) for span in units]
    return Record(raw["question"], raw["lang"], context, units, heads, gold, marks, scores)


def is_covered(unit: Span, gold: list[Span]) -> bool:
    """True when a gold range takes over half of the unit, or the unit takes over half of a gold range."""
    size = unit[1] - unit[0]
    for start, end in gold:
        shared = min(end, unit[1]) - max(start, unit[0])
        if 2 * shared > min(size, end - start):
            return True
    return False


def code_heads(context: str, units: list[Span]) -> list[str]:
    """For each line of code the innermost definition line that it is indented under, or an empty text."""
    heads: list[str] = []
    stack: list[tuple[int, str]] = []
    for start, end in units:
        line_start = context.rfind("\n", 0, start) + 1
        indent = len(context[line_start:start].expandtabs(4))
        while stack and stack[-1][0] >= indent:
            stack.pop()
        heads.append(stack[-1][1] if stack else "")
        text = context[start:end]
        if DEFINITION.search(text[:80]):
            stack.append((indent, text[:160]))
    return heads
