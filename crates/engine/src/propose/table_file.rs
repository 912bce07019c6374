//! A configuration for one table, proposed: what `anonymed table anonymize --config` takes, with the reason of
//! every line beside it.

use std::fmt::Write;

use anonymed_core::policy::RiskScope;
use anonymed_core::{AttributeRole, EntityType, FieldProfile};
use anonymed_table::Part;

use super::toml_text::{quoted, toml_key};
use super::{Around, NOT_RECOGNISED, PROPOSED_K, note, proposal, why};

/// The part that a column is proposed to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProposedPart {
    /// It tells people apart and is not released.
    Subject,
    /// One of the configuration's roles.
    Role(AttributeRole),
    /// None: it is not released, and stands there as a comment.
    None,
}

/// The text of a configuration and the part of each column; nothing where no column could be generalised.
pub(crate) fn table_file(
    table: &Part,
    fields: &[FieldProfile],
) -> Option<(String, Vec<ProposedPart>)> {
    let all: Vec<&FieldProfile> = fields.iter().collect();
    let around = Around::of(&all, RiskScope::Table);
    let mut parts: Vec<ProposedPart> =
        fields.iter().map(|field| part(table, field, around)).collect();
    let quasi = ProposedPart::Role(AttributeRole::Quasi);
    let kept = ProposedPart::Role(AttributeRole::Insensitive);
    let has_quasi = parts.contains(&quasi);
    if !has_quasi {
        // A release of kept columns alone would promise nothing.
        parts.iter_mut().filter(|part| **part == kept).for_each(|part| *part = quasi);
    }
    if !parts.contains(&quasi) {
        return None;
    }
    let mut out = String::from(
        "# Proposed by `anonymed table propose` from what the table holds. Read it, change it, then\n\
         # `anonymed table anonymize`. Roles: identifier, quasi, sensitive, text, keep. A column that is not named\n\
         # here is not released.\n",
    );
    match fields.iter().zip(&parts).find(|(_, part)| **part == ProposedPart::Subject) {
        Some((field, _)) => {
            let _ = writeln!(
                out,
                "subject = {}  # tells people apart, so that people are counted and not rows: {}",
                quoted(&field.name),
                why(field, "")
            );
        }
        None => out.push_str("# No column tells people apart: each row counts as one person.\n"),
    }
    out.push_str("[columns]\n");
    for (field, part) in fields.iter().zip(&parts) {
        let was_kept = !has_quasi && *part == quasi;
        line(&mut out, field, *part, &notes(field, around, was_kept));
    }
    let _ = writeln!(
        out,
        "\n[[model]]\nk = {PROPOSED_K}  # every class of quasi-identifiers holds so many people\n\n[search]\n\
         suppress_max = 0.05  # share of people that may be left out"
    );
    Some((out, parts))
}

fn line(out: &mut String, field: &FieldProfile, part: ProposedPart, notes: &str) {
    let (name, why) = (toml_key(&field.name), why(field, notes));
    let _ = match part {
        ProposedPart::Subject => Ok(()),
        ProposedPart::Role(role) => writeln!(out, "{name} = {{ role = \"{role}\" }}  # {why}"),
        ProposedPart::None => {
            let role = field.suggested.unwrap_or(AttributeRole::Identifier);
            writeln!(out, "# {name} = {{ role = \"{role}\" }}  # {NOT_RECOGNISED}: {why}")
        }
    };
}

/// A project's proposal without what needs a key: pseudonyms, shifted dates, scrubbed prose.
fn part(table: &Part, field: &FieldProfile, around: Around) -> ProposedPart {
    // A header that two columns have names neither.
    if table.headers.repeated.contains(&field.name) {
        return ProposedPart::None;
    }
    if field.subject {
        return ProposedPart::Subject;
    }
    let (action, role) = proposal(field, around);
    match (action.verb, role) {
        (_, AttributeRole::Unknown) => ProposedPart::None,
        ("keep" | "generalize", role) => ProposedPart::Role(role),
        _ => ProposedPart::Role(AttributeRole::Identifier),
    }
}

/// What has to be said beside the reason.
fn notes(field: &FieldProfile, around: Around, was_kept: bool) -> String {
    let (action, _) = proposal(field, around);
    let mut notes = note(field, around).to_owned();
    notes.push_str(match (action.verb, field.entity) {
        ("text", _) => "; prose: action = \"text\" scrubs it, with a key file and `[keys] domain`",
        ("shift", _) => {
            "; a date: as \"quasi\" it would become ranges; action = \"shift\" moves it, with a key file and \
             `[keys] domain`"
        }
        ("generalize", Some(EntityType::Age)) => "; hierarchy = \"age\" may fit",
        ("generalize", Some(EntityType::Zip)) => "; hierarchy = \"zip\" may fit",
        ("generalize", Some(EntityType::Date)) => "; hierarchy = \"date\" may fit",
        _ if was_kept => "; no column is known to say who somebody is, so k counts this one",
        _ => "",
    });
    notes
}

#[cfg(test)]
mod tests {
    use anonymed_core::policy::TableConfig;

    use super::*;

    fn field(name: &str, role: AttributeRole, entity: Option<EntityType>) -> FieldProfile {
        FieldProfile {
            part: None,
            name: name.into(),
            role,
            entity,
            subject: name == "mrn",
            confidence: 0.9,
            reason: "why\nnot".into(),
            suggested: (role == AttributeRole::Unknown).then_some(AttributeRole::Quasi),
            filled: 9,
            total: 9,
            distinct: 9,
            examples: vec!["9".into()],
        }
    }

    fn table(repeated: &[&str]) -> Part {
        let mut part = Part { sheet: None, columns: Vec::new(), headers: Default::default() };
        part.headers.repeated = repeated.iter().map(|name| (*name).to_owned()).collect();
        part
    }

    #[test]
    fn every_kind_of_column_gets_a_part_that_is_read() {
        use AttributeRole as R;
        let fields = [
            field("mrn", R::Identifier, Some(EntityType::Mrn)),
            field("age", R::Quasi, Some(EntityType::Age)),
            field("birth_date", R::Quasi, Some(EntityType::Date)),
            field("admit_date", R::Identifier, Some(EntityType::Date)),
            field("note", R::FreeText, None),
            field("dx code", R::Sensitive, None),
            field("drug", R::Insensitive, None),
            field("zqx", R::Unknown, None),
            field("twice", R::Quasi, None),
        ];
        let (text, _) = table_file(&table(&["twice"]), &fields).unwrap();
        let config = TableConfig::parse(&text).unwrap();
        assert_eq!(config.subject.as_deref(), Some("mrn"));
        let roles: Vec<(&str, R)> =
            config.columns.iter().map(|(name, column)| (name.as_str(), column.role)).collect();
        let expect = [
            ("age", R::Quasi),
            ("birth_date", R::Identifier),
            ("admit_date", R::Identifier),
            ("note", R::Identifier),
            ("dx code", R::Sensitive),
            ("drug", R::Insensitive),
        ];
        let mut sorted = expect.to_vec();
        sorted.sort_unstable_by_key(|(name, _)| *name);
        let mut roles = roles;
        roles.sort_unstable_by_key(|(name, _)| *name);
        assert_eq!(roles, sorted);
        assert!(
            text.contains("# zqx = { role = \"quasi\" }") && text.contains("# twice = "),
            "{text}"
        );
        let explained =
            text.lines().filter(|line| line.contains(" = { role")).all(|l| l.contains("why"));
        assert!(explained, "{text}");
    }

    #[test]
    fn a_table_of_kept_columns_is_generalised_all_the_same() {
        use AttributeRole as R;
        let (text, parts) =
            table_file(&table(&[]), &[field("drug", R::Insensitive, None)]).unwrap();
        assert_eq!(parts, [ProposedPart::Role(R::Quasi)]);
        assert!(text.contains("so k counts this one"), "{text}");
        assert!(table_file(&table(&[]), &[field("note", R::FreeText, None)]).is_none());
    }
}
