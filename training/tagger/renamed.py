"""Renames people and places of generated notes by Faker's locales, so that a tagger meets many more
names than the generator's lists hold."""

import functools
import random
import re

from faker import Faker

LOCALES = (
    "en_US", "en_US", "en_GB", "en_CA", "en_AU", "en_IN", "en_IE", "en_NZ", "es_ES", "es_MX", "es_CO", "fr_FR", "fr_CA",
    "de_DE", "de_AT", "it_IT", "pt_BR", "pt_PT", "pl_PL", "nl_NL", "tr_TR", "sv_SE", "no_NO", "da_DK", "fi_FI",
    "cs_CZ", "hu_HU", "ro_RO", "hr_HR", "sl_SI", "sk_SK", "lt_LT", "lv_LV", "et_EE", "vi_VN", "id_ID", "fil_PH",
)
ENGLISH = ("en_US", "en_US", "en_US", "en_GB", "en_CA", "en_AU", "en_IE", "en_NZ", "en_IN")
PEOPLE = ("patient", "doctor", "staff", "relative", "person")
CARE = (
    "Hospital", "General Hospital", "Memorial Hospital", "Medical Center", "Regional Medical Center", "Clinic",
    "Community Hospital", "Health Center", "Medical Centre", "Infirmary", "Children's Hospital", "Nursing Home",
    "Care Home", "Rehabilitation Center", "Rehab", "Hospice", "Family Practice", "Family Medicine", "Surgery",
    "Medical Group", "Cardiology Associates", "Heart Institute", "Eye Clinic", "Orthopaedic Institute", "Dialysis Center",
    "Urgent Care", "Walk-in Clinic", "Physicians", "Assisted Living", "Senior Living", "Memory Care", "Imaging",
    "Diagnostics", "Laboratory", "Pathology", "Radiology", "Cancer Center", "Oncology", "Surgical Center", "Dental",
    "Veterans Hospital", "VA Medical Center", "University Hospital", "District Hospital", "Baptist Hospital",
    "Methodist Hospital", "Presbyterian Hospital", "Psychiatric Hospital", "Behavioral Health", "Specialists",
    "Women's Hospital", "Birth Center", "Pediatrics", "Pharmacy", "Home Health", "Visiting Nurses", "Ambulance",
)
WORK = (
    "Elementary School", "High School", "Middle School", "College", "University", "Bank", "Credit Union", "Foods",
    "Trucking", "Logistics", "Motors", "Insurance", "Construction", "Plumbing", "Bakery", "Brewery", "Steel", "Mills",
    "Farm", "Farms", "Dairy", "Hardware", "Hotel", "Airlines", "Airport", "Church", "Police Department", "Library",
    "Fire Department", "Post Office", "Law", "Electric", "Energy", "Mining", "Quarry", "Software", "Systems", "Labs",
    "Supermarket", "Market", "Cafe", "Diner", "Restaurant", "Apparel", "Textiles", "Realty", "Title", "Press", "Group",
)


@functools.lru_cache
def faker(locale):
    """Faker of a locale."""
    return Faker(locale)


def renamed(doc, rng, callings=()):
    """The note with other names; `spans` fit the new text."""
    locale = rng.choice(LOCALES)
    local = faker(locale)
    seed = rng.randrange(1 << 30)
    local.seed_instance(seed)
    english = faker(rng.choice(ENGLISH))
    english.seed_instance(seed)
    known = {}
    text, out, at, spans = doc["text"], [], 0, []
    length = 0
    for span in sorted(doc["spans"], key=lambda s: s["start"]):
        out.append(text[at:span["start"]])
        length += len(out[-1])
        old = text[span["start"]:span["end"]]
        new = other(old, span["types"][0], rng, local if rng.random() < 0.6 else english, english, known, callings)
        out.append(new)
        spans.append({**span, "start": length, "end": length + len(new)})
        length += len(new)
        at = span["end"]
    out.append(text[at:])
    return {**doc, "text": "".join(out), "spans": spans}


def other(old, kind, rng, local, english, known, callings):
    """Another value of the kind; the same for the same one."""
    if kind in PEOPLE:
        words = re.findall(r"[^\W\d_][\w'’]{2,}", old)
        comma = "," in old
        for at, word in enumerate(words):
            family = at == 0 if comma else at == len(words) - 1
            key = word.lower()
            if key not in known:
                draw = local.last_name if family and len(words) > 1 or rng.random() < 0.4 else local.first_name
                known[key] = draw().split()[-1].strip(".")
        return re.sub(r"[^\W\d_][\w'’]{2,}", lambda m: cased(known[m.group().lower()], m.group()), old)
    key = (kind, old.lower())
    if key in known:
        return cased(known[key], old)
    if kind == "city" and rng.random() < 0.7:
        new = english.city() if rng.random() < 0.6 else local.city()
    elif kind == "street" and rng.random() < 0.5 and "," not in old:
        new = english.street_address().replace("\n", " ")
    elif kind == "country" and rng.random() < 0.6:
        new = english.country().split("(")[0].split(",")[0].strip()
    elif kind == "hospital" and len(old) > 8 and rng.random() < 0.6:
        root = rng.choice((english.last_name, english.city, local.last_name, lambda: "St. " + english.first_name(),
                           lambda: "Saint " + english.first_name() + "'s", english.street_name))()
        new = f"{root} {rng.choice(CARE)}"
    elif kind == "organization" and len(old) > 6 and rng.random() < 0.6:
        root = rng.choice((english.last_name, english.city, local.last_name, english.street_name))()
        new = english.company() if rng.random() < 0.3 else f"{root} {rng.choice(WORK)}"
    elif kind == "profession" and callings and rng.random() < 0.8:
        new = rng.choice(callings)
        if old[:1].isupper():
            new = new.capitalize()
    else:
        return old
    known[key] = new
    return cased(new, old)


def cased(new, old):
    """In capitals or small letters like the old one."""
    if len(old) > 1 and old.isupper():
        return new.upper()
    if old.islower() and not new.islower():
        return new.lower()
    return new


def generator(seed):
    """A source of chance."""
    return random.Random(seed)
