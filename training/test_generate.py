"""Tests of both generators: `python3 -m unittest test_generate` in this folder."""

import collections
import random
import re
import time
import unittest

import check
from common import checks
from common.compose import compose, expand, wrap
from common.types import NEGATIVES, TYPES
from generate import carriers, notes, spanish
from generate.layouts import ES_LAYOUTS, GENERAL_LAYOUTS, LAYOUTS
from generate.names import Names
from hold_out.texts import KINDS, make_text

NAMES = Names()
# Runs of eight words that both generators may have in common by chance: lists of medical words, say.
SHARED_LIMIT = 3


def every_layout(each):
    """Some texts of each layout of each generator."""
    for number in range(each):
        for layout in LAYOUTS:
            yield notes.make_note(1, number, NAMES, layout)
        for layout in GENERAL_LAYOUTS:
            yield notes.make_general(1, number, NAMES, layout)
        for layout in ES_LAYOUTS:
            yield spanish.make_note(1, number, NAMES, layout)
        for kind, (_, layouts, _, _) in KINDS.items():
            for layout in layouts:
                yield make_text(1, number, kind, layout)


def shingles(texts, size=8):
    """Runs of words of the texts, with marked values and numbers masked; a run of masks alone does not count."""
    found = set()
    for note in texts:
        text = re.sub(r"\x00+", " # ", check.outside(note))
        words = re.findall(r"#|[^\W\d_]+", re.sub(r"\d+", " # ", text.casefold()))
        runs = (tuple(words[at : at + size]) for at in range(len(words) - size + 1))
        found.update(run for run in runs if run.count("#") <= 3)
    return found


class Composing(unittest.TestCase):
    """The composer keeps offsets exact."""

    class Case:
        """A case of one slot and one bank."""

        def __init__(self):
            self.rng = random.Random(3)

        def slot(self, name, argument):
            """The slot's name as a date."""
            return (f" {name}{argument} ", "date")

        def bank(self, _):
            """Two sentences."""
            return ["one.", "two {x}."]

    def test_spans_have_no_space_at_their_ends(self):
        text, spans, _ = compose(expand(self.Case(), "a {x:1}b [c|c] \\[d\\] {#bank*2}"))
        self.assertTrue(all(text[span["start"] : span["end"]].startswith("x") for span in spans))
        self.assertTrue(text.startswith("a  x1 b c [d] "))

    def test_negatives(self):
        for template, text, spans, negatives in (
            ("a {!level L4-L5} b", "a L4-L5 b", [], [("L4-L5", "level")]),
            ("{!vital Pulse [80|80]}.", "Pulse 80.", [], [("Pulse 80", "vital")]),
            ("[{!dose 5 mg}|{!dose 5 mg}]", "5 mg", [], [("5 mg", "dose")]),
            ("{!lab Hb {x:} 9}", "Hb  x  9", [("x", "date")], [("Hb", "lab"), ("9", "lab")]),
        ):
            composed, marked, left = compose(expand(self.Case(), template))
            self.assertEqual(composed, text)
            self.assertEqual([(composed[s["start"] : s["end"]], s["type"]) for s in marked], spans)
            self.assertEqual([(composed[n["start"] : n["end"]], n["kind"]) for n in left], negatives)
        for template in ("{!nothing 5}", "{!dose}", "{!dose 5"):
            self.assertRaises(AssertionError, expand, self.Case(), template)

    def test_wrapping_moves_nothing(self):
        text = "word " * 60
        wrapped = wrap(text, 40, random.Random(1))
        self.assertEqual(wrapped.replace("\n", " "), text)
        self.assertLessEqual(max(map(len, wrapped.split("\n"))), 41)


class Numbers(unittest.TestCase):
    """Check digits of published examples."""

    def test_published_examples(self):
        self.assertEqual(checks.luhn("7992739871"), "79927398713")
        self.assertEqual(checks.luhn_digit("80840123456789"), "3")
        self.assertEqual(checks.verhoeff("236"), "2363")

    def test_a_broken_number_differs_in_one_place(self):
        rng = random.Random(5)
        for number in ("1234567893", "ES91"):
            self.assertEqual(sum(a != b for a, b in zip(number, checks.broken(rng, number))), 1)


class Carrying(unittest.TestCase):
    """Unlabelled sections stand in notes only where nothing in them identifies."""

    PLAIN = "The patient has felt well since the last visit, without pain or fever."
    AGED = "The patient is a 54-year-old woman with reflux, worse after meals and at night."

    def setUp(self):
        self.names = Names()
        self.names.census = {
            "F": (["Mary", "Ann"], [1, 2]),
            "M": (["Rowan"], [1]),
            "S": (["Down", "Hodgkin"], [1, 2]),
        }

    def test_what_is_left_out(self):
        for text, reason in (
            (self.PLAIN, ""),
            (self.AGED, ""),
            (f"{self.PLAIN} Pulse 80, temperature 98.6, oxygen 97%.", ""),
            (f"{self.PLAIN} Mother had Hodgkin disease and a nephew Down's syndrome.", ""),
            (f"{self.PLAIN} Mary had called.", "name"),
            (f"{self.PLAIN} Told to Hodgkin at once.", "name"),
            (f"{self.PLAIN} Moved back to Boston.", "name"),
            (f"{self.PLAIN} Known to Dr. Zzyzx.", "title"),
            (f"{self.PLAIN} Scoped on 3/14.", "date"),
            (f"{self.PLAIN} Scoped last October.", "date"),
            (f"{self.PLAIN} Worse last winter.", "date"),
            (f"{self.PLAIN} Woke at 3 a.m. with cramps.", "time"),
            (f"{self.PLAIN} Since 1998 on insulin.", "number"),
            (f"{self.PLAIN} Seen at XYZ.", "mask"),
            (f"{self.PLAIN} Her father died at 65.", "age"),
            (f"{self.PLAIN} She is in her sixties.", "age"),
            (f"{self.PLAIN} A twenty-year-old son is well.", "age"),
            (f"{self.PLAIN} Seen in Zzyzx Clinic.", "organization"),
            (f"{self.PLAIN} He drives a truck; a retired plumber.", "calling"),
            (f"{self.PLAIN} She said that he was well.", "two sexes"),
            (self.PLAIN.upper(), "capitals"),
            ("None.", "short"),
        ):
            found = carriers.Carriers([text], self.names)
            self.assertEqual(list(found.left_out), [reason] if reason else [], text)
            self.assertEqual(len(found.kept), 0 if reason else 1)

    def test_a_word_that_is_written_small_is_no_name(self):
        texts = [f"{self.PLAIN} Down to two a day.", "sat down, lay down and slept down there for a long while"]
        self.assertEqual(len(carriers.Carriers(texts, self.names).kept), 2)

    def test_ages_are_marked(self):
        for text, ages in (
            (self.AGED, ["54"]),
            ("A 67y/o man, a 3-month-old boy, a 45 year old", ["67", "3", "45"]),
            ("died at the age of 79; sister, age 34; aged 80; 12 years of age", ["79", "34", "80", "12"]),
            ("for 10 years, 5 months ago, age-related, 2-year history", []),
        ):
            pieces = carriers.mark_ages(text)
            self.assertEqual("".join(part for part, _ in pieces), text)
            self.assertEqual([part for part, kind in pieces if kind == "age"], ages)

    def test_a_section_fits_its_note(self):
        found = carriers.Carriers([self.AGED], self.names)
        for sex, age, expect in (("F", 30, "is a 30-year-old woman"), ("M", 30, ""), ("F", 9, "")):
            mixed = [found.mix([["A\n\nB", None]], sex, age, random.Random(seed)) for seed in range(9)]
            texts = {"".join(part for part, _ in pieces) for pieces in mixed}
            self.assertEqual(any(expect in text for text in texts - {"A\n\nB"}), bool(expect))

    def test_notes_with_carriers(self):
        found = carriers.Carriers([self.PLAIN, self.AGED], self.names)
        plain = [notes.make_note(7, n, self.names) for n in range(60)]
        mixed = [notes.make_note(7, n, self.names, carriers=found) for n in range(60)]
        self.assertEqual(mixed, [notes.make_note(7, n, self.names, carriers=found) for n in range(60)])
        self.assertEqual([fault for note in mixed for fault in check.hard_faults(note)], [])
        self.assertGreater(sum(a["text"] != b["text"] for a, b in zip(plain, mixed)), 20)

    def test_carriers_need_the_census(self):
        self.assertRaises(ValueError, carriers.Carriers, [self.PLAIN], Names())


class Generating(unittest.TestCase):
    """Promises about the texts of both generators."""

    def test_same_seed_same_notes(self):
        for make in (
            lambda n: notes.make_note(7, n, NAMES),
            lambda n: spanish.make_note(7, n),
            lambda n: make_text(7, n, "en"),
            lambda n: make_text(7, n, "de"),
        ):
            self.assertEqual([make(n) for n in range(20)], [make(n) for n in range(20)])
        self.assertNotEqual(notes.make_note(7, 1, NAMES)["text"], notes.make_note(8, 1, NAMES)["text"])

    def test_enough_layouts(self):
        self.assertGreaterEqual(len(LAYOUTS), 80)
        self.assertGreaterEqual(len(ES_LAYOUTS), 15)
        self.assertGreaterEqual(len(KINDS["en"][1]), 30)
        self.assertGreaterEqual(len(KINDS["de"][1]), 10)
        self.assertGreaterEqual(len(KINDS["es"][1]), 8)

    def test_every_layout_is_well_formed(self):
        seen = set()
        for note in every_layout(6):
            self.assertEqual(check.hard_faults(note), [])
            self.assertNotRegex(note["text"], r"\{[#!]|\{\w+[:}]")
            seen.update(span["type"] for span in note["spans"])
        self.assertEqual(TYPES - seen, set())

    def test_every_kind_of_negative_is_held_out(self):
        texts = [make_text(1, number, "en") for number in range(200)]
        kinds = collections.Counter(negative["kind"] for text in texts for negative in text["negatives"])
        self.assertEqual(set(kinds), NEGATIVES)
        self.assertGreater(kinds["eponym"], 200)
        self.assertTrue(notes.make_note(7, 1, NAMES, "admission_hp")["negatives"])

    def test_few_unmarked_identifiers(self):
        found = [each for note in every_layout(3) for each in check.loose_numbers(note)]
        self.assertLessEqual(len(found), 6, found[:20])

    def test_nothing_shared_between_the_generators(self):
        first = shingles(
            [notes.make_note(2, n, NAMES) for n in range(1500)]
            + [spanish.make_note(2, n) for n in range(300)]
            + [notes.make_general(2, n, NAMES) for n in range(500)]
        )
        second = shingles([make_text(2, n, kind) for kind in KINDS for n in range(400)])
        shared = first & second
        self.assertLessEqual(len(shared), SHARED_LIMIT, [" ".join(run) for run in sorted(shared)[:10]])

    def test_a_thousand_notes_in_five_seconds(self):
        start = time.process_time()
        for number in range(1000):
            notes.make_note(3, number, NAMES)
        self.assertLess(time.process_time() - start, 5)


if __name__ == "__main__":
    unittest.main()
