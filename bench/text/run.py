"""AnonyMed beside Presidio on the same texts: `python3 run.py --anonymed target/release/anonymed`.

Makes held-out texts, clinical and general, lets both find identifiers in them one after the other, on one core, has
`anonymed text eval` score both against the same marks, and prints a table for each set. Runs in an environment with
`requirements.txt`.

Speed is characters by CPU seconds of the work alone: what a run over no text costs is taken off. AnonyMed reads the set
`--copies` times for its speed, since once is too short to measure; the spans that are scored come of one reading.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SETS = {"clinical": [], "general": ["--general"]}


def main():
    """Makes the sets, runs and scores everything, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--anonymed", required=True, help="the program, built for release")
    parser.add_argument("--notes", type=int, default=300, help="texts of a set")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--folder", default=str(ROOT / "target" / "bench-text"), help="where texts and spans go")
    options = parser.parse_args()
    folder = pathlib.Path(options.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    program = str(pathlib.Path(options.anonymed).resolve())
    for name, arguments in SETS.items():
        gold, texts = folder / f"{name}.gold.jsonl", folder / f"{name}.jsonl"
        generate(gold, options.notes, options.seed, arguments)
        strip(gold, texts, 1)
        columns = {
            f"rules, {name}": anonymed(program, "rules", texts, options.copies),
            f"default, {name}": anonymed(program, "default", texts, options.copies),
            f"Presidio, {name}": presidio(texts, []),
            f"Presidio with organizations, {name}": presidio(texts, ["--organizations"]),
        }
        base = columns[f"Presidio, {name}"]["chars_per_cpu_s"]
        for column in columns.values():
            score = subprocess.run(
                [program, "text", "eval", str(gold), column.pop("spans"), "--json"], check=True, capture_output=True
            )
            column["times_presidio"] = column["chars_per_cpu_s"] / base
            column.update(leaves(json.loads(score.stdout)))
        print(table(columns))


def generate(path, count, seed, arguments):
    """Writes a held-out set with its marks."""
    command = [sys.executable, "-m", "hold_out", "--notes", str(count), "--seed", str(seed), "--out", str(path)]
    subprocess.run([*command, *arguments], check=True, cwd=ROOT / "training")


def strip(gold, path, copies):
    """Writes the texts of a set without their marks, so many times."""
    with open(gold, encoding="utf-8") as lines, open(path, "w", encoding="utf-8") as out:
        documents = [json.loads(line) for line in lines]
        for copy in range(copies):
            for document in documents:
                name = document["id"] if copy == 0 else f"{document['id']}+{copy}"
                out.write(json.dumps({"id": name, "text": document["text"]}, ensure_ascii=False) + "\n")


def anonymed(program, tier, texts, copies):
    """Spans and cost of `anonymed text find`."""
    spans, many, nothing = texts.with_suffix(f".{tier}.spans"), texts.with_suffix(".many"), texts.with_suffix(".none")
    command = [program, "text", "find", "--jsonl", "--tier", tier]
    strip(texts, many, copies)
    nothing.write_text("", encoding="utf-8")
    start, _ = measure(command, nothing, texts.with_suffix(".discard"))
    measure(command, texts, spans)
    total, peak = measure(command, many, texts.with_suffix(".discard"))
    return cost(start, total - start, many, peak) | {"spans": str(spans)}


def presidio(texts, arguments):
    """Spans and cost of Presidio, which tells them itself."""
    spans = texts.with_suffix(".presidio" + "".join(arguments) + ".spans")
    command = [sys.executable, str(HERE / "presidio.py"), str(texts), str(spans), *arguments]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, preexec_fn=on_one_core).stdout)
    return cost(told["load_cpu_s"], told["analysis_cpu_s"], texts, told["peak_rss_bytes"]) | {"spans": str(spans)}


def cost(start, work, texts, peak):
    """What a run cost, by one name for every system."""
    if work <= 0:
        sys.exit("the work is too short to be measured: give more --notes or --copies")
    with open(texts, encoding="utf-8") as lines:
        read = [json.loads(line)["text"] for line in lines]
    return {
        "start_cpu_s": start,
        "work_cpu_s": work,
        "chars_per_cpu_s": sum(map(len, read)) / work,
        "mb_per_cpu_s": sum(len(text.encode()) for text in read) / work / 1e6,
        "peak_rss_mb": peak / 1e6,
    }


def measure(command, source, target):
    """CPU seconds and highest resident set in bytes of a program between two files, on one core."""
    with open(source, "rb") as given, open(target, "wb") as taken:
        child = subprocess.Popen(command, stdin=given, stdout=taken, preexec_fn=on_one_core)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"`{' '.join(command)}` ended with exit code {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def on_one_core():
    """Keeps the process to one core and leaves no core file."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def leaves(value, path=""):
    """The numbers of a JSON document by their paths; a list of two numbers is an interval."""
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list) and not (len(value) == 2 and all(map(is_number, value))):
        items = ((each.get("type", at) if isinstance(each, dict) else at, each) for at, each in enumerate(value))
    else:
        return {path: value} if is_number(value) or isinstance(value, list) else {}
    found = {}
    for name, each in items:
        found |= leaves(each, f"{path}.{name}" if path else str(name))
    return found


def is_number(value):
    """Whether it is a number of JSON."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def table(columns):
    """A Markdown table: a column for each system, a row for each number that any of them has."""
    rows = list(dict.fromkeys(name for column in columns.values() for name in column))
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {row} | " + " | ".join(write(column.get(row)) for column in columns.values()) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def write(value):
    """A number in three places at most, an interval with a dash, nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "–".join(map(write, value))
    return f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"


if __name__ == "__main__":
    main()
