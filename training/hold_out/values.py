"""The facts of one held-out text and the values its template asks for, in formats of their own."""

import datetime

from common import checks
from common.compose import plain

from . import people_data as people
from . import places_data as places
from .numbers import NumberValues

MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
DEGREES = ["MD", "M.D.", "DO", "MD MSc", "MB BCh", "MD, FACP", "MD, FAAP", "FRCPath", "MD FAAN", "DMD"]
GRADES = ["RN", "RN, CCRN", "LVN", "PA", "DNP", "APRN", "MLS", "CNS", "RVT", "PTA", "LMFT", "CCC-A", "RDMS", "NRP"]
MAILS = ["mailbox.test", "fastmail.com", "gmx.com", "live.com", "zoho.com", "me.com", "att.net", "cox.net"]


class Facts(NumberValues):
    """People, places and dates of one text; `slot` answers a template."""

    def __init__(self, rng, banks):
        self.rng, self.banks, self.known = rng, banks, {}
        self.sex = rng.choice("FM")
        self.today = datetime.date(1998, 3, 1) + datetime.timedelta(days=rng.randrange(10200))
        self.years = rng.choice(
            [rng.randint(3, 17), rng.randint(18, 89), rng.randint(18, 89), rng.randint(18, 89), rng.randint(90, 101)]
        )
        self.born = self.today - datetime.timedelta(days=int(self.years * 365.25) + rng.randint(5, 350))
        self.date_form = rng.choice(self.date_forms())
        self.here = self.clinic_name()

    def slot(self, name, argument):
        """The value of a slot."""
        return getattr(self, "v_" + name)(argument)

    def bank(self, name):
        """The sentences of a bank."""
        return self.banks[name]

    def once(self, key, draw):
        """A value that stays the same within the text."""
        if key not in self.known:
            self.known[key] = draw()
        return self.known[key]

    def forename(self, sex):
        return self.rng.choice(self.rng.choice([people.COMMON, people.FORENAMES])[sex])

    def surname(self):
        name = self.rng.choice(self.rng.choice([people.COMMON_SURNAMES, people.SURNAMES]))
        return f"{name}-{self.rng.choice(people.SURNAMES)}" if self.rng.random() < 0.03 and " " not in name else name

    def human(self, role, sex=None):
        """Forename, middle initial, surname, sex of a role."""

        def draw():
            gender = sex or self.rng.choice("FM")
            surname = self.surname()
            if role.startswith("doc") and self.rng.random() < 0.12:
                surname = self.rng.choice(people.EPONYM_DOCTORS)
            return self.forename(gender), self.rng.choice("ABCDEFGHJKLMNPRSTW"), surname, gender

        return self.once("human " + role, draw)

    def written(self, human, form):
        """A name in a form; without one, in a form drawn for the text."""
        first, middle, last, _ = human
        form = form or self.once("form", lambda: self.rng.choice(["a", "a", "b", "c", "d", "e", "f"]))
        return {
            "a": f"{first} {last}",
            "b": f"{last}, {first}",
            "c": f"{last.upper()}, {first.upper()} {middle}",
            "d": f"{first} {middle} {last}",
            "e": f"{last.upper()} {first}",
            "f": f"{first} {last.upper()}",
            "last": last,
            "first": first,
            "ini": f"{first[0]}{middle}{last[0]}".upper(),
            "il": f"{first[0]} {last}",
            "A": f"{first} {last}".upper(),
            "caret": f"{last}^{first}^{middle}".upper(),
        }[form]

    def v_p(self, form):
        return (self.written(self.human("patient", self.sex), form), "patient")

    def v_title(self, _):
        return self.rng.choice(["Mrs. ", "Ms. ", "Mrs ", "Ms "] if self.sex == "F" else ["Mr. ", "Mr "])

    def v_other(self, form):
        """Another patient."""
        return (self.written((self.forename("F"), "J", self.surname(), "F"), form or "b"), "patient")

    def v_d(self, argument):
        """A doctor's name alone: `{d:1/last}`."""
        role, _, form = argument.partition("/")
        return (self.written(self.human("doc" + role), form or "a"), "doctor")

    def v_dd(self, role):
        """A doctor with degree."""
        return [self.v_d(role + "/" + self.rng.choice(["a", "d", "il"])), (", " + self.rng.choice(DEGREES), None)]

    def v_s(self, argument):
        role, _, form = argument.partition("/")
        return (self.written(self.human("staff" + role), form or "a"), "staff")

    def v_ss(self, role):
        """A member of staff with a grade."""
        return [
            self.v_s(role + "/" + self.rng.choice(["a", "il", "first"])),
            (self.rng.choice([", ", " "]) + self.rng.choice(GRADES), None),
        ]

    def _kin(self, role):
        def draw():
            return self.rng.choice(
                [("mum", "F"), ("dad", "M"), ("gran", "F"), ("foster father", "M")]
                if self.years < 18
                else [
                    ("sister-in-law", "F"),
                    ("eldest son", "M"),
                    ("twin brother", "M"),
                    ("ex-wife", "F"),
                    ("grandson", "M"),
                    ("stepdaughter", "F"),
                    ("uncle", "M"),
                    ("mother-in-law", "F"),
                    ("roommate", "M"),
                ]
            )

        return self.once("kin " + role, draw)

    def v_k(self, argument):
        role, _, form = argument.partition("/")
        word, sex = self._kin(role)
        return (self.written(self.human("kin" + role, sex), form or self.rng.choice(["a", "first"])), "relative")

    def v_kw(self, role):
        return self._kin(role)[0]

    def v_x(self, argument):
        """A person without a part."""
        role, _, form = argument.partition("/")
        return (self.written(self.human("x" + role), form or "a"), "person")

    def v_user(self, _):
        first, middle, last, _ = self.human("staff1")
        first, last = plain(first), plain(last)
        return (
            self.rng.choice(
                [
                    f"{last[:5]}{first[0].lower()}{middle.lower()}",
                    f"{first.lower()}{self.rng.randint(100, 999)}",
                    f"{last}.{first[0].lower()}",
                    f"xk{self.rng.randint(1000, 9999)}",
                    f"{first[:3].lower()}-{last[:4]}",
                ]
            ),
            "username",
        )

    def v_mail(self, role):
        key = {"p": ("patient", self.sex), "d": ("doc1", None)}.get(role, ("staff1", None))
        first, _, last, _ = self.human(*key)
        first, name = plain(first), plain(last)
        return (
            self.rng.choice(
                [
                    f"{first.lower()}-{name}",
                    f"{name}_{first[0].lower()}",
                    f"{first[0].lower()}.{name}{self.rng.randint(2, 88)}",
                    f"{name}.{first.lower()}+mail",
                ]
            )
            + "@"
            + self.rng.choice(MAILS + [self.domain()] * 3),
            "email",
        )

    def domain(self):
        return plain(self.here.split()[0]) + self.rng.choice(["health.org", "-care.com", "med.net", "clinic.us"])

    def v_web(self, _):
        return (
            self.rng.choice(
                ["http://{}/results/{}", "{}/myaccount", "https://secure.{}/r?token=a{}z", "www.{}"]
            ).format(self.domain(), self.rng.randint(1000, 99999)),
            "url",
        )

    def v_he(self, _):
        return "she" if self.sex == "F" else "he"

    def v_He(self, _):
        return "She" if self.sex == "F" else "He"

    def v_his(self, _):
        return "her" if self.sex == "F" else "his"

    def v_sex(self, _):
        return self.rng.choice(["F", "fem.", "W"] if self.sex == "F" else ["M", "masc.", "Male"])

    def v_who(self, _):
        """woman, man, girl, boy."""
        return ("girl" if self.sex == "F" else "boy") if self.years < 14 else ("woman" if self.sex == "F" else "man")

    def v_age(self, _):
        return (str(self.years), "age")

    def v_kinage(self, _):
        return (str(self.rng.randint(40, 99)), "age")

    def v_kidyears(self, _):
        return (str(self.rng.randint(1, 17)), "age")

    def v_aged(self, _):
        """An age with a noun in a manner of its own."""
        tail = self.rng.choice(
            [" year-old {}", "-yr-old {}", " yrs old {}", " y {}", "yr {}", "-year-old {}", "-year-old {}"]
        ).format(self.v_who(""))
        return [(str(self.years), "age"), (tail, None)]

    def date_forms(self):
        return [
            "%d %b %Y",
            "%b %d, %Y",
            "%m/%d/%Y",
            "%-m/%-d/%y",
            "%Y-%m-%d",
            "%B %-d, %Y",
            "%-d %B %Y",
            "%d.%m.%y",
            "%m-%d-%Y",
            "%d-%b-%Y",
            "%a %d %b %Y",
            "%Y%m%d",
            "%-m-%-d-%Y",
            "%d/%m/%Y",
            "%A, %B %-d, %Y",
        ]

    def v_day(self, which):
        """A date: born, past, next, part, today."""
        rng = self.rng
        if which == "born":
            return (self.born.strftime(self.date_form), "date")
        if which == "part":
            day = self.today - datetime.timedelta(days=rng.randint(40, 4000))
            return (day.strftime(rng.choice(["%B %Y", "%b %Y", "%Y", "%m/%Y", "%B %-d", "%-m/%-d"])), "date")
        shift = {"past": -rng.randint(2, 900), "next": rng.randint(3, 120), "recent": -rng.randint(1, 9)}.get(which, 0)
        day = self.today + datetime.timedelta(days=shift)
        return (day.strftime(self.date_form if rng.random() < 0.8 else rng.choice(self.date_forms())), "date")

    def v_clock(self, _):
        hour, minute = self.rng.randrange(24), self.rng.randrange(60)
        return (
            self.rng.choice(
                [
                    f"{hour}:{minute:02}",
                    f"{hour:02}:{minute:02}",
                    f"{hour:02}:{minute:02} hrs",
                    f"{hour:02}{minute:02}",
                    f"{(hour - 1) % 12 + 1}:{minute:02} {'a.m.' if hour < 12 else 'p.m.'}",
                    f"{hour:02}:{minute:02}:{self.rng.randrange(60):02}",
                ]
            ),
            "time",
        )

    def clinic_name(self):
        return f"{self.rng.choice(places.CLINIC_STARTS + places.TOWNS[:60])} {self.rng.choice(places.CLINIC_ENDS)}"

    def v_clinic(self, which):
        return (self.clinic_name() if which else self.here, "hospital")

    def v_ward(self, _):
        return (self.rng.choice(places.WARDS), "department")

    def v_bed(self, _):
        return (
            self.rng.choice(["{}{}", "{}-{}", "{}.{}"]).format(self.rng.randint(2, 560), self.rng.choice("AB12C")),
            "room",
        )

    def v_place(self, _):
        """A place that is no town."""
        return (self.rng.choice(places.SPOTS), "location")

    def v_firm(self, _):
        return (self.rng.choice(places.FIRMS), "organization")

    def v_payer(self, _):
        return (self.once("payer", lambda: self.rng.choice(places.PAYERS)), "organization")

    def v_job(self, _):
        return ("student" if self.years < 18 else self.rng.choice(places.JOBS), "profession")

    def v_street(self, which):
        def draw():
            return (
                f"{self.rng.randint(1, 9899)} {self.rng.choice(places.STREETS)} {self.rng.choice(places.STREET_ENDS)}"
                + self.rng.choice(
                    [
                        "",
                        "",
                        "",
                        f", No. {self.rng.randint(1, 60)}",
                        f", Apartment {self.rng.randint(1, 60)}",
                        f" Unit {self.rng.choice('ABCD')}",
                    ]
                )
            )

        return (draw() if which else self.once("street", draw), "street")

    def v_town(self, which):
        draw = lambda: (
            self.rng.choice(places.TOWNS) if self.rng.random() < 0.8 else self.rng.choice(places.FOREIGN_TOWNS)
        )
        return (draw() if which else self.once("town", draw), "city")

    def v_region(self, which):
        return (
            (
                self.rng.choice(places.REGION_NAMES)
                if which
                else self.once("region", lambda: self.rng.choice(places.REGIONS))
            ),
            "state",
        )

    def v_zip(self, _):
        return (
            self.once(
                "zip", lambda: checks.digits(self.rng, 5) + self.rng.choice(["", "", "-" + checks.digits(self.rng, 4)])
            ),
            "zip",
        )

    def v_nation(self, _):
        return (self.rng.choice(places.NATIONS), "country")

    def v_county(self, _):
        return (self.rng.choice(places.COUNTIES).replace("_", " ") + self.rng.choice([" County", " Co."]), "county")

    def v_home(self, which):
        """An address in a line or over lines."""
        gap = "\n" if which == "block" else ", "
        return [
            self.v_street(""),
            (gap, None),
            self.v_town(""),
            (", ", None),
            self.v_region(""),
            (" ", None),
            self.v_zip(""),
        ]

    def v_n(self, limits):
        """A plain number between limits."""
        low, _, high = limits.partition("-")
        return str(self.rng.randint(int(low), int(high)))

    def v_weekday(self, _):
        return self.rng.choice(DAYS)
