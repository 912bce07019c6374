"""Reads what `examples/tagger_features.rs` wrote."""

import json
from pathlib import Path

import numpy as np


class Texts:
    """Tokens of many texts as records."""

    def __init__(self, folder):
        folder = Path(folder)
        self.sizes = json.loads((folder / "sizes.json").read_text())
        s = self.sizes
        record = np.dtype([
            ("word", "<u2"), ("grams", "<u2", s["grams_of_token"]), ("chars", "u1", s["chars_of_token"]),
            ("facts", "<u2", s["facts_of_token"]), ("position", "u1"), ("outside", "u1"), ("nothing", "<u2"),
            ("labels", "<u4"), ("elsewhere", "<u4"),
        ])
        assert record.itemsize == s["record"], (record.itemsize, s["record"])
        self.tokens = np.fromfile(folder / "tokens.bin", dtype=record)
        self.places = np.fromfile(folder / "places.bin", dtype="<u4").reshape(-1, 2)
        self.docs = np.fromfile(folder / "docs.bin", dtype="<u8").astype(np.int64)

    def allowed(self, at):
        """Which tags the tokens may have, as a mask."""
        rows = self.tokens[at]
        labels = len(self.sizes["names"])
        bits = np.arange(labels, dtype=np.uint32)
        own = (rows["labels"][..., None] >> bits) & 1
        free = (rows["elsewhere"][..., None] >> bits) & 1
        position = (rows["position"][..., None] >> np.arange(4, dtype=np.uint8)) & 1
        tags = own[..., :, None] * position[..., None, :] | free[..., :, None]
        tags = tags.reshape(*tags.shape[:-2], labels * 4)
        return np.concatenate([rows["outside"][..., None], tags], axis=-1).astype(bool)

    def gold(self, at):
        """The first allowed tag."""
        return self.allowed(at).argmax(-1)


def chunks(texts, length, rng):
    """Pieces of texts of at most `length` tokens, cut at places drawn anew each time; (first, last)."""
    out = []
    for first, last in zip(texts.docs[:-1], texts.docs[1:]):
        at = first
        while at < last:
            size = length if rng is None else int(rng.integers(length // 2, length + 1))
            end = min(last, at + size)
            out.append((at, end))
            at = end
    return out
