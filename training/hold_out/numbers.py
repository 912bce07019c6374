"""Numbers of the held-out texts, in formats of their own."""

from common import checks


class NumberValues:
    """Values that are digits and letters; each stays the same within a text where it belongs to somebody."""

    def digits(self, form):
        """Digits for 9 and letters for A in a form."""
        return "".join(
            self.rng.choice("0123456789") if c == "9" else self.rng.choice("ABCDEFGHKLMNPRSTVWX") if c == "A" else c
            for c in form
        )

    def _number(self, key, kind, forms):
        return (self.once(key, lambda: self.digits(self.rng.choice(forms))), kind)

    def v_tel(self, _):
        return (
            self.digits(
                self.rng.choice(
                    [
                        "2{}9-999-9999",
                        "(4{}9) 999-9999",
                        "3{}9.999.9999",
                        "7{}9 999 9999",
                        "6{}99999999",
                        "+1.5{}9.999.9999",
                        "+44 16{}9 999999",
                        "1 8{}9 999 9999",
                        "999-9999",
                    ]
                ).replace("{}", self.rng.choice("0123456789"))
            ),
            "phone",
        )

    def v_fax(self, _):
        return (self.digits(self.rng.choice(["999-999-9999", "(999)999-9999", "999.999.9999"])), "fax")

    def v_beep(self, _):
        return (self.digits(self.rng.choice(["9999", "#9999", "99-999"])), "pager")

    def v_chart(self, _):
        return self._number(
            "chart",
            "mrn",
            ["9-999-999", "A99 99 99", "999999999", "999.99.99", "7999999", "AA-99999", "K999999999", "99999-99"],
        )

    def v_visit(self, _):
        return self._number("visit", "account", ["999-9999-99", "AC99999999", "9999999999-9", "V-999999"])

    def v_ssn(self, _):
        area, group, serial = checks.ssn(self.rng)
        return (
            self.once(
                "ssn",
                lambda: self.rng.choice([f"{area}-{group}-{serial}", f"{area}{group}{serial}", f"XXX-XX-{serial}"]),
            ),
            "ssn",
        )

    def v_member(self, _):
        return (
            self.once(
                "member",
                lambda: (
                    checks.mbi(self.rng)
                    if self.rng.random() < 0.3
                    else self.digits(self.rng.choice(["AAAA9999999", "999999-9999", "A999-999-999", "9999999999A"]))
                ),
            ),
            "health-plan",
        )

    def v_lab(self, _):
        return (
            self.digits(
                self.rng.choice(["99:AA99999", "BX99-9999", "99999-A-99", "99.999.99999", "IM9999999", "FNA-99-999"])
            ),
            "accession",
        )

    def v_npi(self, _):
        return (checks.npi(self.rng), "licence")

    def v_dea(self, _):
        return (checks.dea(self.rng, self.human("doc1")[2][0]), "licence")

    def v_lic(self, _):
        return (self.digits(self.rng.choice(["AA-99999", "99-A-9999", "9999999", "OS99999"])), "licence")

    def v_serial(self, _):
        return (self.digits(self.rng.choice(["AA99-99999", "9999A9999", "A9-999999-A", "QX9999999"])), "device")

    def v_udi(self, _):
        return (
            f"(01){checks.digits(self.rng, 14)}(10){self.digits('AA999')}(17)2{self.rng.randint(5, 9)}0{self.rng.randint(1, 9)}30",
            "device",
        )

    def v_car(self, _):
        return (
            (
                checks.vin(self.rng)
                if self.rng.random() < 0.3
                else self.digits(self.rng.choice(["AAA-9999", "9A99999", "999 AAA", "AA99-AAA"]))
            ),
            "vehicle",
        )

    def v_card(self, _):
        card = checks.payment_card(self.rng)
        return (self.rng.choice([card, " ".join(card[i : i + 4] for i in range(0, len(card), 4))]), "bank-account")

    def v_iban(self, _):
        return (checks.iban(self.rng, *self.rng.choice([("DE", 22), ("NL", 18), ("GB", 22)])), "bank-account")

    def v_bankno(self, _):
        return (checks.digits(self.rng, self.rng.choice([8, 9, 10, 12])), "bank-account")

    def v_nhs(self, _):
        number = checks.nhs(self.rng)
        return (f"{number[:3]} {number[3:6]} {number[6:]}", "national-id")

    def v_passport(self, _):
        return (self.digits(self.rng.choice(["A9999999", "999999999", "AA999999A"])), "national-id")

    def v_ref(self, _):
        return (self.digits(self.rng.choice(["A-99-9999", "99999999", "TKT-999999", "#99999", "QA9-999"])), "other-id")

    def v_ip(self, _):
        return (".".join(str(self.rng.randint(1, 254)) for _ in range(4)), "ip-address")

    def v_mac(self, _):
        return (":".join(f"{self.rng.randrange(256):02X}" for _ in range(6)), "mac-address")

    def v_print(self, _):
        """A biometric template's number."""
        return (self.digits(self.rng.choice(["PALM-9999-AA", "V9A9A9A999", "IR 99 999 99"])), "biometric")
