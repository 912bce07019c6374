"""AnonyMed beside Presidio on the same texts: `python3 run.py --anonymed target/release/anonymed`.

Makes held-out texts, clinical and general in English and clinical in German, lets all find identifiers in them one after
the other, on one core, has `anonymed text eval` score them against the same marks, and prints two tables for each set: what
it cost and how much was found, and for each type how much of it is removed whole. Presidio reads English alone. With
`--meddocan` the corpus MEDDOCAN is a set, too, without the sex of patients and their kin, which are no types here. Runs in an
environment with `requirements.txt`.

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
# Name of a set, how it is made, its language, and what is not compared.
SETS = (
    ("clinical notes, English", [], "en", []),
    ("general text, English", ["--general"], "en", []),
    ("clinical notes, German", ["--lang", "de"], "de", []),
)
MEDDOCAN = ("MEDDOCAN, dev, Spanish", None, "es", ["SEXO_SUJETO_ASISTENCIA", "FAMILIARES_SUJETO_ASISTENCIA"])


def main():
    """Makes the sets, runs and scores everything, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--anonymed", required=True, help="the program, built for release")
    parser.add_argument("--notes", type=int, default=400, help="texts of a set")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--meddocan", help="the corpus as JSON lines with spans")
    parser.add_argument("--folder", default=str(ROOT / "target" / "bench-text"), help="where texts and spans go")
    options = parser.parse_args()
    folder = pathlib.Path(options.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    program = str(pathlib.Path(options.anonymed).resolve())
    for number, one in enumerate((*SETS, MEDDOCAN) if options.meddocan else SETS):
        compare(folder / f"{number}.gold.jsonl", one, program, options)


def compare(gold, one, program, options):
    """Runs and scores all systems on a set, and prints its tables."""
    name, arguments, language, ignored = one
    if arguments is None:
        gold.write_bytes(pathlib.Path(options.meddocan).read_bytes())
    else:
        generate(gold, options.notes, options.seed, arguments)
    texts = gold.with_suffix("").with_suffix(".jsonl")
    strip(gold, texts, 1)
    systems = {
        "rules": anonymed(program, "rules", texts, options.copies),
        "default": anonymed(program, "default", texts, options.copies),
    }
    if language == "en":
        systems["Presidio"] = presidio(texts, [])
        systems["Presidio with organizations"] = presidio(texts, ["--organizations"])
    base = systems.get("Presidio", systems["default"])["chars_per_cpu_s"]
    for system in systems.values():
        command = [program, "text", "eval", str(gold), system["spans"], "--json"]
        command += ["--ignore", ",".join(ignored)] if ignored else []
        scored = subprocess.run(command, check=True, capture_output=True)
        system["score"] = json.loads(scored.stdout)
        system["faster"] = system["chars_per_cpu_s"] / base
    made = "as published" if arguments is None else f"seed {options.seed}"
    documents = systems["default"]["score"]["documents"]
    print(f"\n## {name}: {documents} texts, {made}\n")
    print(table(systems, FIGURES if language == "en" else [row for row in FIGURES if row[0] != FASTER]))
    print(f"Spans that are removed whole, as whatever:\n\n{table(systems, types(systems))}")


FASTER = "times Presidio"


def share(*path):
    """A figure of the score with its interval."""

    def read(system):
        value = system["score"]
        for name in path:
            value = (value or {}).get(name)
        return value

    return read


FIGURES = [
    ("MB a CPU second", lambda system: system["mb_per_cpu_s"]),
    (FASTER, lambda system: system["faster"]),
    ("CPU seconds to start", lambda system: system["start_cpu_s"]),
    ("peak RSS, MB", lambda system: round(system["peak_rss_mb"])),
    ("words: precision", share("tokens", "precision")),
    ("words: recall", share("tokens", "recall")),
    ("words: F2", share("tokens", "f2")),
    ("spans, strict: precision", share("entities", "strict", "precision")),
    ("spans, strict: recall", share("entities", "strict", "recall")),
    ("spans, strict: F1", share("entities", "strict", "f1")),
    ("spans, relaxed: F1", share("entities", "relaxed", "f1")),
    ("harmless words removed", share("harmless", "share")),
    ("eponyms, doses, scores and the like removed", share("negatives", "share")),
]


def types(systems):
    """A row for each type that gold marks, with how often."""
    of = {row["type"]: row["gold"] for row in systems["default"]["score"]["types"] if row["gold"]}

    def row(kind):
        def read(system):
            return next((row["full_cover"] for row in system["score"]["types"] if row["type"] == kind), None)

        return read

    return [(f"{kind} ({count})", row(kind)) for kind, count in of.items()]


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


def table(systems, rows):
    """A Markdown table: a column for each system, a row for each figure that any of them has."""
    lines = ["| | " + " | ".join(systems) + " |", "|---" * (len(systems) + 1) + "|"]
    for name, read in rows:
        cells = [write(read(system)) for system in systems.values()]
        if any(cells):
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write(value):
    """A number in three places at most, an interval behind it, nothing where there is none."""
    if isinstance(value, dict):
        interval = value.get("interval")
        value = value.get("value")
        if value is not None and interval:
            return f"{write(value)} ({'–'.join(map(write, interval))})"
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}" if value >= 1 and value != 1.0 else f"{value:.3f}"


if __name__ == "__main__":
    main()
