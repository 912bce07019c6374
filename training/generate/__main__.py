"""Writes notes as JSON lines: `python3 -m generate --notes 1000 --seed 7 --out notes.jsonl [--names PATH] [--lang es|--general]`.

`--carriers FILE.jsonl` puts sections of its lines `{"text"}` between the paragraphs of English notes.
"""

import argparse
import functools
import json
import sys

from . import notes, spanish
from .carriers import read_carriers
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
    parser.add_argument("--carriers", help="unlabelled clinical sections, lines with a text (English notes)")
    options = parser.parse_args()
    if options.carriers and (options.lang != "en" or options.general or not options.names):
        parser.error("--carriers goes with English clinical notes and needs --names")
    make = spanish.make_note if options.lang == "es" else notes.make_general if options.general else notes.make_note
    names = Names(options.names)
    if options.carriers:
        carriers = read_carriers(options.carriers, names)
        print(carriers.report(), file=sys.stderr)
        make = functools.partial(notes.make_note, carriers=carriers)
    with open(options.out, "w", encoding="utf-8") as out:
        for number in range(options.notes):
            out.write(json.dumps(make(options.seed, number, names), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
