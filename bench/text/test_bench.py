"""Tests of what needs neither Presidio nor a build: `python3 -m unittest test_bench` in this folder."""

import unittest

import presidio


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


if __name__ == "__main__":
    unittest.main()
