"""The critic's joint layers: a unit's tokens read the question and each other, on top of the encoder's kept states.

Late interaction compares tokens; what a relation or an answer needs is attention across both texts. A unit's states come
from the encoder and do not depend on the question, so they are kept; here every unit token attends to the question's
tokens and to its unit (the question attends to itself alone, so it is read once a pass), as in the upper layers of
DeFormer (Cao et al. 2020). The layers start as copies of the encoder's upper ones, what they add to a unit's score
starts at zero.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import nn

SIZE, HEADS, INNER = 384, 12, 1536
B, I, O, E = range(4)


class Layer(nn.Module):
    """A BERT layer whose keys and values may come from more than its own tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(SIZE, SIZE) for _ in range(4))
        self.inner, self.outer = nn.Linear(SIZE, INNER), nn.Linear(INNER, SIZE)
        self.after_attention, self.after_inner = nn.LayerNorm(SIZE, eps=1e-12), nn.LayerNorm(SIZE, eps=1e-12)

    def keys(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """[n, t, SIZE] -> keys and values [n, HEADS, t, SIZE / HEADS]."""
        return split(self.key(tokens)), split(self.value(tokens))

    def forward(self, tokens: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """tokens [n, t, SIZE]; keys, values [n, HEADS, k, d]; bias [n, 1, 1, k] added to the attention."""
        weights = split(self.query(tokens)) @ keys.transpose(-1, -2) / (SIZE / HEADS) ** 0.5 + bias
        read = (weights.softmax(-1) @ values).transpose(1, 2).reshape(tokens.shape)
        tokens = self.after_attention(tokens + self.out(read))
        return self.after_inner(tokens + self.outer(F.gelu(self.inner(tokens))))


def split(tokens: torch.Tensor) -> torch.Tensor:
    return tokens.reshape(tokens.shape[0], -1, HEADS, SIZE // HEADS).transpose(1, 2)


class Joint(nn.Module):
    def __init__(self, layers: int = 3) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.scale = nn.Parameter(torch.ones(SIZE))
        self.shift = nn.Parameter(torch.zeros(SIZE))
        # What tells a question's tokens from a unit's, and the place that reads the unit as a whole.
        self.asked, self.whole = nn.Parameter(torch.zeros(SIZE)), nn.Parameter(torch.zeros(SIZE))
        # What a unit's token is given beside its state: the question's state that it is most like, and how much.
        self.aligned = nn.Linear(SIZE, SIZE, bias=False)
        self.alike = nn.Linear(2, SIZE, bias=False)
        self.inner, self.relevance = nn.Linear(SIZE, SIZE), nn.Linear(SIZE, 1, bias=False)
        self.labels = nn.Linear(SIZE, 4)
        for part in (self.aligned, self.alike, self.relevance, self.labels):
            nn.init.zeros_(part.weight)

    def forward(self, question: torch.Tensor, units: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """question [q, SIZE] and units [n, t, SIZE], states of length 1; mask [n, t], 1 for tokens.

        Returns each unit's relevance [n] and the logits B, I, O, E of its tokens [n, t, 4].
        """
        count = units.shape[0]
        cosines = torch.matmul(units, question.t())
        shares = (cosines * 20).softmax(-1)
        best = cosines.amax(-1, keepdim=True)
        soft = torch.matmul(shares, question)
        alike = torch.cat([best, (shares * cosines).sum(-1, keepdim=True)], -1) * 10 - 8
        tokens = units * self.scale + self.shift + self.aligned(soft) + self.alike(alike)
        tokens = torch.cat([self.whole.expand(count, 1, SIZE), tokens], 1)
        asked = (question * self.scale + self.shift + self.asked)[None]
        own = torch.cat([torch.ones_like(mask[:, :1]), mask], 1)
        bias = torch.cat([torch.ones_like(mask[:, :1]).expand(count, question.shape[0]), own], 1)
        bias = (1.0 - bias)[:, None, None, :] * -1e4
        for layer in self.layers:
            asked_keys, asked_values = layer.keys(asked)
            keys, values = layer.keys(tokens)
            tokens = layer(
                tokens,
                torch.cat([asked_keys.expand(count, -1, -1, -1), keys], 2),
                torch.cat([asked_values.expand(count, -1, -1, -1), values], 2),
                bias,
            )
            asked = layer(asked, asked_keys, asked_values, torch.zeros(1, 1, 1, 1))
        relevance = self.relevance(torch.tanh(self.inner(tokens[:, 0]))).squeeze(-1)
        return relevance, self.labels(tokens[:, 1:])


def start_from(encoder: Path, norms: float, layers: int = 3) -> Joint:
    """Joint layers as copies of the upper layers of an exported encoder; `norms`: mean length of its states."""
    joint = Joint(layers)
    graph = onnx.load(str(encoder)).graph
    tensors = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    products = sorted(
        (name for name in tensors if re.fullmatch(r"onnx::MatMul_\d+_quantized", name)), key=lambda name: int(name.split("_")[1])
    )
    total = sum(1 for name in tensors if name.endswith("attention.self.query.bias"))
    for place, layer in enumerate(joint.layers):
        source = total - layers + place
        own = products[6 * source : 6 * source + 6]
        parts = [layer.query, layer.key, layer.value, layer.out, layer.inner, layer.outer]
        biases = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense"]
        for part, product, bias in zip(parts, own, biases):
            stem = product.removesuffix("_quantized")
            weight = (tensors[product].astype(np.float32) - tensors[f"{stem}_zero_point"]) * tensors[f"{stem}_scale"]
            part.weight.data = torch.tensor(weight.T.copy())
            part.bias.data = torch.tensor(tensors[f"layers.{source}.{bias}.bias"])
        for part, name in ((layer.after_attention, "attention.output"), (layer.after_inner, "output")):
            part.weight.data = torch.tensor(tensors[f"layers.{source}.{name}.LayerNorm.weight"])
            part.bias.data = torch.tensor(tensors[f"layers.{source}.{name}.LayerNorm.bias"])
    joint.scale.data.fill_(norms)
    return joint
