"""Slots of people: patient, doctors, staff, relatives, log-ins, pronouns."""

from . import dates, orgs
from .people import draw_form, draw_person

_TITLES = {"F": ["Ms.", "Mrs.", "Ms", "Miss", "Mrs"], "M": ["Mr.", "Mr"]}
_DOCTOR_TITLES = ["Dr. "] * 12 + ["Dr ", "Prof. ", "Doctor ", "DR. ", "dr. ", "Professor "]


class PeopleSlots:
    """Names are marked without title, credential or possessive ending."""

    def _name(self, person, form):
        """A name as one piece; `form` may be a part of the name."""
        if form == "last":
            text = person.surname
        elif form == "first":
            text = person.given
        elif form == "fl":
            text = person.full("first_last")
        elif form == "lf":
            text = person.full("last_first")
        elif form == "init":
            text = person.initials(self.rng)
        elif form == "nick":
            text = person.nick(self.rng)
        elif form == "upper":
            text = person.full(draw_form(self.rng)).upper()
        else:
            text = person.full(draw_form(self.rng))
        return (text, person.kind)

    def s_pt(self, form):
        """The patient's name, by default in the form of this note."""
        return self._name(self.pt, form) if form else (self.pt.full(self.form), "patient")

    def s_mr(self, _):
        """Mr. or Ms. and the patient's surname, or the forename of a child."""
        if self.child and self.rng.random() < 0.8:
            return self._name(self.pt, "first")
        return [
            (self.rng.choice(_TITLES[self.pt.sex]) + " ", None),
            self._name(self.pt, "last" if self.rng.random() < 0.85 else "fl"),
        ]

    def s_ref(self, _):
        """How a text goes on to speak of the patient."""
        draw = self.rng.random()
        if draw < 0.35:
            return self.s_mr("")
        if draw < 0.7:
            return "the patient" if draw < 0.6 else "pt"
        return self._name(self.pt, self.rng.choice(["first", "last", "fl", "nick"]))

    def s_Ref(self, _):
        """The same at the start of a sentence."""
        value = self.s_ref("")
        return value[:1].upper() + value[1:] if isinstance(value, str) else value

    def s_dr(self, role):
        """A doctor with title or credential, as prose names them."""
        person, rng = self.doctor(role), self.rng
        draw = rng.random()
        if draw < 0.55:
            return [(rng.choice(_DOCTOR_TITLES), None), self._name(person, "last")]
        if draw < 0.75:
            return [("Dr. ", None), self._name(person, rng.choice(["fl", "fl", ""]) if rng.random() < 0.7 else "fl")]
        if draw < 0.95:
            return [self._name(person, "fl"), (", " + person.credential, None)]
        return [("Dr. ", None), (person.full("f_last"), "doctor")]

    def s_drl(self, role):
        """Dr. and the surname alone."""
        return [(self.rng.choice(_DOCTOR_TITLES[:14]), None), self._name(self.doctor(role), "last")]

    def s_drn(self, role):
        """A doctor's name alone in any form."""
        role, _, form = role.partition("/")
        return self._name(self.doctor(role), form)

    def s_drsig(self, role):
        """A doctor's name with credentials, as signed."""
        person = self.doctor(role)
        form = self.rng.choice(["first_last", "first_m_last", "f_last", "first_last", "initials_last", "last_first"])
        return [(person.full(form), "doctor"), (self.rng.choice([", ", ", ", " "]) + person.credential, None)]

    def s_dr2(self, role):
        """A doctor's name without any title, for texts that are not clinical."""
        return self._name(self.doctor(role), "fl")

    def s_st(self, role):
        """A member of staff with credential or role."""
        person, rng = self.worker(role), self.rng
        draw = rng.random()
        if draw < 0.45:
            return [self._name(person, "fl"), (rng.choice([", ", " "]) + person.credential, None)]
        if draw < 0.6:
            return [
                (
                    rng.choice(
                        ["RN ", "Nurse ", "nurse ", "PA ", "NP ", "Sister ", "RT ", "PT ", "charge RN ", "tech "]
                    ),
                    None,
                ),
                self._name(person, rng.choice(["last", "first", "fl"])),
            ]
        if draw < 0.8:
            return [(person.full("f_last"), "staff"), (" " + person.credential, None)]
        return [
            self._name(person, rng.choice(["last", "first"])),
            (rng.choice([" ", ", "]) + person.credential.split(",")[0], None),
        ]

    def s_stn(self, role):
        """A staff member's name alone."""
        role, _, form = role.partition("/")
        return self._name(self.worker(role), form)

    def s_rel(self, role):
        """A relative with the word for the relation: `wife Mary`, `daughter (Ann Lee)`."""
        word, person = self.relative(role)
        name = self._name(person, self.rng.choice(["first", "first", "fl", "fl", "nick"]))
        draw = self.rng.random()
        if draw < 0.5:
            return [(word + " ", None), name]
        if draw < 0.7:
            return [(word + ", ", None), name]
        if draw < 0.85:
            return [(f"{word} (", None), name, (")", None)]
        return [name, (f" ({word})", None)]

    def s_reln(self, role):
        """A relative's name alone."""
        role, _, form = role.partition("/")
        return self._name(self.relative(role)[1], form or self.rng.choice(["fl", "lf", "fl", ""]))

    def s_relw(self, role):
        """The word for the relation."""
        return self.relative(role)[0]

    def s_person(self, form):
        """A name whose part is not known."""
        return self._name(draw_person(self.rng, self.names, "person"), form or "fl")

    def s_user(self, _):
        """A log-in name."""
        person = self.rng.choice([self.worker(), self.doctor(), self.pt])
        text = (
            person.handle(self.rng)
            if self.rng.random() < 0.75
            else self.rng.choice(["rn", "md", "u", "ext", "phys", "adm"]) + str(self.rng.randint(10, 9999))
        )
        return (text.upper() if self.rng.random() < 0.15 else text, "username")

    def s_email(self, whose):
        """An e-mail address of the patient, a doctor or a member of staff."""
        person = {"pt": self.pt, "dr": self.doctor("att"), "st": self.worker("a")}.get(whose) or self.rng.choice(
            [self.pt, self.worker(), self.relative()[1]]
        )
        free = [
            "gmail.com",
            "yahoo.com",
            "hotmail.com",
            "outlook.com",
            "aol.com",
            "icloud.com",
            "btinternet.com",
            "comcast.net",
            "proton.me",
            "example.org",
        ]
        domain = self.rng.choice(free) if whose == "pt" or self.rng.random() < 0.4 else self.domain()
        return (f"{person.handle(self.rng)}@{domain}", "email")

    def domain(self):
        """A domain of the hospital."""
        words = [
            word
            for word in "".join(c if c.isalnum() and c.isascii() else " " for c in self.hospital_name.lower()).split()
            if word not in ("the", "s", "of")
        ]
        return ("".join(words[:2]) or "clinic") + self.rng.choice(
            [".org", ".com", ".edu", ".net", ".nhs.uk", ".health"]
        )

    def s_He(self, _):
        return "She" if self.pt.sex == "F" else "He"

    def s_he(self, _):
        return "she" if self.pt.sex == "F" else "he"

    def s_His(self, _):
        return "Her" if self.pt.sex == "F" else "His"

    def s_his(self, _):
        return "her" if self.pt.sex == "F" else "his"

    def s_him(self, _):
        return "her" if self.pt.sex == "F" else "him"

    def s_man(self, _):
        """Man, woman, boy, girl, gentleman."""
        if self.child:
            return "girl" if self.pt.sex == "F" else "boy"
        return self.rng.choice(
            ["woman", "female", "lady", "woman"] if self.pt.sex == "F" else ["man", "male", "gentleman", "man"]
        )

    def s_sex(self, _):
        return self.rng.choice(
            ["F", "Female", "female", "FEMALE"] if self.pt.sex == "F" else ["M", "Male", "male", "MALE"]
        )

    def s_age(self, _):
        """The age as a number, of small children with its unit beside it unmarked."""
        if self.age >= 2:
            return (str(self.age), "age")
        number, unit = self._small_age()
        return [(str(number), "age"), (" " + unit, None)]

    def _small_age(self):
        if self.days < 14:
            return max(self.days, 1), "days"
        if self.days < 90:
            return self.days // 7, "weeks"
        return max(3, self.days // 30), "months"

    def s_aged(self, _):
        """`45-year-old woman` in its many forms; the number alone is marked."""
        rng = self.rng
        if self.age < 2:
            number, unit = self._small_age()
            unit = unit[:-1]
            if self.days < 14 and rng.random() < 0.35:
                return [("DOL ", None), (str(number), "age"), (" " + self.s_man(""), None)]
            letter = {"day": "d", "week": "wk", "month": "mo"}[unit]
            tail = rng.choice(
                [
                    f"-{unit}-old {self.s_man('')}",
                    f" {unit} old {self.s_man('')}",
                    f" {letter} old {self.s_man('')}",
                    f" {letter} {self.pt.sex}",
                ]
            )
            return [(str(number), "age"), (tail, None)]
        number = dates.age_words(self.age) if 20 <= self.age <= 99 and rng.random() < 0.06 else str(self.age)
        sex, man = self.pt.sex, self.s_man("")
        if not number.isdigit():
            return [(number, "age"), (rng.choice([f"-year-old {man}", f" year old {man}"]), None)]
        tails = [f"-year-old {man}"] * 6 + [
            f" year old {man}",
            f" y/o {man}",
            f" yo {man}",
            f"yo {man}",
            f" y.o. {man}",
            f"yo{sex}",
            f"{sex}",
            f" yo {sex}",
            f" {sex}",
            f"{sex.lower()}",
            f"-yo {man}",
            f" yr old {man}",
            f" years old",
            f"-year old {man}",
            f" yr/o {sex}",
            f"y{sex}",
            f"-y-o {man}",
            f" years of age",
        ]
        if 20 < self.age and rng.random() < 0.04:
            return [
                (f"{man} in {self.s_his('')} {rng.choice(['early ', 'late ', 'mid-', 'mid ', ''])}", None),
                (f"{self.age // 10 * 10}s", "age"),
            ]
        return [(number, "age"), (rng.choice(tails), None)]

    def s_relage(self, _):
        """An age of an older relative, as a number."""
        return (str(self.rng.randint(max(18, min(self.age + 18, 70)), 98)), "age")

    def s_pt2(self, _):
        """Another patient, as lists have them."""
        return self._name(draw_person(self.rng, self.names, "patient"), self.rng.choice(["lf", "lf", "last", "fl"]))

    def s_pt_sex(self, _):
        return self.pt.sex

    def s_kid(self, _):
        """The forename of a child."""
        return self._name(draw_person(self.rng, self.names, "relative"), "first")

    def s_kidage(self, _):
        """The age of a child."""
        return (str(self.rng.randint(2, 26)), "age")

    def s_SayHpi(self, _):
        """What a patient says of the complaint."""
        return f"I have had {self.s_cc('')} for {self.s_dur('')} and {self.s_drugn('')} does nothing for it."

    def s_prof(self, _):
        """A profession; children are pupils."""
        if self.age < 17:
            return (
                "preschooler" if self.age < 6 else "student" if self.age < 13 else "high school student",
                "profession",
            )
        return (self.rng.choice(orgs.PROFESSIONS), "profession")
