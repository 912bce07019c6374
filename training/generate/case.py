"""A case: the people, places and dates of one note, and the values that its templates ask for."""

import datetime

from . import dates, orgs, places
from .eponyms import EPONYM_SURNAMES
from .headers import HeaderSlots
from .people import draw_form, draw_person
from .slots_medical import NEGATIVE_SLOTS, MedicalSlots
from .slots_people import PeopleSlots
from .slots_things import ThingSlots

_COUNTRIES = ["US"] * 14 + ["GB", "GB", "CA", "AU", "IE", "IN", "DE", "FR", "ES", "NL"]
_DOCTOR_CREDENTIALS = [
    "MD",
    "M.D.",
    "DO",
    "MD, PhD",
    "MD, FACS",
    "MD FACC",
    "MBBS",
    "D.O.",
    "MD, MPH",
    "MBChB, MRCP",
    "DPM",
    "PhD",
    "PsyD",
    "DDS",
    "FRCS",
    "M.D., Ph.D.",
]
_STAFF_CREDENTIALS = [
    "RN",
    "R.N.",
    "BSN, RN",
    "LPN",
    "PA-C",
    "NP",
    "FNP-BC",
    "ARNP",
    "CNM",
    "PT",
    "DPT",
    "OT",
    "OTR/L",
    "RD",
    "RDN, LDN",
    "LCSW",
    "MSW",
    "PharmD",
    "RPh",
    "RT(R)",
    "RRT",
    "EMT-P",
    "CRNA",
    "CMA",
    "SLP",
    "CCC-SLP",
    "CNA",
    "RDCS",
    "CRNP",
]


class Case(PeopleSlots, ThingSlots, MedicalSlots, HeaderSlots):
    """One note's facts; `slot` answers a template, `bank` gives its sentences."""

    child = newborn = False

    def __init__(self, rng, names, banks, infant=False):
        self.rng, self.names, self.banks = rng, names, banks
        self.country = rng.choice(_COUNTRIES)
        self.visit = datetime.date(1985, 1, 1) + datetime.timedelta(days=int(rng.triangular(0, 15300, 13500)))
        self._draw_age(infant)
        self.pt = draw_person(rng, names, "patient")
        if rng.random() < 0.03:
            self.pt.surname = rng.choice(EPONYM_SURNAMES)
        self.doctors, self.staff, self.relatives, self.homes = {}, {}, {}, {}
        self.form = draw_form(rng)
        whole = dates.WHOLE
        self.style = whole[int(len(whole) * rng.random() ** 1.6)]
        self.style2 = rng.choice(whole)
        self.hospital_name = orgs.hospital(rng, names.surname(rng))
        self.numbers = {}

    def _draw_age(self, infant):
        """The birth date and the age in years and days at the visit."""
        draw = self.rng.random()
        if infant or draw < 0.04:
            days = self.rng.choice([self.rng.randint(0, 6), self.rng.randint(0, 60), self.rng.randint(0, 700)])
        elif draw < 0.14:
            days = self.rng.randint(700, 6500)
        elif draw < 0.2:
            days = self.rng.randint(32600, 38000)
        else:
            days = self.rng.randint(6600, 32500)
        self.birth = self.visit - datetime.timedelta(days=days)
        self.days, self.age = days, int(days / 365.25)
        self.child, self.newborn = self.age < 18, days < 60

    def slot(self, name, argument):
        """The value of a slot, marked where it is a negative."""
        value = getattr(self, "s_" + name)(argument)
        return (value, "!" + NEGATIVE_SLOTS[name]) if name in NEGATIVE_SLOTS else value

    def bank(self, name):
        """The sentences of a bank."""
        return self.banks[name]

    def doctor(self, role=""):
        """The doctor of a role, always the same within a note."""
        role = role or self.rng.choice("abc")
        if role not in self.doctors:
            person = draw_person(
                self.rng, self.names, "doctor", self.rng.choice(_DOCTOR_CREDENTIALS[:7] * 2 + _DOCTOR_CREDENTIALS)
            )
            if self.rng.random() < 0.07:
                person.surname = self.rng.choice(EPONYM_SURNAMES)
            self.doctors[role] = person
        return self.doctors[role]

    def worker(self, role=""):
        """The member of staff of a role."""
        role = role or self.rng.choice("ab")
        if role not in self.staff:
            self.staff[role] = draw_person(
                self.rng, self.names, "staff", self.rng.choice(_STAFF_CREDENTIALS[:6] * 2 + _STAFF_CREDENTIALS)
            )
        return self.staff[role]

    def relative(self, role=""):
        """A relative and the word for the relation."""
        role = role or self.rng.choice("ab")
        if role not in self.relatives:
            options = (
                ["mother", "father", "mom", "dad", "grandmother", "guardian", "aunt", "stepfather"]
                if self.child
                else [
                    "wife" if self.pt.sex == "M" else "husband",
                    "daughter",
                    "son",
                    "sister",
                    "brother",
                    "partner",
                    "mother",
                    "spouse",
                    "niece",
                    "nephew",
                    "granddaughter",
                    "son-in-law",
                    "cousin",
                    "friend",
                    "neighbor",
                    "caregiver",
                    "fiance",
                ]
            )
            word = self.rng.choice(options)
            women = ("mother", "mom", "grandmother", "aunt", "wife", "daughter", "sister", "niece", "granddaughter")
            men = ("father", "dad", "stepfather", "husband", "son", "brother", "nephew", "son-in-law")
            sex = "F" if word in women else "M" if word in men else None
            self.relatives[role] = (word, draw_person(self.rng, self.names, "relative", sex=sex, like=self.pt))
        return self.relatives[role]

    def home(self, role=""):
        """An address: street, city, state or county, postal code, country."""
        if role not in self.homes:
            country = self.country
            if country == "US":
                code = self.rng.choice(list(places.STATES))
                city = self.rng.choice(places.US_CITIES) if self.rng.random() < 0.6 else places.town(self.rng)
                region = code if self.rng.random() < 0.75 else places.STATES[code]
            else:
                cities, regions = places.WORLD_PLACES[country]
                city = self.rng.choice(cities) if self.rng.random() < 0.85 else places.town(self.rng)
                region = self.rng.choice(regions)
            self.homes[role] = (
                places.street(self.rng, country, self.names.surname(self.rng)),
                city,
                region,
                places.postcode(self.rng, country),
                country,
            )
        return self.homes[role]

    def number(self, kind, draw):
        """A number that stays the same within a note."""
        if kind not in self.numbers:
            self.numbers[kind] = draw()
        return self.numbers[kind]
