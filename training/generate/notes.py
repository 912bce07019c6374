"""Notes: a layout, a case, a dialect, errors, and the record that is written."""

import random

from common.compose import compose, expand, wrap

from .case import Case
from .layouts import BANKS, GENERAL_LAYOUTS, INFANT, LAYOUTS, WEIGHTS
from .noise import DIALECTS, blemish, speak

ROLES = ("patient", "doctor", "staff", "relative")
GENERAL_DIALECTS = ["formal"] * 12 + ["lower"] * 2 + ["capitals"]


def make_note(seed, number, names, layout=None, carriers=None):
    """The note of a number; the same for the same seed, number, lists of names and carriers."""
    rng = random.Random(f"generate en {seed} {number}")
    layout = layout or _LAYOUT_NAMES[rng.choices(range(len(_LAYOUT_NAMES)), cum_weights=_LAYOUT_SUMS)[0]]
    case = Case(rng, names, BANKS, infant=layout in INFANT)
    pieces = expand(case, LAYOUTS[layout])
    if carriers and WEIGHTS.get(layout, 1.0) >= 1.0:
        pieces = carriers.mix(pieces, case.pt.sex, case.age, random.Random(f"carriers {seed} {number}"))
    return finish(rng, pieces, f"en-{seed}-{number}", "en", layout)


def make_general(seed, number, names, layout=None):
    """A text that is not clinical; every person in it is marked so."""
    rng = random.Random(f"generate general {seed} {number}")
    layout = layout or rng.choice(sorted(GENERAL_LAYOUTS))
    pieces = expand(Case(rng, names, BANKS), GENERAL_LAYOUTS[layout])
    pieces = [[text, "person" if kind in ROLES else kind] for text, kind in pieces]
    return finish(rng, pieces, f"general-{seed}-{number}", "en", layout, GENERAL_DIALECTS)


def finish(rng, pieces, name, lang, layout, dialects=DIALECTS):
    """Puts pieces into a dialect, makes errors, and composes the record."""
    speak(pieces, rng.choice(dialects), rng)
    blemish(pieces, rng)
    text, spans, negatives = compose(pieces)
    if rng.random() < 0.3:
        text = wrap(text, rng.choice([50, 60, 72, 80, 100]), rng)
    if rng.random() < 0.04:
        text = text.replace("\n", " ")
    return {"id": name, "lang": lang, "text": text, "spans": spans, "negatives": negatives, "layout": layout}


_LAYOUT_NAMES = sorted(LAYOUTS)
_LAYOUT_SUMS = []
for _name in _LAYOUT_NAMES:
    _LAYOUT_SUMS.append((_LAYOUT_SUMS[-1] if _LAYOUT_SUMS else 0) + WEIGHTS.get(_name, 1.0))
