"""Gives an encoder the vocabulary of another tokenizer.json whose pieces it knows: rows of the embedding table move.

usage: map_vocabulary.py BASE_DIR TOKENIZER_JSON OUT_DIR
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from transformers import BertModel

base, tokenizer, out = map(Path, sys.argv[1:4])
pieces = [[piece for piece, _ in json.loads(path.read_text("utf8"))["model"]["vocab"]] for path in (base / "tokenizer.json", tokenizer)]
places = {piece: place for place, piece in enumerate(pieces[0])}
missing = [piece for piece in pieces[1] if piece not in places]
if missing:
    sys.exit(f"The base has no row for {len(missing)} pieces, for instance {missing[:5]}.")
model = BertModel.from_pretrained(base, add_pooling_layer=False)
rows = torch.tensor([places[piece] for piece in pieces[1]])
table = model.embeddings.word_embeddings.weight.data[rows].clone()
model.resize_token_embeddings(len(rows))
model.embeddings.word_embeddings.weight.data = table
model.config.vocab_size = len(rows)
model.save_pretrained(out)
shutil.copy(tokenizer, out / "tokenizer.json")
print(f"{len(rows)} pieces")
