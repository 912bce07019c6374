"""Checks a file of notes: `python3 check.py notes.jsonl [--names PATH]`.

Hard faults: a span out of range, unsorted, overlapping, with space at its ends, of an unknown type. Suspicions: what looks
like an identifier outside the spans, unless it is known to be none. Then counts by type and by layout.
"""

import argparse
import collections
import json
import pathlib
import re
import sys

from common.types import NEGATIVES, TYPES
from generate.names import CULTURES, Names
from hold_out import people_data

# Numbers of five or more digits that identify nobody: codes of public classifications, counts, gene positions.
NEGATIVE_NUMBERS = re.compile(
    r"NDC\s+\S+|SNOMED\s+CT\s+\d+|LOINC\s+\S+|LOINC codes: .*|CPT\s+\S+|HCPCS\s+\S+|RxNorm\s+\d+|NM_\d+\.\d|c\.\d+\S*|[\d,]+ CFU|1:\d+|"
    r">100[.,]000|\b\d{5} +(?:Office|Chest|Echo)",
    re.IGNORECASE | re.MULTILINE,
)
NAME_LISTS = re.compile(r"names_|names\.py|people_data|places|es_data")
HERE = pathlib.Path(__file__).parent
TITLED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Prof|Dra|Sra|Frau|Herrn?)\.? (?!Dr|Prof|Koll|geehrt)(?=[A-Z][a-z])")
DIGITS = re.compile(r"\d{5,}|\d{3}[-. ]\d{3,4}[-. ]\d{4}|\S+@\S+\.\w+")
WORD = re.compile(r"[^\W\d_][^\W\d_'-]+")


def main():
    """Checks one file and says what is wrong; exit status 1 on hard faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--names", help="the package `names`, whose lists widen the search for names")
    options = parser.parse_args()
    with open(options.file, encoding="utf-8") as file:
        notes = [json.loads(line) for line in file]
    faults = [fault for note in notes for fault in hard_faults(note)]
    numbers = [found for note in notes for found in loose_numbers(note)]
    names = [found for note in notes for found in loose_names(note, name_pool(options.names), vocabulary())]
    report(notes, faults, numbers, names)
    return 1 if faults else 0


def hard_faults(note):
    """What breaks the form of a note."""
    faults, before = misplaced_negatives(note), 0
    for span in note["spans"]:
        start, end, kind = span["start"], span["end"], span["type"]
        text = note["text"][start:end]
        if not 0 <= start < end <= len(note["text"]):
            faults.append(f"{note['id']}: span out of range")
        elif start < before:
            faults.append(f"{note['id']}: spans overlap or are not sorted")
        elif text != text.strip():
            faults.append(f"{note['id']}: space at the ends of {text!r}")
        elif kind not in TYPES:
            faults.append(f"{note['id']}: no such type {kind}")
        before = end
    return faults


def misplaced_negatives(note):
    """Negatives out of range, of an unknown kind, with space at their ends, or over a span or another."""
    faults, taken = [], [(span["start"], span["end"]) for span in note["spans"]]
    for negative in note["negatives"]:
        start, end = negative["start"], negative["end"]
        text = note["text"][start:end]
        if not 0 <= start < end <= len(note["text"]) or text != text.strip():
            faults.append(f"{note['id']}: negative out of place")
        elif negative["kind"] not in NEGATIVES:
            faults.append(f"{note['id']}: no such kind of negative {negative['kind']}")
        elif any(start < other_end and other_start < end for other_start, other_end in taken):
            faults.append(f"{note['id']}: negative overlaps")
        taken.append((start, end))
    return faults


def outside(note):
    """The text with its spans blanked."""
    chars = list(note["text"])
    for span in note["spans"]:
        chars[span["start"] : span["end"]] = "\x00" * (span["end"] - span["start"])
    return "".join(chars)


def loose_numbers(note):
    """Long digit runs, telephone-like numbers, e-mail addresses and titled names that are not marked."""
    text = outside(note)
    covered = NEGATIVE_NUMBERS.sub(lambda found: " " * len(found[0]), text)
    return [(note["id"], context(text, found)) for pattern in (DIGITS, TITLED) for found in pattern.finditer(covered)]


def loose_names(note, pool, known):
    """Capitalised words that are names of the pools and stand in no template."""
    text = outside(note)
    return [
        (note["id"], context(text, found))
        for found in WORD.finditer(text)
        if found[0][0].isupper() and found[0].casefold() in pool and found[0].casefold() not in known
    ]


def context(text, found):
    """The words around a find."""
    return text[max(0, found.start() - 30) : found.end() + 20].replace("\n", " ").replace("\x00", "·")


_REMEMBERED = {}


def name_pool(path=None):
    """All names of both generators, in small letters."""
    if "pool" not in _REMEMBERED:
        pool = {
            part for culture in CULTURES.values() for group in culture for name in group for part in WORD.findall(name)
        }
        for group in (
            *people_data.FORENAMES.values(),
            people_data.SURNAMES,
            people_data.GERMAN_F,
            people_data.GERMAN_M,
            people_data.GERMAN_SURNAMES,
        ):
            pool.update(part for name in group for part in WORD.findall(name))
        if path:
            lists = Names(path).census
            pool.update(name for which in lists for name in lists[which][0])
        _REMEMBERED["pool"] = {name.casefold() for name in pool if len(name) > 3}
    return _REMEMBERED["pool"]


def vocabulary():
    """The declared negatives: every word that the sources of the generators write, lists of names and places aside."""
    if "words" not in _REMEMBERED:
        texts = [
            source.read_text(encoding="utf-8")
            for folder in ("generate", "hold_out")
            for source in sorted([*(HERE / folder).glob("*.py"), *(HERE / folder / "text").glob("*.txt")])
            if not NAME_LISTS.match(source.name)
        ]
        words = {
            word.casefold() for text in texts for word in WORD.findall(text.replace("\\n", " ").replace("\\t", " "))
        }
        _REMEMBERED["words"] = words | {part for word in words for part in re.split(r"['-]", word)}
    return _REMEMBERED["words"]


def report(notes, faults, numbers, names):
    """Prints faults, suspicions and counts."""
    types = collections.Counter(span["type"] for note in notes for span in note["spans"])
    layouts = collections.Counter(note["layout"] for note in notes)
    print(
        f"{len(notes)} notes, {sum(len(note['text']) for note in notes)} characters, {sum(types.values())} spans, {len(layouts)} layouts"
    )
    print(f"faults: {len(faults)}")
    for title, found in (
        ("unmarked numbers, addresses, titled names", numbers),
        ("unmarked names of the pools", names),
    ):
        print(f"{title}: {len(found)}")
        for name, words in found[:20]:
            print(f"    {name}: {words}")
    for fault in faults[:20]:
        print("   ", fault)
    print(
        "by type, per 1,000 notes:",
        ", ".join(f"{kind} {1000 * count / len(notes):.0f}" for kind, count in types.most_common()),
    )
    negatives = collections.Counter(negative["kind"] for note in notes for negative in note["negatives"])
    print(
        "negatives, per 1,000 notes:",
        ", ".join(f"{kind} {1000 * count / len(notes):.0f}" for kind, count in negatives.most_common()) or "none",
    )
    print("types never written:", ", ".join(sorted(TYPES - set(types))) or "none")
    print("by layout:", ", ".join(f"{name} {100 * count / len(notes):.1f} %" for name, count in layouts.most_common()))


if __name__ == "__main__":
    sys.exit(main())
