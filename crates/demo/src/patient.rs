//! One patient: who it is. The clinical course is drawn in `clinical` from a stream of its own.
//!
//! In every block of 25 patients two are a mother and the newborn she bore in this hospital, and
//! two are a married couple, so that relatives have records of their own; one in fifty is past
//! ninety.

use anonymed_core::Sex;
use anonymed_core::dates::age_on;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::calendar::{TODAY, plus_days};
use crate::clinical::{self, Encounter};
use crate::data::{self, Allergy, City, Condition, Insurer};
use crate::dice::Dice;
use crate::hospital::Hospital;

/// A relative or friend named in the record.
#[derive(Debug, Clone)]
pub struct Contact {
    /// `mother`, `husband`, `daughter` …
    pub relation: &'static str,
    /// Forename.
    pub first: String,
    /// Surname.
    pub last: String,
    /// Telephone.
    pub phone: String,
    /// Record number, where the relative is a patient too.
    pub mrn: Option<String>,
}

impl Contact {
    /// Forename and surname.
    pub fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}

/// Who somebody is, without any medicine.
#[derive(Clone)]
pub struct Identity {
    /// Medical record number, eight digits.
    pub mrn: String,
    /// FHIR logical id of the Patient.
    pub fhir_id: String,
    /// Sex.
    pub sex: Sex,
    /// Forename.
    pub first: String,
    /// Middle initial.
    pub middle: char,
    /// Surname.
    pub last: String,
    /// Birth name of those who took the spouse's.
    pub maiden: Option<String>,
    /// Date of birth.
    pub birth: Date,
    /// Race as the hospital records it.
    pub race: &'static str,
    /// Hispanic or Latino.
    pub hispanic: bool,
    /// Marital status.
    pub marital: &'static str,
    /// Social security number.
    pub ssn: String,
    /// House number and street.
    pub street: String,
    pub(crate) city: &'static City,
    /// ZIP code, sometimes with four more digits.
    pub zip: String,
    /// Home or mobile telephone.
    pub phone: String,
    /// E-mail; empty for some.
    pub email: String,
    pub(crate) insurer: &'static Insurer,
    /// Member number; empty for those who pay themselves.
    pub member: String,
    /// Driver's licence; empty below 16.
    pub licence: String,
}

impl Identity {
    /// Forename and surname.
    pub fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// Whether the sex is female.
    pub fn female(&self) -> bool {
        self.sex == Sex::Female
    }

    /// City name.
    pub fn city_name(&self) -> &'static str {
        &self.city.city
    }

    /// Two-letter state.
    pub fn state(&self) -> &'static str {
        &self.city.state
    }
}

/// A patient with everything the hospital knows.
pub struct Patient {
    /// Running number, from 0.
    pub index: u32,
    /// Who it is.
    pub who: Identity,
    /// Date of death.
    pub death: Option<Date>,
    /// Emergency contact.
    pub contact: Contact,
    /// A second relative: mother of a child, partner, parent.
    pub relative: Contact,
    /// Primary care doctor, an index into the hospital's doctors.
    pub pcp: usize,
    pub(crate) allergies: Vec<&'static Allergy>,
    pub(crate) chronic: Vec<(&'static Condition, Date)>,
    /// Visits in order of time.
    pub encounters: Vec<Encounter>,
}

impl Patient {
    /// Age in completed years on the export's day, or at death.
    pub fn age(&self) -> i32 {
        age_on(self.who.birth, self.death.unwrap_or(TODAY))
    }

    /// Age in completed years on a day.
    pub fn age_on(&self, day: Date) -> i32 {
        age_on(self.who.birth, day)
    }
}

/// What an index is to its neighbours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Single,
    Mother,
    Newborn,
    Wife,
    Husband,
    /// Past ninety, so that every hospital has some.
    Elder,
}

pub(crate) fn role(index: u32) -> Role {
    match index % 25 {
        7 => Role::Mother,
        8 => Role::Newborn,
        15 => Role::Wife,
        16 => Role::Husband,
        4 if index % 50 == 4 => Role::Elder,
        _ => Role::Single,
    }
}

/// The day the newborn of a block was born.
pub(crate) fn birth_of_block(seed: u64, index: u32) -> Date {
    let mut dice = Dice::new(seed, "family", u64::from(index / 25));
    plus_days(TODAY, -dice.between(20, 900))
}

/// Lower-case letters of a name, for e-mail addresses and file names.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
}

/// A forename fit for sex and year of birth.
pub(crate) fn forename(dice: &mut Dice, sex: Sex, year: i16) -> String {
    let letter = if sex == Sex::Female { "F" } else { "M" };
    let at = dice.weighted(data::FORENAMES.iter().map(|f| {
        if f.sex != letter {
            return 0.0;
        }
        let fit = match (f.cohort.as_str(), year) {
            ("old", ..1946) => 4.0,
            ("old", 1946..1965) => 0.5,
            ("old", _) => 0.02,
            ("young", 1985..) => 12.0,
            ("young", 1965..1985) => 1.0,
            ("young", _) => 0.05,
            _ => 1.0,
        };
        // The square root flattens the census, so that 500 patients are not all John and Mary.
        f.weight.sqrt() * fit
    }));
    data::FORENAMES[at].name.clone()
}

fn surname(dice: &mut Dice, group: &str) -> String {
    let at = dice.weighted(data::SURNAMES.iter().map(|s| {
        s.weight.sqrt()
            * if s.group == group {
                1.0
            } else if group.is_empty() {
                0.05
            } else {
                0.01
            }
    }));
    data::SURNAMES[at].name.clone()
}

fn mrn(seed: u64, index: u32) -> String {
    // 15,485,863 is prime and does not divide 80,000,000, so the numbers are distinct.
    let start = Dice::new(seed, "mrn", 0).below(80_000_000);
    format!("{}", 10_000_000 + (u64::from(index) * 15_485_863 + start) % 80_000_000)
}

fn ssn(seed: u64, index: u32) -> String {
    // Areas 900-999 with groups 01-49 were never issued: 49 million distinct numbers.
    let start = Dice::new(seed, "ssn", 0).below(48_990_000);
    let n = (u64::from(index) * 15_485_863 + start) % 48_995_100;
    let (rest, serial) = (n / 9999, n % 9999 + 1);
    format!("{}-{:02}-{serial:04}", 900 + rest / 49, rest % 49 + 1)
}

pub(crate) fn phone(dice: &mut Dice, area: &str) -> String {
    let line = if dice.percent(40.0) { dice.between(100, 199) } else { dice.between(2000, 6999) };
    match dice.below(4) {
        0 | 1 => format!("({area}) 555-{line:04}"),
        2 => format!("{area}-555-{line:04}"),
        _ => format!("{area}.555.{line:04}"),
    }
}

fn birth_date(dice: &mut Dice) -> Date {
    let bands = [
        (0, 1, 6.0),
        (2, 17, 12.0),
        (18, 44, 27.0),
        (45, 64, 26.0),
        (65, 79, 19.0),
        (80, 89, 7.0),
        (90, 101, 1.5),
    ];
    let (low, high, _) = bands[dice.weighted(bands.iter().map(|b| b.2))];
    let age = dice.between(low, high);
    let years = TODAY.checked_sub((age as i16).years()).unwrap_or(TODAY);
    plus_days(years, -dice.between(1, 360))
}

/// The identity at an index, without the cost of a clinical course.
pub(crate) fn identity(seed: u64, index: u32) -> Identity {
    let own = role(index);
    let mut dice = Dice::new(seed, "identity", u64::from(index));
    let mut who = stranger(seed, index, own, &mut dice);
    match own {
        Role::Newborn => join_family(&mut who, &identity(seed, index - 1)),
        Role::Husband => {
            let wife = identity(seed, index - 1);
            join_family(&mut who, &wife);
            who.marital = "Married";
        }
        _ => {}
    }
    who.email = email(&who, &mut dice);
    who
}

fn stranger(seed: u64, index: u32, own: Role, dice: &mut Dice) -> Identity {
    let birth = match own {
        Role::Newborn => birth_of_block(seed, index),
        Role::Mother => plus_days(birth_of_block(seed, index), -dice.between(20 * 365, 40 * 365)),
        Role::Wife | Role::Husband => plus_days(date(1962, 1, 1), dice.between(-6000, 6000)),
        Role::Elder => plus_days(TODAY, -dice.between(33_300, 36_900)),
        Role::Single => birth_date(dice),
    };
    let adult = age_on(birth, TODAY) >= 18;
    let sex = match own {
        Role::Mother | Role::Wife => Sex::Female,
        Role::Husband => Sex::Male,
        _ if dice.percent(53.0) => Sex::Female,
        _ => Sex::Male,
    };
    let groups = [
        ("White", false, 68.0),
        ("Black or African American", false, 12.0),
        ("White", true, 11.0),
        ("Asian", false, 5.0),
        ("American Indian or Alaska Native", false, 1.5),
        ("Other", true, 2.5),
    ];
    let (race, hispanic, _) = groups[dice.weighted(groups.iter().map(|g| g.2))];
    let group = if hispanic {
        "hispanic"
    } else if race == "Asian" {
        "asian"
    } else {
        ""
    };
    let mut first = forename(dice, sex, birth.year());
    let mut last = surname(dice, group);
    let mut sex = sex;
    // Names that are common words or places, from the first patient on.
    if own == Role::Single && index.is_multiple_of(9) {
        let names = &data::PLAIN_NAMES;
        let name = &names[(index as usize / 9 + seed as usize) % names.len()];
        (first, last) = (name.first.clone(), name.last.clone());
        sex = if name.sex == "F" { Sex::Female } else { Sex::Male };
    }
    let marital = match (adult, own) {
        (false, _) => "Never married",
        (_, Role::Mother | Role::Wife | Role::Husband) => "Married",
        _ => ["Married", "Married", "Married", "Never married", "Divorced", "Widowed"]
            [dice.below(6) as usize],
    };
    let maiden = (sex == Sex::Female && marital == "Married").then(|| surname(dice, group));
    let city = &data::CITIES[dice.weighted(data::CITIES.iter().map(|c| c.weight))];
    let (insurer, member) = insurance(dice, age_on(birth, TODAY));
    Identity {
        mrn: mrn(seed, index),
        fhir_id: if index % 8 == 3 { format!("mrn-{}", mrn(seed, index)) } else { dice.uuid() },
        sex,
        first,
        middle: char::from(b"ABCDEFGHJKLMNPRSTW"[dice.below(18) as usize]),
        last,
        maiden,
        birth,
        race,
        hispanic,
        marital,
        ssn: ssn(seed, index),
        street: format!("{} {}", dice.between(100, 9899), dice.pick(&data::STREETS)),
        zip: if dice.percent(25.0) {
            format!("{}-{:04}", city.zip, dice.between(1001, 9899))
        } else {
            city.zip.clone()
        },
        phone: phone(dice, &city.area),
        city,
        email: String::new(),
        insurer,
        member,
        licence: if age_on(birth, TODAY) >= 16 {
            format!("K{:02}-{}-{}", dice.below(100), dice.digits(2), dice.digits(4))
        } else {
            String::new()
        },
    }
}

/// Same home, surname and insurer.
fn join_family(who: &mut Identity, other: &Identity) {
    who.last.clone_from(&other.last);
    who.street.clone_from(&other.street);
    who.city = other.city;
    who.zip.clone_from(&other.zip);
    who.race = other.race;
    who.hispanic = other.hispanic;
    who.insurer = other.insurer;
    if !other.member.is_empty() {
        who.member = format!("{}-02", other.member.trim_end_matches("-01"));
    }
}

fn insurance(dice: &mut Dice, age: i32) -> (&'static Insurer, String) {
    let kind = match age {
        65.. => "medicare",
        ..18 if dice.percent(40.0) => "medicaid",
        _ if dice.percent(7.0) => "self",
        _ if dice.percent(12.0) => "medicaid",
        _ => "commercial",
    };
    let choices: Vec<&'static Insurer> = data::INSURERS.iter().filter(|i| i.kind == kind).collect();
    let insurer = *dice.pick(&choices);
    let member = match kind {
        "medicare" => beneficiary(dice),
        "self" => String::new(),
        "medicaid" => format!("{}{}", insurer.prefix, dice.digits(8)),
        _ => format!("{}{}-01", insurer.prefix, dice.digits(9)),
    };
    (insurer, member)
}

/// A drawn Medicare beneficiary identifier in the CMS form C A AN N A AN N A A N N, without the
/// letters S, L, O, I, B and Z.
fn beneficiary(dice: &mut Dice) -> String {
    const LETTERS: &[u8] = b"ACDEFGHJKMNPQRTUVWXY";
    const BOTH: &[u8] = b"0123456789ACDEFGHJKMNPQRTUVWXY";
    let mut out = String::from("1");
    for kind in "ABNABNAANN".bytes() {
        let set = match kind {
            b'A' => LETTERS,
            b'B' => BOTH,
            _ => b"0123456789".as_slice(),
        };
        out.push(char::from(*dice.pick(set)));
    }
    out
}

fn email(who: &Identity, dice: &mut Dice) -> String {
    if age_on(who.birth, TODAY) < 14 || dice.percent(18.0) {
        return String::new();
    }
    let (first, last) = (plain(&who.first), plain(&who.last));
    let host = dice.pick(&["example.com", "example.net", "example.org", "mail.example.com"]);
    match dice.below(4) {
        0 => format!("{first}.{last}@{host}"),
        1 => format!("{}{last}{}@{host}", &first[..1], who.birth.year() % 100),
        2 => format!("{last}_{first}@{host}"),
        _ => format!("{first}{}@{host}", dice.between(10, 999)),
    }
}

fn stranger_contact(dice: &mut Dice, who: &Identity, relation: &'static str) -> Contact {
    let sex = match relation {
        "mother" | "wife" | "daughter" | "sister" => Sex::Female,
        "father" | "husband" | "son" | "brother" => Sex::Male,
        _ if dice.percent(50.0) => Sex::Female,
        _ => Sex::Male,
    };
    let year = match relation {
        "mother" | "father" => who.birth.year() - 28,
        "daughter" | "son" => who.birth.year() + 28,
        _ => who.birth.year(),
    };
    let last = match relation {
        "friend" | "neighbor" => surname(dice, ""),
        "daughter" | "sister" if dice.percent(40.0) => surname(dice, ""),
        _ => who.last.clone(),
    };
    Contact {
        relation,
        first: forename(dice, sex, year),
        last,
        phone: phone(dice, &who.city.area),
        mrn: None,
    }
}

fn known_contact(other: &Identity, relation: &'static str) -> Contact {
    Contact {
        relation,
        first: other.first.clone(),
        last: other.last.clone(),
        phone: other.phone.clone(),
        mrn: Some(other.mrn.clone()),
    }
}

fn contacts(seed: u64, index: u32, count: u32, who: &Identity) -> (Contact, Contact) {
    let mut dice = Dice::new(seed, "contacts", u64::from(index));
    let age = age_on(who.birth, TODAY);
    let spouse = if who.female() { "husband" } else { "wife" };
    let child = if dice.percent(55.0) { "daughter" } else { "son" };
    let contact = match role(index) {
        Role::Newborn => known_contact(&identity(seed, index - 1), "mother"),
        Role::Husband => known_contact(&identity(seed, index - 1), "wife"),
        Role::Wife if index + 1 < count => known_contact(&identity(seed, index + 1), "husband"),
        _ if age < 18 => stranger_contact(&mut dice, who, "mother"),
        _ if who.marital == "Married" => stranger_contact(&mut dice, who, spouse),
        _ if age > 60 => stranger_contact(&mut dice, who, child),
        _ => {
            let relation = *dice.pick(&["mother", "sister", "brother", "friend", "neighbor"]);
            stranger_contact(&mut dice, who, relation)
        }
    };
    let relation = match age {
        ..18 => "father",
        18..60 => *dice.pick(&["mother", "father", "sister", "brother"]),
        _ => *dice.pick(&["daughter", "son", "sister"]),
    };
    let second = match role(index) {
        Role::Mother if index + 1 < count => {
            let child = identity(seed, index + 1);
            known_contact(&child, if child.female() { "daughter" } else { "son" })
        }
        _ => stranger_contact(&mut dice, who, relation),
    };
    (contact, second)
}

/// Draws the whole patient.
pub(crate) fn draw(hospital: &Hospital, index: u32) -> Patient {
    let seed = hospital.options().seed;
    let who = identity(seed, index);
    let (contact, relative) = contacts(seed, index, hospital.options().patients, &who);
    let mut dice = Dice::new(seed, "clinical", u64::from(index));
    let home = match age_on(who.birth, TODAY) {
        ..18 => "Pediatrics",
        _ if dice.percent(60.0) => "Family Medicine",
        _ => "Internal Medicine",
    };
    let pcp = hospital.doctor_of(&mut dice, home);
    let mut patient = Patient {
        index,
        who,
        death: None,
        contact,
        relative,
        pcp,
        allergies: Vec::new(),
        chronic: Vec::new(),
        encounters: Vec::new(),
    };
    clinical::live(hospital, &mut patient, &mut dice);
    patient
}
