"""Writes notes as JSON lines: `python3 -m generate --notes 1000 --seed 7 --out notes.jsonl [--names PATH] [--lang es|--general]`."""

import argparse
import json

from . import notes, spanish
from .names import Names


def main():
    """Reads the options and writes the notes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", required=True)
    parser.add_argument("--names", help="the package `names`: its folder, wheel or source archive")
    parser.add_argument("--lang", choices=["en", "es"], default="en")
    parser.add_argument("--general", action="store_true", help="texts that are not clinical (English)")
    options = parser.parse_args()
    make = spanish.make_note if options.lang == "es" else notes.make_general if options.general else notes.make_note
    names = Names(options.names)
    with open(options.out, "w", encoding="utf-8") as out:
        for number in range(options.notes):
            out.write(json.dumps(make(options.seed, number, names), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
