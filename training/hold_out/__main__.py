"""Writes held-out texts: `python3 -m hold_out --notes 500 --seed 1 --out test.jsonl [--lang de|es] [--general]`."""

import argparse
import json

from .texts import make_text


def main():
    """Reads the options and writes the texts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    parser.add_argument("--lang", choices=["en", "de", "es"], default="en")
    parser.add_argument("--general", action="store_true", help="texts that are not clinical (English)")
    options = parser.parse_args()
    kind = "general" if options.general else options.lang
    with open(options.out, "w", encoding="utf-8") as out:
        for number in range(options.notes):
            out.write(json.dumps(make_text(options.seed, number, kind), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
