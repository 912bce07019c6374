#!/usr/bin/env python3
"""Runs fuzz targets for so many CPU seconds each and writes what came of it into README.md.

    python3 fuzz/run.py --cpu 1800 scrub pdf
    python3 fuzz/run.py --cpu 1800            (all targets)

libFuzzer counts wall time; on a machine with other work that says little, so a target is run in slices until
its processes have used the CPU seconds asked for, and a unit that took too long is run once more alone: the run
goes on where that costs less than a second of CPU. What a run adds to the corpus is kept in --work alone. A
crash, a slow unit or too much memory ends the target, and its file stays in --work.
"""

import argparse
import pathlib
import re
import resource
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
README = HERE / "README.md"
BEGIN, END = "<!-- runs -->\n", "<!-- end of runs -->\n"
HEAD = "| target | CPU s | executions | edges | peak RSS MB | slowest unit s | ended |\n|---|--:|--:|--:|--:|--:|---|\n"
SLICE = 120
# CPU seconds of a unit that hangs.
SLOW = 1.0
# Longest inputs: the scrubber costs microseconds a byte, and pictures of pages are long.
LONGEST = {"scrub": 4096, "pdf": 65536, "docx": 65536}


def targets():
    return sorted(path.stem for path in (HERE / "fuzz_targets").glob("*.rs"))


def built(arguments):
    """The folder of the targets' binaries, built with the sanitizer asked for."""
    command = ["cargo", "+" + arguments.toolchain, "fuzz", "build", "--sanitizer", arguments.sanitizer]
    subprocess.run(command, cwd=HERE, check=True)
    host = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    triple = re.search(r"host: (\S+)", host).group(1)
    target = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=HERE, capture_output=True, text=True, check=True
    ).stdout
    folder = re.search(r'"target_directory":"([^"]+)"', target).group(1)
    return pathlib.Path(folder) / triple / "release"


def used():
    """CPU seconds of the processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def is_slow(binary, said):
    """Whether the unit that a run ended at takes a second of CPU by itself, with what starting costs."""
    unit = re.search(r"Test unit written to (\S+)", said)
    if not unit:
        return True
    before = used()
    subprocess.run([str(binary), "-timeout=600", unit.group(1)], capture_output=True)
    return used() - before > SLOW


def run(binary, target, arguments):
    """Runs one target to its CPU seconds; gives a row."""
    work = arguments.work / target
    found = arguments.work / (target + "-found")
    work.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    cpu, executions, edges, rss, slowest, ended = 0.0, 0, 0, 0, 0, "clean"
    while cpu < arguments.cpu and ended == "clean":
        before = used()
        done = subprocess.run(
            [
                str(binary), str(work), str(HERE / "corpus" / target),
                "-max_total_time=%d" % SLICE, "-timeout=%d" % arguments.timeout, "-rss_limit_mb=512",
                "-max_len=%d" % LONGEST.get(target, 16384), "-artifact_prefix=%s/" % found, "-print_final_stats=1",
                "-report_slow_units=1",
            ],
            capture_output=True,
        )
        cpu += used() - before
        said = done.stderr.decode("utf-8", "replace")
        stat = lambda name: int((re.findall(r"stat::%s:\s+(\d+)" % name, said) or ["0"])[-1])
        executions += stat("number_of_executed_units")
        rss = max(rss, stat("peak_rss_mb"))
        slowest = max(slowest, stat("slowest_unit_time_sec"))
        edges = max([edges] + [int(cov) for cov in re.findall(r"cov: (\d+)", said)])
        if done.returncode != 0:
            kind = re.search(r"SUMMARY: libFuzzer: (\S+)", said)
            ended = kind.group(1) if kind else "exit %d" % done.returncode
            if ended == "timeout" and not is_slow(binary, said):
                ended = "clean"
    return (target, round(cpu), executions, edges, rss, slowest, ended)


def write(row):
    """Puts a target's row in the README's table, in place of its last one."""
    text = README.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    rows = {line.split("|")[1].strip(): line for line in text[start:end].splitlines()[2:] if line.strip()}
    rows[row[0]] = "| " + " | ".join(format(cell, ",") if isinstance(cell, int) else cell for cell in row) + " |"
    table = HEAD + "".join(rows[name] + "\n" for name in sorted(rows))
    README.write_text(text[:start] + table + text[end:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--cpu", type=int, default=1800, help="CPU seconds for each target")
    parser.add_argument("--timeout", type=int, default=1, help="wall seconds after which a unit hangs; more on a busy machine")
    parser.add_argument("--toolchain", default="nightly")
    parser.add_argument("--sanitizer", default="none", help="none, or address: the crates forbid unsafe code")
    parser.add_argument("--work", type=pathlib.Path, default=HERE / "work")
    arguments = parser.parse_args()
    unknown = set(arguments.targets) - set(targets())
    if unknown:
        parser.error("no target: " + ", ".join(sorted(unknown)))
    binaries = built(arguments)
    failed = False
    for target in arguments.targets or targets():
        row = run(binaries / target, target, arguments)
        print(*row, sep="\t", flush=True)
        write(row)
        failed |= row[-1] != "clean"
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
