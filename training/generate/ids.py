"""Numbers that belong to one person, thing or event, in the shapes that systems give them."""

from common import checks

TEMPLATES = {
    # 9: digit, A: capital letter, a: small letter, H: hexadecimal, anything else as it is.
    "mrn": [
        "9999999",
        "99999999",
        "999999",
        "99-99-99",
        "999-99-99",
        "M999999",
        "MRN99999",
        "9999999999",
        "A9999999",
        "00999999",
        "H999-9999",
        "99999",
        "E99999999",
        "99 99 99",
        "AB999999",
        "999999-9",
        "P-99999",
    ],
    "account": [
        "9999999999",
        "A99999999",
        "99999999",
        "V99999999999",
        "999-999-999",
        "ACCT-99999",
        "9999-99999",
        "HAR99999999",
        "99999999-9",
        "CSN 9999999",
        "E-99-9999",
        "INV-9999-999",
    ],
    "health-plan": [
        "AAA999999999",
        "A99999999",
        "999999999A",
        "99999999-99",
        "AAA99A99999",
        "999-99-9999A",
        "W999999999",
        "99999999999",
        "H99999999",
        "AA99999999",
        "9999 99999 9",
        "UHC9999999",
        "99-9999999-9",
    ],
    "group": ["99999", "GRP-99999", "9999999", "A99-999", "999999-001", "0A9A99"],
    "accession": [
        "S99-9999",
        "SP-99-99999",
        "99-AA-9999",
        "CT9999999",
        "9999999",
        "A99-999999",
        "M99-99999",
        "CY-99-999",
        "99S-999AA9999",
        "RAD99999999",
        "9999999-99",
        "E9999999",
        "XR-9999-99",
        "US99-0999",
        "H99999.9",
        "L9999999",
    ],
    "device": [
        "A999999",
        "SN9999999",
        "AAA999999H",
        "9999-99999",
        "LOT 9A99",
        "A99A-99999",
        "999999999",
        "PJN999999",
        "9A9999999",
        "99999A",
        "RNH999999",
        "ZX-9999-A",
    ],
    "lot": ["A9999AA", "99999", "AA9999", "9A9A9A", "99-99A", "EK9999", "A99999B"],
    "licence": [
        "MD99999",
        "A99999",
        "99999",
        "RN999999",
        "ME 99999",
        "999.999999",
        "D99-9999-99",
        "P99999999",
        "C9999",
        "99-999999",
    ],
    "driver": ["A9999999", "99999999", "S999-9999-9999", "AA999999A", "999 999 999", "A99999999999"],
    "other-id": [
        "9999-99",
        "REQ999999",
        "CASE-99999",
        "99999999",
        "PA-9999999",
        "TRK-99A9999",
        "AA-999",
        "9A9-99999",
        "ENC999-9",
        "WO99999",
        "REF 99/9999",
    ],
    "employee": ["E99999", "999999", "EMP-9999", "P99999", "99-9999"],
    "study": ["AAA-999-99", "99-999", "AAAA9-9999", "NCI-99-999", "S99", "9999-AA"],
    "biometric": ["FP-99999999", "BIO-HHHHHHHH", "VP9999-HHHH", "IRIS-999999", "HHHHHHHHHHHHHHHH"],
    "plate": ["AAA 9999", "9AAA999", "AAA-9999", "AA99 AAA", "999-AAA", "AA-999-AA", "AAA 999", "A99-9AA", "AA 9999"],
}
_DIGITS, _LETTERS = "0123456789", "ABCDEFGHJKLMNPQRSTUVWXYZ"


def shaped(rng, form):
    """A number of a form."""
    out = []
    for char in form:
        if char == "9":
            out.append(_DIGITS[int(rng.random() * 10)])
        elif char == "A":
            out.append(_LETTERS[int(rng.random() * 24)])
        elif char == "H":
            out.append("0123456789ABCDEF"[int(rng.random() * 16)])
        else:
            out.append(char)
    return "".join(out)


def drawn(rng, kind):
    """A number of a kind, its fixed letters kept."""
    form = rng.choice(TEMPLATES[kind])
    for word in (
        "MRN",
        "ACCT",
        "HAR",
        "CSN",
        "INV",
        "GRP",
        "UHC",
        "LOT",
        "RAD",
        "CASE",
        "REQ",
        "PA-",
        "TRK",
        "ENC",
        "REF",
        "EMP",
        "IRIS",
        "BIO",
        "NCI",
        "RN",
        "MD",
    ):
        if form.startswith(word):
            return word + shaped(rng, form[len(word) :])
    return shaped(rng, form)


def ssn(rng):
    """A social security number, whole or masked, with a valid or an invalid area."""
    area, group, serial = checks.ssn(rng)
    if rng.random() < 0.12:
        area = rng.choice(["000", "666", "9" + area[1:]])
    draw = rng.random()
    if draw < 0.72:
        return f"{area}-{group}-{serial}"
    return rng.choice(
        [
            f"{area} {group} {serial}",
            f"{area}{group}{serial}",
            f"xxx-xx-{serial}",
            f"***-**-{serial}",
            f"{area}.{group}.{serial}",
        ]
    )


def phone(rng, country="US", bare=False):
    """A telephone number in the manner of a country."""
    d = lambda count: checks.digits(rng, count)
    if country == "US" or country == "CA":
        area, exchange, line = str(rng.randint(201, 989)), str(rng.randint(200, 999)), f"{rng.randint(0, 9999):04}"
        form = rng.choices(
            [
                "({a}) {e}-{l}",
                "{a}-{e}-{l}",
                "{a}.{e}.{l}",
                "{a} {e} {l}",
                "{a}{e}{l}",
                "+1 {a} {e} {l}",
                "1-{a}-{e}-{l}",
                "+1 ({a}) {e}-{l}",
                "({a}){e}-{l}",
                "{e}-{l}",
                "{a}/{e}-{l}",
                "+1-{a}-{e}-{l}",
            ],
            [24, 24, 8, 5, 6, 5, 6, 3, 5, 6, 3, 2],
        )[0]
        text = form.format(a=area, e=exchange, l=line)
        return text + (
            rng.choice([" x{}", " ext. {}", " ext {}", ", ext. {}"]).format(rng.randint(10, 9999))
            if rng.random() < 0.08 and not bare
            else ""
        )
    forms = {
        "GB": [
            f"020 7{d(3)} {d(4)}",
            f"0{rng.choice(['1132', '1382', '1904'])} {d(6)}",
            f"07{d(3)} {d(6)}",
            f"+44 7{d(3)} {d(6)}",
            f"+44 (0)20 8{d(3)} {d(4)}",
        ],
        "AU": [f"(0{rng.choice('2378')}) {d(4)} {d(4)}", f"04{d(2)} {d(3)} {d(3)}", f"+61 4{d(2)} {d(3)} {d(3)}"],
        "IE": [f"+353 1 {d(3)} {d(4)}", f"08{rng.choice('3567')} {d(3)} {d(4)}", f"021 {d(3)} {d(4)}"],
        "IN": [f"+91 {rng.choice('6789')}{d(4)} {d(5)}", f"+91-{rng.choice('6789')}{d(9)}", f"022-{d(8)}"],
        "DE": [f"+49 30 {d(7)}", f"0{d(3)}/{d(6)}", f"0{d(4)} {d(5)}-{d(2)}", f"0171 {d(7)}"],
        "FR": [f"0{rng.choice('12345679')} {d(2)} {d(2)} {d(2)} {d(2)}", f"+33 6 {d(2)} {d(2)} {d(2)} {d(2)}"],
        "ES": [f"+34 {rng.choice('69')}{d(2)} {d(3)} {d(3)}", f"9{d(2)} {d(2)} {d(2)} {d(2)}", f"6{d(8)}"],
        "NL": [f"06-{d(8)}", f"+31 6 {d(8)}", f"0{d(2)}-{d(7)}"],
    }
    return rng.choice(forms[country])


def udi(rng):
    """A unique device identifier by GS1 or HIBCC."""
    gtin = checks.digits(rng, 14)
    return rng.choice(
        [
            f"(01){gtin}(17){rng.randint(25, 31)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}(21){shaped(rng, 'A999999')}",
            f"(01){gtin}(11){rng.randint(18, 24)}0{rng.randint(1, 9)}15(10){shaped(rng, 'A9999')}(21){shaped(rng, '999999999')}",
            f"(01) {gtin} (21) {shaped(rng, 'AA99999')}",
            f"+{shaped(rng, 'A999AAAA9999')}/$$+7{shaped(rng, '9999999')}",
        ]
    )


def national_id(rng, sex="F", year=1960, month=5):
    """A label and a national identity number outside the US."""
    nhs, nir = checks.nhs(rng), checks.nir(rng, 2 if sex == "F" else 1, year, month)
    dni, letter = checks.dni(rng)
    label, value = rng.choice(
        [
            ("NHS No", f"{nhs[:3]} {nhs[3:6]} {nhs[6:]}"),
            ("NHS number", nhs),
            ("NHS Number", f"{nhs[:3]}-{nhs[3:6]}-{nhs[6:]}"),
            ("CHI", f"{rng.randint(1, 28):02}{month:02}{year % 100:02}{checks.digits(rng, 4)}"),
            ("DNI", dni + letter),
            ("NIE", checks.nie(rng)),
            ("NIR", f"{nir[0]} {nir[1:3]} {nir[3:5]} {nir[5:7]} {nir[7:10]} {nir[10:13]} {nir[13:]}"),
            ("BSN", checks.bsn(rng)),
            ("PPS No.", checks.pps(rng)),
            ("SIN", checks.sin(rng)),
            ("Aadhaar", (lambda a: f"{a[:4]} {a[4:8]} {a[8:]}")(checks.aadhaar(rng))),
            ("Medicare No", (lambda a: f"{a[:4]} {a[4:9]} {a[9:]}")(checks.au_medicare(rng))),
            ("Steuer-ID", checks.german_tax(rng)),
            ("Passport No", shaped(rng, rng.choice(["A99999999", "999999999", "AA9999999", "99AA99999"]))),
            ("CURP", shaped(rng, "AAAA999999") + ("M" if sex == "F" else "H") + shaped(rng, "AAAAA99")),
            ("Health card", shaped(rng, "9999-999-999-AA")),
            ("CPF", shaped(rng, "999.999.999-99")),
        ]
    )
    return label, checks.broken(rng, value) if rng.random() < 0.1 else value


def bank(rng):
    """A label and a card or bank number."""
    card = checks.payment_card(rng)
    grouped = rng.choice([" ", "-"]).join(card[i : i + 4] for i in range(0, len(card), 4))
    iban = checks.iban(rng, *rng.choice([("GB", 22), ("DE", 22), ("ES", 24), ("NL", 18), ("IE", 22), ("FR", 27)]))
    spaced = " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))
    return rng.choice(
        [
            ("Card", grouped),
            ("Visa", card),
            ("credit card", grouped),
            ("CC#", card),
            ("IBAN", iban),
            ("IBAN", spaced),
            ("Routing no", checks.digits(rng, 9)),
            ("Checking acct", checks.digits(rng, 10)),
            ("card ending", card[-4:]),
            ("Bank account", checks.digits(rng, 8)),
            ("Sort code/account", f"{shaped(rng, '99-99-99')} {checks.digits(rng, 8)}"),
            (
                "BTC wallet",
                "1" + "".join(rng.choices("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", k=33)),
            ),
            ("wallet", "0x" + "".join(rng.choices("0123456789abcdef", k=40))),
        ]
    )


def ip(rng):
    """A network address of version 4 or 6."""
    if rng.random() < 0.75:
        return ".".join(
            str(rng.choice([10, 192, 172, rng.randint(1, 223)]) if i == 0 else rng.randint(0, 254)) for i in range(4)
        )
    return rng.choice(
        [
            ":".join(f"{rng.randrange(65536):x}" for _ in range(8)),
            f"fe80::{rng.randrange(65536):x}:{rng.randrange(65536):x}",
            f"2001:db8::{rng.randrange(65536):x}",
        ]
    )


def mac(rng):
    """A hardware address."""
    pairs = [f"{rng.randrange(256):02x}" for _ in range(6)]
    text = rng.choice(
        [":".join(pairs), "-".join(pairs), pairs[0] + pairs[1] + "." + pairs[2] + pairs[3] + "." + pairs[4] + pairs[5]]
    )
    return text.upper() if rng.random() < 0.6 else text
