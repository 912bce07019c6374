"""Fits, for each label, how sure the tagger's chances are (Platt 1999).

    python3 -m tagger.calibrate model.pt DEV_FOLDER --out calibration.txt --thresholds thresholds.csv

Two numbers a label: slope and offset on the log odds of the chance that a token is of an entity. The
texts must be ones the tagger was not trained on; for labels with few tokens all labels' numbers stand.

Thresholds of the presets are the scores that reach a share of each type's tokens (0.995, 0.985, 0.96),
within bounds that few texts cannot move.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from . import network as net
from .data import Texts
from .train import batch, inputs


def chances(network, texts):
    """For each token the chance of each label."""
    labels = len(texts.sizes["names"])
    out = np.zeros((len(texts.tokens), labels), dtype=np.float32)
    pairs = (torch.exp(network.pairs) * network.possible).detach()
    network.eval()
    with torch.no_grad():
        for first, last in zip(texts.docs[:-1], texts.docs[1:]):
            if last > first:
                at, mask = batch(texts, [(first, last)])
                live = torch.from_numpy(mask)
                scores = network(*inputs(texts, at, mask), live)
                tags, _, _ = net.posteriors(scores, pairs, None, live)
                out[first:last] = tags[0, :, 1:].reshape(-1, labels, 4).sum(-1).numpy()
    return out


def platt(odds, truth, weight=20.0, rounds=200):
    """Slope and offset by short Newton steps, drawn to (1, 0) as by so many tokens."""
    x = np.stack([odds, np.ones_like(odds)], 1)
    w = np.array([1.0, 0.0])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -40, 40)))
        gradient = x.T @ (p - truth) + weight * (w - np.array([1.0, 0.0]))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + weight * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        w = w - step * min(1.0, 0.2 / max(np.abs(step).max(), 1e-9))
    return w


PRESETS = ((0.995, 0.05, 0.08), (0.985, 0.2, 0.25), (0.96, 0.4, 0.6))


def thresholds(scores, gold, names):
    """For each type the least score of each preset."""
    lines = ["entity,recall,balanced,utility"]
    for label, name in enumerate(names):
        own = np.sort(scores[gold == label])
        row = []
        for share, least, most in PRESETS:
            score = own[int(len(own) * (1 - share))] if len(own) >= 50 else (least + most) / 2
            row.append(float(np.clip(score, least, most)))
        for member in MEMBERS.get(name, (name,)):
            lines.append(f"{member}," + ",".join(f"{s:.2f}" for s in row))
    return "\n".join(lines) + "\n"


# Labels that stand for several types, as in crates/text/src/tagger/labels.rs.
MEMBERS = {
    "doctor": ("doctor", "staff"),
    "location": ("location", "county"),
    "phone": ("phone", "fax", "pager"),
    "email": ("email", "url", "ip-address", "mac-address"),
    "account": ("account", "bank-account"),
    "other-id": ("other-id", "ssn", "vehicle", "accession", "national-id", "biometric"),
}


def main():
    """Fits and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--thresholds", help="file of the presets' thresholds")
    args = parser.parse_args()
    saved = torch.load(args.model)
    network = net.Network(saved["sizes"])
    network.load_state_dict(saved["weights"])
    of_labels, truth, gold = [], [], []
    for folder in args.texts:
        texts = Texts(folder)
        of_labels.append(chances(network, texts))
        gold.append(texts.gold(np.arange(len(texts.tokens))))
        truth.append(gold[-1] > 0)
    of_labels, truth = np.concatenate(of_labels), np.concatenate(truth).astype(float)
    inside = np.clip(of_labels.sum(1), 1e-6, 1 - 1e-6)
    told = inside >= 0.05
    odds, likeliest = np.log(inside / (1 - inside)), of_labels.argmax(1)
    everything = platt(odds[told], truth[told])
    rows = []
    for label, name in enumerate(saved["sizes"]["names"]):
        own = told & (likeliest == label)
        doubtful = int((own & (truth == 0)).sum())
        row = platt(odds[own], truth[own]) if own.sum() >= 200 and doubtful >= 20 else everything
        rows.append(row)
        print(f"{name:14} tokens {int(own.sum()):6} not of an entity {doubtful:5} slope {row[0]:.3f} offset {row[1]:.3f}")
    np.savetxt(args.out, np.array(rows), fmt="%.6f")
    if args.thresholds:
        slope, offset = np.array(rows)[likeliest].T
        scores = 1 / (1 + np.exp(-(slope * odds + offset)))
        text = thresholds(scores, (np.concatenate(gold) + 3) // 4 - 1, saved["sizes"]["names"])
        Path(args.thresholds).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
