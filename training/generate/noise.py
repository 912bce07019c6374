"""Dialects and errors, made to pieces before they are joined so that offsets stay exact."""

import re

from common.compose import is_type

_SHORT = {
    "patient": "pt",
    "Patient": "Pt",
    "history": "hx",
    "History": "Hx",
    "with": "w/",
    "without": "w/o",
    "right": "R",
    "left": "L",
    "bilateral": "b/l",
    "bilaterally": "b/l",
    "diagnosis": "dx",
    "treatment": "tx",
    "symptoms": "sx",
    "surgery": "surg",
    "follow up": "f/u",
    "Follow up": "F/u",
    "negative": "neg",
    "positive": "pos",
    "normal": "nl",
    "within normal limits": "WNL",
    "shortness of breath": "SOB",
    "chest pain": "CP",
    "abdomen": "abd",
    "Abdomen": "Abd",
    "hospital": "hosp",
    "appointment": "appt",
    "medications": "meds",
    "blood pressure": "BP",
    "heart rate": "HR",
    "temperature": "temp",
    "status post": "s/p",
    "nausea and vomiting": "N/V",
    "evaluation": "eval",
    "approximately": "~",
    "increase": "incr",
    "secondary to": "2/2",
    "because of": "b/c",
    "discharged": "d/c'd",
    "Discharged": "D/c'd",
    "daughter": "dtr",
    "husband": "husb",
    "questions": "q's",
    "and": "&",
    "weeks": "wks",
    "months": "mos",
    "hours": "hrs",
    "minutes": "min",
    "presents with": "p/w",
    "continue": "cont",
    "Continue": "Cont",
    "denies": "den",
    "physical therapy": "PT",
    "Physical therapy": "PT",
    "hypertension": "HTN",
    "type 2 diabetes mellitus": "T2DM",
    "congestive heart failure": "CHF",
    "coronary artery disease": "CAD",
    "atrial fibrillation": "AFib",
    "years": "yrs",
    "reports": "rpts",
    "Tomorrow": "Tmrw",
    "today": "tdy",
    "was": "was",
    "discussed": "d/w",
}
_SHORT_PATTERN = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _SHORT), key=len, reverse=True)) + r")\b")
_FILL = re.compile(r"\b(?:The|the|a|an|was|were|is|has been|have been|that|of the|been|had) (?=[a-z])")
_NEAR = {
    "a": "sq",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "w",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "w": "qe",
    "x": "zc",
    "y": "tu",
    "z": "x",
}
_CONFUSED = {
    "0": "O",
    "O": "0",
    "1": "lI",
    "l": "1I",
    "I": "l1",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "rn": "m",
    "m": "rn",
    "cl": "d",
    "6": "G",
    "2": "Z",
    "e": "c",
    "c": "e",
    "h": "b",
    "i": "1",
    "g": "q",
    "vv": "w",
}
_KEEP_FORM = {"email", "url", "ip-address", "mac-address", "username", "bank-account"}
DIALECTS = ["formal"] * 9 + ["telegraphic"] * 2 + ["capitals"] * 3 + ["lower"] * 2 + ["short"] * 3


def speak(pieces, dialect, rng):
    """Puts the pieces into a dialect."""
    if dialect == "capitals":
        for piece in pieces:
            if piece[1] not in _KEEP_FORM or rng.random() < 0.5:
                piece[0] = piece[0].upper()
    elif dialect == "lower":
        for piece in pieces:
            piece[0] = piece[0].lower()
    elif dialect == "telegraphic":
        for piece in pieces:
            if not is_type(piece[1]):
                piece[0] = _FILL.sub("", piece[0])
    elif dialect == "short":
        share = rng.choice([0.6, 1.0])
        for piece in pieces:
            if not is_type(piece[1]):
                piece[0] = _SHORT_PATTERN.sub(
                    lambda m: _SHORT[m[0]] if rng.random() < share else m[0], _FILL.sub("", piece[0])
                )


def blemish(pieces, rng):
    """Typing errors, OCR confusions or scanner marks, by chance."""
    draw = rng.random()
    if draw < 0.14:
        _typing(pieces, rng, rng.choice([0.002, 0.005, 0.012]))
    elif draw < 0.22:
        _confusion(pieces, rng, rng.choice([0.004, 0.012, 0.03]))
        if rng.random() < 0.5:
            _scanner(pieces, rng)
    elif draw < 0.26:
        _missing_spaces(pieces, rng, rng.choice([0.01, 0.03]))
    elif draw < 0.29:
        _wide_spaces(pieces, rng)


def _places(rng, length, rate):
    """Places at a mean rate, drawn by their distances."""
    at = int(rng.expovariate(rate))
    while at < length:
        yield at
        at += 1 + int(rng.expovariate(rate))


def _edit(pieces, rng, rate, change):
    """Calls `change(text, at)` at random places of the pieces; it returns the piece's new text."""
    total = sum(len(text) for text, _ in pieces)
    offset, number = 0, 0
    edits = {}
    for at in _places(rng, total, rate):
        while at >= offset + len(pieces[number][0]):
            offset += len(pieces[number][0])
            number += 1
        edits.setdefault(number, []).append(at - offset)
    for number, places in edits.items():
        for at in reversed(places):
            pieces[number][0] = change(pieces[number][0], at)


def _typing(pieces, rng, rate):
    """Swapped, dropped, doubled and neighbouring letters."""

    def change(text, at):
        char = text[at]
        if not char.isalpha():
            return text
        kind = rng.randrange(4)
        if kind == 0 and at + 1 < len(text) and text[at + 1].isalpha():
            return text[:at] + text[at + 1] + char + text[at + 2 :]
        if kind == 1 and len(text) > 2:
            return text[:at] + text[at + 1 :]
        if kind == 2:
            return text[:at] + char + text[at:]
        near = _NEAR.get(char.lower())
        if not near:
            return text
        other = rng.choice(near)
        return text[:at] + (other.upper() if char.isupper() else other) + text[at + 1 :]

    _edit(pieces, rng, rate, change)


def _confusion(pieces, rng, rate):
    """Letters taken for others by optical recognition."""

    def change(text, at):
        pair = text[at : at + 2]
        if pair in _CONFUSED:
            return text[:at] + _CONFUSED[pair] + text[at + 2 :]
        if text[at] in _CONFUSED:
            return (
                text[:at]
                + rng.choice(
                    [_CONFUSED[text[at]]]
                    if len(_CONFUSED[text[at]]) == 2 and _CONFUSED[text[at]] == "rn"
                    else _CONFUSED[text[at]]
                )
                + text[at + 1 :]
            )
        return text

    _edit(pieces, rng, rate, change)


def _scanner(pieces, rng):
    """Stray marks at line ends of unmarked pieces."""
    for piece in pieces:
        if not is_type(piece[1]) and "\n" in piece[0] and rng.random() < 0.15:
            piece[0] = piece[0].replace(
                "\n", rng.choice([" .\n", " ,\n", " |\n", "\n~ ", " _\n", "\n. ", " '\n", "\n\n"]), 1
            )


def _missing_spaces(pieces, rng, rate):
    """Drops spaces after punctuation and between words, also beside a marked value."""

    def change(text, at):
        found = text.find(" ", at, at + 12)
        return text[:found] + text[found + 1 :] if found >= 0 else text

    _edit([piece for piece in pieces if not is_type(piece[1]) and piece[0]], rng, rate, change)


def _wide_spaces(pieces, rng):
    """Doubles spaces, as justified or scanned text has them."""
    for piece in pieces:
        if rng.random() < 0.3:
            piece[0] = piece[0].replace(" ", "  ")
