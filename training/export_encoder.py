"""Exports a trained scorer to ONNX and quantises it to int8 (dynamic, 7-bit weights, per channel).

usage: export_encoder.py --base DIR --checkpoint FILE --out DIR

encoder.onnx: ids, mask int64 [b, n], one segment <s> … </s> -> h float [b, n, 384], the last hidden states; w float
[b, n], how much a token counts as a part of a question, times the rarity of its piece. Also writes scorer.json with the
learned shares of the encoder's score and of BM25.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from evaluate import load_scorer
from scorer import BOS, EOS, Pieces, first

SAMPLES = [
    "query: who wrote the constitution of the country where the river ends?",
    "Ryan Reynolds: He was born in Vancouver in 1976.",
    "def retry(job, delay): return min(delay * 2 ** job.attempts, limit)",
    "清炒南瓜丝：嫩南瓜半个，加葱、盐和白糖。",
    "In 2019, sales rose 3.4% to 12.9 billion euros, driven by Asia and by new stores.",
]


class Exported(nn.Module):
    def __init__(self, scorer) -> None:
        super().__init__()
        self.embeddings = scorer.encoder.embeddings
        self.layers = scorer.encoder.encoder.layer
        self.term = scorer.term

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = self.embeddings(input_ids=ids)
        bias = (1.0 - mask[:, None, None, :].float()) * -1e4
        for layer in self.layers:
            hidden = first(layer(hidden, bias))
        return hidden, torch.exp(self.term(hidden).squeeze(-1).clamp(-3.0, 3.0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("base", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, help="without it the base is exported as it is")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    scorer = load_scorer(args.base, args.checkpoint)
    scorer.encoder.set_attn_implementation("eager")
    exported = Exported(scorer).eval()
    full, small = args.out / "encoder.fp32.onnx", args.out / "encoder.onnx"
    one = torch.ones(2, 20, dtype=torch.long)
    axes = {name: {0: "b", 1: "n"} for name in ("ids", "mask", "h", "w")}
    with torch.no_grad():
        torch.onnx.export(
            exported, (one * 5, one), str(full), input_names=["ids", "mask"], output_names=["h", "w"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
    quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    shutil.copy(args.base / "tokenizer.json", args.out / "tokenizer.json")
    shares = {"critic": scorer.log_scale.exp().item(), "bm25": scorer.bm25.item()}
    (args.out / "scorer.json").write_text(json.dumps(shares, indent=2) + "\n")
    compare(exported, full, small, Pieces(args.base / "tokenizer.json"))
    full.unlink()
    print(f"{small.stat().st_size / 1e6:.1f} MB, {shares}")


def compare(exported: nn.Module, full: Path, small: Path, pieces: Pieces) -> None:
    """Prints how far both files are from PyTorch: largest difference (fp32), mean cosine of token states (int8)."""
    sessions = [onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]) for path in (full, small)]
    for text in SAMPLES:
        ids = np.array([[BOS, *pieces.encode(text), EOS]])
        with torch.no_grad():
            reference = exported(torch.tensor(ids), torch.ones(ids.shape, dtype=torch.long))[0][0].numpy()
        exact, rounded = (session.run(["h"], {"ids": ids, "mask": np.ones_like(ids)})[0][0] for session in sessions)
        cosines = (rounded * reference).sum(-1) / np.linalg.norm(rounded, axis=-1) / np.linalg.norm(reference, axis=-1)
        print(f"fp32 differs by {abs(exact - reference).max():.1e}, int8 cosine {cosines.mean():.4f}: {text[:40]}")


if __name__ == "__main__":
    main()
