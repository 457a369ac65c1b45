"""Exports a QwenLong-CPRS folder for the extension.

usage: export_onnx.py MODEL_DIR OUT_DIR [--weights fp32|fp16|int8] [--window 8192]

OUT_DIR gets model.onnx (inputs `ids` and `mask`, int64 [1, n]; output `logits`, float32 [1, n, 4]), model.onnx.data
where the weights are too large for one file, tokenizer.json and cprs.json, which names the files with their sizes and
SHA-256, so that a copy cut short is found before it is loaded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import onnx
import torch

from model import LABELS, CprsModel, load_model
from windows import WINDOW_TOKENS

OPSET = 17
ONE_FILE_BYTES = 1_500_000_000
"""Protocol buffers end at 2 GB; above this the weights lie beside the graph."""


def export(model: CprsModel, target: Path, one_file_bytes: int = ONE_FILE_BYTES) -> None:
    ids = torch.arange(16).unsqueeze(0) % model.model.config.vocab_size
    names = {"ids": {1: "tokens"}, "mask": {1: "tokens"}, "logits": {1: "tokens"}}
    # Large graphs are first written as one file a weight; these go to a folder of their own.
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, torch.no_grad():
        draft = Path(scratch) / "model.onnx"
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids)),
            str(draft),
            input_names=["ids", "mask"],
            output_names=["logits"],
            dynamic_axes=names,
            opset_version=OPSET,
            dynamo=False,
        )
        save(onnx.load(str(draft)), target, one_file_bytes)


def save(graph: onnx.ModelProto, target: Path, one_file_bytes: int) -> None:
    weights = sum(tensor.ByteSize() for tensor in graph.graph.initializer)
    beside = target.with_name(target.name + ".data")
    beside.unlink(missing_ok=True)
    if weights <= one_file_bytes:
        onnx.save_model(graph, str(target))
        return
    onnx.save_model(
        graph, str(target), save_as_external_data=True, all_tensors_to_one_file=True, location=beside.name
    )


def quantize(target: Path, one_file_bytes: int) -> None:
    """8-bit weights in blocks of 32, each with its own scale; activations stay as they are, so no window's values
    reach another's and no processor's 8-bit product can saturate."""
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(onnx.load(str(target)), bits=8, block_size=32, is_symmetric=True)
    quantizer.process()
    save(quantizer.model.model, target, one_file_bytes)


def write_manifest(folder: Path, window: int) -> None:
    files = [path for path in sorted(folder.iterdir()) if path.name.startswith(("model.onnx", "tokenizer.json"))]
    manifest = {
        "format": 1,
        "labels": LABELS,
        "windowTokens": window,
        "files": [{"name": path.name, "sizeBytes": path.stat().st_size, "sha256": sha256(path)} for path in files],
    }
    (folder / "cprs.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf8")


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def export_folder(source: Path, target: Path, weights: str, window: int, one_file_bytes: int = ONE_FILE_BYTES) -> None:
    target.mkdir(parents=True, exist_ok=True)
    model = load_model(source, torch.float16 if weights == "fp16" else torch.float32)
    export(model, target / "model.onnx", one_file_bytes)
    del model
    if weights == "int8":
        quantize(target / "model.onnx", one_file_bytes)
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
    write_manifest(target, window)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("model_dir", type=Path)
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--weights", choices=["fp32", "fp16", "int8"], default="fp32")
    parser.add_argument("--window", type=int, default=WINDOW_TOKENS)
    args = parser.parse_args()
    export_folder(args.model_dir, args.out_dir, args.weights, args.window)


if __name__ == "__main__":
    main()
