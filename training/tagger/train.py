"""Trains the tagger on the processor.

    python3 -m tagger.train TRAIN_FOLDER --dev DEV_FOLDER --out model.pt
"""

import argparse
import time

import numpy as np
import torch

from . import network as net
from .data import Texts, chunks


def batch(texts, pieces):
    """Arrays of several pieces, padded."""
    length = max(last - first for first, last in pieces)
    at = np.zeros((len(pieces), length), dtype=np.int64)
    mask = np.zeros((len(pieces), length), dtype=np.float32)
    for row, (first, last) in enumerate(pieces):
        at[row, : last - first] = np.arange(first, last)
        mask[row, : last - first] = 1
    return at, mask


def inputs(texts, at, mask):
    """The network's inputs for tokens."""
    rows = texts.tokens[at]
    live = mask > 0
    number = lambda name: torch.from_numpy(
        np.where(live if rows[name].ndim == 2 else live[..., None], rows[name], 0).astype(np.int64))
    return [number("word"), number("grams"), number("chars"), number("facts")]


def hide(fields, sizes, rng):
    """Hides words, and per text the channels of rules, fields and lists, so that none is leaned on."""
    word, grams, chars, facts = fields
    texts = word.shape[0]
    draw = lambda share, shape: torch.from_numpy(rng.random(shape) < share)
    word = torch.where(draw(0.12, word.shape) & (word > 0), torch.ones_like(word), word)
    grams = torch.where(draw(0.06, word.shape)[..., None], torch.zeros_like(grams), grams)
    for rows, share in (("rule_rows", 0.3), ("field_rows", 0.15), ("list_rows", 0.1)):
        first, last = sizes[rows]
        gone = draw(share, (texts, 1, 1)) & (facts >= first) & (facts < last)
        facts = torch.where(gone, torch.zeros_like(facts), facts)
    return [word, grams, chars, facts]


def main():
    """Trains, tells how it goes, and saves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train")
    parser.add_argument("--dev", action="append", default=[])
    parser.add_argument("--out", required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--texts", type=int, default=16, help="pieces of a batch")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", help="weights to go on from")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    texts = Texts(args.train)
    network = net.Network(texts.sizes)
    if args.start:
        network.load_state_dict(torch.load(args.start)["weights"])
    decay = [p for n, p in network.named_parameters() if p.ndim > 1]
    rest = [p for n, p in network.named_parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0}],
                                  lr=args.rate, betas=(0.9, 0.99))
    per_epoch = len(chunks(texts, args.length, np.random.default_rng(0))) // args.texts
    steps = per_epoch * args.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1, (s + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * min(1, s / steps)))))
    started, seen, sum_ = time.process_time(), 0, 0.0
    step = 0
    for epoch in range(args.epochs):
        network.train()
        pieces = chunks(texts, args.length, rng)
        # Pieces of like length together, in batches drawn at random.
        order = np.argsort([last - first + rng.integers(0, 24) for first, last in pieces], kind="stable")
        groups = [order[i: i + args.texts] for i in range(0, len(order), args.texts)]
        rng.shuffle(groups)
        for group in groups:
            at, mask = batch(texts, [pieces[i] for i in group])
            fields = hide(inputs(texts, at, mask), texts.sizes, rng)
            live = torch.from_numpy(mask)
            scores = network(*fields, live)
            allowed = torch.from_numpy(texts.allowed(at))
            allowed |= live[..., None] == 0
            surrogate, value = net.loss(network, scores, allowed, live)
            optimizer.zero_grad()
            (surrogate / len(group)).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 20.0)
            optimizer.step()
            schedule.step()
            step += 1
            seen += int(mask.sum())
            sum_ += value
            if step % 200 == 0:
                print(f"epoch {epoch} step {step}/{steps} loss/token {sum_ / seen:.4f} "
                      f"cpu {time.process_time() - started:.0f} s", flush=True)
                seen, sum_ = 0, 0.0
        torch.save({"weights": network.state_dict(), "sizes": texts.sizes}, args.out)
        for folder in args.dev:
            print(folder, evaluate(network, Texts(folder)), flush=True)


def decoded(network, texts):
    """The best tag of every token."""
    network.eval()
    out = np.zeros(len(texts.tokens), dtype=np.int64)
    with torch.no_grad():
        for first, last in zip(texts.docs[:-1], texts.docs[1:]):
            if last == first:
                continue
            at, mask = batch(texts, [(first, last)])
            scores = network(*inputs(texts, at, mask), torch.from_numpy(mask))[0]
            out[first:last] = net.best(scores, network.pairs, network.possible)
    return out


def spans(tags):
    """(first, last, label) of tags in BIOES."""
    out, start = [], None
    for at, tag in enumerate(tags):
        if tag == 0:
            start = None
            continue
        label, position = (tag - 1) // 4, (tag - 1) % 4
        if position in (0, 3):
            start = at
        if position in (2, 3) and start is not None:
            out.append((start, at, label))
            start = None
    return out


def evaluate(network, texts):
    """Tokens of any type, and strict entities by coarse type."""
    tags = decoded(network, texts)
    everything = np.arange(len(texts.tokens))
    gold = texts.gold(everything)
    tp = ((tags > 0) & (gold > 0)).sum()
    precision, recall = tp / max(1, (tags > 0).sum()), tp / max(1, (gold > 0).sum())
    coarse = {name: name for name in texts.sizes["names"]}
    coarse.update({n: "name" for n in ("patient", "doctor", "relative", "person")})
    coarse.update({n: "place" for n in ("city", "state", "zip", "country", "location", "street", "room")})
    coarse.update({n: "org" for n in ("hospital", "organization", "department")})
    coarse.update({n: "id" for n in ("mrn", "health-plan", "account", "licence", "device", "other-id")})
    names = texts.sizes["names"]
    form = lambda tags: {(a, b, coarse[names[l]]) for a, b, l in spans(tags)}
    ours, theirs = form(tags), form(gold)
    both = len(ours & theirs)
    p, r = both / max(1, len(ours)), both / max(1, len(theirs))
    return f"token P {precision:.3f} R {recall:.3f}  strict P {p:.3f} R {r:.3f} F {2 * p * r / max(1e-9, p + r):.3f}"


if __name__ == "__main__":
    main()
