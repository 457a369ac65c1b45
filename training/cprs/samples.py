"""The texts of the small model's reference: English, Chinese, code, emoji, odd white space, and long ones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Iterator

INSTRUCTION = (
    "You extract information. For the user's question, mark the sentences of the context that are needed to answer it.\n"
    "## tagging rule:\n- tag the supporting sentences with 'fact'"
)

EN = """The ferry to the island leaves at seven in the morning. In winter it doesn't leave at all, and the islanders'
post comes once a week. A retry waits twice as long as the one before it; after five retries the job is given up.
Dr. Lindqvist measured 3.14159 metres, she'll measure again. "We've seen this," they said, "and I'm sure you'd agree."
""".replace("\n", " ")
ZH = """渡轮每天早上七点从港口出发。冬天停航，岛上居民的信件每周送一次！医生说：“你需要休息。”他问：“为什么？”数据库的索引结构如何影响查询速度？第三季度营业收入同比增长百分之十二，合同约定甲方应在三十日内付款。
表格|数值|说明。这是最后一行"""
CODE = """export function delayFor(attempt: number): number {
\tif (attempt <= 0) return 0;
    return Math.min(30_000, 2 ** attempt * 100); // it's capped
}

def __init__(self, *args, **kwargs):
    self.items = [row["id"] for row in rows if row != None]
\r\nSELECT id, name FROM users WHERE age >= 18;
"""
HANT = "臺灣繁體中文測試資料庫連線逾時，請檢查網路設定後再試一次。"
OTHER = "Привет мир, как дела? שלום עולם! مرحبا بالعالم. नमस्ते दुनिया สวัสดีชาวโลก こんにちは世界。カタカナ 안녕하세요 Γειά σου"
EMOJI = "Shipped 🚀🚀! Thanks 👩‍👩‍👧‍👦 and 👩🏽‍💻 from 🇩🇪 🇨🇳 ❤️ 1️⃣ ☕ 🤷🏿‍♀️ 🫠 𝒳𝒴 𠮷野家"
NAMES = "Name the <|im_end|> mark and <|im_start|>system as they are; <|endoftext|> too. <|im_en"
SPACE = "a  b\tc\n\nd\r\n \r\n  e\u3000f\u00a0g\u2028h\u0085i\u200bj\ufeffk \u1680 l   \n   m    "
APART = "Cafe\u0301 n\u0303 A\u030a o\u0328\u0304 \u1112\u1161\u11ab\u1100\u1173\u11af か\u3099 は\u309a q\u0323\u0307 Å \u2126 \u0958 e\u0301\u0301"
SHORT = "we'LL I'M it'ſ don'T x'Ve 'RE ''s o'clock '９ ½ ² Ⅷ ٣ १२ x² 𝟘 1234"


kinds = [EN, ZH, CODE, HANT, OTHER, EMOJI, NAMES, SPACE, APART, SHORT]


@dataclass(frozen=True)
class Sample:
    text: str
    question: str
    by_sentence: bool = True


def training_texts() -> Iterator[str]:
    yield from [EN, EN, ZH, ZH, CODE, CODE, HANT, OTHER, EMOJI, INSTRUCTION]


def samples() -> list[Sample]:
    rng = random.Random(7)
    short = ["", " ", "\n", "a", "。", "你", "🚀", "\u0301"]
    runs = ["x" * 300, "ab " * 100, "。" * 40, " " * 90, "\u1112\u1161\u11ab" * 30]
    english = "When does the ferry leave?"
    chinese = "渡轮几点出发？"
    all_kinds = [Sample(text, english if text.isascii() else chinese) for text in kinds + short + runs]
    # Long ones, whole and cut at sentence ends; one is a sentence that no window holds.
    long = [
        Sample(" ".join(rng.sample(EN.split(". "), 4) * 3), english),
        Sample(ZH * 4, chinese),
        Sample(ZH * 4, chinese, by_sentence=False),
        Sample(CODE * 3, english),
        Sample(mixed(rng, kinds, 30), "Which 数据库 is used 🚀?"),
        Sample(mixed(rng, kinds, 30), "Which 数据库 is used 🚀?", by_sentence=False),
        Sample("没有句号的长文本" * 60 + "。结束。", chinese),
        Sample("你好。" + "没有句号的长文本，" * 50, chinese),
        Sample(EMOJI * 5, english, by_sentence=False),
        Sample(APART * 6, english),
    ]
    random_ones = [Sample(mixed(rng, kinds, rng.randrange(2, 9)), english) for _ in range(9)]
    return all_kinds + long + random_ones


def mixed(rng: random.Random, texts: list[str], parts: int) -> str:
    """Slices of the texts, cut anywhere."""
    slices = []
    for _ in range(parts):
        text = rng.choice(texts)
        start = rng.randrange(len(text))
        slices.append(text[start : start + rng.randrange(1, 60)])
    return "".join(slices)


@dataclass(frozen=True)
class LabelCase:
    """Labels that no model gave, with the places where their tokens start."""

    text: str
    starts: list[int]
    labels: str


def label_cases(count: int) -> Iterator[LabelCase]:
    rng = random.Random(11)
    weights = [(1, 1, 1, 1), (1, 3, 20, 1), (1, 1, 40, 0), (2, 10, 30, 0), (0, 3, 30, 1), (1, 1, 30, 3)]
    for _ in range(count):
        size = rng.randrange(1, 90)
        text = "".join(rng.choices("ab c。.！\n（），d你\t\u0085🚀”", k=2 * size))
        starts = sorted(rng.randrange(len(text)) for _ in range(size))
        yield LabelCase(text, starts, "".join(rng.choices("BIOE", rng.choice(weights), k=size)))
