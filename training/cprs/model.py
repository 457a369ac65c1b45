"""QwenLong-CPRS: a Qwen2 that is causal below one layer and sees the whole window from there on, with a linear head.

The layers, norms and rotary positions are those of `transformers`; what is ours is which mask a layer gets. Names of
the weights are those of the published checkpoint: `model.*` as in Qwen2, `cls_head.weight` and `cls_head.bias`.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from transformers import Qwen2Config, Qwen2Model

LABELS = "BIOE"
PUBLISHED_START = 21
"""First layer of the published 7B that sees to the right; a folder's config.json may name another one."""
START_KEY = "bidirectional_start"


class CprsModel(nn.Module):
    """Token ids and padding mask of [batch, tokens] to float32 logits of [batch, tokens, 4]."""

    def __init__(self, config: Qwen2Config, start: int) -> None:
        super().__init__()
        # Eager attention exports to plain MatMul and Softmax and adds any mask that it is given.
        config._attn_implementation = "eager"
        self.start = start
        self.model = Qwen2Model(config)
        self.cls_head = nn.Linear(config.hidden_size, len(LABELS))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        hidden = self.model.embed_tokens(ids)
        places = torch.arange(ids.shape[1], device=ids.device)
        rotary = self.model.rotary_emb(hidden, places.unsqueeze(0))
        to_right, to_left = self.masks(places, mask, hidden.dtype)
        for index, layer in enumerate(self.model.layers):
            seen = to_right if index >= self.start else to_left
            hidden = layer(hidden, attention_mask=seen, position_embeddings=rotary)
        return self.cls_head(self.model.norm(hidden)).float()

    @staticmethod
    def masks(places: torch.Tensor, mask: torch.Tensor, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
        """What is added to attention scores: padding alone, and padding with everything to the right."""
        hidden_score = torch.finfo(dtype).min
        real = mask.bool()[:, None, None, :]
        before = (places[None, :] <= places[:, None])[None, None]
        zero = torch.zeros((), dtype=dtype, device=mask.device)
        return (
            torch.where(real, zero, hidden_score).to(dtype),
            torch.where(real & before, zero, hidden_score).to(dtype),
        )


def load_model(folder: Path, dtype: torch.dtype = torch.float32) -> CprsModel:
    """A Hugging Face folder: config.json and safetensors, in one file or with an index. Other heads are left out."""
    settings = json.loads((folder / "config.json").read_text("utf8"))
    label_type = settings.get("bi_label_type", LABELS)
    if label_type != LABELS:
        raise SystemExit(f"{folder} labels tokens as {label_type}; only {LABELS} can be exported.")
    config = Qwen2Config.from_pretrained(folder)
    with torch.device("meta"):
        model = CprsModel(config, int(settings.get(START_KEY, PUBLISHED_START)))
    missing = set(model.state_dict())
    for shard in shards(folder):
        weights = {name: value.to(dtype) for name, value in load_file(shard).items() if name in missing}
        model.load_state_dict(weights, strict=False, assign=True)
        missing -= set(weights)
    if missing:
        raise SystemExit(f"{folder} has no weights {', '.join(sorted(missing)[:3])}; it is not a QwenLong-CPRS folder.")
    # Frequencies are computed, not stored, so they are still on the meta device.
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config)
    return model.eval()


def shards(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.exists():
        return [folder / name for name in sorted(set(json.loads(index.read_text("utf8"))["weight_map"].values()))]
    single = folder / "model.safetensors"
    if not single.exists():
        raise SystemExit(f"{folder} has neither model.safetensors nor its index; name a downloaded model folder.")
    return [single]
