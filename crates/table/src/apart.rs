//! What a column's part becomes once it is known how well it tells people apart, by itself and with others
//! ([`anonymed_assess::apart`]). A part only ever becomes stricter: what nobody recognised stays so, with a
//! suggestion, or becomes an identifier.
//!
//! Numbers that would be kept are left out of the sets that are looked for: two laboratory values tell nearly
//! everybody apart, and nobody outside knows them. Prose and what is an identifier already is not released as it is.

use anonymed_assess::apart::{ApartReport, ApartSet, ApartSketch, ColumnApart, Counted};
use anonymed_core::{AttributeRole, FieldProfile};

use crate::batch::StringBatch;
use crate::profile::{ColumnClass, ColumnProfiler, Numbers};
use crate::values;

/// Share of people whom a column has to tell apart by itself to be an identifier.
const ALONE: f64 = 0.95;
/// Fewer people are told apart by chance.
const FEW_PEOPLE: u64 = 100;
/// Distinct values up to which a column of words that is not known may be categories.
const CATEGORIES: u64 = 64;
/// Values of a person up to which a column says something lasting of them.
const LASTING: f64 = 1.05;

/// Watches how well the columns of a part tell people apart.
pub(crate) struct ApartWatch {
    sketch: ApartSketch,
    subject: Option<usize>,
    /// The numbers of a batch's cells, row by row.
    numbers: Vec<u64>,
}

impl ApartWatch {
    pub(crate) fn new(columns: &[String], subject: Option<usize>) -> Self {
        let counted = if subject.is_some() { Counted::People } else { Counted::Rows };
        let sketch = ApartSketch::new(columns.to_vec(), counted);
        Self { sketch, subject, numbers: Vec::new() }
    }

    /// Sees a batch; each column's profile sees it, too.
    pub(crate) fn see(&mut self, batch: &StringBatch, profilers: &mut [ColumnProfiler]) {
        let width = profilers.len();
        self.numbers.clear();
        self.numbers.resize(batch.len() * width, 0);
        for (column, profiler) in profilers.iter_mut().enumerate() {
            for row in 0..batch.len() {
                let value = batch.value(column, row);
                let number = ApartSketch::number(value);
                self.numbers[row * width + column] = number;
                profiler.see_numbered(value, number);
            }
        }
        for row in 0..batch.len() {
            let whose = self.subject.and_then(|column| {
                let value = batch.value(column, row).trim();
                (!values::is_missing(value)).then(|| ApartSketch::number(value))
            });
            self.sketch.add(whose, &self.numbers[row * width..][..width]);
        }
    }

    /// What was learnt, of columns of these classes; those whose header may name somebody are in no set.
    pub(crate) fn report(
        self,
        classes: &[ColumnClass],
        suspects: &[Option<&'static str>],
    ) -> ApartReport {
        let is_searched = |column: &usize| {
            self.subject != Some(*column)
                && suspects[*column].is_none()
                && may_be_known(&classes[*column])
        };
        let searched: Vec<usize> = (0..classes.len()).filter(is_searched).collect();
        self.sketch.report(&searched)
    }
}

/// Whether somebody outside may know a column of people's.
fn may_be_known(class: &ColumnClass) -> bool {
    match class.profile.role {
        AttributeRole::Quasi | AttributeRole::Sensitive => true,
        AttributeRole::Insensitive => class.numbers == Numbers::No,
        AttributeRole::Unknown => class.numbers != Numbers::Measured,
        AttributeRole::Identifier | AttributeRole::FreeText => false,
    }
}

/// Takes what was learnt of a column into its class.
pub(crate) fn settle(class: &mut ColumnClass, told: &ColumnApart, report: &ApartReport) {
    use AttributeRole as R;
    let (numbers, words) = (class.numbers, class.words);
    let profile = &mut class.profile;
    if report.people < FEW_PEOPLE || matches!(profile.role, R::Identifier | R::FreeText) {
        if profile.role == R::Unknown {
            suggest(profile, told, (numbers, words.is_some()));
        }
        return;
    }
    let is_number = match profile.role {
        R::Unknown => numbers == Numbers::Measured,
        _ => numbers != Numbers::No,
    };
    let tells = told.alone >= ALONE;
    add(profile, &pairs(told.separation, report));
    if tells {
        add(profile, &format!("by itself it tells {}", share(told.alone, report)));
    } else if let Some(set) = &told.set {
        add(profile, &with_others(&profile.name, set, report));
    }
    match profile.role {
        R::Unknown | R::Insensitive | R::Sensitive if tells && !is_number => {
            profile.role = R::Identifier;
            profile.entity = None;
            profile.confidence = told.alone as f32;
        }
        R::Insensitive if told.set.is_some() && !tells => profile.role = R::Quasi,
        R::Unknown => suggest(profile, told, (numbers, words.is_some())),
        _ => {}
    }
}

/// Says what a column that nobody recognised might be.
fn suggest(
    profile: &mut FieldProfile,
    told: &ColumnApart,
    (numbers, has_own_words): (Numbers, bool),
) {
    if profile.filled == 0 {
        return;
    }
    let is_category = profile.distinct <= CATEGORIES && profile.distinct * 4 <= profile.filled;
    let (role, why) = match numbers {
        Numbers::No if has_own_words && !is_category => {
            (AttributeRole::Identifier, "the values may be names or addresses")
        }
        Numbers::No if !is_category => {
            (AttributeRole::Identifier, "few rows share a text, and nothing says what it is")
        }
        _ => (AttributeRole::Quasi, "as a quasi-identifier k would count it"),
    };
    profile.suggested = Some(role);
    add(profile, why);
    if told.values_each.is_some_and(|each| each <= LASTING) {
        add(profile, "a person has one value in all rows");
    }
}

fn add(profile: &mut FieldProfile, what: &str) {
    profile.reason.push_str("; ");
    profile.reason.push_str(what);
}

fn with_others(own: &str, set: &ApartSet, report: &ApartReport) -> String {
    let others: Vec<String> = set
        .columns
        .iter()
        .filter(|name| *name != own)
        .map(|name| format!("`{}`", name.chars().filter(|c| !c.is_control()).collect::<String>()))
        .collect();
    format!("with {} it tells {}", others.join(" and "), share(set.told, report))
}

/// `50 % of pairs of people differ in it`.
fn pairs(separation: f64, report: &ApartReport) -> String {
    let whom = whom(report);
    format!("{:.0} % of pairs of {whom} differ in it", (separation * 100.0).floor())
}

fn whom(report: &ApartReport) -> &'static str {
    match report.counted {
        Counted::People => "people",
        Counted::Rows => "rows",
    }
}

/// `97 % of people apart`.
fn share(told: f64, report: &ApartReport) -> String {
    let whom = whom(report);
    let drawn = if report.is_drawn { format!(" {} drawn", report.people) } else { String::new() };
    format!("{:.0} % of{drawn} {whom} apart", (told * 100.0).floor())
}

#[cfg(test)]
mod tests {
    use super::*;
    use AttributeRole as R;

    /// What a person has in a row.
    type Value<'a> = dyn Fn(u64, u64) -> String + 'a;

    /// A table of 400 rows of 200 people: columns by header, each by its values.
    fn settled(columns: &[(&str, &Value<'_>)], subject: bool) -> Vec<FieldProfile> {
        let names: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let mut names_with = names.clone();
        names_with.push("mrn".into());
        let mut watch = ApartWatch::new(&names_with, subject.then_some(names.len()));
        let mut profilers: Vec<_> = names_with.iter().map(|n| ColumnProfiler::new(n)).collect();
        let rows: Vec<u64> = (0..400).collect();
        let mut cells: Vec<Vec<String>> = columns
            .iter()
            .map(|(_, value)| rows.iter().map(|row| value(row % 200, *row)).collect())
            .collect();
        cells.push(rows.iter().map(|row| format!("P{:06}", row % 200)).collect());
        let arrays = cells.into_iter().map(arrow::array::StringArray::from).collect();
        watch.see(&StringBatch::new(rows, arrays), &mut profilers);
        let mut classes: Vec<_> = profilers.iter().map(|p| p.class(None)).collect();
        let report = watch.report(&classes, &vec![None; names_with.len()]);
        for (class, told) in classes.iter_mut().zip(&report.columns) {
            settle(class, told, &report);
        }
        classes.into_iter().map(|class| class.profile).take(names.len()).collect()
    }

    /// A number that is spread and the same everywhere.
    fn spread(number: u64, below: u64) -> u64 {
        let z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }

    #[test]
    fn what_tells_people_apart_is_never_kept() {
        let check = |header: &str, value: &Value<'_>, role: R, why: &str| {
            let field = &settled(&[(header, value)], true)[0];
            assert_eq!(field.role, role, "{header}: {}", field.reason);
            assert!(field.reason.contains(why), "{header}: {}", field.reason);
        };
        let own = "by itself it tells 100 % of people apart";
        let code = |person: u64, _| format!("{}q", spread(person + 3, 1 << 40));
        check("zqx", &code, R::Identifier, own);
        check("drug", &code, R::Identifier, own);
        check("zqx", &|person, _| format!("{person}"), R::Identifier, own);
        // Measurements tell people apart, too, and nobody outside knows them.
        let measured = |_, row: u64| format!("{}.{}", spread(row, 90), spread(row + 7, 1_000));
        check("hba1c", &measured, R::Insensitive, "by itself it tells");
        check("zqx", &measured, R::Unknown, "by itself it tells");
        check("platelets", &|_, row| format!("{}", 150_000 + row * 1_000), R::Insensitive, own);
        // Near misses: what many share.
        check("drug", &|person, _| format!("drug {}", person % 9), R::Insensitive, "89 % of pairs");
        check("zqx", &|person, _| format!("{}", person % 9), R::Unknown, "k would count it");
    }

    #[test]
    fn members_of_a_small_set_become_quasi_identifiers() {
        let region = |person: u64, _: u64| format!("r{}", spread(person, 90));
        let device = |person: u64, _: u64| format!("d{}", spread(person + 1_000, 80));
        let flag = |person: u64, _: u64| ["yes", "no"][(person % 2) as usize].to_owned();
        let fields = settled(&[("ethnicity", &region), ("drug", &device), ("smoker", &flag)], true);
        let drug = &fields[1];
        assert_eq!(drug.role, R::Quasi, "{}", drug.reason);
        assert!(drug.reason.contains("with `ethnicity` it tells 9"), "{}", drug.reason);
        assert!(fields[0].reason.contains("with `drug` it tells 9"), "{}", fields[0].reason);
        assert!(!fields[2].reason.contains("tells"), "{}", fields[2].reason);
        // Without a person in any row, rows are told apart.
        let rows = settled(&[("zqx", &|_, row| format!("v{row}"))], false);
        assert!(rows[0].reason.contains("100 % of rows apart"), "{}", rows[0].reason);
    }

    #[test]
    fn what_nobody_knows_gets_a_suggestion_and_no_part() {
        let check = |value: &Value<'_>, suggested: R, why: &str| {
            let field = &settled(&[("zqx", value)], true)[0];
            assert_eq!((field.role, field.suggested), (R::Unknown, Some(suggested)), "{why}");
            assert!(field.reason.contains(why), "{}", field.reason);
        };
        check(&|person, _| format!("kind {}", person % 3), R::Quasi, "one value in all rows");
        check(&|_, row| format!("{}", row % 70), R::Quasi, "k would count it");
        let words = ["Zzy", "Yxa", "Wvu", "Tsr", "Qpo", "Nml", "Kji", "Hgf", "Edc"];
        let name = |person: u64, _: u64| {
            format!("{}o {}e", words[(person % 9) as usize], words[(person / 9 % 9) as usize])
        };
        check(&name, R::Identifier, "names or addresses");
        let code = |person: u64, _: u64| format!("x{}-{}", person % 80, person % 2);
        check(&code, R::Identifier, "few rows share a text");
    }
}
