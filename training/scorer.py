"""The critic's scorer: question and units are read apart, and a unit's score comes from how their tokens meet.

Late interaction (ColBERT, Khattab and Zaharia 2020) over the states of a BERT encoder: a question token takes its best
cosine among the unit's tokens; the unit's score is their weighted mean. The weights start as the rarity of the
question's pieces and are corrected by a learned linear term that starts at zero.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

BOS, PAD, EOS = 0, 1, 2
MAX_QUESTION, MAX_HEAD, MAX_UNIT = 200, 20, 160


class Pieces:
    """Texts to piece ids, with the rarity (minus log probability) of each piece."""

    def __init__(self, path: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(path))
        vocab = json.loads(path.read_text("utf8"))["model"]["vocab"]
        self.rarity = torch.tensor([-score if score < 0 else 0.0 for _, score in vocab])

    def prefix(self) -> int:
        """How many pieces of a question are the word before it."""
        return len(self.encode("query:"))

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def question(self, text: str) -> list[int]:
        return [BOS, *self.encode(f"query: {text}")[:MAX_QUESTION], EOS]

    def unit(self, head: str, text: str) -> tuple[list[int], int]:
        """Ids of `<s> head : unit </s>` and where the unit's own pieces begin."""
        own = self.encode(text)[:MAX_UNIT]
        above = [*self.encode(head)[:MAX_HEAD], *self.encode(":")] if head else []
        return [BOS, *above, *own, EOS], 1 + len(above)


class Scorer(nn.Module):
    """`trained`: how many of the upper layers learn; the others and the embeddings stay as they are."""

    def __init__(self, base: Path, trained: int = 6) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="sdpa")
        self.encoder.config.hidden_dropout_prob = 0.0
        for module in self.encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        layers = self.encoder.encoder.layer
        self.frozen = len(layers) - trained
        for parameter in self.encoder.parameters():
            parameter.requires_grad = False
        for layer in layers[self.frozen :]:
            for parameter in layer.parameters():
                parameter.requires_grad = True
        self.term = nn.Linear(384, 1, bias=False)
        nn.init.zeros_(self.term.weight)
        self.log_scale = nn.Parameter(torch.tensor(3.7))  # cosines differ by about 1/40 within a record
        self.bm25 = nn.Parameter(torch.tensor(1.0))

    def states(self, sequences: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """[n, longest, 384] states and a mask of the text's own tokens; sequences should be of like length."""
        longest = max(map(len, sequences))
        ids = torch.full((len(sequences), longest), PAD)
        for place, sequence in enumerate(sequences):
            ids[place, : len(sequence)] = torch.tensor(sequence)
        mask = ids != PAD
        bias = torch.zeros(mask.shape, dtype=torch.float32).masked_fill(~mask, -1e4)[:, None, None, :]
        with torch.no_grad():
            hidden = self.encoder.embeddings(input_ids=ids)
            for layer in self.encoder.encoder.layer[: self.frozen]:
                hidden = first(layer(hidden, bias))
        for layer in self.encoder.encoder.layer[self.frozen :]:
            hidden = first(layer(hidden, bias))
        return hidden, mask & (ids != BOS) & (ids != EOS)

    def weights(self, hidden: torch.Tensor, rarity: torch.Tensor) -> torch.Tensor:
        """Sum 1 over the question's tokens. hidden [q, 384] as the encoder gives it."""
        weight = rarity * torch.exp(self.term(hidden).squeeze(-1).clamp(-3, 3))
        return weight / weight.sum().clamp(min=1e-6)

    def meet(self, question: torch.Tensor, weights: torch.Tensor, units: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Late interaction: [q, 384] and [n, t, 384] states of length 1 -> [n] weighted mean of best cosines."""
        cosines = torch.einsum("qd,ntd->nqt", question, units)
        best = cosines.masked_fill(~mask[:, None, :], -1.0).amax(-1)
        return best @ weights


def first(value):
    return value[0] if isinstance(value, tuple) else value


def unit_length(hidden: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(hidden, dim=-1)
