"""A person of a note and the forms their name is written in."""

from dataclasses import dataclass

from common.compose import plain

from .names import CULTURE_NAMES, NICKNAMES

_FULL = (
    ("first_last", 30),
    ("first_m_last", 14),
    ("last_first", 10),
    ("last_first_m", 10),
    ("f_last", 4),
    ("first_middle_last", 5),
    ("last_comma_initial", 2),
    ("initials_last", 2),
    ("last_first_nospace", 2),
    ("upper_last_first", 3),
)
_FULL_NAMES = [name for name, _ in _FULL]
_FULL_WEIGHTS = [weight for _, weight in _FULL]


@dataclass
class Person:
    """Who somebody is; `kind` is the type their name is marked with."""

    kind: str
    sex: str
    given: str
    middle: str
    surname: str
    suffix: str
    credential: str

    def full(self, form="first_last"):
        """The name in a form."""
        given, surname = self.given, self.surname
        initial = self.middle[:1]
        if form == "first_last":
            text = f"{given} {surname}"
        elif form == "first_m_last":
            text = f"{given} {initial}. {surname}"
        elif form == "first_middle_last":
            text = f"{given} {self.middle} {surname}"
        elif form == "last_first":
            text = f"{surname}, {given}"
        elif form == "last_first_nospace":
            text = f"{surname},{given}"
        elif form == "last_first_m":
            text = f"{surname}, {given} {initial}"
        elif form == "upper_last_first":
            text = f"{surname.upper()} {given}"
        elif form == "f_last":
            text = f"{given[0]}. {surname}"
        elif form == "last_comma_initial":
            text = f"{surname}, {given[0]}."
        elif form == "initials_last":
            text = f"{given[0]}.{initial}. {surname}"
        else:
            raise ValueError(form)
        if self.suffix and form in ("first_last", "first_m_last", "last_first", "last_first_m", "first_middle_last"):
            text += f", {self.suffix}" if self.suffix.endswith(".") and form.startswith("first") else f" {self.suffix}"
        return text

    def initials(self, rng):
        """Two or three initials with or without full stops."""
        letters = [self.given[0], self.surname.split()[-1][0].upper()]
        if rng.random() < 0.35:
            letters.insert(1, self.middle[0])
        return "".join(letters) if rng.random() < 0.6 else ".".join(letters) + "."

    def nick(self, rng):
        """A short form of the forename, or the forename."""
        return rng.choice(NICKNAMES[self.given].split()) if self.given in NICKNAMES else self.given

    def handle(self, rng):
        """The part of an e-mail address or log-in made of the name."""
        given, surname = plain(self.given), plain(self.surname)
        number = rng.choice(["", "", str(rng.randint(1, 99)), str(rng.randint(1950, 2005))])
        return (
            rng.choice(
                [
                    f"{given}.{surname}",
                    f"{given[0]}{surname}",
                    f"{given}_{surname[0]}",
                    f"{surname}{given[0]}",
                    f"{given}{surname}",
                ]
            )
            + number
        )


def draw_form(rng):
    """A form of a whole name."""
    return rng.choices(_FULL_NAMES, _FULL_WEIGHTS)[0]


def draw_person(rng, names, kind, credential="", sex=None, like=None):
    """A new person; `like` shares the surname of another at times, as relatives do."""
    sex = sex or rng.choice("FM")
    culture = rng.choice(CULTURE_NAMES) if rng.random() < 0.4 or not names.census else None
    surname = names.surname(rng, culture)
    if like and rng.random() < 0.6:
        surname = like.surname
    suffix = (
        rng.choice(["Jr.", "Sr.", "III", "II", "Jr", "IV"])
        if sex == "M" and kind == "patient" and rng.random() < 0.05
        else ""
    )
    return Person(
        kind, sex, names.forename(rng, sex, culture), names.forename(rng, sex, culture), surname, suffix, credential
    )
