"""Slots of medicine: nothing here is an identifier."""

from common.checks import digits

from . import eponyms, medical

# The slots whose values look like identifiers, and the kind of negative that they are.
NEGATIVE_SLOTS = {
    "drug": "dose",
    "dose": "dose",
    "lab": "lab",
    "labs": "lab",
    "labrows": "lab",
    "vitals": "vital",
    "eponym": "eponym",
    "level": "level",
    "stage": "score",
    "size": "size",
    "cm": "size",
    "series": "image",
    "code": "code",
}
_CERVICAL = ["C1", "C2", "C3", "C4", "C5", "C6", "C7"]
_LEVELS = _CERVICAL + [f"T{n}" for n in range(1, 13)] + [f"L{n}" for n in range(1, 6)] + ["S1", "S2"]


class MedicalSlots:
    """Doses, values, levels, codes and other numbers that identify nobody."""

    def s_drug(self, _):
        """A drug with dose, route and times."""
        rng = self.rng
        name, doses = rng.choice(medical.DRUGS)
        dose = rng.choice(doses)
        return f"{name} {dose}{rng.choice(['', ' ' + rng.choice(medical.ROUTES)])} {rng.choice(medical.FREQUENCIES)}"

    def s_drugn(self, _):
        return self.rng.choice(medical.DRUGS)[0]

    def s_dose(self, _):
        return self.rng.choice(self.rng.choice(medical.DRUGS)[1])

    def lab_value(self):
        """A laboratory value's name, value and unit."""
        name, low, high, decimals = self.rng.choice(medical.LABS)
        value = low + self.rng.random() * (high - low)
        return name, f"{value:.{decimals}f}", medical.UNITS.get(name, ""), (low, high)

    def s_lab(self, _):
        name, value, unit, _ = self.lab_value()
        return self.rng.choice(
            [
                f"{name} {value}",
                f"{name} {value}",
                f"{name}: {value}",
                f"{name} {value} {unit}".strip(),
                f"{name} of {value}",
                f"{name}={value}",
            ]
        )

    def s_labs(self, count):
        """Some values in a row."""
        return ", ".join(self.s_lab("") for _ in range(int(count or self.rng.randint(3, 7))))

    def s_labrows(self, style):
        """Rows of a table of laboratory values."""
        rows = []
        for _ in range(self.rng.randint(4, 9)):
            name, value, unit, (low, high) = self.lab_value()
            flag = self.rng.choice(["", "", "H", "L", "*", "H*"])
            if style == "pipe":
                rows.append(f"| {name} | {value} | {unit} | {low}-{high} | {flag} |")
            elif style == "tab":
                rows.append(f"{name}\t{value}\t{flag}\t{low} - {high}\t{unit}")
            else:
                rows.append(f"{name:<16}{value:>8} {flag:<3}{low:>6} - {high:<6} {unit}".rstrip())
        return "\n".join(rows)

    def s_vitals(self, _):
        """Vital signs in one of several manners."""
        rng = self.rng
        temp, pulse, resp = f"{rng.uniform(96.4, 103.5):.1f}", rng.randint(48, 138), rng.randint(10, 34)
        upper, lower, sat = rng.randint(84, 205), rng.randint(42, 110), rng.randint(84, 100)
        celsius = f"{rng.uniform(35.6, 40.2):.1f}"
        return rng.choice(
            [
                f"T {temp} HR {pulse} BP {upper}/{lower} RR {resp} SpO2 {sat}% RA",
                f"BP {upper}/{lower}, P {pulse}, R {resp}, T {temp}F, O2 sat {sat}% on room air",
                f"Temp {celsius} C, pulse {pulse}, blood pressure {upper}/{lower}, respirations {resp}",
                f"VS: {temp} {pulse} {upper}/{lower} {resp} {sat}%",
                f"Vital signs: temperature {temp}, heart rate {pulse}, respiratory rate {resp}, blood pressure {upper}/{lower}, oxygen saturation {sat} percent",
                f"{upper}/{lower} {pulse} {resp} {temp}",
                f"Tmax {temp}, BP {upper}-{upper + 12}/{lower}, Wt {rng.randint(40, 140)}.{rng.randint(0, 9)} kg, BMI {rng.uniform(17, 46):.1f}",
                f"Weight {rng.randint(95, 310)} lb, height {rng.randint(4, 6)}'{rng.randint(0, 11)}\", BP {upper}/{lower}",
                f"GCS {rng.randint(3, 15)}, pain {rng.randint(0, 10)}/10, BP {upper}/{lower}, HR {pulse}",
            ]
        )

    def s_eponym(self, which):
        """An eponym with its head; `near` takes that of a doctor of this note where there is one."""
        if which == "near":
            for person in self.doctors.values():
                for name, head in eponyms.EPONYMS:
                    if name == person.surname:
                        return f"{name} {head}"
        return eponyms.eponym(self.rng, which if which != "near" else "")

    def s_level(self, _):
        """A vertebral level."""
        rng = self.rng
        at = rng.randrange(len(_LEVELS) - 1)
        first, second = _LEVELS[at], _LEVELS[at + 1]
        return rng.choice(
            [
                f"{first}-{second}",
                f"{first}-{second[1:]}",
                first,
                f"{first}/{second}",
                f"{first}-{_LEVELS[min(at + 3, len(_LEVELS) - 1)]}",
            ]
        )

    def s_stage(self, _):
        """A stage, grade, class or score."""
        rng = self.rng
        return rng.choice(
            [
                f"pT{rng.choice('1234')}{rng.choice(['', 'a', 'b'])}N{rng.choice('012')}M{rng.choice('0X')}",
                f"T{rng.choice('1234')}N{rng.choice('0123')}M0",
                f"stage {rng.choice(['I', 'II', 'IIA', 'IIIB', 'IV'])}",
                f"grade {rng.randint(1, 4)}",
                f"NYHA class {rng.choice(['I', 'II', 'III', 'IV'])}",
                f"ASA {rng.choice(['1', '2', '3', 'III'])}",
                f"GCS {rng.randint(3, 15)}",
                f"ECOG {rng.randint(0, 3)}",
                f"CHA2DS2-VASc {rng.randint(0, 7)}",
                f"MELD {rng.randint(6, 34)}",
                f"PHQ-9 {rng.randint(0, 27)}",
                f"NIHSS {rng.randint(0, 22)}",
                f"BI-RADS {rng.randint(1, 5)}",
                f"MMSE {rng.randint(9, 30)}/30",
                f"LI-RADS {rng.randint(2, 5)}",
                f"Gleason {rng.choice(['3+3', '3+4', '4+3', '4+5'])}",
                f"CKD {rng.choice(['3a', '3b', '4'])}",
                f"HEART score {rng.randint(0, 9)}",
                f"qSOFA {rng.randint(0, 3)}",
                f"MoCA {rng.randint(10, 30)}/30",
            ]
        )

    def s_dx(self, _):
        return self.rng.choice(medical.DISEASES)

    def s_cc(self, _):
        return self.rng.choice(medical.COMPLAINTS)

    def s_organism(self, _):
        return self.rng.choice(medical.ORGANISMS)

    def s_gene(self, _):
        return self.rng.choice(medical.GENES)

    def s_code(self, _):
        """A code of a public classification."""
        rng = self.rng
        icd = f"{rng.choice('ABCDEFGHIJKLMNRSTZ')}{rng.randint(0, 99):02}.{rng.randint(0, 99)}"
        loinc = f"{digits(rng, rng.choice([4, 5]))}-{rng.randint(0, 9)}"
        return rng.choice(medical.CODES).format(
            I=icd,
            C=rng.choice(
                [
                    "99213",
                    "99214",
                    "99285",
                    "71046",
                    "93306",
                    "45378",
                    "27447",
                    "70553",
                    "36415",
                    "90834",
                    "97110",
                    "59400",
                ]
            ),
            S=digits(rng, rng.choice([7, 8, 9])),
            L=loinc,
            N2=digits(rng, 2),
            N3=digits(rng, 3),
            N4=digits(rng, 4),
            N5=digits(rng, 5),
            N6=digits(rng, 6),
        )

    def s_series(self, _):
        """A series or image number."""
        rng = self.rng
        return rng.choice(
            [
                f"series {rng.randint(1, 12)}, image {rng.randint(1, 312)}",
                f"(series {rng.randint(1, 9)} image {rng.randint(1, 200)})",
                f"image {rng.randint(10, 400)}/{rng.randint(2, 9)}",
                f"se {rng.randint(1, 9)} im {rng.randint(1, 99)}",
                f"slice {rng.randint(10, 90)}",
            ]
        )

    def s_size(self, _):
        """A gauge or French size or the like."""
        rng = self.rng
        return rng.choice(
            [
                f"{rng.choice([16, 18, 20, 22])} gauge",
                f"{rng.choice([18, 20, 22])}G",
                f"{rng.choice([12, 14, 16, 18, 24])} Fr",
                f"{rng.choice([14, 16])} French",
                f"{rng.choice(['2-0', '3-0', '4-0'])} Vicryl",
                f"{rng.choice(['3-0', '4-0', '5-0'])} nylon",
                f"size {rng.choice(['7.0', '7.5', '8.0'])} ETT",
                f"{rng.randint(4, 9)} mm",
            ]
        )

    def s_cm(self, _):
        rng = self.rng
        return rng.choice(
            [
                f"{rng.uniform(0.4, 8):.1f} cm",
                f"{rng.uniform(0.4, 6):.1f} x {rng.uniform(0.3, 5):.1f} cm",
                f"{rng.randint(2, 48)} mm",
                f"{rng.uniform(1, 7):.1f} x {rng.uniform(1, 6):.1f} x {rng.uniform(0.5, 4):.1f} cm",
            ]
        )

    def s_n(self, limits):
        """A plain number between limits: `{n:2-9}`."""
        low, _, high = (limits or "2-9").partition("-")
        return str(self.rng.randint(int(low), int(high)))

    def s_pct(self, _):
        return f"{self.rng.randint(5, 95)}%"

    def s_ratio(self, _):
        return self.rng.choice(
            [
                f"{self.rng.randint(1, 5)}:{self.rng.choice([1, 2, 40, 80, 160, 320])}",
                f"1:{self.rng.choice([1000, 10000, 200000])}",
                f"{self.rng.randint(1, 9)}/{self.rng.randint(9, 12)}",
            ]
        )

    def s_dur(self, _):
        """A length of time."""
        rng = self.rng
        return rng.choice(
            [
                f"{rng.randint(2, 14)} days",
                f"{rng.randint(1, 12)} weeks",
                f"{rng.randint(2, 18)} months",
                f"{rng.randint(2, 40)} years",
                f"{rng.randint(1, 48)} hours",
                "several days",
                "a few weeks",
                f"{rng.choice(['two', 'three', 'four'])} {rng.choice(['days', 'weeks', 'months'])}",
                f"{rng.randint(2, 6)}-{rng.randint(7, 10)} days",
                f"{rng.randint(10, 60)} minutes",
                f"x{rng.randint(2, 9)}d",
                f"{rng.randint(2, 8)} wks",
            ]
        )

    def s_when(self, _):
        """A relative date or weekday, which is not marked."""
        rng = self.rng
        return rng.choice(
            [
                "yesterday",
                "today",
                "last night",
                "this morning",
                f"{rng.randint(2, 9)} days ago",
                "last week",
                "the day before",
                "on Monday",
                "last Tuesday",
                "over the weekend",
                f"{rng.randint(2, 6)} weeks ago",
                "tonight",
                "on Friday",
                "two days prior",
                "since Sunday",
                "earlier this week",
                f"about {rng.randint(2, 11)} months ago",
                "the night before",
                "this afternoon",
                "last month",
                "POD 2",
                f"on hospital day {rng.randint(2, 9)}",
            ]
        )

    def s_soon(self, _):
        """A relative date to come."""
        rng = self.rng
        return rng.choice(
            [
                f"in {rng.randint(1, 6)} weeks",
                f"in {rng.randint(2, 10)} days",
                "next week",
                "tomorrow",
                "next Thursday",
                f"in {rng.randint(2, 12)} months",
                "on Monday",
                "within 48 hours",
                "in the morning",
                "this Friday",
            ]
        )
