"""Makes the table of static token vectors that finds text by meaning without a network: `models/static/table.bin`.

usage: static_embeddings.py states --encoder FILE --tokenizer FILE --out STATES.npy
       static_embeddings.py pairs  --data DIR --out PAIRS
       (node scripts/static-pieces.mjs PAIRS: the pieces of every text, cut as the product cuts them)
       static_embeddings.py tune   --states STATES.npy --tokenizer FILE --pairs PAIRS --out TUNED.npy
       static_embeddings.py export --table TUNED.npy --tokenizer FILE --out models/static [--dimensions N]

1. states: every piece alone between the segment's marks through the critic's untrained base encoder; what is kept is the
   state of the first mark, which has read the piece.
2. The start (`distil`): mean removed, principal components, rows of length 1 times the square of the piece's information
   (minus its log probability), as in SIF and model2vec.
3. tune: questions and the chunk that holds their gold, from training records alone: a softmax over the other chunks of the
   batch and one more chunk of the own context. Records are split by context; a fifth is held out for measuring.
4. export: int8 rows with a scale each, and the manifest that the product checks.

No development or test record is read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import struct
import time
from pathlib import Path

import numpy as np

from static_pairs import POOLS, write_pairs

SEED = 1
TEMPERATURE = 0.06
BATCH = 192
RATE = 2e-3
MAX_PIECES = 400
MAX_NEGATIVES = 6


def read_vocabulary(tokenizer: Path) -> list[tuple[str, float]]:
    return [tuple(entry) for entry in json.loads(tokenizer.read_text("utf-8"))["model"]["vocab"]]


def read_states(encoder: Path, tokenizer: Path) -> np.ndarray:
    """[pieces, 384]: the first mark's state of each piece alone; never in a batch, see the model card of the critic."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(encoder), options, providers=["CPUExecutionProvider"])
    count = len(read_vocabulary(tokenizer))
    states = np.zeros((count, 384), np.float32)
    for piece in range(count):
        ids = np.array([[0, piece, 2]])
        states[piece] = session.run(["h"], {"ids": ids, "mask": np.ones_like(ids)})[0][0, 0]
    return states


def distil(states: np.ndarray, tokenizer: Path, dimensions: int) -> np.ndarray:
    information = np.array([-score for _, score in read_vocabulary(tokenizer)], np.float32)
    information[:4] = 0  # the marks
    centred = states - states.mean(0)
    _, axes = np.linalg.eigh((centred.T @ centred / len(centred)).astype(np.float64))
    rows = (centred @ axes[:, ::-1][:, :dimensions]).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows *= (information**2)[:, None]
    return rows / np.linalg.norm(rows, axis=1).mean()


def read_pairs(folder: Path, part: str) -> dict[str, list[tuple]]:
    """Per pool: (question, its gold chunks, other chunks of its context), each text as its pieces."""
    chosen = random.Random(SEED)
    pairs: dict[str, list[tuple]] = {}
    for pool in POOLS:
        records = json.loads((folder / f"{pool}.json").read_text("utf-8"))[part]
        pieces = json.loads((folder / f"{pool}.pieces.json").read_text("utf-8"))
        pairs[pool] = []
        for record, question in zip(records, pieces[part]):
            others = sorted(set(record["chunks"]) - set(record["gold"]))
            others = chosen.sample(others, min(MAX_NEGATIVES, len(others)))
            if question:
                texts = pieces["texts"]
                pairs[pool].append((question, [texts[i] for i in record["gold"]], [texts[i] for i in others]))
    return pairs


def tune(start: np.ndarray, pairs: dict[str, list[tuple]], epochs: int) -> np.ndarray:
    import torch
    import torch.nn.functional as functional

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    chosen = random.Random(SEED)
    table = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(start), freeze=False, mode="sum", sparse=True)
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=RATE)

    def encode(texts: list[list[int]]) -> torch.Tensor:
        cut = [text[:MAX_PIECES] or [0] for text in texts]
        starts = np.cumsum([0, *map(len, cut)])[:-1]
        flat = [piece for text in cut for piece in text]
        return functional.normalize(table(torch.tensor(flat), torch.tensor(starts)), dim=-1)

    def loss_of(batch: list[tuple]) -> torch.Tensor:
        asked = encode([question for question, _, _ in batch])
        gold = encode([chosen.choice(found) for _, found, _ in batch])
        other = encode([chosen.choice(others or chosen.choice(batch)[1]) for _, _, others in batch])
        scores = asked @ torch.cat([gold, other]).T / TEMPERATURE
        # The gold of one question can be that of another in the batch.
        same = ((gold @ gold.T) > 0.999).float().fill_diagonal_(0)
        scores[:, : len(batch)] -= 1e4 * same
        places = torch.arange(len(batch))
        backwards = functional.cross_entropy(scores[:, : len(batch)].T, places)
        return functional.cross_entropy(scores, places) + 0.3 * backwards

    total = epochs * sum(len(pool) // BATCH for pool in pairs.values())
    step, started = 0, time.time()
    for epoch in range(epochs):
        losses = []
        # A batch is of one pool, so that what a question has to be told from is of its kind.
        for batch in shuffled_batches(pairs, chosen):
            loss = loss_of(batch)
            optimizer.zero_grad()
            loss.backward()
            for group in optimizer.param_groups:
                group["lr"] = RATE * max(0.02, 1 - step / total)
            optimizer.step()
            losses.append(loss.item())
            step += 1
        print(f"epoch {epoch}: loss {np.mean(losses):.3f}, {time.time() - started:.0f} s", flush=True)
    return table.weight.detach().numpy()


def shuffled_batches(pairs: dict[str, list[tuple]], chosen: random.Random) -> list[list[tuple]]:
    batches = []
    for pool in pairs.values():
        chosen.shuffle(pool)
        batches += [pool[start : start + BATCH] for start in range(0, len(pool) - BATCH + 1, BATCH)]
    chosen.shuffle(batches)
    return batches


def narrow(table: np.ndarray, dimensions: int) -> np.ndarray:
    """Principal axes about the origin: sums of rows keep their angles as well as so few axes can."""
    if dimensions == table.shape[1]:
        return table
    _, axes = np.linalg.eigh((table.T @ table).astype(np.float64))
    return (table @ axes[:, ::-1][:, :dimensions]).astype(np.float32)


def is_reachable(piece: str) -> bool:
    """The product reads words in lower case and leaves out signs, so it never asks for the other pieces."""
    return piece == piece.lower() and any(character.isalnum() for character in piece)


def export(table: np.ndarray, tokenizer: Path, out: Path) -> None:
    """`server/src/embed/static-table.ts` describes the file. Rows that are never asked for are zero: they pack well."""
    pieces, dimensions = table.shape
    known = np.array([is_reachable(piece) for piece, _ in read_vocabulary(tokenizer)])
    print(f"{known.sum()} of {pieces} pieces can be asked for")
    table = table * known[:, None]
    scales = (np.abs(table).max(1) / 127).astype("<f4")
    rows = np.round(table / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
    header = b"LFSE" + struct.pack("<3I", 1, pieces, dimensions) + hashlib.sha256(tokenizer.read_bytes()).digest() + bytes(16)
    content = header + scales.tobytes() + rows.tobytes()
    out.mkdir(parents=True, exist_ok=True)
    (out / "table.bin").write_bytes(content)
    entry = {"name": "table.bin", "sizeBytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (out / "manifest.json").write_text(json.dumps({"version": 1, "files": [entry]}, indent=2) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("step", choices=["states", "pairs", "tune", "export"])
    for name in ("encoder", "tokenizer", "states", "data", "pairs", "table"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=3)
    args = parser.parse_args()
    if args.step == "states":
        np.save(args.out, read_states(args.encoder, args.tokenizer))
    elif args.step == "pairs":
        write_pairs(args.data, args.out)
    elif args.step == "tune":
        start = distil(np.load(args.states), args.tokenizer, args.dimensions)
        np.save(args.out, tune(start, read_pairs(args.pairs, "fit"), args.epochs))
    else:
        export(narrow(np.load(args.table), args.dimensions), args.tokenizer, args.out)


if __name__ == "__main__":
    main()
