"""Brings every corpus to one form for training.

    python3 -m tagger.corpora --public FOLDER --names NAMES.tar.gz --out train.jsonl

A line is {"id","lang","text","spans":[{"start","end","types"}],"unmarked"}: `types` are the entity
types a span may be of, since some corpora know coarse types alone; `unmarked` are types that a text
may hold without a mark; a span with "unknown" says nothing at all.
"""

import argparse
import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

from . import renamed

TYPES = [
    "patient", "doctor", "staff", "relative", "person", "username", "profession", "hospital", "organization",
    "department", "room", "street", "city", "county", "state", "zip", "country", "location", "age", "date",
    "time", "phone", "fax", "pager", "email", "url", "ip-address", "mac-address", "ssn", "mrn", "health-plan",
    "account", "licence", "vehicle", "device", "accession", "national-id", "bank-account", "biometric",
    "other-id",
]
PEOPLE = ["patient", "doctor", "relative", "person"]
PLACES = ["city", "state", "country", "location"]
NAMED = ["person", "organization", "hospital", *PLACES]

# What each public corpus calls its spans. None says: nothing is known of them.
GENERAL = {"NAME": ["person"], "LOCATION": PLACES, "ORG": ["organization", "hospital"], "OTHER": None}
CROSSNER = {
    **{label: ["person"] for label in
       ("person", "politician", "writer", "musicalartist", "scientist", "researcher")},
    **{label: PLACES for label in ("location", "country")},
    **{label: ["organization"] for label in ("organisation", "politicalparty", "university", "band")},
}
MEDDOCAN = {
    "NOMBRE_SUJETO_ASISTENCIA": ["patient"],
    "NOMBRE_PERSONAL_SANITARIO": ["doctor"],
    "TERRITORIO": ["city", "state", "location"],
    "FECHAS": ["date"],
    "EDAD_SUJETO_ASISTENCIA": ["age"],
    "CALLE": ["street"],
    "PAIS": ["country"],
    "ID_SUJETO_ASISTENCIA": ["mrn"],
    "CORREO_ELECTRONICO": ["email"],
    "ID_TITULACION_PERSONAL_SANITARIO": ["licence"],
    "ID_ASEGURAMIENTO": ["health-plan"],
    "HOSPITAL": ["hospital"],
    "CENTRO_SALUD": ["hospital"],
    "INSTITUCION": ["organization"],
    "ID_CONTACTO_ASISTENCIAL": ["account"],
    "NUMERO_TELEFONO": ["phone"],
    "NUMERO_FAX": ["phone"],
    "PROFESION": ["profession"],
    "ID_EMPLEO_PERSONAL_SANITARIO": ["other-id"],
    "SEXO_SUJETO_ASISTENCIA": [],
    "FAMILIARES_SUJETO_ASISTENCIA": [],
}
EDS = {
    "NOM": PEOPLE, "PRENOM": PEOPLE, "DATE": ["date"], "DATE_NAISSANCE": ["date"], "TEL": ["phone"],
    "VILLE": ["city"], "HOPITAL": ["hospital"], "ADRESSE": ["street"], "ZIP": ["zip"], "MAIL": ["email"],
    "SECU": ["national-id"], "IPP": ["mrn"], "NDA": ["account"],
}
# The label of a corpus beside its coarse type, how its spans are read, share of its texts, language.
PUBLIC = {
    "broad_twitter_en": ("type", GENERAL, 1.0),
    "wnut17_train_en": ("label", {"person": ["person"], "location": PLACES, "corporation": ["organization"]}, 1.0),
    "wikigold_en": ("type", GENERAL, 1.0),
    "sec_filings_en": ("type", GENERAL, 1.0),
    "crossner_en": ("label", CROSSNER, 1.0),
    "litbank_proper_en": ("type", GENERAL, 0.3),
    "meddocan_train_es": ("label", MEDDOCAN, 1.0),
    "eds_pseudo_fr": ("label", EDS, 1.0),
}
TITLE = re.compile(r"^(?:the |(?:mr|mrs|miss|ms|dr|sir|lady|lord|president|senator|king|queen|captain|colonel|"
                   r"doctor|professor|prof|rev|st)\b\.? )+", re.I)


def public(folder, name):
    """The lines of a public corpus in our form."""
    key, table, share = PUBLIC[name]
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    clinical = name in ("meddocan_train_es", "eds_pseudo_fr")
    unmarked = ["time", "username", "department"] if clinical else [t for t in TYPES if t not in NAMED]
    for line in lines[: round(len(lines) * share)]:
        doc = json.loads(line)
        spans = [span for s in doc["spans"] for span in one(doc["text"], s, s[key], table)]
        if name == "eds_pseudo_fr":
            spans = joined(doc["text"], spans)
        if name == "litbank_proper_en":
            spans += unsure(doc["text"], spans)
        yield {"id": doc["id"], "lang": doc["lang"], "text": doc["text"], "spans": clear(spans), "unmarked": unmarked}


def one(text, span, label, table):
    """A span in our form, without title; none where the label is no identifier for us."""
    start, end = span["start"], span["end"]
    types = table.get(label)
    if types == []:
        return
    if types is None:
        yield {"start": start, "end": end, "types": [], "unknown": True}
        return
    if set(types) & set(PEOPLE):
        title = TITLE.match(text[start:end])
        if title and title.end() < end - start:
            start += title.end()
    if label == "TERRITORIO" and text[start:end].strip().isdigit():
        types = ["zip"]
    yield {"start": start, "end": end, "types": types}


def joined(text, spans):
    """Forename and surname beside each other are one name."""
    out = []
    for span in sorted(spans, key=lambda s: s["start"]):
        last = out[-1] if out else None
        if last and last["types"] == span["types"] == PEOPLE and text[last["end"]:span["start"]] == " ":
            last["end"] = span["end"]
        else:
            out.append(span)
    return out


def unsure(text, spans):
    """Capitalised words of a corpus that marks not every name: nothing is known of them."""
    taken = [(s["start"], s["end"]) for s in spans]
    for word in re.finditer(r"(?<![.!?\"“] )(?<!\n)\b[A-Z][\w'’-]+", text):
        if not any(a < word.end() and word.start() < b for a, b in taken):
            yield {"start": word.start(), "end": word.end(), "types": [], "unknown": True}


def clear(spans):
    """In order, without overlap: the longer wins."""
    out = []
    for span in sorted(spans, key=lambda s: (s["start"], -s["end"])):
        if not out or span["start"] >= out[-1]["end"]:
            out.append(span)
    return out


AGE = re.compile(r"\b(\d{1,3})(?=[ -](?:year|yr)s?[ -]old)", re.I)
UNSURE = re.compile(r"\d+[/-]\d+(?:[/-]\d+)?|\b(?:19|20)\d\d\b|\d{5,}|\b(?:January|February|March|April|May|June|July|"
                    r"August|September|October|November|December)\b(?: \d+)?(?:, \d+)?")


def harmless(data):
    """Words that are written with capitals and identify nobody."""
    lists = ("drugs", "clinical_abbreviations", "organisms", "household_brands", "demonyms")
    return {word for name in lists for word in (data / f"{name}.txt").read_text(encoding="utf-8").split("\n") if word}


def sections(folder):
    """Clinical sections nobody has marked: plain words are outside, ages are told by their words, and of
    capitals within a sentence, of dates and long numbers nothing is known, but of listed words that they
    are harmless."""
    listed = harmless(Path(__file__).parents[2] / "crates/text/data")
    for line in (folder / "mts_dialog_train_unlabelled_en.jsonl").read_text(encoding="utf-8").splitlines():
        doc = json.loads(line)
        text = doc["text"]
        spans = [{"start": m.start(), "end": m.end(), "types": ["age"]} for m in AGE.finditer(text)]
        spans += [{"start": m.start(), "end": m.end(), "types": [], "unknown": True} for m in UNSURE.finditer(text)]
        spans += [s for s in unsure(text, []) if text[s["start"]:s["end"]].lower() not in listed]
        yield {"id": doc["id"], "lang": "en", "text": text, "spans": clear(spans),
               "unmarked": ["profession", "date", "time", "age"]}


def generated(notes, seed, names, *flags, callings=()):
    """Lines of the first generator; half of them with other names."""
    rng = renamed.generator(seed)
    out = Path("/dev/stdout")
    command = [sys.executable, "-m", "generate", "--notes", str(notes), "--seed", str(seed), "--out", str(out), *flags]
    command += ["--names", str(names)] if names else []
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    for line in lines:
        if line.startswith("{"):
            doc = json.loads(line)
            spans = [{"start": s["start"], "end": s["end"], "types": [s["type"]]} for s in doc["spans"]]
            doc = {"id": doc["id"], "lang": doc["lang"], "text": doc["text"], "spans": spans, "unmarked": [],
                   "layout": doc["layout"]}
            yield renamed.renamed(doc, rng, callings) if rng.random() < 0.55 else doc


def same(text, line):
    """Whether a text in capitals is as long as it was."""
    return len(text) == len(line["text"])


def rest(line):
    """Whether a text's layout is of the fifth that a tagger is calibrated on."""
    return zlib.crc32(line["layout"].encode()) % 5 == 0


def main():
    """Writes all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--names", type=Path, help="archive of the PyPI package names 0.3.0")
    parser.add_argument("--notes", type=int, default=6000, help="English notes; a quarter as many of general texts")
    parser.add_argument("--layouts", choices=("all", "most", "rest"), default="all",
                        help="of generated texts; a tagger of most layouts is calibrated on the rest")
    parser.add_argument("--callings", type=Path, help="occupations, one a line")
    parser.add_argument("--seed", type=int, default=20260)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    counts = {}
    with args.out.open("w", encoding="utf-8") as out:
        def write(name, lines):
            for line in lines:
                counts[name] = counts.get(name, 0) + 1
                out.write(json.dumps({**line, "corpus": name}, ensure_ascii=False) + "\n")
        callings = args.callings.read_text(encoding="utf-8").split("\n") if args.callings else []
        callings = [c for c in callings if c]
        carriers = ("--carriers", str(args.public / "mts_dialog_train_unlabelled_en.jsonl"))
        notes = args.notes
        for name, count, seed, flags in (
            ("notes", notes // 2, args.seed, ()),
            ("carried", notes // 2, args.seed + 3, carriers),
            ("general", notes // 3, args.seed + 1, ("--general",)),
            ("notas", notes // 5, args.seed + 2, ("--lang", "es")),
        ):
            lists = None if name == "notas" else args.names
            lines = generated(count, seed, lists, *flags, callings=callings if name != "notas" else ())
            write(name, (line for line in lines if args.layouts == "all" or (args.layouts == "rest") == rest(line)))
        if args.layouts == "rest":
            return
        for name in PUBLIC:
            write(name, public(args.public, name))
        # Half of the sections again, in capitals or small letters.
        lines = list(sections(args.public))
        write("mts_dialog", lines)
        write("mts_dialog", [{**line, "text": line["text"].upper()} for line in lines[::4] if same(line["text"].upper(), line)])
        write("mts_dialog", [{**line, "text": line["text"].lower()} for line in lines[1::4]])
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
