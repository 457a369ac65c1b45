"""Exports trained joint layers to ONNX with int8 weights (symmetric, per output channel) that run as 32-bit floats.

usage: export_joint.py --checkpoint FILE --model DIR

joint.onnx: question float [q, 384], units float [n, t, 384] (states of length 1), mask float [n, t] -> relevance float
[n], labels float [n, t, 4] (B, I, O, E). Activations stay floats: a unit's result does not depend on its batch.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from joint import SIZE, Joint


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("checkpoint", "model"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    joint, shares = load_joint(args.checkpoint)
    full, small = args.model / "joint.fp32.onnx", args.model / "joint.onnx"
    question, units = torch.nn.functional.normalize(torch.randn(9, SIZE), dim=-1), torch.nn.functional.normalize(torch.randn(4, 17, SIZE), dim=-1)
    mask = torch.ones(4, 17)
    mask[1, 9:] = 0
    with torch.no_grad():
        torch.onnx.export(
            joint, (question, units, mask), str(full), input_names=["question", "units", "mask"],
            output_names=["relevance", "labels"], opset_version=17, dynamo=False,
            dynamic_axes={"question": {0: "q"}, "units": {0: "n", 1: "t"}, "mask": {0: "n", 1: "t"}, "relevance": {0: "n"}, "labels": {0: "n", 1: "t"}},
        )  # fmt: skip
        expected = [value.numpy() for value in joint(question, units, mask)]
    store_as_bytes(full, small)
    feeds = {"question": question.numpy(), "units": units.numpy(), "mask": mask.numpy()}
    for path in (full, small):
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        for name, found, wanted in zip(("relevance", "labels"), session.run(None, feeds), expected):
            print(path.name, name, "differs by", f"{abs(found - wanted).max():.1e}", "of", f"{abs(wanted).max():.1f}")
    full.unlink()
    print(f"{small.stat().st_size / 1e6:.1f} MB, shares", json.dumps([round(value, 4) for value in shares.tolist()]))


def load_joint(checkpoint: Path) -> tuple[Joint, torch.Tensor]:
    saved = torch.load(checkpoint, weights_only=True)
    joint = Joint(len({name.split(".")[1] for name in saved["joint"] if name.startswith("layers.")}))
    joint.load_state_dict(saved["joint"])
    return joint.eval(), saved["shares"]


def store_as_bytes(source: Path, target: Path) -> None:
    """Large weights of products become bytes with a scale a column, multiplied out where the model is loaded."""
    model = onnx.load(str(source))
    graph = model.graph
    uses = {name for node in graph.node if node.op_type == "MatMul" for name in node.input}
    kept, added = [], []
    for item in graph.initializer:
        weight = numpy_helper.to_array(item)
        if item.name not in uses or weight.ndim != 2 or weight.size < 10_000:
            kept.append(item)
            continue
        scale = np.maximum(abs(weight).max(0), 1e-12).astype(np.float32) / 127
        packed = np.round(weight / scale).astype(np.int8)
        kept += [numpy_helper.from_array(packed, f"{item.name}_bytes"), numpy_helper.from_array(scale, f"{item.name}_scale")]
        kept.append(helper.make_tensor(f"{item.name}_zero", TensorProto.INT8, scale.shape, np.zeros(scale.shape, np.int8)))
        names = [f"{item.name}_bytes", f"{item.name}_scale", f"{item.name}_zero"]
        added.append(helper.make_node("DequantizeLinear", names, [item.name], axis=1))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for node in reversed(added):
        graph.node.insert(0, node)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


if __name__ == "__main__":
    main()
