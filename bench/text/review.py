#!/usr/bin/env python3
"""What AnonyMed removes from real sections of notes, judged one by one by a person.

    python3 bench/text/review.py --anonymed target/release/anonymed \\
        --sections ../shared/data/text-train/mts_dialog_train_unlabelled_en.jsonl

The sections of MTS-Dialog's training set (Ben Abacha and others, EACL 2023; CC BY 4.0) go through the default preset. The
first 1,000 were read while rules were mended; the others once, afterwards. `review/mts.csv` has a verdict on everything that was removed (ages, times of day, states and countries stay and are
not in it):

    identifies   a date, a place, a name, an employer, a patient's or relative's calling
    stands       stands where one was: `Dr. X`, `ABCD General Hospital`
    harmless     an everyday word, or a person whom nobody can be told by
    clinical     medicine: to remove it loses what the note says

On stdout: how many words each verdict has, its share of all words, and what has no verdict yet, which makes the exit code 1,
as does a clinical share over --most. `--write` writes the file anew: known verdicts stay, what is new has none.
"""

import argparse
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE / "review" / "mts.csv"
MENDED = 1000
KEPT = {"age", "time", "state", "country"}
VERDICTS = ["identifies", "stands", "harmless", "clinical"]


def words(text):
    return len(re.findall(r"[^\W_]+", text))


def removed(anonymed, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(lines)
        file.flush()
        done = subprocess.run([str(anonymed), "text", "find", "--jsonl", file.name], stdout=subprocess.PIPE, check=True)
    texts = {row["id"]: row["text"] for row in map(json.loads, lines)}
    for line in done.stdout.decode().splitlines():
        row = json.loads(line)
        for span in row["spans"]:
            if span["type"] not in KEPT:
                yield row["id"], span["start"], span["type"], texts[row["id"]][span["start"]:span["end"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--anonymed", type=pathlib.Path, required=True)
    parser.add_argument("--sections", type=pathlib.Path, required=True)
    parser.add_argument("--most", type=float, default=0.5, help="per cent of the words that may be clinical")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with open(arguments.sections, encoding="utf-8") as file:
        lines = list(file)
    found = list(removed(arguments.anonymed, lines))
    with open(FILE, encoding="utf-8", newline="") as file:
        judged = {(row["id"], int(row["start"]), row["text"]): row["verdict"] for row in csv.DictReader(file)}
    verdict = lambda one: judged.get((one[0], one[1], one[3]), "")
    if arguments.write:
        with open(FILE, "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(["id", "start", "type", "text", "verdict"])
            out.writerows([*one, verdict(one)] for one in found)
    print("| sections | words | verdict | removed | words | of all words |\n|---|--:|---|--:|--:|--:|")
    most = 0.0
    for what, part in [("first 1,000", lines[:MENDED]), ("the others", lines[MENDED:])]:
        ids = {json.loads(line)["id"] for line in part}
        total = sum(words(json.loads(line)["text"]) for line in part)
        for name in VERDICTS:
            own = [one for one in found if one[0] in ids and verdict(one) == name]
            count = sum(words(one[3]) for one in own)
            share = 100 * count / max(total, 1)
            print("| %s | %d | %s | %d | %d | %.3f %% |" % (what, total, name, len(own), count, share))
            most = max(most, share if name == "clinical" else 0)
    open_ones = [one for one in found if verdict(one) not in VERDICTS]
    for one in open_ones:
        print("without a verdict: %s at %d, %s: %s" % one)
    return int(bool(open_ones) or most > arguments.most)


if __name__ == "__main__":
    sys.exit(main())
