"""Dates, ages and times in the forms that notes write them in."""

import datetime

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

# Whole dates. d, dd: day; m, mm: month; yy, yyyy: year; dth: 3rd; Mon, Month; Wd, Weekday.
WHOLE = [
    "{mm}/{dd}/{yyyy}",
    "{m}/{d}/{yyyy}",
    "{mm}/{dd}/{yy}",
    "{m}/{d}/{yy}",
    "{mm}-{dd}-{yyyy}",
    "{m}-{d}-{yy}",
    "{mm}-{dd}-{yy}",
    "{mm}.{dd}.{yyyy}",
    "{m}.{d}.{yy}",
    "{yyyy}-{mm}-{dd}",
    "{yyyy}/{mm}/{dd}",
    "{yyyy}.{mm}.{dd}",
    "{yyyy}{mm}{dd}",
    "{dd}/{mm}/{yyyy}",
    "{d}/{m}/{yyyy}",
    "{dd}.{mm}.{yyyy}",
    "{d}.{m}.{yyyy}",
    "{dd}-{mm}-{yyyy}",
    "{dd}-{Mon}-{yyyy}",
    "{dd}-{Mon}-{yy}",
    "{d}-{Mon}-{yyyy}",
    "{dd}-{MON}-{yyyy}",
    "{d} {Mon} {yyyy}",
    "{d} {Month} {yyyy}",
    "{dd} {Mon} {yyyy}",
    "{dd}{MON}{yyyy}",
    "{dd}{Mon}{yy}",
    "{Month} {d}, {yyyy}",
    "{Month} {d} {yyyy}",
    "{Mon} {d}, {yyyy}",
    "{Mon} {d} {yyyy}",
    "{Mon}. {d}, {yyyy}",
    "{Month} {dth}, {yyyy}",
    "{Month} {dth} {yyyy}",
    "{dth} {Month} {yyyy}",
    "{dth} of {Month} {yyyy}",
    "{dth} of {Month}, {yyyy}",
    "{Mon} {dd}, {yyyy}",
    "{MON} {dd} {yyyy}",
    "{Weekday}, {Month} {d}, {yyyy}",
    "{Wd} {mm}/{dd}/{yyyy}",
    "{Wd}, {d} {Mon} {yyyy}",
    "{Weekday} {d} {Month} {yyyy}",
    "{Wd} {Mon} {d} {yyyy}",
    "{m}/{d}/'{yy}",
    "{Mon} {d} '{yy}",
    "{yyyy}-{Mon}-{dd}",
    "{yyyy} {Mon} {d}",
    "{d}/{Mon}/{yyyy}",
    "{d}.{Mon}.{yy}",
    "{mm} / {dd} / {yyyy}",
    "{m}-{d}-{yyyy}",
]
# Dates without a year, months, years, seasons, quarters, holidays.
PARTIAL = [
    "{m}/{d}",
    "{mm}/{dd}",
    "{Month} {d}",
    "{Mon} {d}",
    "{Month} {dth}",
    "{dth} {Month}",
    "{d} {Mon}",
    "{dth} of {Month}",
    "{Month} {yyyy}",
    "{Mon} {yyyy}",
    "{m}/{yyyy}",
    "{mm}/{yyyy}",
    "{Mon} '{yy}",
    "{Month} of {yyyy}",
    "{yyyy}",
    "{yyyy}",
    "{yyyy}",
    "{Weekday}, {Month} {d}",
    "{Wd} {m}/{d}",
    "{Mon}-{yy}",
    "{m}/{yy}",
    "Q{q} {yyyy}",
    "{dth}",
]
VAGUE = [
    "{Season} {yyyy}",
    "{season} of {yyyy}",
    "{Month}",
]
HOLIDAYS = [
    "Christmas",
    "Thanksgiving",
    "Easter",
    "New Year's Eve",
    "Labor Day",
    "Memorial Day",
    "Fourth of July",
    "Halloween",
    "Christmas Eve",
    "Good Friday",
    "Mother's Day",
    "Yom Kippur",
    "Diwali",
    "Passover",
    "Boxing Day",
]
RANGES = [
    "{m}/{d}-{m2}/{d2}/{yyyy}",
    "{mm}/{dd}/{yyyy}-{mm2}/{dd2}/{yyyy2}",
    "{Month} {d}-{d2}, {yyyy}",
    "{m}/{d}/{yy} - {m2}/{d2}/{yy2}",
    "{yyyy}-{yyyy2}",
    "{Mon} {d}-{d2}",
    "{mm}/{dd}-{mm2}/{dd2}",
    "{d}-{d2} {Month} {yyyy}",
]
NUMBER_WORDS = {
    20: "twenty",
    30: "thirty",
    40: "forty",
    50: "fifty",
    60: "sixty",
    70: "seventy",
    80: "eighty",
    90: "ninety",
}
ONES = "zero one two three four five six seven eight nine".split()


def parts(day, later=None):
    """The parts of a date by the names that the forms use."""
    ordinal = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    month = MONTHS[day.month - 1]
    out = {
        "d": day.day,
        "dd": f"{day.day:02}",
        "m": day.month,
        "mm": f"{day.month:02}",
        "yy": f"{day.year % 100:02}",
        "yyyy": day.year,
        "dth": f"{day.day}{ordinal}",
        "Mon": month[:3],
        "MON": month[:3].upper(),
        "Month": month,
        "Weekday": WEEKDAYS[day.weekday()],
        "Wd": WEEKDAYS[day.weekday()][:3],
        "q": (day.month + 2) // 3,
        "Season": ["Winter", "Spring", "Summer", "Fall"][day.month % 12 // 3],
    }
    out["season"] = out["Season"].lower()
    if later:
        out.update({f"{key}2": value for key, value in parts(later).items()})
    return out


def write(day, form):
    """A date in a form."""
    return form.format_map(parts(day))


def write_range(rng, day):
    """A range of two dates within a month or so."""
    if day.day > 22:
        day = day.replace(day=rng.randint(1, 20))
    form = rng.choice(RANGES)
    if form == "{yyyy}-{yyyy2}":
        later = day.replace(year=day.year + rng.randint(1, 8), day=min(day.day, 28))
    else:
        later = day + datetime.timedelta(days=rng.randint(1, 6))
    return form.format_map(parts(day, later))


def write_time(rng):
    """A time of day."""
    hour, minute = rng.randrange(24), rng.choice([rng.randrange(60), rng.choice([0, 15, 30, 45])])
    twelve, half = (hour - 1) % 12 + 1, "am" if hour < 12 else "pm"
    return rng.choice(
        [
            f"{hour:02}:{minute:02}",
            f"{hour:02}:{minute:02}",
            f"{hour:02}{minute:02}",
            f"{twelve}:{minute:02} {half}",
            f"{twelve}:{minute:02}{half}",
            f"{twelve}:{minute:02} {half.upper()}",
            f"{hour:02}:{minute:02}:{rng.randrange(60):02}",
            f"{twelve} {half}",
            f"{twelve}{half}",
            f"{twelve}:{minute:02} {half[0]}.m.",
            f"{hour:02}{minute:02}h",
            f"{hour:02}.{minute:02}",
        ]
    )


def age_words(age):
    """An age in words from 20 to 99."""
    tens, one = age // 10 * 10, age % 10
    return NUMBER_WORDS[tens] + (f"-{ONES[one]}" if one else "")
