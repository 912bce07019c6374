"""Writes the trained weights in whole numbers, and what they compute, for the binary and its test.

    python3 -m tagger.export model.pt TRAIN_FOLDER --out ../crates/text/model

Weights get 8 bits (each row of a layer with a scale of its own), values between layers 13 bits at a
scale taken from texts of the training set. `golden.bin` holds inputs with the scores that this file
computes for them: the binary must compute the same, bit by bit.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch

from . import network as net
from .data import Texts, chunks
from .train import batch, inputs

MOST = 4095
F = np.float32


def rows_of(weight):
    """A matrix as whole numbers with a scale a row."""
    scale = np.maximum(np.abs(weight).max(1), 1e-8) / 127
    return np.rint(weight / scale[:, None]).astype(np.int8), scale.astype(F)


def table_of(weight):
    """A table as whole numbers with one scale; what lies far out is cut."""
    scale = max(np.quantile(np.abs(weight[1:]), 0.99999), 1e-8) / 127
    return np.clip(np.rint(weight / scale), -127, 127).astype(np.int8), F(scale)


class Whole:
    """The network in whole numbers, computed as the binary does."""

    def __init__(self, weights, sample):
        get = lambda name: weights[name].numpy().astype(F)
        self.word, s_word = table_of(get("word.weight"))
        self.gram, s_gram = table_of(get("gram.weight"))
        self.fact, s_fact = table_of(get("fact.weight"))
        chars = [get(f"chars.{i}.weight") for i in range(3)]
        s_char = F(max(np.abs(c).max() for c in chars) / 4000)
        self.chars = [np.rint(c / s_char).astype(np.int16) for c in chars]
        self.char_bias = np.rint(get("char_bias") / s_char).astype(np.int16)
        s_in, s_state = sample
        self.scales = [F(s / s_in) for s in (s_word, s_gram, s_char, s_fact)]
        self.enter = self.layer(get("enter.weight"), get("enter.bias"), s_in, s_state)
        self.layers = []
        for i in range(len(net.DILATIONS)):
            weight = get(f"layers.{i}.weight").transpose(0, 2, 1).reshape(net.WIDTH, -1)
            self.layers.append(self.layer(weight, get(f"layers.{i}.bias"), s_state, s_state))
        self.leave = self.layer(get("leave.weight"), get("leave.bias"), s_state, F(1))
        self.pairs = get("pairs")

    @staticmethod
    def layer(weight, bias, s_from, s_to):
        rows, scale = rows_of(weight)
        return rows, (scale * F(s_from) / F(s_to)).astype(F), (bias / F(s_to)).astype(F)

    def scores(self, rows):
        """Scores of tags for the tokens of one text."""
        count = len(rows)
        chars = rows["chars"].astype(np.int64)
        zero = np.zeros_like(chars[:, :1])
        before, after = np.concatenate([zero, chars[:, :-1]], 1), np.concatenate([chars[:, 1:], zero], 1)
        shape = (self.chars[0].astype(np.int32)[before] + self.chars[1].astype(np.int32)[chars]
                 + self.chars[2].astype(np.int32)[after] + self.char_bias.astype(np.int32))
        sums = [self.word.astype(np.int32)[rows["word"]], self.gram.astype(np.int32)[rows["grams"]].sum(1),
                np.maximum(shape.max(1), 0), self.fact.astype(np.int32)[rows["facts"]].sum(1)]
        x = [np.clip(np.rint(s.astype(F) * scale), -MOST, MOST) for s, scale in zip(sums, self.scales)]
        x = np.concatenate(x, 1).astype(np.int32)
        state = self.step(x, self.enter)
        for layer, reach in zip(self.layers, net.DILATIONS):
            wide = np.zeros((count + 2 * reach, net.WIDTH), np.int32)
            wide[reach: reach + count] = state
            taps = np.concatenate([wide[:count], wide[reach: reach + count], wide[2 * reach:]], 1)
            state = np.minimum(state + self.step(taps, layer), MOST)
        rows_, scale, bias = self.leave
        return (state @ rows_.T.astype(np.int32)).astype(F) * scale + bias

    @staticmethod
    def step(values, layer):
        rows, scale, bias = layer
        out = (values @ rows.T.astype(np.int32)).astype(F) * scale + bias
        return np.minimum(np.maximum(out, F(0)) + F(0.5), F(MOST)).astype(np.int32)

    def write(self, calibration):
        """The file the binary reads."""
        parts = [b"ANMTAG01", np.array(self.scales, F), self.word, self.gram, self.fact, *self.chars, self.char_bias]
        for layer in (self.enter, *self.layers, self.leave):
            parts.extend(layer)
        parts += [self.pairs, calibration.astype(F)]
        return b"".join(p if isinstance(p, bytes) else np.ascontiguousarray(p).tobytes() for p in parts)


def sample(network, texts, count=200):
    """Scales of values: 4095 is a little more than the largest of many texts."""
    rng = np.random.default_rng(1)
    pieces = chunks(texts, 128, rng)
    most_in = most_state = 0.0
    network.eval()
    with torch.no_grad():
        for i in rng.choice(len(pieces), count, replace=False):
            at, mask = batch(texts, [pieces[i]])
            x = network.inputs(*inputs(texts, at, mask))
            h = torch.relu(network.enter(x)).transpose(1, 2)
            for layer in network.layers:
                h = h + torch.relu(layer(h))
            most_in = max(most_in, float(x.abs().max()))
            most_state = max(most_state, float(h.max()))
    return F(most_in * 1.5 / MOST), F(most_state * 1.5 / MOST)


def golden(whole, texts, docs):
    """Token inputs with their scores: count of texts, then for each its tokens, inputs, scores."""
    parts = [np.uint32(len(docs)).tobytes()]
    for doc in docs:
        rows = texts.tokens[texts.docs[doc]: min(texts.docs[doc + 1], texts.docs[doc] + 40)]
        parts.append(np.uint32(len(rows)).tobytes())
        for name in ("word", "grams", "chars", "facts"):
            parts.append(np.ascontiguousarray(rows[name]).tobytes())
        parts.append(whole.scores(rows).astype(F).tobytes())
    return b"".join(parts)


def main():
    """Exports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("texts", help="features of texts, for scales and the golden file")
    parser.add_argument("--calibration", help="file of two numbers a label, by tagger.calibrate")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    saved = torch.load(args.model)
    texts = Texts(args.texts)
    network = net.Network(saved["sizes"])
    network.load_state_dict(saved["weights"])
    whole = Whole(saved["weights"], sample(network, texts))
    labels = len(saved["sizes"]["names"])
    calibration = np.loadtxt(args.calibration) if args.calibration else np.tile([1.0, 0.0], (labels, 1))
    file = whole.write(calibration)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "tagger.bin").write_bytes(file)
    (args.out / "tagger.sha256").write_text(hashlib.sha256(file).hexdigest() + "\n")
    docs = [i for i in range(0, len(texts.docs) - 1, max(1, (len(texts.docs) - 1) // 9))]
    (args.out / "golden.bin").write_bytes(golden(whole, texts, docs))
    print(len(file), "bytes; scales", whole.scales)


if __name__ == "__main__":
    main()
