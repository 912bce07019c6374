//! Proposes a policy from what a scan saw: a commented TOML file a person reads and edits.

mod names;
mod shipped;
mod table_file;
pub(crate) mod toml_text;

use std::fmt::Write;

use anonymed_core::policy::{OnUnclassified, Profile, RiskScope};
use anonymed_core::{AttributeRole, EntityType, FieldProfile};
use anonymed_table::LifeDate;
use jiff::civil::Date;

use crate::scan::{Entry, Scan, Status};

pub use names::{is_safe_word, safe_stem};
pub use shipped::shipped;
pub(crate) use table_file::{ProposedPart, table_file};

use names::pattern;
use toml_text::{commented, quoted, toml_key};

/// Smallest number of patients a class of quasi-identifiers is proposed to hold.
const PROPOSED_K: u32 = 5;

/// What the person who asks has already decided.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// The profile.
    pub profile: Profile,
    /// Name of the release family, which is also the pseudonym domain.
    pub name: String,
    /// The day ages are reckoned on.
    pub as_of: Date,
    /// Why the data are released.
    pub purpose: String,
    /// What happens to fields that were not recognised.
    pub on_unclassified: OnUnclassified,
}

/// Writes the policy text.
pub fn propose(scan: &Scan, wishes: &Wishes) -> String {
    let mut out = String::new();
    head(&mut out, wishes);
    scope(&mut out, scan, wishes);
    authorities(&mut out, scan);
    time(&mut out, wishes);
    for entry in &scan.inventory.files {
        if is_table(entry) && !is_side_table(entry) {
            tables(&mut out, scan, entry, wishes.profile.risk_scope());
        }
    }
    tail(&mut out);
    out
}

/// Whether an entry is a table that could be read.
pub fn is_table(entry: &Entry) -> bool {
    matches!(&entry.status, Status::Recognised(format) if format.modality == "table")
}

/// Whether a table is a code list or a hierarchy: it speaks of nobody.
pub fn is_side_table(entry: &Entry) -> bool {
    entry.mentions == 0 && anonymed_table::looks_like_code_list(&entry.fields)
}

fn head(out: &mut String, wishes: &Wishes) {
    let _ = writeln!(
        out,
        "# Proposed by `anonymed` from what the scan saw. Read it, change it, then `anonymed plan`.\n\
         # Actions: keep, drop, redact, mask, pseudonym, surrogate, shift, generalize, perturb,\n\
         # encrypt, text. A column that is not named here is never kept.\n\
         schema = 1\nname = {}\nprofile = {}\npurpose = {}\non_unclassified = {}\n\n\
         [keys]\n# One person has one pseudonym in this domain; use another for another recipient.\n\
         domain = {}\nmode = {}\n",
        quoted(&wishes.name),
        quoted(wishes.profile.as_str()),
        quoted(&wishes.purpose),
        quoted(wishes.on_unclassified.as_str()),
        quoted(&wishes.name),
        quoted(wishes.profile.pseudonym_mode().as_str()),
    );
}

/// Says what a release whose risk is counted over everything in it leaves out.
fn scope(out: &mut String, scan: &Scan, wishes: &Wishes) {
    if wishes.profile.risk_scope() != RiskScope::Joint {
        return;
    }
    let read = |entry: &&Entry| matches!(entry.status, Status::Recognised(_)) && !is_table(entry);
    let others = scan.inventory.files.iter().filter(read).count();
    let _ = writeln!(
        out,
        "# This profile claims that nobody can be singled out over everything released together. What\n\
         # notes, FHIR and prose columns tell of a patient cannot be counted in that yet: {others} such\n\
         # files and the prose columns below are left out. Each table has codes and an order of rows of\n\
         # its own. For notes and FHIR make another release, under a profile that claims less.\n"
    );
}

fn authorities(out: &mut String, scan: &Scan) {
    let groups = scan.graph.propose_authorities();
    let counts = scan.graph.authorities();
    let _ = writeln!(
        out,
        "[subject]\non_conflict = \"quarantine\"\n\n\
         # Which identifiers are one numbering of patients: those that share their values.\n\
         # The first authority that knows a patient gives the canonical key."
    );
    for overlap in scan.graph.overlaps() {
        let line: String = overlap.to_string().chars().filter(|c| !c.is_control()).collect();
        let _ = writeln!(out, "# Warning: {line}.");
    }
    for (name, raws) in groups {
        let _ = writeln!(out, "[[subject.authority]]\nname = {}", quoted(&name));
        let _ = writeln!(out, "matches = [");
        for raw in raws {
            let count = counts.get(raw.as_str()).copied().unwrap_or(0);
            let _ = writeln!(out, "  {},  # {count} identifiers", quoted(&raw));
        }
        let _ = writeln!(out, "]\n");
    }
}

fn time(out: &mut String, wishes: &Wishes) {
    let mode = wishes.profile.time_mode().as_str();
    let _ = writeln!(out, "[time]\nmode = \"{mode}\"");
    if mode == "shift" {
        let _ = writeln!(
            out,
            "range_days = 365    # each patient's dates move together by 1 to 365 days either way"
        );
    }
    let _ = writeln!(
        out,
        "age_cap = 89        # 45 CFR 164.514(b)(2)(i)(C)\nas_of = \"{}\"\n",
        wishes.as_of
    );
}

fn tables(out: &mut String, scan: &Scan, entry: &Entry, scope: RiskScope) {
    let pattern = pattern(scan, entry);
    let _ = writeln!(out, "# {}: {} rows", entry.number, entry.records);
    for (what, count) in &entry.unseen {
        let _ = writeln!(out, "# {count} × {what}: not seen by a reader, not in the release");
    }
    for part in parts(&entry.fields) {
        let _ = writeln!(out, "[[table]]\nfiles = {}", quoted(&pattern));
        if let Some(sheet) = part.sheet {
            let _ = writeln!(out, "sheet = {}", quoted(sheet));
        }
        let subject = part.fields.iter().find(|f| f.subject);
        if let Some(subject) = subject {
            let _ = writeln!(out, "subject = {}", quoted(column_name(subject)));
        } else {
            let _ = writeln!(out, "# no patient column: each row counts as one person");
        }
        let around = Around::of(&part.fields, scope);
        let quasi = part.fields.iter().any(|f| proposal(f, around).1 == AttributeRole::Quasi);
        if quasi {
            let _ = writeln!(
                out,
                "model = [{{ k = {PROPOSED_K} }}]   # over patients, not rows\nsuppress_max = 0.05"
            );
        }
        let _ = writeln!(out, "[table.columns]");
        for field in &part.fields {
            column(out, field, around);
        }
        out.push('\n');
    }
}

fn column(out: &mut String, field: &FieldProfile, around: Around) {
    let name = toml_key(column_name(field));
    let (action, role) = proposal(field, around);
    let comment = why(field, note(field, around));
    if role == AttributeRole::Unknown {
        let line = match field.suggested {
            Some(AttributeRole::Quasi) => "{ action = \"keep\", role = \"quasi\" }",
            _ => "{ action = \"drop\", role = \"identifier\" }",
        };
        let _ = writeln!(out, "# {name} = {line}  # {NOT_RECOGNISED}: {comment}");
        return;
    }
    let mut parts = vec![format!("action = \"{}\"", action.verb)];
    if let Some(to) = action.to {
        parts.push(format!("to = \"{to}\""));
    }
    parts.push(format!("role = \"{role}\""));
    if let Some(entity) = field.entity {
        parts.push(format!("entity = \"{entity}\""));
    }
    let _ = writeln!(out, "{name} = {{ {} }}  # {comment}", parts.join(", "));
}

/// What stands at a column that nobody recognised.
const NOT_RECOGNISED: &str = "not recognised and not released, unless the first # is taken away";

/// Why a column is proposed so, on one line.
fn why(field: &FieldProfile, note: &str) -> String {
    let examples = field.examples.iter().take(2).cloned().collect::<Vec<_>>().join(" | ");
    let sure = match field.role {
        AttributeRole::Unknown => String::new(),
        _ => format!(" (sure to {:.0} %)", field.confidence * 100.0),
    };
    let examples = if examples.is_empty() { examples } else { format!("; as {examples}") };
    commented(&format!("{}{sure}{note}{examples}", field.reason))
}

struct Proposed {
    verb: &'static str,
    to: Option<&'static str>,
}

const fn verb(verb: &'static str) -> Proposed {
    Proposed { verb, to: None }
}

const fn generalize(to: &'static str) -> Proposed {
    Proposed { verb: "generalize", to: Some(to) }
}

/// What stands in the same table as a field and bears on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    /// A column of ages, which say what a birth year says and no more.
    Age,
}

/// What bears on a field from outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Around {
    beside: Beside,
    scope: RiskScope,
}

impl Around {
    fn of(fields: &[&FieldProfile], scope: RiskScope) -> Self {
        Self { beside: Beside::of(fields), scope }
    }
}

impl Beside {
    fn of(fields: &[&FieldProfile]) -> Self {
        let age = |f: &&FieldProfile| {
            f.entity == Some(EntityType::Age) && f.role == AttributeRole::Quasi && !f.subject
        };
        if fields.iter().any(age) { Self::Age } else { Self::Nothing }
    }
}

/// Which date of a life a field holds.
fn life_date(field: &FieldProfile) -> Option<LifeDate> {
    (field.entity == Some(EntityType::Date)).then(|| anonymed_table::life_date(&field.name))?
}

/// Why a date of a life is treated as no other date is.
fn note(field: &FieldProfile, around: Around) -> &'static str {
    match (life_date(field), around.beside) {
        (Some(LifeDate::Birth), Beside::Age) => "; left out, since the table has ages",
        (Some(_), _) => "; anybody can look it up, so k counts it",
        (None, _) if around.scope == RiskScope::Joint && field.role == AttributeRole::FreeText => {
            "; left out, since what prose tells cannot be counted in the joint risk"
        }
        (None, _) => "",
    }
}

/// The action for a field, and its role once the action is taken.
fn proposal(field: &FieldProfile, around: Around) -> (Proposed, AttributeRole) {
    use AttributeRole as R;
    use EntityType as E;
    if field.subject {
        return (verb("pseudonym"), R::Identifier);
    }
    match (life_date(field), around.beside) {
        (Some(LifeDate::Birth), Beside::Age) => return (verb("drop"), R::Identifier),
        (Some(_), _) => return (generalize("year"), R::Quasi),
        (None, _) => {}
    }
    match (field.role, field.entity) {
        (R::Unknown, _) => (verb("drop"), R::Unknown),
        (R::FreeText, _) if around.scope == RiskScope::Joint => (verb("drop"), R::FreeText),
        (R::FreeText, _) => (verb("text"), R::FreeText),
        (_, Some(E::Date)) => (verb("shift"), R::Insensitive),
        (_, Some(E::Zip)) => (generalize("zip3"), R::Quasi),
        (_, Some(E::Age)) => (generalize("age-cap"), R::Quasi),
        (_, Some(E::State | E::Country)) => (verb("keep"), R::Quasi),
        (R::Identifier, Some(E::Account | E::Accession | E::OtherId | E::Mrn | E::Device)) => {
            (verb("pseudonym"), R::Identifier)
        }
        (R::Identifier, _) => (verb("drop"), R::Identifier),
        (R::Quasi, Some(e)) if e.hipaa().is_some() => (verb("drop"), R::Identifier),
        (R::Quasi, _) => (verb("keep"), R::Quasi),
        (R::Sensitive, _) => (verb("keep"), R::Sensitive),
        (R::Insensitive, Some(e)) if e.hipaa().is_some() => (verb("drop"), R::Identifier),
        (R::Insensitive, _) => (verb("keep"), R::Insensitive),
    }
}

struct Part<'a> {
    sheet: Option<&'a str>,
    fields: Vec<&'a FieldProfile>,
}

/// Fields by sheet: a workbook's fields are named `sheet!column`.
fn parts(fields: &[FieldProfile]) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for field in fields {
        let sheet = field.part.as_deref();
        match parts.iter_mut().find(|p| p.sheet == sheet) {
            Some(part) => part.fields.push(field),
            None => parts.push(Part { sheet, fields: vec![field] }),
        }
    }
    parts
}

fn column_name(field: &FieldProfile) -> &str {
    &field.name
}

fn tail(out: &mut String) {
    out.push_str(
        "[text]\n# What stands for names and numbers in free text.\nnames = \"surrogate\"\n\
         numbers = \"surrogate\"\nallow = []   # texts that are never identifiers\n\
         deny = []    # texts that always are\n\n\
         [fhir]\nkeep_extensions = []   # URLs beside the profile's own list\n\n\
         [risk]\n# The release gate. A share of subjects; 0.2 is one in a class of five.\n\
         max_prosecutor = 0.2\nmin_cell = 11        # smaller counts are hidden in the report\n\
         max_quarantined = 0.05    # share of files, or of the prose cells of a column, verification may take out\n",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_a_life_are_quasi_identifiers() {
        let field = |name: &str, role, entity| FieldProfile {
            part: None,
            name: name.into(),
            role,
            entity: Some(entity),
            subject: false,
            confidence: 0.9,
            reason: "the header".into(),
            suggested: None,
            filled: 9,
            total: 9,
            distinct: 9,
            examples: Vec::new(),
        };
        let birth = field("birth_date", AttributeRole::Quasi, EntityType::Date);
        let death = field("death_date", AttributeRole::Quasi, EntityType::Date);
        let admitted = field("admit_date", AttributeRole::Identifier, EntityType::Date);
        let age = field("age", AttributeRole::Quasi, EntityType::Age);
        let line = |field: &FieldProfile, beside: &[&FieldProfile]| {
            let mut out = String::new();
            column(&mut out, field, Around::of(beside, RiskScope::Table));
            out.split("  #").next().unwrap_or_default().to_owned()
        };
        let year =
            "{ action = \"generalize\", to = \"year\", role = \"quasi\", entity = \"date\" }";
        assert_eq!(line(&birth, &[&birth]), format!("birth_date = {year}"));
        assert_eq!(line(&death, &[&birth, &age]), format!("death_date = {year}"));
        assert!(line(&birth, &[&birth, &age]).contains("drop"));
        assert!(line(&admitted, &[&birth, &age]).contains("shift"));
    }
}
