"""Texts of the second generator: a layout, its facts, a few blemishes of its own, the record."""

import random

from common.compose import compose, expand, wrap

from .banks import BANKS
from .clinical import CLINICAL
from .general import GENERAL
from .german import GERMAN_BANKS, GERMAN_LAYOUTS, GermanFacts
from .spanish import SPANISH_BANKS, SPANISH_LAYOUTS, SpanishFacts
from .values import Facts

KINDS = {
    "en": ("en", CLINICAL, BANKS, Facts),
    "general": ("en", GENERAL, BANKS, Facts),
    "de": ("de", GERMAN_LAYOUTS, GERMAN_BANKS, GermanFacts),
    "es": ("es", SPANISH_LAYOUTS, SPANISH_BANKS, SpanishFacts),
}

_ROLES = ("patient", "doctor", "staff", "relative")


def make_text(seed, number, kind, layout=None):
    """The text of a number; the same for the same seed, number and kind."""
    lang, layouts, banks, facts = KINDS[kind]
    rng = random.Random(f"hold out {kind} {seed} {number}")
    layout = layout or sorted(layouts)[rng.randrange(len(layouts))]
    pieces = expand(facts(rng, banks), layouts[layout])
    if kind == "general":
        pieces = [[text, "person" if mark in _ROLES else mark] for text, mark in pieces]
    _blemish(pieces, rng)
    text, spans = compose(pieces)
    if rng.random() < 0.25:
        text = wrap(text, rng.choice([45, 66, 78, 95]), rng)
    return {"id": f"held-{kind}-{seed}-{number}", "lang": lang, "text": text, "spans": spans, "layout": layout}


def _blemish(pieces, rng):
    """One of a few blemishes, or none."""
    draw = rng.random()
    if draw < 0.1:
        for piece in pieces:
            piece[0] = piece[0].upper()
    elif draw < 0.15:
        for piece in pieces:
            piece[0] = piece[0].lower()
    elif draw < 0.24:
        _slips(pieces, rng)
    elif draw < 0.28:
        for piece in pieces:
            piece[0] = "".join({"0": "O", "l": "1", "S": "5", "B": "8"}.get(c, c) if rng.random() < 0.05 else c for c in piece[0])


def _slips(pieces, rng):
    """A letter left out or written twice in some words of the text."""
    for piece in pieces:
        if len(piece[0]) > 5 and rng.random() < 0.12:
            at = rng.randrange(1, len(piece[0]) - 1)
            if piece[0][at].isalpha():
                piece[0] = piece[0][:at] + rng.choice(["", piece[0][at] * 2]) + piece[0][at + 1:]
