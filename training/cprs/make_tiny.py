"""Makes the small model that the tests run: the published architecture with random weights, and what it must answer.

usage: make_tiny.py OUT_DIR [--keep MODEL_DIR]

OUT_DIR gets the exported model (export_onnx.py) and reference.json.gz: for each sample its pieces, windows, logits,
labels and spans as this folder's Python makes them. The seed is fixed; the samples are in samples.py.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import tempfile
import unicodedata
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import Qwen2Config

from export_onnx import export_folder
from model import LABELS, START_KEY, CprsModel, load_model
from samples import INSTRUCTION, LabelCase, Sample, label_cases, samples, training_texts
from spans import SpanRules, fill_gaps, find_spans
from windows import Pieces, cut_windows, prefix_text

SEED = 20_250_525
LAYERS, START, PIECES, WINDOW = 4, 2, 700, 256
QWEN_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
RULES = [
    SpanRules(),
    SpanRules(min_keyword_len=1),
    SpanRules(min_keyword_len=1, complete_sentence=True),
    SpanRules(min_keyword_len=1, fill_backward=False),
]


def make_tokenizer() -> Tokenizer:
    """Byte-level BPE with Qwen2's way of cutting words; few merges, trained on the samples' own kind of text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    words = pre_tokenizers.Split(Regex(QWEN_WORDS), "isolated")
    to_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([words, to_bytes])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=PIECES, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(training_texts(), trainer)
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    return tokenizer


def make_model_folder(folder: Path) -> Tokenizer:
    tokenizer = make_tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = Qwen2Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=8192,
        rope_theta=1_000_000.0,
        tie_word_embeddings=False,
    )
    config.bi_label_type = LABELS
    setattr(config, START_KEY, START)
    config.save_pretrained(folder)
    torch.manual_seed(SEED)
    model = CprsModel(config, START)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                # Wide enough that attention is not uniform and labels differ from token to token.
                weight.normal_(0, 1.0 if "embed" in name else 0.25)
            elif name.endswith("bias"):
                weight.normal_(0, 0.2)
        model.cls_head.weight.normal_(0, 0.2)
        model.cls_head.bias.copy_(torch.tensor([-0.4, 0.0, 2.2, -0.4]))
    save_file(model.state_dict(), str(folder / "model.safetensors"), metadata={"format": "pt"})
    return tokenizer


def run(model: CprsModel, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        row = torch.tensor([ids])
        return model(row, torch.ones_like(row))[0]


def answer(model: CprsModel, tokenizer: Tokenizer, sample: Sample) -> dict[str, object]:
    text = unicodedata.normalize("NFC", sample.text)
    prefix = encode_marked(tokenizer, prefix_text(INSTRUCTION, sample.question))
    windows = cut_windows(tokenizer, text, WINDOW - len(prefix), sample.by_sentence)
    logits = [run(model, prefix + window.ids)[len(prefix) :] for window in windows]
    together = torch.cat(logits) if logits else torch.zeros(0, 4)
    pieces = Pieces(*(sum((getattr(window, name) for window in windows), []) for name in ("ids", "starts", "ends")))
    ranges = Ranges(sample.text)
    labels = "".join(LABELS[label] for label in together.argmax(-1))
    places = [ranges.start(place) for place in pieces.starts]
    return {
        "text": sample.text,
        "question": sample.question,
        "bySentence": sample.by_sentence,
        "prefix": prefix,
        "windows": [len(window) for window in windows],
        "ids": pieces.ids,
        "starts": [ranges.utf16[place] for place in places],
        "ends": [ranges.utf16[ranges.end(place)] for place in pieces.ends],
        "logits": base64.b64encode(together.numpy().astype("<f4").tobytes()).decode(),
        "labels": labels,
        "spans": spans_of(labels, places, sample.text, ranges.utf16),
    }


def answer_case(case: LabelCase) -> dict[str, object]:
    utf16 = utf16_places(case.text)
    spans = spans_of(case.labels, case.starts, case.text, utf16)
    return {"text": case.text, "starts": [utf16[place] for place in case.starts], "labels": case.labels, "spans": spans}


def spans_of(labels: str, starts: list[int], text: str, utf16: list[int]) -> list[list[list[int]]]:
    """One list of spans for each of the rules."""
    found = [find_spans(fill_gaps(labels, rules), starts, text, rules) for rules in RULES]
    return [[[utf16[start], utf16[end]] for start, end in spans] for spans in found]


def encode_marked(tokenizer: Tokenizer, text: str) -> list[int]:
    """As the published server does it: the whole text in front at once, marks read as marks."""
    tokenizer.encode_special_tokens = False
    return list(tokenizer.encode(text, add_special_tokens=False).ids)


class Ranges:
    """Places of the NFC form of a text to places of the text, in code points, and those to UTF-16.

    A character with the marks and Hangul letters that may join it is one stretch; where NFC changes a stretch, all
    that comes out of it stands for the whole of it.
    """

    def __init__(self, text: str) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in stretches(text):
            composed = unicodedata.normalize("NFC", text[start:end])
            if composed == text[start:end]:
                self.starts += range(start, end)
                self.ends += range(start + 1, end + 1)
            else:
                self.starts += [start] * len(composed)
                self.ends += [end] * len(composed)
        assert len(self.starts) == len(unicodedata.normalize("NFC", text))
        self.utf16 = utf16_places(text)

    def start(self, place: int) -> int:
        return self.starts[place]

    def end(self, place: int) -> int:
        return self.ends[place - 1]


def utf16_places(text: str) -> list[int]:
    """Code point index to UTF-16 index."""
    places = [0]
    for letter in text:
        places.append(places[-1] + (2 if ord(letter) > 0xFFFF else 1))
    return places


def stretches(text: str) -> list[tuple[int, int]]:
    starts = [place for place, letter in enumerate(text) if place == 0 or not joins(letter)]
    return list(zip(starts, [*starts[1:], len(text)]))


def joins(letter: str) -> bool:
    first = unicodedata.normalize("NFD", letter)[0]
    return unicodedata.category(first).startswith("M") or 0x1160 <= ord(first) <= 0x11FF


def check(model: CprsModel) -> None:
    """The first two layers see to the left only, the next ones both ways, and padding changes nothing."""
    ids = torch.arange(40).unsqueeze(0)
    mask = torch.ones_like(ids)
    changed = ids.clone()
    changed[0, 39] = 99
    with torch.no_grad():
        whole = model(ids, mask)
        assert (model(changed, mask)[0, :39] - whole[0, :39]).abs().max() > 1e-3
        padded = torch.cat([ids, ids[:, :8]], 1)
        assert torch.allclose(
            model(padded, torch.cat([mask, torch.zeros(1, 8, dtype=torch.long)], 1))[:, :40], whole, atol=1e-5
        )
        model.start = LAYERS
        causal = model.model(ids).last_hidden_state
        assert torch.allclose(model(ids, mask), model.cls_head(causal), atol=1e-5)
        assert torch.allclose(model(changed, mask)[0, :39], model(ids, mask)[0, :39], atol=1e-5)
        model.start = START


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--keep", type=Path, help="folder that the Hugging Face form of the model is left in")
    args = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer = make_model_folder(folder)
        model = load_model(folder)
        check(model)
        export_folder(folder, args.out_dir, "fp32", WINDOW)
        answers = [answer(model, tokenizer, sample) for sample in samples()]
    cases = [answer_case(case) for case in label_cases(300)]
    rules = [vars(rules) for rules in RULES]
    reference = {"instruction": INSTRUCTION, "rules": rules, "samples": answers, "labelCases": cases}
    with open(args.out_dir / "reference.json.gz", "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as stream:
        stream.write(json.dumps(reference, separators=(",", ":")).encode())
    report(answers)


def report(answers: list[dict[str, object]]) -> None:
    logits = [numpy.frombuffer(base64.b64decode(str(one["logits"])), "<f4").reshape(-1, 4) for one in answers]
    ranked = numpy.sort(numpy.concatenate(logits), axis=1)
    labels = "".join(str(one["labels"]) for one in answers)
    print(len(answers), "samples,", len(labels), "tokens,", {label: labels.count(label) for label in LABELS})
    print("windows", sum(len(one["windows"]) for one in answers), "smallest margin", (ranked[:, 3] - ranked[:, 2]).min())
    print("spans", [sum(len(one["spans"][place]) for one in answers) for place in range(len(RULES))])


if __name__ == "__main__":
    main()
