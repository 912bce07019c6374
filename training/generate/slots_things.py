"""Slots of places, dates and numbers."""

import datetime

from common import checks

from . import dates, ids, orgs, places


class ThingSlots:
    """Each method gives the pieces of one value; the label beside it is not marked."""

    def s_date(self, which):
        """A date: dob, visit, admit, disch, prev, next; else some date near the visit."""
        rng = self.rng
        day = self._day(which)
        if which == "dob":
            return (dates.write(day, self.style), "date")
        if which == "part":
            return self._partial(day)
        if which == "range":
            return (dates.write_range(rng, day), "date")
        draw = rng.random()
        form = self.style if draw < 0.7 else self.style2 if draw < 0.9 else rng.choice(dates.WHOLE)
        if which in ("", "prev", "next") and draw > 0.93:
            return self._partial(day)
        return (dates.write(day, form), "date")

    def _day(self, which):
        rng = self.rng
        if which == "dob":
            return self.birth
        if which in ("visit", "now"):
            return self.visit
        if which == "admit":
            return self.visit - datetime.timedelta(days=self.number("stay", lambda: rng.randint(1, 12)))
        if which == "next":
            return self.visit + datetime.timedelta(days=rng.randint(3, 200))
        mean = 500 if which in ("prev", "part") else 60
        return max(self.birth, self.visit - datetime.timedelta(days=int(rng.expovariate(1 / mean)) + 1))

    def _partial(self, day):
        """A part of a date, a season, a holiday."""
        draw = self.rng.random()
        if draw < 0.85:
            return (dates.write(day, self.rng.choice(dates.PARTIAL)), "date")
        if draw < 0.94:
            before = self.rng.choice(["", "", "early ", "mid-", "late "])
            return [(before, None), (dates.write(day, self.rng.choice(dates.VAGUE)), "date")]
        return (self.rng.choice(dates.HOLIDAYS), "date")

    def s_year(self, _):
        """A year of the past."""
        return (str(max(self.birth.year, self.visit.year - int(self.rng.expovariate(1 / 9)) - 1)), "date")

    def s_datetime(self, which):
        """A date and a time of day, at times as ISO 8601 writes them."""
        if self.rng.random() < 0.05:
            clock = f"{self.rng.randrange(24):02}:{self.rng.randrange(60):02}:{self.rng.randrange(60):02}"
            return [
                (self._day(which).isoformat(), "date"),
                ("T", None),
                (clock, "time"),
                (self.rng.choice(["Z", "", "-05:00"]), None),
            ]
        return [
            (dates.write(self._day(which), self.style), "date"),
            (self.rng.choice([" ", " ", " at ", " @ ", ", "]), None),
            self.s_time(""),
        ]

    def s_time(self, _):
        return (dates.write_time(self.rng), "time")

    def s_room(self, _):
        """A room or bed with its word."""
        rng = self.rng
        return [
            (rng.choice(["Room ", "room ", "Rm ", "Rm. ", "bed ", "Bed ", "Room #", "Bay ", "RM: "]), None),
            (orgs.room(rng), "room"),
        ]

    def s_roomn(self, _):
        return (orgs.room(self.rng), "room")

    def s_dept(self, _):
        return (self.number("dept", lambda: orgs.department(self.rng, self.names.surname(self.rng))), "department")

    def s_hosp(self, which):
        """This hospital, or another."""
        if which == "other":
            return (orgs.hospital(self.rng, self.names.surname(self.rng)), "hospital")
        if which == "short":
            return (orgs.short_hospital(self.hospital_name), "hospital")
        if which == "upper":
            return (self.hospital_name.upper(), "hospital")
        return (self.hospital_name, "hospital")

    def s_org(self, _):
        """An employer, school or charity."""
        return (orgs.employer(self.rng, self.names.surname(self.rng)), "organization")

    def s_insurer(self, _):
        return (self.number("insurer", lambda: orgs.insurer(self.rng)), "organization")

    def s_addr(self, which):
        """An address: `line` within a line, `block` over lines."""
        role = which.partition("/")[2]
        street, city, region, code, country = self.home(role)
        first = ", " if not which.startswith("block") else "\n"
        street, city, code = (street, "street"), (city, "city"), (code, "zip")
        kind = "county" if country == "IE" or country == "GB" else "state"
        region = (region, kind)
        comma = (", ", None)
        if country in ("US", "CA", "AU"):
            pieces = [street, (first, None), city, comma if country != "AU" else (" ", None), region, (" ", None), code]
        elif country in ("DE", "FR", "ES", "NL"):
            pieces = [street, (first, None), code, (" ", None), city]
        elif country == "IN":
            pieces = [street, (first, None), city, comma, region, (self.rng.choice([" ", " - ", " "]), None), code]
        else:
            pieces = [street, (first, None), city, comma, region, (first if country == "GB" else ", ", None), code]
        if country != "US" and self.rng.random() < 0.4 or self.rng.random() < 0.02:
            pieces += [(first, None), (self.rng.choice(places.COUNTRY_NAMES[country]), "country")]
        return pieces

    def s_cpost(self, _):
        return (self.home()[3], "zip")

    def s_things(self, _):
        """Something that people buy; not marked."""
        return self.rng.choice(
            [
                "a blue kettle",
                "two office chairs",
                "headphones",
                "a winter coat",
                "a garden hose",
                "the desk lamp",
                "a pair of boots",
                "a used bicycle",
                "printer ink",
                "a rose bush",
                "a stone bench",
                "wooden frames",
            ]
        )

    def s_when2(self, _):
        """A relative date of daily life."""
        return self.rng.choice(
            [
                "yesterday",
                "last Friday",
                "this morning",
                "on Tuesday",
                "last week",
                "tonight",
                "at the weekend",
                "two days ago",
            ]
        )

    def s_street(self, _):
        return (self.home()[0], "street")

    def s_city(self, which):
        """The patient's city, or another."""
        if which == "other":
            return (self.rng.choice(places.US_CITIES) if self.rng.random() < 0.6 else places.town(self.rng), "city")
        return (self.home()[1], "city")

    def s_state(self, _):
        return (self.rng.choice(list(places.STATES.values())), "state")

    def s_county(self, _):
        return (self.rng.choice(places.US_COUNTIES), "county")

    def s_country(self, _):
        return (self.rng.choice(places.COUNTRIES), "country")

    def s_location(self, _):
        return (self.rng.choice(places.LOCATIONS), "location")

    def s_phone(self, which):
        """A telephone number; `us` keeps to short forms without extension."""
        return (ids.phone(self.rng, self.country, bare=bool(which)), "phone")

    def s_fax(self, _):
        return (ids.phone(self.rng, self.country, bare=True), "fax")

    def s_pager(self, _):
        """A pager number."""
        return (
            self.rng.choice(
                [
                    checks.digits(self.rng, 4),
                    checks.digits(self.rng, 5),
                    "x" + checks.digits(self.rng, 4),
                    checks.digits(self.rng, 3) + "-" + checks.digits(self.rng, 4),
                ]
            ),
            "pager",
        )

    def s_ext(self, _):
        return (checks.digits(self.rng, self.rng.choice([3, 4, 5])), "phone")

    def s_url(self, _):
        """A web address of the hospital."""
        domain = self.domain()
        return (
            self.rng.choice(
                [
                    f"www.{domain}",
                    f"https://{domain}/patients",
                    f"https://portal.{domain}/visit?id={checks.digits(self.rng, 6)}",
                    f"http://www.{domain}",
                    f"mychart.{domain}",
                    f"https://pacs.{domain}/study/{checks.digits(self.rng, 7)}",
                ]
            ),
            "url",
        )

    def s_ip(self, _):
        return (ids.ip(self.rng), "ip-address")

    def s_mac(self, _):
        return (ids.mac(self.rng), "mac-address")

    def s_ssn(self, _):
        return (self.number("ssn", lambda: ids.ssn(self.rng)), "ssn")

    def s_mrn(self, _):
        return (self.number("mrn", lambda: ids.drawn(self.rng, "mrn")), "mrn")

    def s_mrn2(self, _):
        """The number of another patient."""
        return (ids.drawn(self.rng, "mrn"), "mrn")

    def s_sp(self, _):
        """A gap between a key and its value."""
        return self.number("gap", lambda: self.rng.choice([": ", "\t", "    ", ":   ", " - "]))

    def s_acct(self, _):
        return (self.number("acct", lambda: ids.drawn(self.rng, "account")), "account")

    def s_acctn(self, _):
        return (ids.drawn(self.rng, "account"), "account")

    def s_plan(self, _):
        """A member number; a Medicare beneficiary identifier at times."""

        def draw():
            if self.rng.random() < 0.25:
                number = checks.mbi(self.rng)
                return number if self.rng.random() < 0.6 else f"{number[:4]}-{number[4:7]}-{number[7:]}"
            return ids.drawn(self.rng, "health-plan")

        return (self.number("plan", draw), "health-plan")

    def s_group(self, _):
        return (ids.drawn(self.rng, "group"), "health-plan")

    def s_acc(self, _):
        return (ids.drawn(self.rng, "accession"), "accession")

    def s_npi(self, _):
        number = checks.npi(self.rng)
        return (checks.broken(self.rng, number) if self.rng.random() < 0.1 else number, "licence")

    def s_dea(self, role):
        number = checks.dea(self.rng, self.doctor(role or "a").surname[0])
        return (checks.broken(self.rng, number) if self.rng.random() < 0.1 else number, "licence")

    def s_lic(self, _):
        return (ids.drawn(self.rng, "licence"), "licence")

    def s_driver(self, _):
        return (ids.drawn(self.rng, "driver"), "licence")

    def s_vin(self, _):
        return (checks.vin(self.rng), "vehicle")

    def s_plate(self, _):
        return (ids.drawn(self.rng, "plate"), "vehicle")

    def s_device(self, _):
        return (ids.drawn(self.rng, "device"), "device")

    def s_lot(self, _):
        return (ids.drawn(self.rng, "lot"), "device")

    def s_udi(self, _):
        return (ids.udi(self.rng), "device")

    def s_natid(self, _):
        """A national identity number with its label."""
        label, value = ids.national_id(self.rng, self.pt.sex, self.birth.year, self.birth.month)
        return [(label + self.rng.choice([": ", " ", ": ", " # "]), None), (value, "national-id")]

    def s_bank(self, _):
        """A card or bank number with its label."""
        label, value = ids.bank(self.rng)
        return [(label + self.rng.choice([": ", " ", ": "]), None), (value, "bank-account")]

    def s_bio(self, _):
        return (ids.drawn(self.rng, "biometric"), "biometric")

    def s_study(self, _):
        return (ids.drawn(self.rng, "study"), "other-id")

    def s_other(self, _):
        return (ids.drawn(self.rng, "other-id"), "other-id")

    def s_employee(self, _):
        return (ids.drawn(self.rng, "employee"), "other-id")
