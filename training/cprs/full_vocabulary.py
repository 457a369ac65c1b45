"""Qwen's whole vocabulary as a tokenizer.json, and samples of what Python `tokenizers` makes of it.

usage: full_vocabulary.py QWEN_TIKTOKEN OUT_DIR
       then, from the repository root: node scripts/check-qwen-tokenizer.mjs OUT_DIR

QWEN_TIKTOKEN: `dashscope/resources/qwen.tiktoken` of the PyPI package dashscope 2.0.2 (Apache-2.0), the 151,643 pieces
that Qwen and Qwen2 share. The fixture of the tests has 700 pieces; this is the check that size changes nothing.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import random
import sys
import unicodedata
from pathlib import Path
from types import ModuleType

from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.normalizers import NFC

from make_tiny import Ranges, make_tokenizer
from samples import kinds, mixed
from windows import encode

ROOT = Path(__file__).resolve().parents[2]
COUNT = 10_000


def read_ranks(path: Path) -> dict[bytes, int]:
    rows = (line.split() for line in path.read_bytes().splitlines() if line.strip())
    return {base64.b64decode(piece): int(rank) for piece, rank in rows}


def split_piece(ranks: dict[bytes, int], piece: bytes) -> list[bytes]:
    """The two pieces that a piece was joined from: what merging its bytes gives with lower ranks alone."""
    parts = [piece[place : place + 1] for place in range(len(piece))]
    while len(parts) > 2:
        joins = [(ranks.get(parts[place] + parts[place + 1], len(ranks)), place) for place in range(len(parts) - 1)]
        _, best = min(joins)
        parts[best : best + 2] = [parts[best] + parts[best + 1]]
    return parts


def byte_letters() -> list[str]:
    """One letter a byte, as byte-level BPE writes its pieces."""
    letters = [chr(byte) if 0x20 < byte < 0x7F or byte > 0xA0 and byte != 0xAD else "" for byte in range(256)]
    others = iter(range(0x100, 0x200))
    letters = [letter or chr(next(others)) for letter in letters]
    assert sorted(letters) == sorted(pre_tokenizers.ByteLevel.alphabet())
    return letters


def make_whole(ranks: dict[bytes, int]) -> Tokenizer:
    letters = byte_letters()
    written = {piece: "".join(letters[byte] for byte in piece) for piece in ranks}
    form = json.loads(make_tokenizer().to_str())
    form["model"]["vocab"] = {written[piece]: rank for piece, rank in ranks.items()}
    longer = sorted((piece for piece in ranks if len(piece) > 1), key=lambda piece: ranks[piece])
    form["model"]["merges"] = [[written[part] for part in split_piece(ranks, piece)] for piece in longer]
    for place, token in enumerate(form["added_tokens"]):
        token["id"] = len(ranks) + place
    return Tokenizer.from_str(json.dumps(form))


def sample_maker() -> ModuleType:
    """The samples of the bundled critic's tokenizer: random Unicode, marks, code, slices of real pages."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "critic-tokenizer-reference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    tokenizer = make_whole(read_ranks(source))
    tokenizer.save(str(target / "tokenizer.json"))
    maker, rng = sample_maker(), random.Random(5)
    pages = maker.fastify_texts()
    with open(target / "reference.jsonl", "w", encoding="utf8") as stream:
        for number in range(COUNT):
            text = maker.sample(rng, number, pages) if number % 10 < 9 else mixed(rng, kinds, 8)
            normal = unicodedata.normalize("NFC", text)
            # Unicode tables differ in age; a sample that the two sides normalise apart proves nothing.
            if NFC().normalize_str(text) != normal:
                continue
            pieces, ranges = encode(tokenizer, normal), Ranges(text)
            starts = [ranges.utf16[ranges.start(place)] for place in pieces.starts]
            ends = [ranges.utf16[ranges.end(place)] for place in pieces.ends]
            stream.write(json.dumps([text, pieces.ids, starts, ends]) + "\n")


if __name__ == "__main__":
    main()
