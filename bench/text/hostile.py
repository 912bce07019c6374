#!/usr/bin/env python3
"""Texts that nobody would write, through `anonymed text scrub`: what became of each, and what it cost.

    python3 bench/text/hostile.py --anonymed target/release/anonymed

A Markdown table goes to stdout: input, megabytes, exit code, CPU seconds, peak resident set, and the first words
of what was said on stderr, which holds no text of the input. With `--small` the inputs are a hundredth of their size.
"""

import argparse
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

SENTENCE = "Mrs. Lindqvist was seen by Dr. Quackenbush on 06/02/2021 and calls 415-555-0134; sodium is 138. "


def docx(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return out.getvalue()


def document(body):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return '<?xml version="1.0"?><w:document %s><w:body>%s</w:body></w:document>' % (space, body)


CONTENT_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def word(main):
    return docx([("[Content_Types].xml", CONTENT_TYPES), ("word/document.xml", main)])


def pdf(pages_loop):
    kids = "2 0 R" if pages_loop else "3 0 R"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [%s] /Count 1 >>" % kids,
        "<< /Type /Page /Parent 2 0 R >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body.encode())
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def repeated(piece, size):
    data = piece.encode() if isinstance(piece, str) else piece
    return (data * (size // len(data) + 1))[:size]


def inputs(mega):
    """Names, endings, bytes; `mega` bytes are what a megabyte is here."""
    yield "one line of sentences", "txt", repeated(SENTENCE, 100 * mega)
    yield "one line of one letter", "txt", repeated("a", 100 * mega)
    yield "one line of digits", "txt", repeated("7", 100 * mega)
    yield "one line of one surname", "txt", repeated("Quackenbush ", 20 * mega)
    yield "empty lines", "txt", repeated("\n", 100 * mega)
    yield "key after key", "txt", repeated("MRN: ", 20 * mega)
    yield "right to left", "txt", repeated("المريض محمد \u202eJohn Roe\u202c 12/03/2019 ", 10 * mega).decode("utf-8", "ignore").encode()
    yield "combining marks", "txt", ("Roe" + "\u0301" * (5 * mega)).encode()
    yield "zero bytes", "txt", b"\0" * (20 * mega)
    yield "invalid UTF-8 at the end", "txt", repeated(SENTENCE, 10 * mega) + b"\xff\xfe\xff"
    yield "UTF-16 without a mark", "txt", repeated(SENTENCE, 5 * mega).decode().encode("utf-16-le")
    yield "empty", "txt", b""
    yield "nested elements", "html", b"<html><body>" + repeated("<div><b><p><font>", 60 * mega) + b"Roe"
    yield "open attributes", "html", b"<html><body>" + repeated("<a x=\"", 60 * mega)
    yield "nested groups", "rtf", b"{\\rtf1 " + repeated("{", 60 * mega)
    yield "a word document of zeros", "docx", word("\0" * (60 * mega))
    yield "a million empty runs", "docx", word(document("<w:p>" + "<w:r></w:r>" * (max(mega, 10000)) + "</w:p>"))
    yield "20,000 parts", "docx", docx([("[Content_Types].xml", CONTENT_TYPES)] + [("word/p%d.xml" % n, "") for n in range(20000)])
    yield "a word document cut off", "docx", word(document("<w:p/>"))[:-40]
    yield "pages that hold themselves", "pdf", pdf(True)
    yield "a page without content", "pdf", pdf(False)
    yield "a header and nothing else", "pdf", b"%PDF-1.7\n" + b"\0" * (10 * mega)
    yield "nested lists", "md", repeated("> - ", 5 * mega)
    yield "open brackets", "md", repeated("[![", 5 * mega)


def measured(command):
    """Runs a command in a small process of its own: a child's peak counts what its parent had when it forked."""
    done = subprocess.run([sys.executable, __file__, "--measure", *command], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measure(command):
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps([child.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--anonymed", type=pathlib.Path, required=True)
    parser.add_argument("--tier", default="rules")
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    print("| input | MB | exit | CPU s | peak RSS MB | said |\n|---|--:|--:|--:|--:|---|")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name, ending, data in inputs(10_000 if arguments.small else 1_000_000):
            path = pathlib.Path(folder) / ("input." + ending)
            path.write_bytes(data)
            command = [str(arguments.anonymed), "text", "scrub", "--tier", arguments.tier, str(path)]
            code, cpu, rss, said = measured(command)
            first = " ".join(word for word in said.split() if word not in ("×", "│"))
            print("| %s | %.1f | %d | %.2f | %.0f | %s |" % (name, len(data) / 1e6, code, cpu, rss, first[:160].replace("|", "\\|")), flush=True)
            failed |= code not in (0, 2) or rss > 512
    return int(failed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2:])
    else:
        sys.exit(main())
