"""German held-out texts: names, places and numbers."""

from common import checks

from . import people_data as people
from .values import Facts


class GermanFacts(Facts):
    """German forms of the values."""

    def forename(self, sex):
        return self.rng.choice(people.GERMAN_F if sex == "F" else people.GERMAN_M)

    def surname(self):
        return self.rng.choice(people.GERMAN_SURNAMES)

    def date_forms(self):
        return ["%d.%m.%Y", "%d.%m.%Y", "%d.%m.%y", "%-d.%-m.%Y", "%Y-%m-%d"]

    def v_day(self, which):
        text, kind = super().v_day("past" if which == "part" else which)
        return (text, kind)

    def v_clock(self, _):
        return (f"{self.rng.randint(0, 23):02}{self.rng.choice([':', '.'])}{self.rng.randint(0, 59):02}", "time")

    def clinic_name(self):
        return (
            self.rng.choice(
                [
                    "Klinikum",
                    "Krankenhaus",
                    "St.-Marien-Hospital",
                    "Universitätsklinikum",
                    "Kreisklinik",
                    "Evangelisches Krankenhaus",
                    "Rehaklinik",
                ]
            )
            + " "
            + self.v_town("x")[0]
        )

    def v_town(self, which):
        draw = lambda: self.rng.choice(
            "Aurich Emden Leer Cloppenburg Vechta Soest Lippstadt Meschede Bochum Gummersbach Siegen Wetzlar "
            "Limburg Idar-Oberstein Pirmasens Landau Rastatt Offenburg Tuttlingen Biberach Kempten Memmingen "
            "Straubing Passau Amberg Hof Plauen Zwickau Bautzen Cottbus Stendal Schwerin Wismar Stralsund "
            "Itzehoe Husum".split()
        )
        return (draw() if which else self.once("town", draw), "city")

    def v_street(self, which):
        draw = (
            lambda: self.rng.choice(
                [
                    "Lindenstraße",
                    "Am Alten Markt",
                    "Goethestr.",
                    "Bahnhofstraße",
                    "Kirchweg",
                    "Birkenallee",
                    "An der Mühle",
                    "Schützenstr.",
                    "Fliederweg",
                    "Hauptstraße",
                ]
            )
            + f" {self.rng.randint(1, 140)}{self.rng.choice(['', '', 'a', 'c'])}"
        )
        return (draw() if which else self.once("street", draw), "street")

    def v_zip(self, _):
        return (checks.digits(self.rng, 5), "zip")

    def v_tel(self, _):
        d = lambda count: checks.digits(self.rng, count)
        return (
            self.rng.choice(
                [f"0{d(4)} / {d(5)}", f"0{d(3)}-{d(7)}", f"+49 {d(3)} {d(6)}", f"0151 {d(8)}", f"0{d(4)}/{d(3)}-{d(2)}"]
            ),
            "phone",
        )

    def v_fax(self, _):
        return (f"0{checks.digits(self.rng, 4)} / {checks.digits(self.rng, 5)}", "fax")

    def v_ward(self, _):
        return (
            self.rng.choice(
                ["Station 3B", "Station C2", "Station Sonnenschein", "Station 12", "ITS 1", "Haus 4", "Station Virchow"]
            ),
            "department",
        )

    def v_payer(self, _):
        return (self.rng.choice(["AOK", "Barmer", "TK", "DAK-Gesundheit", "IKK classic", "Debeka"]), "organization")

    def v_firm(self, _):
        return (
            self.rng.choice(
                [
                    "Stahlbau Brinkmann GmbH",
                    "Stadtwerke Leer",
                    "Bäckerei Tränkle",
                    "Möbelhaus Kurz KG",
                    "Grundschule am Deich",
                ]
            ),
            "organization",
        )

    def v_job(self, _):
        return (
            self.rng.choice(
                "Dachdecker Lehrerin Schlosser Bäckermeister Landwirt Verkäuferin Rentner Maurer "
                "Altenpflegerin Beamter".split()
            ),
            "profession",
        )

    def _kin(self, role):
        return self.once(
            "kin " + role,
            lambda: self.rng.choice(
                [
                    ("Tochter", "F"),
                    ("Sohn", "M"),
                    ("Ehefrau" if self.sex == "M" else "Schwester", "F"),
                    ("Bruder", "M"),
                    ("Nichte", "F"),
                ]
            ),
        )

    def v_kvnr(self, _):
        return (self.digits("A999999999"), "health-plan")

    def v_lanr(self, _):
        return (self.digits("999999999"), "licence")

    def v_herr(self, _):
        return self.rng.choice(["Frau", "Frau", "Fr."]) if self.sex == "F" else self.rng.choice(["Herrn", "Hr."])

    def v_herrd(self, role):
        human = self.human("doc" + role)
        return [("Frau Dr. " if human[3] == "F" else "Herr Dr. ", None), (human[2], "doctor")]

    def v_anrede(self, role):
        """A doctor with title, in the dative."""
        human = self.human("doc" + role)
        return [
            (
                self.rng.choice(["Frau Dr. ", "Frau OÄ "] if human[3] == "F" else ["Herrn Dr. ", "OA Dr. ", "Dr. "]),
                None,
            ),
            (human[2], "doctor"),
        ]

    def v_dr(self, role):
        return [(self.rng.choice(["Dr. med. ", "Prof. Dr. ", "Dr. ", "PD Dr. med. "]), None), self.v_d(role + "/a")]

    def v_der(self, _):
        return "die" if self.sex == "F" else "der"

    def v_der2(self, _):
        return "Die" if self.sex == "F" else "Der"

    def v_patient(self, _):
        return "Patientin" if self.sex == "F" else "Patient"
