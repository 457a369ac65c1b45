"""The windows that the critic reads: prompt and question in front, as much of the context as fits behind.

Written from the published interface; the marks, the limits and the sentence ends are its own. Where the official server
loses text (a sentence longer than a window, a window that its decoded text re-encodes to other pieces), the pieces
here go in as they are, so that every piece of the context is labelled once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

from tokenizers import Tokenizer

WINDOW_TOKENS = 8192
DOCUMENT_TOKENS = 2_048_000
CHINESE = re.compile("[\u4e00-\u9fff]")
SENTENCE_END = re.compile("(?:[。！？]”?|[.\n|”])[\n ]*")


@dataclass
class Pieces:
    """Ids with their ranges in the text, in code points."""

    ids: list[int]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, first: int, last: int) -> "Pieces":
        return Pieces(self.ids[first:last], self.starts[first:last], self.ends[first:last])

    def moved(self, by: int) -> "Pieces":
        return Pieces(self.ids, [place + by for place in self.starts], [place + by for place in self.ends])


def prefix_text(prompt: str, question: str) -> str:
    return (
        f"<|im_start|>system\n{prompt}<|im_end|>\n<|im_start|>user\n{question}<|im_end|>\n<|im_start|>context\n"
    )


def encode(tokenizer: Tokenizer, text: str) -> Pieces:
    """Names of marks in the text are ordinary text: a document must not be able to close its own segment."""
    tokenizer.encode_special_tokens = True
    result = tokenizer.encode(text, add_special_tokens=False)
    return Pieces(list(result.ids), [start for start, _ in result.offsets], [end for _, end in result.offsets])


def cut_windows(
    tokenizer: Tokenizer, text: str, room: int, by_sentence: bool, document_tokens: int = DOCUMENT_TOKENS
) -> list[Pieces]:
    """`room`: pieces of context that a window takes beside prompt and question."""
    whole = encode(tokenizer, text)
    if len(whole) > document_tokens:
        text = text[: whole.starts[document_tokens]]
        whole = encode(tokenizer, text)
    if not (by_sentence and CHINESE.search(text)):
        return list(in_parts(whole, room))
    windows: list[Pieces] = []
    for start, end in sentence_groups(tokenizer, text, room):
        windows += in_parts(encode(tokenizer, text[start:end]).moved(start), room)
    return windows


def in_parts(pieces: Pieces, room: int) -> Iterator[Pieces]:
    for first in range(0, len(pieces), room):
        yield pieces.part(first, first + room)


def sentence_groups(tokenizer: Tokenizer, text: str, room: int) -> Iterator[tuple[int, int]]:
    """Ranges of whole sentences; the sum of what each takes alone is at most `room`, unless it is one sentence."""
    start, taken = 0, 0
    for sentence_start, sentence_end in sentences(text):
        size = len(encode(tokenizer, text[sentence_start:sentence_end]))
        if taken + size > room and sentence_start > start:
            yield start, sentence_start
            start, taken = sentence_start, 0
        taken += size
    if start < len(text):
        yield start, len(text)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in SENTENCE_END.finditer(text):
        yield start, match.end()
        start = match.end()
    if start < len(text):
        yield start, len(text)
