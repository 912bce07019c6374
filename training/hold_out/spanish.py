"""Spanish held-out texts: names, places and numbers."""

from common import checks

from . import people_data as people
from .values import Facts

_MESES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()


class SpanishFacts(Facts):
    """Spanish forms of the values; an age is marked with its unit."""

    def forename(self, sex):
        name = self.rng.choice(people.SPANISH_F if sex == "F" else people.SPANISH_M)
        return (
            name
            if self.rng.random() < 0.7
            else self.rng.choice(["María ", "Ana "] if sex == "F" else ["José ", "Juan "]) + name
        )

    def surname(self):
        first, second = self.rng.sample(people.SPANISH_SURNAMES, 2)
        return f"{first} {second}"

    def date_forms(self):
        return ["%d-%m-%Y", "%d/%m/%y", "%-d.%-m.%Y", "{}", "%d/%m/%Y"]

    def v_day(self, which):
        text, kind = super().v_day(which)
        if "{}" in text:
            day = self.born if which == "born" else self.today
            text = f"{day.day} de {_MESES[day.month - 1]} de {day.year}"
        return (text, kind)

    def v_mes(self, _):
        return (self.rng.choice(_MESES), "date")

    def v_mesanio(self, _):
        return (f"{self.rng.choice(_MESES)} de {self.today.year}", "date")

    def v_age(self, _):
        return (f"{self.years} años", "age")

    def v_clock(self, _):
        return (
            f"{self.rng.randint(0, 23)}:{self.rng.randint(0, 59):02}{self.rng.choice(['', ' h', ' horas'])}",
            "time",
        )

    def clinic_name(self):
        return (
            self.rng.choice(["Hospital", "Sanatorio", "Hospital Provincial", "Clínica", "Ambulatorio"])
            + " "
            + self.rng.choice(
                [
                    "San Telmo",
                    "Nuestra Señora de Valme",
                    "El Bierzo",
                    "Monte Alto",
                    "La Ribera",
                    "Santa Orosia",
                    "Virgen del Mar",
                ]
            )
        )

    def v_town(self, which):
        draw = lambda: self.rng.choice(
            "Ronda Antequera Écija Úbeda Baza Cieza Jumilla Alcoy Denia Vinaròs Alcañiz Barbastro Jaca "
            "Estella Haro Aranda Béjar Astorga Lalín Noia Llanes Avilés Torrelavega Durango Zarautz".split()
        )
        return (draw() if which else self.once("town", draw), "city")

    def v_street(self, which):
        draw = (
            lambda: self.rng.choice(
                [
                    "Cuesta del Horno",
                    "C. Alameda",
                    "Callejón del Agua",
                    "Avda Libertad",
                    "Plaza del Trigo",
                    "Rúa Nova",
                    "Carrer Major",
                    "Paseo del Muelle",
                ]
            )
            + f" {self.rng.randint(1, 99)}"
            + self.rng.choice(["", ", 2.º", " 4C"])
        )
        return (draw() if which else self.once("street", draw), "street")

    def v_zip(self, _):
        return (f"{self.rng.randint(1, 52):02}{self.rng.randint(100, 899)}", "zip")

    def v_tel(self, _):
        d = lambda count: checks.digits(self.rng, count)
        return (
            self.rng.choice([f"6{d(8)}", f"9{d(2)}.{d(3)}.{d(3)}", f"6{d(2)}-{d(3)}-{d(3)}", f"(9{d(2)}) {d(6)}"]),
            "phone",
        )

    def v_ward(self, _):
        return (f"planta {self.rng.randint(1, 9)} {self.rng.choice(['Oeste', 'Azul', 'C'])}", "department")

    def v_job(self, _):
        return (
            self.rng.choice(
                "apicultor tornera marinero bibliotecaria cartero alfarero soldador enóloga taxidermista "
                "marmolista".split()
            ),
            "profession",
        )

    def _kin(self, role):
        return self.once(
            "kin " + role,
            lambda: self.rng.choice(
                [
                    ("nieta", "F"),
                    ("yerno", "M"),
                    ("nuera", "F"),
                    ("primo", "M"),
                    ("esposa" if self.sex == "M" else "suegra", "F"),
                ]
            ),
        )

    def v_dni(self, _):
        return ("".join(checks.dni(self.rng)), "national-id")

    def v_col(self, _):
        return (self.digits(self.rng.choice(["99/9999", "999999", "28-99999-9"])), "licence")

    def v_titulo(self, role):
        human = self.human("doc" + role)
        return [
            ("Dra. " if human[3] == "F" else "Dr. ", None),
            (self.rng.choice([human[2], f"{human[0]} {human[2]}"]), "doctor"),
        ]

    def v_un(self, _):
        return "una" if self.sex == "F" else "un"

    def v_o(self, _):
        return "a" if self.sex == "F" else "o"
