"""Names of invented people: census lists where given, hand-written ones by culture, and made-up rare ones."""

import bisect
import io
import os
import tarfile
import zipfile

from .names_west import WEST
from .names_world import WORD_FEMALE, WORD_MALE, WORD_SURNAMES, WORLD

CULTURES = {
    name: tuple([form.replace("|", " ") for form in part.split()] for part in parts)
    for name, parts in {**WEST, **WORLD}.items()
}
CULTURE_NAMES = sorted(CULTURES)

_STARTS = (
    "Ba Be Bra Cal Chy Da Dev Dro El Fen Fri Ga Gly Ha Hur Is Jo Ka Kne Kro La Lu Ma Mir Na Ny Ob Or Pe Pra Qui Ra "
    "Ros Sa Ski Sto Ta Tre Ul Va Vo Wa Wy Xa Ya Ye Za Zor Thi Gwe Mbo Nka Tsu Szy".split()
)
_MIDDLES = (
    "ba be bri da del do fa gan hi ka ke la len li lo ma men mi na ner no pa ra ren ri ro sa sha so ta ti va "
    "ve vi za zu "
    "chi mba nko ssi rro ttu".split()
)
_ENDS = (
    "baum berg by cki dal den der dez dorf ez feld field ford gard ham hardt iak ic idis ier ine ingham is ko ley lin "
    "lund man mann more nen ney o off oglu ov quist rell ro row sen shi sky son stad stein strom ton troz tti ula "
    "uru va ven vich ville well wick witz worth yan yk yuk zhu".split()
)
_FIRST_ENDS = (
    "a ah an bel cia da dra e el ell en eth ette ia iah ian ie iel in ina ine is ita lyn mar na nne o on or ra rick "
    "rin ro sha ton us vin xa yn".split()
)
NICKNAMES = {
    "Robert": "Bob Bobby Rob",
    "William": "Bill Billy Liam",
    "Elizabeth": "Liz Betty Beth Lizzie",
    "Margaret": "Peggy Maggie",
    "James": "Jim Jimmy",
    "Richard": "Dick Rick",
    "Katherine": "Kate Katie Kathy",
    "Michael": "Mike Mikey",
    "Theodore": "Ted Teddy",
    "Patricia": "Pat Patty Tricia",
    "Edward": "Ed Eddie Ned",
    "John": "Jack Johnny",
    "Charles": "Chuck Charlie Chaz",
    "Dorothy": "Dot Dottie",
    "Thomas": "Tom Tommy",
    "Jennifer": "Jen Jenny",
    "Rebecca": "Becky Becca",
    "Anthony": "Tony",
    "Susan": "Sue Susie",
    "Deborah": "Deb Debbie",
    "Joseph": "Joe Joey",
    "Barbara": "Barb Babs",
    "Francisco": "Paco Pancho",
    "Jose": "Pepe",
    "Ignacio": "Nacho",
    "Guadalupe": "Lupe",
    "Alexander": "Alex Sasha",
    "Samuel": "Sam Sammy",
    "Donald": "Don Donnie",
}


class Names:
    """A pool of names, weighted where the census lists were given."""

    def __init__(self, path=None):
        self.census = _read_census(path) if path else None

    def forename(self, rng, sex, culture=None):
        """A forename of a culture, of the census, of words or made up."""
        draw = rng.random()
        if draw < 0.07:
            return made_up(rng, _FIRST_ENDS, 2)
        if draw < 0.16:
            return rng.choice(WORD_FEMALE if sex == "F" else WORD_MALE)
        if culture or not self.census:
            return rng.choice(CULTURES[culture or rng.choice(CULTURE_NAMES)][0 if sex == "F" else 1])
        if draw < 0.19:
            return rng.choice(list(NICKNAMES))
        return self._weighted(rng, sex)

    def surname(self, rng, culture=None):
        """A surname of a culture, of the census, of words or made up, at times of two parts."""
        name = self._single(rng, culture)
        draw = rng.random()
        if draw < 0.045 and " " not in name:
            return f"{name}-{self._single(rng, culture)}"
        if culture in ("spanish", "portuguese", "filipino") and draw < 0.3:
            return f"{name} {self._single(rng, culture)}"
        if draw < 0.055:
            return (
                rng.choice(["van ", "von ", "de ", "de la ", "Van ", "Vander ", "St. ", "al-", "El-", "ben ", "bin "])
                + name
            )
        return name

    def _single(self, rng, culture):
        draw = rng.random()
        if draw < 0.08:
            return made_up(rng, _ENDS, 3)
        if draw < 0.085:
            return rng.choice(["O'", "Mc", "Mac", "D'", "De", "Fitz", "L'"]) + made_up(rng, _ENDS, 2)
        if draw < 0.17:
            return rng.choice(WORD_SURNAMES)
        if culture or not self.census:
            return rng.choice(CULTURES[culture or rng.choice(CULTURE_NAMES)][2])
        return self._weighted(rng, "S")

    def _weighted(self, rng, which):
        """A census name: half by its frequency, half evenly, so that rare ones come too."""
        values, sums = self.census[which]
        if rng.random() < 0.5:
            return values[int(rng.random() * len(values))]
        return values[min(len(values) - 1, bisect.bisect(sums, rng.random() * sums[-1]))]


def made_up(rng, ends, most):
    """A name by syllables that no list holds."""
    middles = "".join(rng.choice(_MIDDLES) for _ in range(rng.randrange(most)))
    return rng.choice(_STARTS) + middles + rng.choice(ends)


def _read_census(path):
    """The three lists of the package `names`: a folder, a wheel or a source archive."""
    return {
        which: _table(_member(path, f"dist.{name}"))
        for which, name in (("F", "female.first"), ("M", "male.first"), ("S", "all.last"))
    }


def _member(path, name):
    """The text of the file that ends in `name` at `path`."""
    if os.path.isdir(path):
        for folder, _, files in sorted(os.walk(path)):
            if name in files:
                with open(os.path.join(folder, name), encoding="ascii") as file:
                    return file.read()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            found = [member for member in archive.namelist() if member.endswith(name)]
            return archive.read(found[0]).decode("ascii")
    else:
        with tarfile.open(path) as archive:
            found = [member for member in archive.getmembers() if member.name.endswith(name)]
            return io.TextIOWrapper(archive.extractfile(found[0]), "ascii").read()
    raise FileNotFoundError(f"no {name} at the path of the census lists")


def _table(text):
    """The names of a census list and the running sum of their frequencies."""
    values, sums, total = [], [], 0.0
    for line in text.splitlines():
        if line.strip():
            name, frequency = line.split()[:2]
            total += float(frequency)
            values.append(_spelled(name))
            sums.append(total)
    return values, sums


def _spelled(name):
    """A census name, which stands in capitals, as people write it."""
    name = name.capitalize()
    if name.startswith("Mc") and len(name) > 4:
        return "Mc" + name[2:].capitalize()
    return name
