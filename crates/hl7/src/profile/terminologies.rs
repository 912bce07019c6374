//! Which code systems are public: their codes and displays are the same in every hospital and
//! name nobody. `terminologies.csv` lists them with their sources; of two patterns that fit an
//! address the longer one counts, so that namespaces of identifiers under a public address are
//! told from it.

use std::sync::LazyLock;

use hashbrown::HashMap;

const TERMINOLOGIES: &str = include_str!("terminologies.csv");

const DEFINITION_HOSTS: &str = include_str!("definitions.csv");

static DEFINITIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let prefixes = DEFINITION_HOSTS.lines().skip(1).filter_map(|line| line.split(',').next());
    prefixes.map(folded).collect()
});

struct Terminologies {
    whole: HashMap<String, bool, foldhash::fast::FixedState>,
    /// Longest first.
    prefixes: Vec<(String, bool)>,
}

static ALL: LazyLock<Terminologies> = LazyLock::new(Terminologies::read);

impl Terminologies {
    fn read() -> Self {
        let mut all = Self { whole: HashMap::default(), prefixes: Vec::new() };
        for line in TERMINOLOGIES.lines().skip(1) {
            let mut fields = line.splitn(3, ',');
            let (system, public) = (fields.next().unwrap_or(""), fields.next() == Some("yes"));
            match system.strip_suffix('*') {
                Some(prefix) => all.prefixes.push((folded(prefix), public)),
                None => {
                    all.whole.insert(folded(system).trim_end_matches('/').to_owned(), public);
                }
            }
        }
        all.prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        all
    }
}

/// Whether the code system of an address is public.
pub(crate) fn is_public(system: &str) -> bool {
    let bare = system.split('|').next().unwrap_or_default();
    if bare.contains(['?', '#', '@', ' ']) {
        return false;
    }
    let folded = folded(bare);
    if let Some(public) = ALL.whole.get(folded.trim_end_matches('/')) {
        return *public;
    }
    let fits = |(prefix, _): &&(String, bool)| folded.starts_with(prefix);
    ALL.prefixes.iter().find(fits).is_some_and(|(_, public)| *public)
}

/// Whether an address is of a definition that a standards body publishes: by its host, and with no
/// query, fragment or other place where something of the house could stand.
pub(crate) fn is_public_definition(address: &str) -> bool {
    const LONGEST: usize = 256;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/:.-_|".contains(&b);
    let numbers = || address.split(|c: char| !c.is_ascii_digit());
    address.len() <= LONGEST
        && address.starts_with("http")
        && address.bytes().all(plain)
        && numbers().all(|number| number.len() <= 8)
        && {
            let folded = folded(address);
            DEFINITIONS.iter().any(|prefix| folded.starts_with(prefix))
        }
}

/// The address in one form: `http` and `https`, `www.` and not, are written for each other.
fn folded(system: &str) -> String {
    let lower = system.trim().to_ascii_lowercase();
    let host = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://"));
    match host {
        Some(host) => host.strip_prefix("www.").unwrap_or(host).to_owned(),
        None => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_system_a_word_and_a_source() {
        for line in TERMINOLOGIES.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields.len(), 3, "{line}");
            assert!(matches!(fields[1], "yes" | "no"), "{line}");
            assert!(fields[0].contains(':') && fields[2].len() > 3, "{line}");
        }
    }

    #[test]
    fn public_systems_are_told_from_local_ones() {
        let check = |system: &str, public: bool| assert_eq!(is_public(system), public, "{system}");
        check("http://loinc.org", true);
        check("https://loinc.org/", true);
        check("http://loinc.org|2.74", true);
        check("urn:oid:2.16.840.1.113883.6.1", true);
        check("http://snomed.info/sct/731000124108", true);
        check("http://hl7.org/fhir/sid/icd-10-cm", true);
        check("http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", true);
        check("http://terminology.hl7.org/CodeSystem/v2-0203", true);
        check("urn:oid:2.16.840.1.113883.5.83", true);
        check("urn:iso:std:iso:3166:-2", true);
        // Near misses: identifiers under a public address, longer numbers, other hosts.
        check("http://hl7.org/fhir/sid/us-ssn", false);
        check("http://terminology.hl7.org/NamingSystem/cmsMBI", false);
        check("urn:oid:2.16.840.1.113883.4.1", false);
        check("urn:oid:2.16.840.1.113883.6.1234", false);
        check("http://loinc.org.hospital.example", false);
        check("http://hospital.example/loinc.org", false);
        check("http://loinc.org/?patient=roe", false);
        check("loinc", false);
        check("", false);
    }

    #[test]
    fn definitions_are_of_public_hosts() {
        let check = |address: &str, public: bool| {
            assert_eq!(is_public_definition(address), public, "{address}");
        };
        check("http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient", true);
        check("http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|3.1.1", true);
        check("https://www.hl7.org/fhir/StructureDefinition/bp", true);
        check("https://gematik.de/fhir/isik/StructureDefinition/ISiKPatient", true);
        // Near misses: other hosts, queries, numbers of persons, no address at all.
        check("http://hl7.org.hospital.example/StructureDefinition/x", false);
        check("http://hospital.example/StructureDefinition/john-whitaker", false);
        check("http://hl7.org/fhir/StructureDefinition/x?patient=roe", false);
        check("http://hl7.org/fhir/Jane Roe", false);
        check("http://hl7.org/fhir/StructureDefinition/999123456", false);
        check("us-core-patient", false);
    }
}
