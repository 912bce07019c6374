"""Check digits of the numbers both generators write. Each function returns a whole number with its check digit.

Sources: ISO/IEC 7812 (Luhn), the NPI standard of CMS (Luhn over 80840), 21 CFR 1306 practice for DEA numbers,
the NHS data dictionary, ISO 13616 (IBAN), 49 CFR 565 (VIN), UIDAI (Verhoeff), CMS's form of the MBI, and the
published rules of the Spanish DNI and NIE, the French NIR, the German tax number, the Dutch BSN, Irish PPS,
Australian Medicare and Canadian SIN.
"""

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


def digits(rng, count, first="123456789"):
    """So many digits, the first of them one of `first`."""
    low = 10 ** (count - 1)
    text = str(rng.randrange(low, 10 * low))
    return text if text[0] in first else first[int(rng.random() * len(first))] + text[1:]


def luhn_digit(number):
    """The Luhn check digit of a number."""
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def luhn(number):
    """The number with its Luhn digit."""
    return number + luhn_digit(number)


def payment_card(rng):
    """A card number of one of four schemes."""
    prefix, length = rng.choice([("4", 16), ("5" + rng.choice("12345"), 16), ("37", 15), ("6011", 16)])
    return luhn(prefix + "".join(rng.choices("0123456789", k=length - len(prefix) - 1)))


def npi(rng):
    """A national provider identifier."""
    body = rng.choice("12") + digits(rng, 8)
    return body + luhn_digit("80840" + body)


def dea(rng, initial):
    """A DEA registration with the initial of the surname."""
    body = digits(rng, 6)
    odd, even = (sum(int(c) for c in body[start::2]) for start in (0, 1))
    return rng.choice("ABFGM") + initial.upper() + body + str((odd + 2 * even) % 10)


def ssn(rng):
    """Area, group and serial of a social security number that may be given out."""
    area = rng.choice([rng.randint(1, 665), rng.randint(667, 899)])
    return f"{area:03}", f"{rng.randint(1, 99):02}", f"{rng.randint(1, 9999):04}"


def mbi(rng):
    """A Medicare beneficiary identifier."""
    form = "CAXNAXNAANN"
    pools = {"C": "123456789", "A": MBI_LETTERS, "N": "0123456789", "X": MBI_LETTERS + "0123456789"}
    return "".join(rng.choice(pools[kind]) for kind in form)


def nhs(rng):
    """An NHS number."""
    while True:
        body = digits(rng, 9, "456789")
        check = 11 - sum(int(c) * (10 - i) for i, c in enumerate(body)) % 11
        if check != 10:
            return body + str(check % 11)


def iban(rng, country, length):
    """An IBAN with a body of digits, without spaces."""
    body = "".join(rng.choices("0123456789", k=length - 4))
    if country in ("GB", "NL", "IE"):
        body = "".join(rng.choices(LETTERS, k=4)) + body[4:]
    numeric = "".join(str(int(c, 36)) for c in body + country + "00")
    return f"{country}{98 - int(numeric) % 97:02}{body}"


def vin(rng):
    """A vehicle identification number with its check character."""
    alphabet = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9]))
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    chars = [rng.choice("123JKSVW")] + rng.choices(alphabet, k=10) + rng.choices("0123456789", k=6)
    total = sum((int(c) if c.isdigit() else values[c]) * w for c, w in zip(chars, weights))
    chars[8] = "0123456789X"[total % 11]
    return "".join(chars)


_D = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
_TURN = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
_INVERSE = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9]


def verhoeff(number):
    """The number with its Verhoeff digit."""
    check = 0
    for place, char in enumerate(reversed(number), start=1):
        value = int(char)
        for _ in range(place % 8):
            value = _TURN[value]
        check = _D[check][value]
    return number + str(_INVERSE[check])


def aadhaar(rng):
    """An Indian Aadhaar number."""
    return verhoeff(digits(rng, 11, "23456789"))


def dni(rng):
    """A Spanish DNI: eight digits and a letter."""
    number = rng.randint(1000000, 99999999)
    return f"{number:08}", "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23]


def nie(rng):
    """A Spanish NIE: X, Y or Z, seven digits and a letter."""
    lead, number = rng.randrange(3), rng.randint(0, 9999999)
    return "XYZ"[lead] + f"{number:07}" + "TRWAGMYFPDXBNJZSQVHLCKE"[(lead * 10000000 + number) % 23]


def nir(rng, sex, year, month):
    """A French NIR with its key, without spaces."""
    body = f"{sex}{year % 100:02}{month:02}{rng.randint(1, 95):02}{rng.randint(1, 990):03}{rng.randint(1, 999):03}"
    return body + f"{97 - int(body) % 97:02}"


def bsn(rng):
    """A Dutch BSN."""
    while True:
        body = digits(rng, 8)
        check = sum(int(c) * (9 - i) for i, c in enumerate(body)) % 11
        if check < 10:
            return body + str(check)


def pps(rng):
    """An Irish PPS number."""
    body = digits(rng, 7)
    total = sum(int(c) * (8 - i) for i, c in enumerate(body))
    return body + "WABCDEFGHIJKLMNOPQRSTUV"[total % 23]


def sin(rng):
    """A Canadian SIN."""
    return luhn(digits(rng, 8))


def au_medicare(rng):
    """An Australian Medicare number."""
    body = digits(rng, 8, "23456")
    check = sum(int(c) * w for c, w in zip(body, [1, 3, 7, 9, 1, 3, 7, 9])) % 10
    return body + str(check) + rng.choice("123456789")


def german_tax(rng):
    """A German tax number (ISO 7064 MOD 11,10 over ten digits)."""
    body = digits(rng, 10)
    product = 10
    for char in body:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return body + str((11 - product) % 10)


def broken(rng, number):
    """The number with one digit changed, so that its check fails."""
    places = [i for i, c in enumerate(number) if c.isdigit()]
    at = rng.choice(places)
    return number[:at] + str((int(number[at]) + rng.randint(1, 8)) % 10) + number[at + 1 :]
