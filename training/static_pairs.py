"""Questions and chunks of training records for the static embeddings: pools of chunks of one kind, and which chunk answers.

`<pool>.json`: `texts` (the pool's chunks), `fit` and `held` (records: `question`, `gold`, `chunks`: places in `texts`,
`set`). A fifth of the records is held out by their context, so that no held-out chunk is a gold chunk that was fitted.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from records import Span, read_set

POOLS = {
    "en": ["hotpot", "2wiki", "musique", "nq-open", "qed", "selqa", "tatqa", "covidqa", "wice", "foolmetwice"],
    "zh": ["cmrc2018", "drcd"],
    "cosqa": ["cosqa", "cosqa-doc"],
    "pystdlib": ["pystdlib"],
}
MAX_CHARACTERS = {"en": 1200, "code": 1200, "zh": 400}
DEFINITION = re.compile(r"^(?=(?:@|def |class |async def |function |func ))", re.M)


def write_pairs(data: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for pool, sets in POOLS.items():
        places: dict[str, int] = {}
        parts: dict[str, list[dict]] = {"fit": [], "held": []}
        for name in sets:
            for raw in read_set(data, "train", name):
                record = make_pair(raw, places)
                if record["gold"]:
                    parts["held" if is_held_out(raw["context"]) else "fit"].append(record)
        (out / f"{pool}.json").write_text(json.dumps({"texts": list(places), **parts}), "utf-8")
        print(f"{pool}: {len(places)} chunks, {len(parts['fit'])} records to fit, {len(parts['held'])} held out", flush=True)


def make_pair(raw: dict, places: dict[str, int]) -> dict:
    context = raw["context"]
    chunks = cut_chunks(context, raw["lang"])
    own = [places.setdefault(context[start:end].strip(), len(places)) for start, end in chunks]
    gold = {place for place, span in zip(own, chunks) if any(is_shared(span, tuple(mark)) for mark in raw["gold"])}
    return {"set": raw["set"], "question": raw["question"], "gold": sorted(gold), "chunks": own}


def is_held_out(context: str) -> bool:
    head = context[:300] + str(len(context))
    return int(hashlib.md5(head.encode()).hexdigest(), 16) % 5 == 0


def is_shared(chunk: Span, gold: Span) -> bool:
    shared = min(chunk[1], gold[1]) - max(chunk[0], gold[0])
    return shared > 0.5 * min(chunk[1] - chunk[0], gold[1] - gold[0])


def cut_chunks(context: str, lang: str) -> list[Span]:
    """Paragraphs, or top-level definitions of code; long ones are cut, short paragraphs below one title are joined."""
    largest = MAX_CHARACTERS[lang]
    spans: list[Span] = []
    for start, end in cut_blocks(context, lang):
        while end - start > largest:
            half, full = start + largest // 2, start + largest
            last = max(context.rfind(mark, half, full) for mark in ("\n", ". ", "。"))
            place = full if last < 0 else last + 1
            spans.append((start, place))
            start = place
        if context[start:end].strip():
            spans.append((start, end))
    return spans if lang == "code" else join_short(context, spans, largest // 2)


def cut_blocks(context: str, lang: str) -> list[Span]:
    if lang == "code":
        cuts = [match.start() for match in DEFINITION.finditer(context)]
        # A decorator stays with what it decorates.
        before = [0, *cuts[:-1]]
        cuts = [cut for cut, last in zip(cuts, before) if not re.search(r"^@[^\n]*\n\Z", context[last:cut])]
    else:
        cuts = [match.end() for match in re.finditer(r"\n\s*\n", context)]
    edges = [0, *(cut for cut in cuts if cut), len(context)]
    return list(zip(edges, edges[1:]))


def join_short(context: str, spans: list[Span], enough: int) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and end - joined[-1][0] < enough and not context.startswith("# ", start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
