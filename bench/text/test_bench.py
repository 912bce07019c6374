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

    def test_leaves(self):
        for value, expect in (
            ({}, {}),
            ({"a": 1, "b": {"c": 0.5, "d": "text", "e": True, "f": None}}, {"a": 1, "b.c": 0.5}),
            ({"p": 0.9, "interval": [0.8, 0.95]}, {"p": 0.9, "interval": [0.8, 0.95]}),
            ({"by": [{"type": "date", "recall": 1}, {"recall": 2}]}, {"by.date.recall": 1, "by.1.recall": 2}),
            ({"n": [1, 2, 3]}, {"n.0": 1, "n.1": 2, "n.2": 3}),
        ):
            self.assertEqual(run.leaves(value), expect)

    def test_table(self):
        columns = {"one": {"a": 0.12345, "b": 1234}, "two": {"a": 12345.6, "c": [0.5, 0.75]}}
        self.assertEqual(
            run.table(columns).splitlines(),
            [
                "| | one | two |",
                "|---|---|---|",
                "| a | 0.123 | 12,346 |",
                "| b | 1,234 |  |",
                "| c |  | 0.500–0.750 |",
            ],
        )

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
