"""Templates and the composer that keeps span offsets exact.

A note is a list of pieces `[text, type or None]`; the type of a negative is its kind behind `!`. Every change of a
text (case, typing error, OCR confusion) is made to a piece before the pieces are joined, so that an offset is never
searched for afterwards.

A template is plain text with
    {slot} or {slot:argument}   a value that the case gives
    {#bank} or {#bank*2-4}      so many different sentences of a bank, parted by a space
    {!kind text}                a negative: a measurement or an eponym, which looks like an identifier and is none
    [one|two|]                  one of the alternatives, which may nest
and a backslash before a character that is meant literally.
"""

import itertools
import os
import re
import unicodedata

from .types import NEGATIVES

_CACHE = {}
_COUNT = re.compile(r"(?P<name>[\w-]+)(?:\*(?P<low>\d+)(?:-(?P<high>\d+))?)?$")


def parse(text):
    """The nodes of a template, remembered by its text."""
    nodes = _CACHE.get(text)
    if nodes is None:
        nodes, end = _sequence(text, 0, "")
        assert end == len(text), f"unbalanced bracket in template: {text[max(0, end - 40):end + 40]!r}"
        _CACHE[text] = nodes
    return nodes


def _sequence(text, at, stops):
    """The nodes from `at` up to one of `stops`."""
    nodes, literal = [], []

    def flush():
        if literal:
            nodes.append(("text", "".join(literal)))
            literal.clear()

    while at < len(text) and text[at] not in stops:
        char = text[at]
        if char == "\\":
            literal.append(text[at + 1])
            at += 2
        elif text.startswith("{!", at):
            kind, space, _ = text[at + 2 :].partition(" ")
            assert space and kind in NEGATIVES, f"no such negative: {text[at:at + 20]!r}"
            flush()
            inside, at = _sequence(text, at + len(kind) + 3, "}")
            assert at < len(text), f"a negative does not end: {text[:60]!r}"
            nodes.append(("negative", kind, inside))
            at += 1
        elif char == "{":
            end = text.index("}", at)
            flush()
            nodes.append(_slot(text[at + 1 : end]))
            at = end + 1
        elif char == "[":
            flush()
            options = []
            while True:
                option, at = _sequence(text, at + 1, "|]")
                options.append(option)
                assert at < len(text), f"a choice does not end: {text[:60]!r}"
                if text[at] == "]":
                    break
            nodes.append(("choice", options))
            at += 1
        elif char == "]":
            break
        else:
            literal.append(char)
            at += 1
    flush()
    return nodes, at


def _slot(inside):
    """The node of what stands between braces."""
    if inside.startswith("#"):
        found = _COUNT.match(inside[1:])
        assert found, f"no such bank form: {inside}"
        low = int(found["low"] or 1)
        return ("bank", found["name"], low, int(found["high"] or low))
    name, _, argument = inside.partition(":")
    return ("slot", name, argument)


def expand(case, template, pieces=None):
    """The pieces of a template, its slots and banks taken from `case`."""
    pieces = [] if pieces is None else pieces
    _expand(case, parse(template), pieces)
    return pieces


def _expand(case, nodes, pieces):
    rng = case.rng
    for node in nodes:
        kind = node[0]
        if kind == "text":
            pieces.append([node[1], None])
        elif kind == "slot":
            _add(pieces, case.slot(node[1], node[2]))
        elif kind == "choice":
            options = node[1]
            _expand(case, options[int(rng.random() * len(options))], pieces)
        elif kind == "negative":
            _expand_negative(case, node, pieces)
        else:
            _expand_bank(case, node, pieces)


def _expand_bank(case, node, pieces):
    """Adds some different sentences of a bank."""
    _, name, low, high = node
    bank = case.bank(name)
    count = min(low if low == high else case.rng.randint(low, high), len(bank))
    for number, sentence in enumerate(case.rng.sample(bank, count)):
        if number:
            pieces.append([" ", None])
        _expand(case, parse(sentence), pieces)


def _expand_negative(case, node, pieces):
    """Adds a negative as one piece, but for identifiers in it."""
    _, kind, nodes = node
    inside = []
    _expand(case, nodes, inside)
    for marked, group in itertools.groupby(inside, key=lambda piece: is_type(piece[1])):
        if marked:
            pieces.extend(group)
        else:
            pieces.append(["".join(text for text, _ in group), "!" + kind])


def is_type(kind):
    """Whether a piece's mark is an entity type: neither absent nor a negative's kind."""
    return kind is not None and not kind.startswith("!")


def _add(pieces, value):
    """Adds what a slot gave: a text, a piece, or a list of pieces."""
    if isinstance(value, str):
        pieces.append([value, None])
    elif isinstance(value, tuple):
        pieces.append(list(value))
    else:
        pieces.extend([text, kind] for text, kind in value)


def compose(pieces):
    """The text of the pieces, its spans and its negatives, which have no space at their ends."""
    parts, spans, negatives, at = [], [], [], 0
    for text, kind in pieces:
        if kind and text.strip():
            place = {"start": at + len(text) - len(text.lstrip()), "end": at + len(text.rstrip())}
            if is_type(kind):
                spans.append({**place, "type": kind})
            else:
                negatives.append({**place, "kind": kind[1:]})
        parts.append(text)
        at += len(text)
    return "".join(parts), spans, negatives


def wrap(text, width, rng, chance=1.0):
    """The text with spaces turned to line ends where a line is longer than `width`: no offset changes."""
    out, start = list(text), 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        while end - start > width:
            cut = text.rfind(" ", start + 1, start + width + 1)
            if cut <= start or text[start:cut].isspace():
                break
            if chance >= 1.0 or rng.random() < chance:
                out[cut] = "\n"
            start = cut + 1
        start = end + 1
    return "".join(out)


def column(pieces, width):
    """The pieces of one cell, filled with spaces up to `width`."""
    length = sum(len(text) for text, _ in pieces)
    return list(pieces) + [(" " * max(1, width - length), None)]


def plain(name):
    """A name in small letters and digits, without accents, spaces or marks."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if c.isascii() and c.isalnum()) or "x"


def read_sections(folder, *names):
    """The sections of text files: a line `== name` begins each, and what stands before the first is a remark."""
    sections = {}
    for name in names:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for part in ("\n" + file.read()).split("\n== ")[1:]:
                title, _, body = part.partition("\n")
                sections[title] = body.rstrip("\n")
    return sections


def read_banks(folder, *names):
    """The sections of text files with a sentence on each line."""
    return {title: body.split("\n") for title, body in read_sections(folder, *names).items()}
