"""Texts of the second generator: a layout, its facts, a few blemishes of its own, the record."""

import os
import random

from common.compose import compose, expand, read_banks, read_sections, wrap

from .german import GermanFacts
from .spanish import SpanishFacts
from .values import Facts

_TEXT = os.path.join(os.path.dirname(__file__), "text")
_BANKS = read_banks(_TEXT, "sentences.txt")
KINDS = {
    "en": ("en", read_sections(_TEXT, "clinical.txt"), _BANKS, Facts),
    "general": ("en", read_sections(_TEXT, "general.txt"), _BANKS, Facts),
    "de": ("de", read_sections(_TEXT, "german.txt"), read_banks(_TEXT, "german_sentences.txt"), GermanFacts),
    "es": ("es", read_sections(_TEXT, "spanish.txt"), read_banks(_TEXT, "spanish_sentences.txt"), SpanishFacts),
}
# Layouts of prose, which are drawn more often.
_LONG = {
    "h_admit",
    "h_letter",
    "h_free",
    "h_typed",
    "h_leave",
    "h_er",
    "h_dictate",
    "h_social",
    "h_round",
    "h_mind",
    "h_plain",
    "h_plainer",
    "h_about",
    "h_headings",
    "de_brief",
    "de_frei",
    "de_kopf",
    "x_informe",
    "x_caso",
}
_ROLES = ("patient", "doctor", "staff", "relative")


def make_text(seed, number, kind, layout=None):
    """The text of a number; the same for the same seed, number and kind."""
    lang, layouts, banks, facts = KINDS[kind]
    rng = random.Random(f"hold out {kind} {seed} {number}")
    layout = layout or rng.choice(sorted(layouts) + sorted(_LONG & set(layouts)) * 3)
    pieces = expand(facts(rng, banks), layouts[layout])
    if kind == "general":
        pieces = [[text, "person" if mark in _ROLES else mark] for text, mark in pieces]
    _blemish(pieces, rng)
    text, spans, negatives = compose(pieces)
    if rng.random() < 0.25:
        text = wrap(text, rng.choice([45, 66, 78, 95]), rng)
    name = f"held-{kind}-{seed}-{number}"
    return {"id": name, "lang": lang, "text": text, "spans": spans, "negatives": negatives, "layout": layout}


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
            piece[0] = "".join(
                {"0": "O", "l": "1", "S": "5", "B": "8"}.get(c, c) if rng.random() < 0.05 else c for c in piece[0]
            )


def _slips(pieces, rng):
    """A letter left out or written twice in some words of the text."""
    for piece in pieces:
        if len(piece[0]) > 5 and rng.random() < 0.12:
            at = rng.randrange(1, len(piece[0]) - 1)
            if piece[0][at].isalpha():
                piece[0] = piece[0][:at] + rng.choice(["", piece[0][at] * 2]) + piece[0][at + 1 :]
