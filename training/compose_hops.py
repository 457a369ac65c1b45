"""Composes multi-hop records out of single-hop ones, as the data synthesis of QwenLong-L1.5 does: decompose, then chain.

usage: compose_hops.py --data DIR --out DIR

A record's answer that is named in another record's question is their shared entity; the second question then asks for
it in the first one's words. A chain is kept only where no single hop answers it: the last answer does not stand in the
first evidence, and the entity that the first question starts from not in the second. Comparisons ask two records of one
relation at once. Chains through code go from a call over its definition to a constant, out of the standard library of
Python. Writes `train/composed-en.jsonl.gz`, `composed-zh` and `composed-code` in the format of the data they come from.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import random
import re
import sysconfig
from collections import defaultdict
from pathlib import Path
from typing import Any, Iterator

from records import read_set

Raw = dict[str, Any]
# What a template of Re-DocRED asks for, as a phrase that can stand where its answer stood.
PHRASES = [
    (r"Which (country|party|continent) is (.+) a citizen of\?", r"the \1 that \2 is a citizen of"),
    (r"Which ([\w ]+?) (?:does|is) (.+) (belong to|part of|a member of)\?", r"the \1 of \2"),
    (r"In which administrative region is (.+) located\?", r"the region where \1 is located"),
    (r"On which (\w+) is (.+?)(?: located)?\?", r"the \1 where \2 is"),
    (r"In which (country|event|conflict|league|series|military branch|work) (?:was|did|does) (.+) (?:made|take part|play|serve|appear)\?", r"the \1 of \2"),
    (r"Who is a sibling of (.+)\?", r"the sibling of \1"),
    (r"(?:Who|What) (?:is|are|is or was) (?:the|a) ([\w ]+) of (.+)\?", r"the \1 of \2"),
    (r"Who is or was (.+) married to\?", r"the spouse of \1"),
    (r"Who acted in (.+)\?", r"an actor of \1"),
    (r"Who (directed|wrote|performed|founded|developed|composed the music of|produced|created|owns|operates|published|manufactured) (.+)\?", r"the one who \1 \2"),
    (r"Which (record label|company|network) (released|produced|first aired) (.+)\?", r"the \1 that \2 \3"),
    (r"Where (?:is the headquarters of) (.+)\?", r"the place of the headquarters of \1"),
    (r"Where was (.+) (born|educated|formed)\?", r"the place where \1 was \2"),
    (r"Where did (.+) (die|live)\?", r"the place where \1 \2d"),
    (r"What is (.+) a part of\?", r"what \1 is a part of"),
    (r"To which jurisdiction does (.+) apply\?", r"the jurisdiction of \1"),
    (r"Who did (.+) work for\?", r"the employer of \1"),
    (r"Which organization is (.+) a member of\?", r"the organization of \1"),
]  # fmt: skip
COMPARED = [
    (r"When was (.+) born\?", ["Who was born first, {} or {}?", "Who is younger, {} or {}?"]),
    (r"When did (.+) die\?", ["Who died first, {} or {}?", "Who lived longer, {} or {}?"]),
    (r"When was (.+) published or released\?", ["Which came out first, {} or {}?", "Which is the newer one, {} or {}?"]),
    (r"When was (.+) founded or created\?", ["Which was founded first, {} or {}?", "Which is older, {} or {}?"]),
    (r"Which country is (.+) a citizen of\?", ["Are {} and {} of the same nationality?", "Do {} and {} come from the same country?"]),
    (r"Which country does (.+) belong to\?", ["Are {} and {} in the same country?"]),
    (r"Where was (.+) born\?", ["Were {} and {} born in the same place?"]),
    (r"Who (?:directed|performed) (.+)\?", ["Are {} and {} by the same person?"]),
]  # fmt: skip
MOST_OF_ENTITY, MOST_OF_TEMPLATE = 6, 60
MAX_LINES = 420


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("data", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    rng = random.Random(17)
    relations = list(read_set(args.data, "train", "redocred"))
    english = [*chains(relations, named_entities, phrase_english, rng), *comparisons(relations, rng)]
    chinese = [raw for name in ("cmrc2018", "drcd") for raw in chains(list(read_set(args.data, "train", name)), named_chinese, phrase_chinese, rng)]
    code = list(code_chains(rng))
    (args.out / "train").mkdir(parents=True, exist_ok=True)
    for name, raws in (("composed-en", english), ("composed-zh", chinese), ("composed-code", code)):
        with gzip.open(args.out / "train" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as stream:
            for idx, raw in enumerate(raws):
                stream.write(json.dumps({**raw, "id": f"{name}-{idx}", "set": name}, ensure_ascii=False) + "\n")
        print(name, len(raws), "records; for instance:", rng.choice(raws)["question"])


def chains(raws: list[Raw], named, phrase, rng: random.Random) -> Iterator[Raw]:
    """`named(question)` gives the strings that may be entities of it; `phrase(raw)` a record's question as a phrase."""
    by_answer: dict[str, list[Raw]] = defaultdict(list)
    for raw in raws:
        if len(raw["answers"]) == 1 and phrase(raw):
            by_answer[raw["answers"][0]].append(raw)
    counts: dict[str, int] = defaultdict(int)
    for last in rng.sample(raws, len(raws)):
        entities = [name for name in named(last["question"]) if name in by_answer]
        if not entities or not last["answers"]:
            continue
        entity = max(entities, key=len)
        for first in rng.sample(by_answer[entity], min(2, len(by_answer[entity]))):
            if counts[entity] < MOST_OF_ENTITY and needs_both(first, last, entity):
                counts[entity] += 1
                yield compose(last["question"].replace(entity, phrase(first), 1), [first, last], entity, raws, rng)


def needs_both(first: Raw, last: Raw, entity: str) -> bool:
    opening, closing = gold_text(first), gold_text(last)
    start = first["question"].replace(entity, "")
    names = [name for name in named_entities(start)] or [start[:4]]
    return (
        first["gold"] != last["gold"]
        and not any(answer in opening or answer in first["question"] for answer in last["answers"])
        and not any(name in closing or name in last["question"] for name in names)
    )


def named_entities(question: str) -> list[str]:
    """Stretches of up to five words that begin and end with a capital or a number."""
    words = [word.strip("?,.\"'").removesuffix("'s") for word in question.split()]
    return [
        " ".join(words[start:end])
        for start in range(1, len(words))
        for end in range(start + 1, min(len(words), start + 5) + 1)
        if words[start][:1].isupper() and words[end - 1][:1].isupper() and len(" ".join(words[start:end])) > 4
    ]


def named_chinese(question: str) -> list[str]:
    found = [question[start:end] for start in range(len(question)) for end in range(start + 3, min(len(question), start + 12) + 1)]
    return [part for part in found if not re.search(r"[\d，。、？?]", part)]


def phrase_english(raw: Raw) -> str | None:
    for pattern, phrase in PHRASES:
        if re.fullmatch(pattern, raw["question"]):
            return re.sub(pattern, phrase, raw["question"])
    return None


def phrase_chinese(raw: Raw) -> str:
    return f"「{raw['question'].strip().rstrip('?？')}」的答案"


def comparisons(raws: list[Raw], rng: random.Random) -> Iterator[Raw]:
    for pattern, questions in COMPARED:
        matches = [(match[1], raw) for raw in raws if (match := re.fullmatch(pattern, raw["question"]))]
        pairs = rng.sample(matches, min(len(matches), 2 * MOST_OF_TEMPLATE))
        for (one, left), (other, right) in zip(pairs[::2], pairs[1::2]):
            if one != other:
                raw = compose(rng.choice(questions).format(one, other), [left, right], "", raws, rng)
                yield {**raw, "answers": [], "keywords": []}


def compose(question: str, parts: list[Raw], entity: str, raws: list[Raw], rng: random.Random) -> Raw:
    """The parts' documents in random order among others that do not name the entity."""
    documents: dict[str, list[Raw]] = {}
    for part in parts:
        documents.setdefault(part["context"], []).append(part)
    wanted = rng.randint(2, 6) + len(documents)
    for other in rng.sample(raws, min(len(raws), 60)):
        if len(documents) < wanted and not (entity and entity in other["context"]):
            documents.setdefault(other["context"], [])
    order = rng.sample(list(documents), len(documents))
    offsets, context = {}, ""
    for text in order:
        context += "\n\n" if context else ""
        offsets[text] = len(context)
        context += text
    moved = lambda part, key: [[a + offsets[part["context"]], b + offsets[part["context"]]] for a, b in part[key]]  # noqa: E731
    gold = sorted({tuple(span) for part in parts for span in moved(part, "gold")})
    keywords = [list(span) for span in {tuple(span) for part in parts for span in moved(part, "keywords")}]
    return {
        "task": "multi-hop", "lang": parts[0]["lang"], "question": question, "context": context, "gold": [list(x) for x in gold],
        "gold_unit": parts[0]["gold_unit"], "keywords": sorted(keywords), "answers": parts[-1]["answers"], "hops": len(parts),
        "licence": parts[0]["licence"], "ships": all(part["ships"] for part in parts),
    }  # fmt: skip


def gold_text(raw: Raw) -> str:
    return " ".join(raw["context"][start:end] for start, end in raw["gold"])


def code_chains(rng: random.Random) -> Iterator[Raw]:
    """A function calls another of its file, which uses a constant of the file: call, definition's use and constant are gold."""
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        source = path.read_text("utf8", errors="replace")
        lines = source.split("\n")
        tree = ast.parse(source)
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        constants = {
            node.targets[0].id: node for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Constant)
        }  # fmt: skip
        found = []
        for caller in functions.values():
            for call in ast.walk(caller):
                name = call_name(call)
                if name == caller.name or name not in functions or name in source_of(lines, caller).split("\n")[0]:
                    continue
                for use in ast.walk(functions[name]):
                    if isinstance(use, ast.Name) and use.id in constants and use.id not in source_of(lines, caller):
                        found.append((caller, call.lineno, functions[name], use.lineno, constants[use.id].lineno))
        for caller, called, _, used, constant in rng.sample(found, min(4, len(found))):
            question = rng.choice(CODE_QUESTIONS).format(caller.name.replace("_", " ").strip())
            if raw := code_record(question, lines, [called, used, constant]):
                yield raw


CODE_QUESTIONS = [
    "Which constant limits what the function called by {} does, and what is its value?",
    "What is the value of the constant that {} depends on through its helper?",
    "constant used by the function that {} calls",
]


def call_name(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""


def source_of(lines: list[str], node: ast.FunctionDef) -> str:
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def code_record(question: str, lines: list[str], gold_lines: list[int]) -> Raw | None:
    if len(set(gold_lines)) < 3 or max(gold_lines) - min(gold_lines) > MAX_LINES:
        return None
    first = max(0, min(gold_lines) - 20)
    part = lines[first : max(gold_lines) + 20]
    starts = [0]
    for line in part:
        starts.append(starts[-1] + len(line) + 1)
    gold = []
    for number in sorted(set(gold_lines)):
        line = part[number - 1 - first]
        start = starts[number - 1 - first] + len(line) - len(line.lstrip())
        gold.append([start, starts[number - 1 - first] + len(line.rstrip())])
    return {
        "task": "multi-hop", "lang": "code", "question": question, "context": "\n".join(part), "gold": gold, "gold_unit": "lines",
        "keywords": [], "answers": [], "hops": 3, "licence": "PSF-2.0", "ships": True,
    }  # fmt: skip


if __name__ == "__main__":
    main()
