"""Labels to spans, as the official server makes them. Linear in the labels."""

from __future__ import annotations

from dataclasses import dataclass

NEAR = 20
"""Two labelled tokens less than this apart belong together: at most 18 O between them."""
SENTENCE_ENDS = '.。：？！"”?!\n'
LONE_MARKS = "（），。！"


@dataclass(frozen=True)
class SpanRules:
    min_keyword_len: int = 4
    complete_sentence: bool = False
    fill_backward: bool = True
    """False: what the published server really does. Its pass from each E fails at its first call and is passed over."""


def fill_gaps(labels: str, rules: SpanRules) -> str:
    """From each B to the right until the next B or E, then from each E to the left until the next B or E."""
    forward = fill(list(labels), "B")
    return "".join(reversed(fill(forward[::-1], "E")) if rules.fill_backward else forward)


def fill(labels: list[str], from_label: str) -> list[str]:
    """One pass: `anchor` is the last labelled token of a run that `from_label` began, none outside such a run."""
    anchor = None
    for place, label in enumerate(labels):
        if label == "O":
            continue
        if anchor is not None:
            if place - anchor < NEAR:
                labels[anchor + 1 : place] = "I" * (place - anchor - 1)
                anchor = place
            else:
                anchor = None
        if label in "BE":
            anchor = place if label == from_label else None
    return labels


def find_spans(labels: str, starts: list[int], text: str, rules: SpanRules) -> list[tuple[int, int]]:
    """Ranges of `text` without white space at either end, in order; completed sentences may overlap."""
    spans: list[tuple[int, int]] = []
    before, place = -1, 0
    while place < len(labels):
        if labels[place] == "O":
            place += 1
            continue
        stop = place + 1
        while stop < len(labels) and labels[stop] in "IE":
            stop += 1
        start, end = starts[place], starts[stop] if stop < len(starts) else len(text)
        if stop - place > rules.min_keyword_len:
            if rules.complete_sentence:
                start, end = complete(text, start, end, before)
            kept = strip(text, start, end)
            if text[kept[0] : kept[1]] not in LONE_MARKS:
                spans.append(kept)
        place, before = stop, end
    return spans


def complete(text: str, start: int, end: int, before: int) -> tuple[int, int]:
    """Both ends to the nearest sentence end; the start not into the span before. The last character is never reached."""
    while start > 0 and start > before and text[start - 1] not in SENTENCE_ENDS:
        start -= 1
    while end < len(text) - 1 and (end == 0 or text[end - 1] not in SENTENCE_ENDS):
        end += 1
    return start, end


def strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
