"""Notes: a layout, a case, a dialect, errors, and the record that is written."""

import random

from common.compose import compose, expand, wrap

from .case import Case
from .layouts import BANKS, INFANT, LAYOUTS, WEIGHTS
from .noise import DIALECTS, blemish, speak


def make_note(seed, number, names, layout=None):
    """The note of a number; the same for the same seed, number and lists of names."""
    rng = random.Random(f"generate en {seed} {number}")
    layout = layout or _LAYOUT_NAMES[rng.choices(range(len(_LAYOUT_NAMES)), cum_weights=_LAYOUT_SUMS)[0]]
    case = Case(rng, names, BANKS, infant=layout in INFANT)
    pieces = expand(case, LAYOUTS[layout])
    return finish(rng, pieces, f"en-{seed}-{number}", "en", layout)


def finish(rng, pieces, name, lang, layout, dialects=DIALECTS):
    """Puts pieces into a dialect, makes errors, and composes the record."""
    speak(pieces, rng.choice(dialects), rng)
    blemish(pieces, rng)
    text, spans = compose(pieces)
    if rng.random() < 0.3:
        text = wrap(text, rng.choice([50, 60, 72, 80, 100]), rng)
    if rng.random() < 0.04:
        text = text.replace("\n", " ")
    return {"id": name, "lang": lang, "text": text, "spans": spans, "layout": layout}


_LAYOUT_NAMES = sorted(LAYOUTS)
_LAYOUT_SUMS = []
for _name in _LAYOUT_NAMES:
    _LAYOUT_SUMS.append((_LAYOUT_SUMS[-1] if _LAYOUT_SUMS else 0) + WEIGHTS.get(_name, 1.0))
