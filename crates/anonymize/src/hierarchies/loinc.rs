//! LOINC codes by class and class type, from the user's own copy of `Loinc.csv` or `LoincTableCore.csv`: the
//! licence of LOINC lets a table of it be shipped only with its notice, and releases come twice a year.
//!
//! Class types: LOINC Users' Guide, appendix A, `CLASSTYPE`. A class that has terms of several types is told
//! apart by type.

use anonymed_core::policy::HierarchyBuild;
use hashbrown::{HashMap, HashSet};

use super::{BuildError, Climb, ColumnValues, HierarchyBuilder, Path};

/// See the module.
#[derive(Debug)]
pub(super) struct Loinc;

impl HierarchyBuilder for Loinc {
    fn name(&self) -> &'static str {
        "loinc"
    }

    fn source(&self) -> &'static str {
        "LOINC, Regenstrief Institute: the user's own copy"
    }

    fn climb<'a>(
        &self,
        build: &'a HierarchyBuild,
        column: &ColumnValues<'_>,
        reference: &'a str,
    ) -> Option<Result<Climb<'a>, BuildError>> {
        matches!(build, HierarchyBuild::Loinc { .. }).then(|| {
            let paths = read(reference, &column.texts)?;
            Ok(Box::new(move |text: &str| paths.get(text.trim()).cloned()) as Climb<'a>)
        })
    }
}

/// The paths of the codes that a column has.
fn read(reference: &str, texts: &[&str]) -> Result<HashMap<String, Path>, BuildError> {
    let wanted: HashSet<&str> = texts.iter().map(|text| text.trim()).collect();
    let mut records = Records::new(reference);
    let header = records.next().unwrap_or_default();
    let at = |name: &'static str| {
        header.iter().position(|field| field == name).ok_or(BuildError::NoColumn(name))
    };
    let (code, class, kind) = (at("LOINC_NUM")?, at("CLASS")?, at("CLASSTYPE")?);
    let mut types: HashMap<String, Vec<&'static str>> = HashMap::new();
    let mut found: Vec<(String, String, &'static str)> = Vec::new();
    for record in records {
        let (Some(code), Some(class), Some(kind)) =
            (record.get(code), record.get(class), record.get(kind))
        else {
            continue;
        };
        let kind = class_type(kind);
        let known = types.entry_ref(class.as_str()).or_default();
        if !known.contains(&kind) {
            known.push(kind);
        }
        if wanted.contains(code.as_str()) {
            found.push((code.clone(), class.clone(), kind));
        }
    }
    let path = |(code, class, kind): (String, String, &str)| {
        let of_one = types.get(&class).is_none_or(|types| types.len() == 1);
        let class = if of_one { class } else { format!("{class} ({kind})") };
        (code, Path { base: None, labels: vec![class, kind.to_owned()] })
    };
    Ok(found.into_iter().map(path).collect())
}

fn class_type(number: &str) -> &'static str {
    match number.trim() {
        "1" => "laboratory",
        "2" => "clinical",
        "3" => "claims attachments",
        "4" => "surveys",
        _ => "other",
    }
}

/// The records of a comma-separated text (RFC 4180).
struct Records<'a> {
    rest: &'a str,
}

impl<'a> Records<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.strip_prefix('\u{feff}').unwrap_or(text) }
    }

    /// Takes a field and says whether the record ends behind it.
    fn field(&mut self) -> (String, bool) {
        let mut text = String::new();
        if let Some(mut inside) = self.rest.strip_prefix('"') {
            loop {
                let end = inside.find('"').unwrap_or(inside.len());
                text.push_str(&inside[..end]);
                inside = inside.get(end + 1..).unwrap_or_default();
                match inside.strip_prefix('"') {
                    Some(rest) => inside = rest,
                    None => break,
                }
                text.push('"');
            }
            self.rest = inside;
        }
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        text.push_str(self.rest[..end].trim_end_matches('\r'));
        let ends = !self.rest[end..].starts_with(',');
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        (text, ends)
    }
}

impl Iterator for Records<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut record = Vec::new();
        loop {
            let (text, ends) = self.field();
            record.push(text);
            if ends {
                return Some(record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\u{feff}\"LOINC_NUM\",\"COMPONENT\",\"CLASS\",\"CLASSTYPE\"\r\n\
                         \"99990-1\",\"Made up, \"\"one\"\"\",\"CHEM\",\"1\"\r\n\
                         \"99991-9\",\"Over two\nlines\",\"SURVEY.X\",\"4\"\r\n\
                         99992-7,plain,CHEM,1\n99993-5,,PANEL,2\n99994-3,,PANEL,1\n99995-0,short\n";

    #[test]
    fn codes_climb() {
        let texts = ["99990-1", "99991-9", "99992-7", "99993-5", "99995-0", "1-1"];
        let paths = read(TABLE, &texts).unwrap();
        let labels = texts.map(|text| paths.get(text).map(|path| path.labels.join(" < ")));
        let expect = [
            Some("CHEM < laboratory"),
            Some("SURVEY.X < surveys"),
            Some("CHEM < laboratory"),
            Some("PANEL (clinical) < clinical"),
            None,
            None,
        ];
        assert_eq!(labels.each_ref().map(Option::as_deref), expect);
    }

    #[test]
    fn another_file_is_refused_by_its_columns() {
        let check = |text: &str, name| {
            assert_eq!(read(text, &["1-1"]).unwrap_err(), BuildError::NoColumn(name), "{text:?}");
        };
        check("", "LOINC_NUM");
        check("LOINC_NUM,COMPONENT\n1-1,x\n", "CLASS");
        check("LOINC_NUM,CLASS\n1-1,x\n", "CLASSTYPE");
        check("\"LOINC_NUM", "CLASS");
    }
}
