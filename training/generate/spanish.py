"""Spanish notes: the same machinery with Spanish names, places and numbers. An age is marked with its unit."""

import random

from common import checks
from common.compose import expand

from . import es_data, ids
from .case import Case
from .dates import MONTHS
from .layouts import ES_BANKS, ES_LAYOUTS
from .notes import finish
from .people import draw_person

_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
_DATE_FORMS = [
    "{d:02}/{m:02}/{y}",
    "{d:02}/{m:02}/{y}",
    "{d:02}/{m:02}/{y}",
    "{d}/{m}/{y}",
    "{d:02}-{m:02}-{y}",
    "{d:02}.{m:02}.{y}",
    "{d} de {M} de {y}",
    "{d} de {M} del {y}",
    "{d:02}/{m:02}/{y2:02}",
    "{y}-{m:02}-{d:02}",
]
_PARTIAL_FORMS = ["{M} de {y}", "{M} del {y}", "{y}", "{m:02}/{y}", "{d} de {M}", "{M2} de {y}"]
_PLAIN = str.maketrans("áéíóúüñçÁÉÍÓÚÑàèòï", "aeiouuncAEIOUNaeoi")
DIALECTS = ["formal"] * 12 + ["capitals", "lower"]
assert len(_MONTHS) == len(MONTHS)


class SpanishNames:
    """Forenames and two surnames, at times compound, joined or without accents."""

    census = None

    def forename(self, rng, sex, _culture=None):
        """A forename, at times two."""
        pool = es_data.WOMEN if sex == "F" else es_data.MEN
        name = rng.choice(pool)
        if rng.random() < 0.25:
            second = rng.choice(pool)
            name = f"{name} {second}" if second != name else name
        return name if rng.random() < 0.8 else name.translate(_PLAIN)

    def surname(self, rng, _culture=None):
        """One or two surnames."""
        first, second = rng.choice(es_data.SURNAMES), rng.choice(es_data.SURNAMES)
        draw = rng.random()
        name = (
            f"{first} {second}"
            if draw < 0.7
            else f"{first}-{second}" if draw < 0.74 else f"{first} y {second}" if draw < 0.76 else first
        )
        return name if rng.random() < 0.8 else name.translate(_PLAIN)


class SpanishCase(Case):
    """The values that Spanish templates ask for."""

    def __init__(self, rng):
        super().__init__(rng, SpanishNames(), ES_BANKS)
        self.country = "ES"
        self.city_name = rng.choice(list(es_data.CITIES))
        self.form_es = rng.choice(_DATE_FORMS)
        kind = rng.choice(
            [
                "Hospital",
                "Hospital Universitario",
                "Hospital General",
                "Clínica",
                "Complejo Hospitalario",
                "Hospital Comarcal",
                "Policlínica",
                "Fundación Hospital",
            ]
        )
        self.hospital_name = self._hospital(kind)

    def _hospital(self, kind):
        place = self.rng.choice(
            [
                self.rng.choice(es_data.SAINTS).replace("_", " "),
                "de " + self.rng.choice(list(es_data.CITIES)),
                "Doctor " + self.rng.choice(es_data.SURNAMES),
            ]
        )
        return f"{kind} {place}"

    def relative(self, role=""):
        """A relative and the word for the relation."""
        role = role or "a"
        if role not in self.relatives:
            word = self.rng.choice(
                ["madre", "padre", "abuela", "tía"]
                if self.child
                else [
                    "hija",
                    "hijo",
                    "hermana",
                    "hermano",
                    "mujer" if self.pt.sex == "M" else "marido",
                    "cuñada",
                    "sobrino",
                    "vecina",
                    "pareja",
                ]
            )
            sex = "F" if word in ("madre", "abuela", "tía", "hija", "hermana", "mujer", "cuñada", "vecina") else "M"
            self.relatives[role] = (word, draw_person(self.rng, self.names, "relative", sex=sex, like=self.pt))
        return self.relatives[role]

    def _write(self, day, form):
        month = _MONTHS[day.month - 1]
        return form.format(d=day.day, m=day.month, y=day.year, y2=day.year % 100, M=month, M2=month.capitalize())

    def s_date(self, which):
        day = self._day(which)
        return (
            self._write(
                day, self.form_es if self.rng.random() < 0.9 or which == "dob" else self.rng.choice(_DATE_FORMS)
            ),
            "date",
        )

    def s_fechaparcial(self, _):
        return (self._write(self._day("prev"), self.rng.choice(_PARTIAL_FORMS)), "date")

    def s_hora(self, _):
        return (
            self.rng.choice(["{:02}:{:02}", "{:02}:{:02} h", "{:02}.{:02}", "{}:{:02}h"]).format(
                self.rng.randrange(24), self.rng.randrange(60)
            ),
            "time",
        )

    def s_age(self, _):
        """The age with its unit, as the Spanish corpus marks it."""
        if self.age >= 2:
            return (f"{self.age} años", "age")
        number, _ = self._small_age()
        return (f"{number} " + ("días" if self.days < 14 else "semanas" if self.days < 90 else "meses"), "age")

    def s_ageninho(self, _):
        return (
            f"{self.rng.randint(2, 14)} años" if self.rng.random() < 0.6 else f"{self.rng.randint(3, 20)} meses",
            "age",
        )

    def s_agemayor(self, _):
        return (f"{self.rng.randint(45, 98)} años", "age")

    def s_h(self, _):
        return self.rng.choice(
            ["M", "Mujer", "M", "mujer", "Femenino"] if self.pt.sex == "F" else ["H", "Varón", "H", "hombre", "V"]
        )

    def s_varon(self, _):
        return self.rng.choice(["mujer", "paciente"] if self.pt.sex == "F" else ["varón", "hombre"])

    def s_Varon(self, _):
        return "Mujer" if self.pt.sex == "F" else "Varón"

    def s_un(self, _):
        return "una" if self.pt.sex == "F" else "un"

    def s_o(self, _):
        return "a" if self.pt.sex == "F" else "o"

    def s_eldr(self, role):
        """A doctor with title."""
        person = self.doctor(role)
        title = (
            ("la Dra. " if person.sex == "F" else "el Dr. ")
            if self.rng.random() < 0.8
            else ("Dra " if person.sex == "F" else "Dr ")
        )
        return [(title, None), self._name(person, self.rng.choice(["last", "last", "fl"]))]

    def s_deldr(self, role):
        person = self.doctor(role)
        return [
            ("de la Dra. " if person.sex == "F" else "del Dr. ", None),
            self._name(person, self.rng.choice(["last", "fl"])),
        ]

    def s_city(self, which):
        return (self.rng.choice(list(es_data.CITIES)) if which else self.city_name, "city")

    def s_provincia(self, _):
        return (self.rng.choice(es_data.PROVINCES).replace("_", " "), "state")

    def s_cp(self, _):
        return (es_data.CITIES[self.city_name] + f"{self.rng.randint(1, 899):03}", "zip")

    def s_calle(self, _):
        return self.number("calle", lambda: self.s_calle2(""))

    def s_calle2(self, _):
        """A street line."""
        rng = self.rng
        name = rng.choice(es_data.STREET_NAMES).replace("_", " ")
        kind = rng.choice(
            ["Calle", "C/", "C/", "Avda.", "Avenida", "Plaza", "Paseo", "Camino", "Ronda", "Pza.", "Travesía", "Ctra."]
        )
        tail = rng.choice(
            [
                "",
                "",
                "",
                f", {rng.randint(1, 9)}º {rng.choice('ABCD')}",
                f", {rng.randint(1, 9)} {rng.choice('ABCD')}",
                ", bajo",
                f" - {rng.randint(1, 9)}º izda",
            ]
        )
        return (
            (
                f"{kind} {rng.choice(['', 'de ', ''])}{name}{rng.choice([', ', ' ', ' nº '])}{rng.randint(1, 240)}{tail}"
                if rng.random() < 0.93
                else f"{kind} {name}, s/n"
            ),
            "street",
        )

    def s_hosp(self, which):
        return (self._hospital("Hospital") if which else self.hospital_name, "hospital")

    def s_cs(self, _):
        return ("Centro de Salud " + self.rng.choice(es_data.STREET_NAMES).replace("_", " ").title(), "hospital")

    def s_planta(self, _):
        return (f"{self.rng.randint(1, 9)}ª {self.rng.choice(['Norte', 'Sur', 'A', 'B', 'Este'])}", "department")

    def s_room(self, _):
        return (str(self.rng.randint(101, 930)), "room")

    def s_country(self, which):
        return ("España" if which and self.rng.random() < 0.7 else self.rng.choice(es_data.COUNTRIES), "country")

    def s_pais(self, _):
        return ("España", "country")

    def s_prof(self, _):
        return (self.rng.choice(es_data.PROFESSIONS).replace("_", " "), "profession")

    def s_org(self, _):
        return (
            self.rng.choice(
                ["Talleres ", "Construcciones ", "Transportes ", "Colegio ", "Panadería ", "Bodegas ", "Hermanos "]
            )
            + self.rng.choice(es_data.SURNAMES)
            + self.rng.choice(["", " S.L.", " S.A."]),
            "organization",
        )

    def s_insurer(self, _):
        return (
            self.rng.choice(["Sanitas", "Adeslas", "Mapfre", "Asisa", "DKV", "MUFACE", "ISFAS", "Mutua Universal"]),
            "organization",
        )

    def s_phone(self, _):
        return (self._phone(), "phone")

    def s_fax(self, _):
        return (self._phone(), "fax")

    def _phone(self):
        d = lambda count: checks.digits(self.rng, count)
        return self.rng.choice(
            [
                f"9{d(2)} {d(3)} {d(3)}",
                f"9{d(8)}",
                f"6{d(2)} {d(3)} {d(3)}",
                f"6{d(2)} {d(2)} {d(2)} {d(2)}",
                f"+34 9{d(2)} {d(2)} {d(2)} {d(2)}",
                f"9{d(1)} {d(3)} {d(2)} {d(2)}",
                f"6{d(2)}{d(6)}",
                f"9{d(2)}-{d(6)}",
            ]
        )

    def s_mrn(self, _):
        return (
            self.number(
                "mrn",
                lambda: ids.shaped(self.rng, self.rng.choice(["999999", "9999999", "99999", "H-999999", "99/99999"])),
            ),
            "mrn",
        )

    def s_nass(self, _):
        """A social security membership number."""
        form = self.rng.choice(["99 99999999 99", "99 99999999", "99-99999999-99", "99/99999999/99", "999999999999"])
        return (self.number("nass", lambda: ids.shaped(self.rng, form)), "health-plan")

    def s_dni(self, _):
        def draw():
            number, letter = checks.dni(self.rng)
            if self.rng.random() < 0.15:
                return checks.nie(self.rng)
            return (
                number + self.rng.choice(["", "-", " "]) + letter
                if self.rng.random() < 0.85
                else f"{number[:2]}.{number[2:5]}.{number[5:]}-{letter}"
            )

        return (self.number("dni", draw), "national-id")

    def s_cip(self, _):
        return (
            self.number(
                "cip",
                lambda: ids.shaped(
                    self.rng, self.rng.choice(["AAAA9999999999", "AA9999999999", "AAAA999999999999", "99999999"])
                ),
            ),
            "health-plan",
        )

    def s_col(self, _):
        """A doctor's registration number."""
        form = self.rng.choice(["99 99 99999", "999999999", "99-99-99999", "99999", "99/99999"])
        return (ids.shaped(self.rng, form), "licence")

    def s_episodio(self, _):
        return (ids.shaped(self.rng, self.rng.choice(["9999999", "99999999"])), "account")

    def s_iban(self, _):
        return (checks.iban(self.rng, "ES", 24), "bank-account")

    def s_drug(self, _):
        return self.rng.choice(es_data.DRUGS)

    def s_dur(self, _):
        return self.rng.choice(
            ["dos semanas", "{} días", "{} meses", "tres meses", "varias horas", "{} semanas", "un año"]
        ).format(self.rng.randint(2, 9))

    def s_when(self, _):
        return self.rng.choice(
            [
                "ayer",
                "hace tres días",
                "la semana pasada",
                "el lunes",
                "hace dos meses",
                "esta mañana",
                "la noche anterior",
                "el pasado viernes",
                "hace {} horas",
            ]
        ).format(self.rng.randint(2, 9))

    def domain(self):
        return (
            self.rng.choice(["hospital", "salud", "clinica", "sanidad"])
            + self.rng.choice(["", "-norte", "madrid", "gva"])
            + self.rng.choice([".es", ".org", ".com"])
        )

    def s_email(self, whose):
        person = {"pt": self.pt, "dr": self.doctor("att"), "st": self.worker("a")}[whose]
        free = ["gmail.com", "hotmail.com", "yahoo.es", "telefonica.net", "hotmail.es", "ono.com"]
        return (
            f"{person.handle(self.rng)}@{self.domain() if self.rng.random() < 0.4 else self.rng.choice(free)}",
            "email",
        )


def make_note(seed, number, _names=None, layout=None):
    """The Spanish note of a number."""
    rng = random.Random(f"generate es {seed} {number}")
    layout = layout or rng.choice(sorted(ES_LAYOUTS) + ["es_caso_completo"] * 5)
    pieces = expand(SpanishCase(rng), ES_LAYOUTS[layout])
    return finish(rng, pieces, f"es-{seed}-{number}", "es", layout, DIALECTS)
