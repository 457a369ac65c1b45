#!/usr/bin/env python3
"""Writes test/fixtures/critic/tokenizer-reference.jsonl.gz: 10,000 samples with what Python `tokenizers` makes of them.

usage: critic-tokenizer-reference.py   (from the repository root, after `npm ci`; needs pip's `tokenizers` 0.23)

Deterministic: fixed seed, samples from word lists below, slices of the npm package fastify (MIT) and random Unicode.
A line is [text, ids, steps from start to start, lengths], offsets in UTF-16 units; names of special tokens
count as ordinary text, as in the critic. Random code points that `tokenizers` normalises unlike this Python are left
out: its Unicode tables are older than those of Python and Node.
"""
import gzip
import json
import random
import unicodedata
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.normalizers import NFKC

ROOT = Path(__file__).resolve().parent.parent
COUNT = 10_000
EN = ("the quick answer depends on what you read before asking; configuration values Server's hooks don't can't naïve "
      "café résumé coöperate São-Paulo 3.14159 1,000,000 50% e.g. U.S. v2.0.1 https://example.org/a?b=c#d user@mail.test "
      "µm Å Ω ™ ® ½ ² № … — “quoted” ‘single’ antidisestablishmentarianism").split()
ZH = "今天天气很好我们去公园散步数据库的索引结构如何影响查询速度第三季度营业收入同比增长百分之十二合同约定甲方应在三十日内付款。，！？；：「」（）《》"
HANT = "臺灣繁體中文測試資料庫連線逾時請檢查網路設定後再試一次，憑證已過期。龍龜鬱臺灣體驗"
OTHER = "Привет мир как дела שלום עולם مرحبا بالعالم नमस्ते दुनिया สวัสดีชาวโลก こんにちは世界 カタカナ 안녕하세요 세계 Γειά σου κόσμε".split()
EMOJI = ["😀", "👩‍👩‍👧‍👦", "👩🏽‍💻", "🇩🇪", "🇨🇳", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🧑‍🚀", "☕", "✈︎", "🤷🏿‍♀️", "🫠"]
CODE = ["const x = await fetch(url, { method: 'POST' });", "if (a !== b) { return foo_bar(baz[0]); }", "def __init__(self, *args, **kwargs):",
        "SELECT id, name FROM users WHERE age >= 18;", "#include <stdio.h>", "fn main() -> Result<(), Box<dyn Error>> {", "</s><s><unk><pad><mask>",
        "x\t=\t1;\r\n\ty += 2;\r\n", "/* comment */ // TODO(fixme)", "getHTTPResponseCode camelCaseName SNAKE_CASE_NAME kebab-case-name"]
MARKS = ["e\u0301", "n\u0303", "a\u0315\u0300", "o\u0328\u0304", "か\u3099", "は\u309a", "q\u0323\u0307", "\u1100\u1161\u11a8", "\u1112\u1161\u11ab", "A\u030a", "x\u0489", "\u0301", "d\u0307\u0323"]
WIDE = ["ﬁ", "ﬃ", "Ａ", "ｂ", "１２３", "㈱", "㌔", "ｶﾞ", "ﾊﾟ", "ﷺ", "ⅳ", "①", "ǆ", "ſ", "㍿", "\u00a8", "\uffa1\uffc2", "\u3131\u314f", "℻", "⁵"]
SPACE = [" ", "  ", "\t", "\n", "\r\n", "\n\n\n", "\u00a0", "\u3000", "\u2028", "\u0085", "\u200b", "\ufeff", "\u1680", "\x0b", "\x0c", " \t \n ", "\u2581", "\u2581\u2581"]
CONTROL = ["\x00", "\x01\x02", "\x07", "\x1b[31m", "\x7f", "\u200e", "\u202e", "\ufffd", "\ue000", "\uffff", "\U0010ffff"]


def is_known_alike(letter):
    """Whether both sides decompose and order a code point alike, alone and among marks of other classes."""
    texts = (letter, "a\u0301" + letter + "\u0323", "a" + letter + "\u0301\u0315")
    return all(NFKC().normalize_str(text) == unicodedata.normalize("NFKC", text) for text in texts)


def random_unicode(rng, size):
    """Assigned code points that both sides know."""
    letters = []
    while len(letters) < size:
        code = rng.choice((rng.randrange(0x20, 0x3000), rng.randrange(0x20, 0x10000), rng.randrange(0x20, 0x32000)))
        if 0xD800 <= code < 0xE000 or unicodedata.category(chr(code)) == "Cn" or not is_known_alike(chr(code)):
            continue
        letters.append(chr(code))
    return "".join(letters)


def fastify_texts():
    """Documentation, library and tests of the workspace that the demo uses too."""
    folder = ROOT / "node_modules" / "fastify"
    paths = [path for pattern in ("docs/**/*.md", "lib/*.js", "test/*.js") for path in sorted(folder.glob(pattern))]
    return [path.read_bytes().decode("utf-8").replace("\ufeff", "") for path in paths[:120]]


def sample(rng, number, texts):
    """One sample; the kinds take turns, so that each has its share."""
    kind = number % 10
    pick = rng.choice
    if kind == 0:
        return " ".join(pick(EN) for _ in range(rng.randrange(1, 25)))
    if kind == 1:
        return "".join(pick(ZH if rng.random() < 0.6 else HANT) for _ in range(rng.randrange(1, 60)))
    if kind in (2, 3):
        text = pick(texts)
        start = rng.randrange(max(1, len(text) - 200))
        return text[start:start + rng.randrange(1, 200)]
    if kind == 4:
        return pick(CODE) + pick(SPACE) + pick(CODE)[: rng.randrange(1, 40)]
    if kind == 5:
        return "".join(pick(EMOJI) + pick(["", " ", pick(EN), pick(ZH)]) for _ in range(rng.randrange(1, 10)))
    if kind == 6:
        return "".join(pick(MARKS) if rng.random() < 0.6 else pick(EN)[:3] for _ in range(rng.randrange(1, 15)))
    if kind == 7:
        return "".join(pick(WIDE) if rng.random() < 0.5 else pick([pick(SPACE), pick(EN), pick(OTHER)]) for _ in range(rng.randrange(1, 15)))
    if kind == 8:
        return random_unicode(rng, rng.randrange(1, 40))
    parts = [EN, OTHER, EMOJI, MARKS, WIDE, SPACE, CONTROL, CODE, list(ZH)]
    if number % 500 == 9:  # long runs
        return pick(pick(parts)) * rng.randrange(50, 400)
    return "".join(pick(pick(parts)) for _ in range(rng.randrange(0, 20)))


def utf16_places(text):
    """Code point index -> UTF-16 index."""
    places = [0]
    for letter in text:
        places.append(places[-1] + (2 if ord(letter) > 0xFFFF else 1))
    return places


def main():
    rng = random.Random(20250525)
    texts = fastify_texts()
    tokenizer = Tokenizer.from_file(str(ROOT / "models" / "critic" / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    out = ROOT / "test" / "fixtures" / "critic" / "tokenizer-reference.jsonl.gz"
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as stream:
        for number in range(COUNT):
            text = sample(rng, number, texts)
            encoding = tokenizer.encode(text, add_special_tokens=False)
            places = utf16_places(text)
            starts = [places[start] for start, _ in encoding.offsets]
            lengths = [places[end] - places[start] for start, end in encoding.offsets]
            steps = [start - before for start, before in zip(starts, [0, *starts])]
            stream.write((json.dumps([text, encoding.ids, steps, lengths], separators=(",", ":")) + "\n").encode())
    print(out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
