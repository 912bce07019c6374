//! Reads the shipped tables.

use std::collections::BTreeMap;

use super::ExtensionRule;
use crate::schema::{self, Row, TypeId};

const RESOURCES: &str = include_str!("resources.csv");
const DATATYPES: &str = include_str!("datatypes.csv");
const EXTENSIONS: &str = include_str!("extensions.csv");
const COMPARTMENT: &str = include_str!("compartment.csv");

/// What is done with the values of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rule {
    /// Left out.
    Drop,
    /// Its own elements decide.
    Walk,
    /// Written as it is.
    Keep,
    /// Free text, for the text engine.
    Text,
    /// The display of a Coding: free text, where there are a system and a code.
    Display,
    /// The code of a Coding: as it is in a public terminology, else re-keyed unless plain.
    Code,
    /// A date, dateTime or instant of the patient.
    Date,
    /// A birth date.
    Birth,
    /// An Age, or a Range of ages.
    Age,
    /// A measured number or quantity, which is an age where the question beside it says so.
    Measure,
    /// Free text, in which a bare number is an age where the element or question says so.
    AgeText,
    /// A resource's id.
    Id,
    /// A URI of a definition; others are left out or re-keyed.
    Canonical,
    /// A postal code.
    Zip3,
    /// A state of the United States.
    State,
    /// A country.
    Country,
    /// A code of a value set of the standard, a media type or a language.
    Token,
    /// A unit or short text, that stays where the text engine would not touch it.
    Label,
    /// The version of a code system.
    Version,
    /// The address of a definition that is published for everybody.
    Definition,
    /// An Attachment.
    Attachment,
    /// An Identifier.
    Identifier,
    /// The identifiers of a Patient.
    PatientIdentifier,
    /// A Reference.
    Reference,
    /// A Narrative.
    Narrative,
    /// The numbers of SampledData.
    Sampled,
    /// A DICOM unique identifier.
    Uid,
    /// An address of a resource in a Bundle.
    Url,
    /// Extensions.
    Extensions,
    /// Modifier extensions.
    Modifiers,
    /// A whole resource in an entry.
    Resource,
    /// Contained resources.
    Contained,
}

impl Rule {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "drop" | "div" => Self::Drop,
            "keep" => Self::Keep,
            "text" => Self::Text,
            "display" => Self::Display,
            "code" => Self::Code,
            "date" => Self::Date,
            "birth" => Self::Birth,
            "age" => Self::Age,
            "measure" => Self::Measure,
            "age-text" => Self::AgeText,
            "id" => Self::Id,
            "canonical" => Self::Canonical,
            "zip3" => Self::Zip3,
            "state" => Self::State,
            "country" => Self::Country,
            "token" => Self::Token,
            "label" => Self::Label,
            "version" => Self::Version,
            "definition" => Self::Definition,
            "attachment" => Self::Attachment,
            "identifier" => Self::Identifier,
            "patient-id" => Self::PatientIdentifier,
            "reference" => Self::Reference,
            "narrative" => Self::Narrative,
            "sampled" => Self::Sampled,
            "uid" => Self::Uid,
            "url" => Self::Url,
            "extension" => Self::Extensions,
            "modifier" => Self::Modifiers,
            "resource" => Self::Resource,
            "contained" => Self::Contained,
            _ => return None,
        })
    }

    /// What the scan says is done, in a word.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Drop => "dropped",
            Self::Walk | Self::Measure => "by its parts",
            Self::Keep
            | Self::State
            | Self::Country
            | Self::Token
            | Self::Label
            | Self::Version
            | Self::Definition
            | Self::Canonical
            | Self::Display
            | Self::Code
            | Self::Sampled => "kept",
            Self::Text | Self::AgeText | Self::Narrative | Self::Attachment => "free text",
            Self::Date | Self::Birth => "date",
            Self::Age | Self::Zip3 => "made coarser",
            Self::Id
            | Self::Identifier
            | Self::PatientIdentifier
            | Self::Reference
            | Self::Uid
            | Self::Url => "re-keyed",
            Self::Extensions | Self::Modifiers => "by address",
            Self::Resource | Self::Contained => "by resource type",
        }
    }
}

/// The shipped tables, by row of the element-type table.
pub(crate) struct Table {
    pub(crate) rules: Vec<Rule>,
    pub(crate) limited: Vec<Rule>,
    pub(crate) masked: Vec<bool>,
    /// Basis of each row; empty where no row of the tables names the element.
    pub(crate) basis: Vec<&'static str>,
    /// By type: what is done with its values where no element says otherwise.
    pub(crate) types: Vec<Rule>,
    /// By type: whether resources of it have a profile.
    pub(crate) profiled: Vec<bool>,
    pub(crate) extensions: Vec<(String, ExtensionRule, &'static str)>,
    pub(crate) compartment: BTreeMap<TypeId, Vec<&'static str>>,
}

/// One line of a table of elements.
#[derive(Clone, Copy)]
struct Line {
    rule: &'static str,
    limited: &'static str,
    masked: bool,
    basis: &'static str,
}

impl Line {
    fn parse(text: &'static str) -> Option<(&'static str, Self)> {
        let mut fields = text.splitn(5, ',');
        let path = fields.next()?;
        let (rule, limited) = (fields.next()?, fields.next()?);
        let masked = fields.next()? == "masked";
        Some((path, Self { rule, limited, masked, basis: fields.next()? }))
    }
}

impl Table {
    /// Reads the shipped tables.
    ///
    /// # Errors
    ///
    /// The line that names no element or rule.
    pub(crate) fn load() -> Result<Self, String> {
        let mut table = Self {
            rules: vec![Rule::Drop; schema::rows()],
            limited: vec![Rule::Drop; schema::rows()],
            masked: vec![false; schema::rows()],
            basis: vec![""; schema::rows()],
            types: vec![Rule::Drop; schema::types()],
            profiled: vec![false; schema::types()],
            extensions: Vec::new(),
            compartment: BTreeMap::new(),
        };
        let mut types: BTreeMap<TypeId, Line> = BTreeMap::new();
        let mut rows: Vec<(Row, Line)> = Vec::new();
        let mut resource_lines: Vec<(&str, Line)> = Vec::new();
        let mut backbone_lines: Vec<(&str, Line)> = Vec::new();
        for text in DATATYPES.lines().skip(1).chain(RESOURCES.lines().skip(1)) {
            let (path, line) = Line::parse(text).ok_or_else(|| format!("profile line {text}"))?;
            if let Some(name) = path.strip_prefix("Resource.") {
                resource_lines.push((name, line));
            } else if let Some(name) = path.strip_prefix("BackboneElement.") {
                backbone_lines.push((name, line));
            } else if let Some(row) = row(path) {
                rows.push((row, line));
            } else {
                let of = TypeId::of(path).ok_or_else(|| format!("no element {path}"))?;
                types.insert(of, line);
            }
        }
        for (of, line) in &types {
            let rule = Rule::parse(line.rule).ok_or_else(|| format!("no rule {}", line.rule))?;
            table.types[usize::from(of.0)] = rule;
        }
        for owner in rows.iter().map(|(row, _)| row.owner()).filter(|t| !t.is_resource()) {
            table.types[usize::from(owner.0)] = Rule::Walk;
        }
        let owners: Vec<TypeId> = rows.iter().map(|(row, _)| row.owner()).collect();
        for (row, line) in &rows {
            table.put(*row, line, &types)?;
        }
        for owner in owners {
            let lines = if owner.is_resource() {
                table.profiled[usize::from(owner.0)] = true;
                &resource_lines
            } else {
                &backbone_lines
            };
            for (name, line) in lines {
                if let Some(row) = owner.element(name) {
                    table.put(row, line, &types)?;
                }
            }
        }
        table.read_lists()?;
        Ok(table)
    }

    fn put(&mut self, row: Row, line: &Line, types: &BTreeMap<TypeId, Line>) -> Result<(), String> {
        let at = usize::from(row.0);
        let rule = resolve(row, line.rule, types)?;
        self.rules[at] = rule;
        self.limited[at] =
            if line.limited.is_empty() { rule } else { resolve(row, line.limited, types)? };
        self.masked[at] = line.masked;
        self.basis[at] = line.basis;
        Ok(())
    }

    fn read_lists(&mut self) -> Result<(), String> {
        for text in EXTENSIONS.lines().skip(1) {
            let mut fields = text.splitn(3, ',');
            let (url, rule) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
            let rule = match rule {
                "drop" => ExtensionRule::Drop,
                "type" => ExtensionRule::Type,
                "keep" => ExtensionRule::Keep,
                _ => return Err(format!("no extension rule in {text}")),
            };
            self.extensions.push((url.to_owned(), rule, fields.next().unwrap_or("")));
        }
        for text in COMPARTMENT.lines().skip(1) {
            let (name, elements) = text.split_once(',').unwrap_or((text, ""));
            let of = TypeId::of(name).ok_or_else(|| format!("no type {name}"))?;
            for element in elements.split(' ') {
                if schema::resolve(&format!("{name}.{element}")).is_empty() {
                    return Err(format!("no element {name}.{element}"));
                }
            }
            self.compartment.insert(of, elements.split(' ').collect());
        }
        Ok(())
    }

    /// The letter of 45 CFR 164.514(b)(2)(i) that a row's basis names.
    pub(crate) fn letter(&self, row: Row) -> Option<char> {
        let basis = self.basis[usize::from(row.0)];
        let letter = basis.chars().next().filter(|c| ('A'..='R').contains(c))?;
        basis.chars().nth(1).is_none_or(|c| !c.is_alphanumeric()).then_some(letter)
    }
}

fn row(path: &str) -> Option<Row> {
    let (owner, element) = path.rsplit_once('.')?;
    TypeId::of(owner)?.element(element)
}

fn resolve(row: Row, rule: &str, types: &BTreeMap<TypeId, Line>) -> Result<Rule, String> {
    let of = row.of();
    let rule = match (rule, types.get(&of)) {
        ("type", Some(line)) => line.rule,
        ("type", None) if of.is_complex() => return Ok(Rule::Walk),
        ("keep", _) if of.is_complex() => return Ok(Rule::Walk),
        ("type", None) => return Err(format!("no rule for type {}", of.name())),
        (rule, _) => rule,
    };
    Rule::parse(rule).ok_or_else(|| format!("no rule {rule}"))
}
