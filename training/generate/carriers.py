"""Unlabelled clinical sections as paragraphs between those that identify somebody.

Notes of sentence banks are dense and do not hang together. Sections that people wrote do, but nobody marked what
identifies in them. Ages are marked here by their forms. A section with anything else that may be an identifier is left
out: titles, dates, times, long numbers, organizations, callings, and capitalised words that are a name or place of any
list and no common word. A word is common where the sections, or this generator's sentences, write it small, too; an
eponym may stand before its head.
"""

import collections
import json
import re

from common.compose import is_type

from .eponyms import EPONYMS
from .layouts import BANKS
from .names import CULTURES
from .orgs import PROFESSIONS
from .places import COUNTRIES, COUNTRY_NAMES, LOCATIONS, STATES, US_CITIES, WORLD_PLACES

# Characters; below are mostly single words.
SHORTEST = 40
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_UNIT = r"(?:years?|yrs?\.?|y|months?|mos?)"
_OLD = rf"[- ]?{_UNIT}[-/ ]*(?:old|o)\b|[- ](?:years?|months?) of age\b"
_AGE = re.compile(
    rf"\b\d{{1,3}}(?={_OLD})|(?<=\bage )\d{{1,3}}\b|(?<=\bage of )\d{{1,3}}\b|(?<=\baged )\d{{1,3}}\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"[- ]?y")
_AGE_WORDS = re.compile(rf"(?:\bage (?:of )?|\baged )?\x00(?:{_OLD})?", re.IGNORECASE)
_BODIES = (
    "Hospital|Clinic|Center|Centre|University|College|School|Church|Street|Avenue|Road|County|Home|Institute|Services?|"
    "Agency|Foundation|Company|Department|Unit|Program|Pharmacy|Inn"
)
_CALLINGS = "|".join(
    r"work(?:s|ed|ing|er)? employ\w* retire\w* occupation\w* jobs? careers? self-employed veteran military students? "
    r"drivers? boxer teach\w* \d(?:st|nd|rd|th)\sgrade".split() + [re.escape(name) for name in PROFESSIONS]
)
# What leaves a section out, looked for outside of the ages that were marked (`\x00`).
_RULES = [
    (reason, re.compile(pattern, flags))
    for reason, pattern, flags in (
        ("title", r"\b(?:Drs?|Mr|Mrs|Ms|Miss|Prof|Professor|Doctor|Nurse|Officer|Sister|Father|Rev)\b\.? *[A-Z]", 0),
        ("date", r"\b\d{1,2}(?:/\d{1,2}|[.-]\d{1,2}[.-]\d+)\b", 0),
        ("date", rf"\b(?:{_MONTHS}|Jan|Feb|Apr|Aug|Sept?|Oct|Nov|Dec)\b", 0),
        ("date", r"'\d\d\b|\b(?:spring|summer|winter|autumn|christmas|thanksgiving|easter|holidays?)\b", re.I),
        ("time", r"\d:\d\d|\d *[ap]\.? ?m\b|o'clock|\b(?:noon|midnight)\b", re.I),
        ("number", r"\d{4}|\d[\d,]{4}|\d{3}[-. ]\d|#\s*\d|\b(?=\w*\d)(?=\w*[A-Za-z])\w{6,}\b|@|www|http", 0),
        ("mask", r"\b(?:XYZ|ABC\w*|X{2,}\w*|\w+X{2,})\b|_{2,}|\*\*|[{}<>\[\]]", 0),
        ("age", r"\b(?:at|is|was|are) \d{1,2}\b(?=[,.;]| and| with| of|$)|\d(?:,| and) \x00", re.I),
        ("age", rf"\b(?:age[ds]?|y/?o|teens|\w+ties)\b|(?:{_UNIT}|days?|weeks?)[-/ ]+old\b|\d0'?s\b", re.I),
        ("organization", rf"\b[A-Z][\w.'-]+ (?:{_BODIES})\b", 0),
        ("organization", r"\bat [A-Z]{3,}\b|\b(?:University|College|Army|Navy|Fed ?Ex)\b", 0),
        ("calling", rf"\b(?:{_CALLINGS})\b", re.I),
    )
]
_WORD = re.compile(r"[^\W\d_]+")
_WOMAN = re.compile(r"\b(?:she|her|hers|woman|female|lady|girl)\b", re.I)
_MAN = re.compile(r"\b(?:he|his|him|man|male|gentleman|boy)\b", re.I)


class Section:
    """A section's pieces and whom it tells of."""

    def __init__(self, pieces):
        text = "".join(text for text, _ in pieces)
        self.pieces, self.sex, self.length = pieces, sex_of(text), len(text)
        opening = len(pieces) > 1 and pieces[1][1] and len(pieces[0][0]) < 40 and _YEARS.match(pieces[2][0])
        self.opening_age = int(pieces[1][0]) if opening else None

    def fits(self, sex, age):
        """Whether it may tell of a patient."""
        return self.sex in (sex, "") and (self.opening_age is None or (self.opening_age < 18) == (age < 18))

    def aged(self, age):
        """Its pieces, with the patient's age where it opens with one."""
        if self.opening_age is None:
            return self.pieces
        return [self.pieces[0], (str(age), "age"), *self.pieces[2:]]


class Carriers:
    """The sections that may stand in a note, and how many were left out and why."""

    def __init__(self, texts, names):
        if not names.census:
            raise ValueError("carriers need the census lists, by which names are told: give --names")
        texts = [" ".join(text.split()) for text in texts]
        common = collections.Counter(word for text in texts for word in _WORD.findall(text) if word.islower())
        own = {word for bank in BANKS.values() for sentence in bank for word in _WORD.findall(sentence)}
        pool = _pool(names) - {word for word, count in common.items() if count > 1 } - own
        self.left_out, self.kept = collections.Counter(), []
        for text in texts:
            pieces = mark_ages(text)
            reason = reason_against(pieces, pool) or ("two sexes" if sex_of(text) == "?" else "")
            if reason:
                self.left_out[reason] += 1
            else:
                self.kept.append(Section(pieces))

    def mix(self, pieces, sex, age, rng):
        """The pieces of a note with sections between its paragraphs, up to some 1,200 characters of them.

        A section that tells of a woman does not come into a man's note, nor one that opens with a child's age into an
        adult's; an age that opens a section becomes the patient's.
        """
        borders = [
            (number, found.end())
            for number, (text, kind) in enumerate(pieces)
            if not is_type(kind)
            for found in re.finditer("\n\n", text)
        ]
        fit = [section for section in self.kept if section.fits(sex, age)]
        inserted, room = collections.defaultdict(list), rng.randint(0, 1200)
        while room > 0 and borders and fit:
            section = fit.pop(rng.randrange(len(fit)))
            inserted[rng.choice(borders)] += [*section.aged(age), ("\n\n", None)]
            room -= section.length
        mixed = []
        for number, (text, kind) in enumerate(pieces):
            start = 0
            for border in sorted(border for border in inserted if border[0] == number):
                mixed.append([text[start : border[1]], kind])
                mixed.extend([part, mark] for part, mark in inserted[border])
                start = border[1]
            mixed.append([text[start:], kind])
        return mixed

    def report(self):
        """How many sections are used, and how many are not by the first reason against them."""
        reasons = ", ".join(f"{reason} {count}" for reason, count in self.left_out.most_common())
        return f"carriers: {len(self.kept)} sections used, {self.left_out.total()} left out ({reasons})"


def read_carriers(path, names):
    """The carriers of a file of lines `{"text"}`."""
    with open(path, encoding="utf-8") as file:
        return Carriers([json.loads(line)["text"] for line in file], names)


def mark_ages(text):
    """The pieces of a section, its ages marked."""
    pieces, at = [], 0
    for found in _AGE.finditer(text):
        pieces += [(text[at : found.start()], None), (found[0], "age")]
        at = found.end()
    return [piece for piece in [*pieces, (text[at:], None)] if piece[0]]


def reason_against(pieces, pool):
    """Why a section is left out, or nothing."""
    rest = _AGE_WORDS.sub("\x00", "".join("\x00" if kind else text for text, kind in pieces))
    if len(rest) < SHORTEST:
        return "short"
    letters = [char for char in rest if char.isalpha()]
    if sum(map(str.isupper, letters)) > 0.3 * len(letters):
        return "capitals"
    for reason, pattern in _RULES:
        if pattern.search(rest):
            return reason
    words = list(_WORD.finditer(rest))
    if any(word[0][0].isupper() and word[0].lower() in pool and not _is_eponym(rest, word) for word in words):
        return "name"
    return ""


def sex_of(text):
    """F or M where a section tells of one sex alone, `?` where of both, else nothing."""
    woman, man = _WOMAN.search(text), _MAN.search(text)
    return "?" if woman and man else "F" if woman else "M" if man else ""


def _is_eponym(text, word):
    """Whether the head of an eponym follows its name."""
    tail = re.sub(r"^'?s?\s+", "", text[word.end() :][:60]).lower()
    return any(tail.startswith(head) for head in _HEADS.get(word[0].lower(), ()))


def _pool(names):
    """The words of names and places, in small letters."""
    groups = [group for culture in CULTURES.values() for group in culture]
    groups += [names.census[which][0] for which in names.census]
    groups += [group for pair in WORLD_PLACES.values() for group in pair] + list(COUNTRY_NAMES.values())
    groups += [US_CITIES, COUNTRIES, LOCATIONS, list(STATES.values())]
    return {word.lower() for group in groups for name in group for word in _WORD.findall(name) if len(word) > 2}


_HEADS = {}
for _name, _head in EPONYMS:
    _HEADS.setdefault(_name.lower(), []).append(_head.split()[0].lower())
