"""Tests of what needs neither Presidio nor a build: `python3 -m unittest test_bench` in this folder."""

import json
import pathlib
import sys
import tempfile
import unittest

import presidio
import run


class Settling(unittest.TestCase):
    """Spans of Presidio, made to overlap nowhere."""

    def test_settle(self):
        def span(start, end, kind="person", score=0.5):
            return {"start": start, "end": end, "type": kind, "score": score}

        for spans, expect in (
            ([], []),
            ([span(5, 9), span(0, 4)], [(0, 4, "person"), (5, 9, "person")]),
            ([span(0, 9), span(2, 4, "date", 0.9)], [(0, 9, "person")]),
            ([span(2, 4, "date", 0.9), span(2, 9)], [(2, 9, "person")]),
            ([span(0, 4), span(0, 4, "date", 0.9)], [(0, 4, "date")]),
            ([span(0, 4), span(0, 4, "date")], [(0, 4, "date")]),
            ([span(0, 5), span(3, 8, "date")], [(0, 5, "person"), (5, 8, "date")]),
            ([span(0, 5), span(1, 6), span(2, 3)], [(0, 5, "person"), (5, 6, "person")]),
        ):
            settled = presidio.settle(spans)
            self.assertEqual([(each["start"], each["end"], each["type"]) for each in settled], expect)
            for each in spans:
                self.assertTrue(
                    set(range(each["start"], each["end"]))
                    <= {at for other in settled for at in range(other["start"], other["end"])}
                )

    def test_the_network_is_refused(self):
        presidio.refuse_network("open", ())
        for event in ("socket.connect", "socket.getaddrinfo"):
            self.assertRaises(RuntimeError, presidio.refuse_network, event, ())


class Running(unittest.TestCase):
    """What the comparison makes of texts, programs and scores."""

    def test_table(self):
        systems = {
            "one": {"cost": 1234, "score": {"tokens": {"recall": {"value": 0.98765, "interval": [0.97, 0.99]}}}},
            "two": {"cost": 4.5678, "score": {"tokens": {"recall": {"value": 1.0, "interval": None}}}},
        }
        rows = [
            ("cost", lambda system: system["cost"]),
            ("recall", run.share("tokens", "recall")),
            ("nowhere", run.share("negatives", "share")),
        ]
        self.assertEqual(
            run.table(systems, rows).splitlines(),
            [
                "| | one | two |",
                "|---|---|---|",
                "| cost | 1,234 | 4.57 |",
                "| recall | 0.988 (0.970–0.990) | 1.000 |",
            ],
        )

    def test_types_are_those_of_gold(self):
        row = {"type": "date", "gold": 7, "full_cover": {"value": 0.5, "interval": None}}
        other = {"type": "person", "gold": 0, "full_cover": {"value": None, "interval": None}}
        systems = {"default": {"score": {"types": [row, other]}}, "other": {"score": {"types": []}}}
        rows = run.types(systems)
        self.assertEqual([name for name, _ in rows], ["date (7)"])
        self.assertEqual([run.write(rows[0][1](system)) for system in systems.values()], ["0.500", ""])

    def test_texts_go_out_without_their_marks(self):
        with tempfile.TemporaryDirectory() as folder:
            gold, texts = pathlib.Path(folder) / "gold", pathlib.Path(folder) / "texts"
            spans = [{"start": 0, "end": 1, "type": "person"}]
            gold.write_text(json.dumps({"id": "a", "text": "é b", "spans": spans}) + "\n", encoding="utf-8")
            run.strip(gold, texts, 2)
            lines = [json.loads(line) for line in texts.read_text(encoding="utf-8").splitlines()]
            self.assertEqual(lines, [{"id": "a", "text": "é b"}, {"id": "a+1", "text": "é b"}])
            cost = run.cost(0.5, 2.0, texts, 3_000_000)
            self.assertEqual(cost["chars_per_cpu_s"], 3)
            self.assertEqual(cost["mb_per_cpu_s"], 4e-6)
            self.assertEqual(cost["peak_rss_mb"], 3)
            self.assertRaises(SystemExit, run.cost, 0.5, 0.0, texts, 3_000_000)

    def test_a_program_is_measured(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = pathlib.Path(folder) / "source", pathlib.Path(folder) / "target"
            source.write_text("text", encoding="utf-8")
            copy = "import sys; sys.stdout.write(sys.stdin.read())"
            seconds, peak = run.measure([sys.executable, "-c", copy], source, target)
            self.assertEqual(target.read_text(encoding="utf-8"), "text")
            self.assertGreater(seconds, 0)
            self.assertGreater(peak, 1_000_000)
            with self.assertRaises(SystemExit):
                run.measure([sys.executable, "-c", "raise SystemExit(3)"], source, target)


if __name__ == "__main__":
    unittest.main()
