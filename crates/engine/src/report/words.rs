//! The report's words for the stable names of policy, evidence and manifest.

use anonymed_core::release::{Check, Verdict};
use anonymed_core::{EntityType, HipaaIdentifier, Operator, Profile};

/// What a profile stands for.
pub(super) fn profile(name: &str) -> &'static str {
    match Profile::from_name(name) {
        Some(Profile::HipaaSafeHarbor) => {
            "HIPAA Safe Harbor, 45 CFR 164.514(b)(2): the eighteen identifiers are removed and dates \
             cut to the year"
        }
        Some(Profile::HipaaLimited) => {
            "HIPAA limited data set, 45 CFR 164.514(e): protected health information still, for use \
             under a data use agreement"
        }
        Some(Profile::ResearchLinked) => {
            "linked research: one code and one date shift per patient over all files. It is meant \
             for use under an agreement, and is not Safe Harbor"
        }
        Some(Profile::GdprAnonymous) => {
            "anonymous in the sense of GDPR recital 26: risk is gated over everything released \
             together"
        }
        Some(Profile::MlTraining) => "features for machine learning",
        None => "a profile this report has no words for",
    }
}

/// A HIPAA identifier with its paragraph of 45 CFR 164.514(b)(2)(i).
pub(super) fn hipaa(identifier: HipaaIdentifier) -> (char, &'static str) {
    use HipaaIdentifier as H;
    match identifier {
        H::Name => ('A', "Names"),
        H::Geographic => ('B', "Places smaller than a state"),
        H::Date => ('C', "Dates and ages over 89"),
        H::Telephone => ('D', "Telephone numbers"),
        H::Fax => ('E', "Fax numbers"),
        H::Email => ('F', "E-mail addresses"),
        H::SocialSecurity => ('G', "Social security numbers"),
        H::MedicalRecord => ('H', "Medical record numbers"),
        H::HealthPlan => ('I', "Health plan numbers"),
        H::Account => ('J', "Account numbers"),
        H::Licence => ('K', "Certificate and licence numbers"),
        H::Vehicle => ('L', "Vehicle identifiers"),
        H::Device => ('M', "Device identifiers"),
        H::Url => ('N', "Web addresses"),
        H::IpAddress => ('O', "Internet addresses"),
        H::Biometric => ('P', "Biometric identifiers"),
        H::Photograph => ('Q', "Photographs"),
        H::Other => ('R', "Other unique numbers and codes"),
    }
}

/// An entity type.
pub(super) fn entity(entity: EntityType) -> &'static str {
    match entity {
        EntityType::Patient => "Patient's name",
        EntityType::Doctor => "Clinician's name",
        EntityType::Staff => "Staff member's name",
        EntityType::Relative => "Relative's name",
        EntityType::Person => "Name of a person, part unknown",
        EntityType::Username => "Log-in name",
        EntityType::Profession => "Profession",
        EntityType::Hospital => "Hospital or clinic",
        EntityType::Organization => "Organization",
        EntityType::Department => "Ward or department",
        EntityType::Room => "Room or bed",
        EntityType::Street => "Street address",
        EntityType::City => "City",
        EntityType::County => "County",
        EntityType::State => "State",
        EntityType::Zip => "Postal code",
        EntityType::Country => "Country",
        EntityType::Location => "Other place",
        EntityType::Age => "Age",
        EntityType::Date => "Date",
        EntityType::Time => "Time of day",
        EntityType::Phone => "Telephone number",
        EntityType::Fax => "Fax number",
        EntityType::Pager => "Pager number",
        EntityType::Email => "E-mail address",
        EntityType::Url => "Web address",
        EntityType::IpAddress => "IP address",
        EntityType::MacAddress => "Network hardware address",
        EntityType::Ssn => "Social security number",
        EntityType::Mrn => "Medical record number",
        EntityType::HealthPlan => "Health plan number",
        EntityType::Account => "Account or visit number",
        EntityType::Licence => "Licence number",
        EntityType::Vehicle => "Vehicle number",
        EntityType::Device => "Device number",
        EntityType::Accession => "Accession or specimen number",
        EntityType::NationalId => "National identity number",
        EntityType::BankAccount => "Payment card or bank account",
        EntityType::Biometric => "Biometric identifier",
        EntityType::OtherId => "Other number or code",
    }
}

/// What was done.
pub(super) fn operator(operator: Operator) -> &'static str {
    match operator {
        Operator::Keep => "Left as it was, on purpose",
        Operator::Redact => "Replaced by a tag or emptied",
        Operator::Pseudonym => "Replaced by a code",
        Operator::Surrogate => "Replaced by a realistic fake",
        Operator::Shift => "Moved in time",
        Operator::Generalize => "Made coarser",
        Operator::Drop => "Left out",
        Operator::Mask => "Characters masked",
        Operator::Suppress => "Suppressed to reach the privacy model",
    }
}

/// A check's title and the question it answers.
pub(super) fn check(check: Check) -> (&'static str, &'static str) {
    match check {
        Check::KnownValues => (
            "Known identifiers",
            "Does any direct identifier seen in the input stand anywhere in the output?",
        ),
        Check::Dates => {
            ("Dates", "Does a date stand where the same patient's original date stood?")
        }
        Check::ResidualPatterns => {
            ("Residual patterns", "Is there anything that still looks like an identifier?")
        }
        Check::References => {
            ("References", "Does every reference between FHIR records lead to a released record?")
        }
        Check::Consistency => {
            ("Consistency", "Has every patient one code and one date shift over all files?")
        }
        Check::Risk => {
            ("Risk", "What are k and the risks, computed from the released files alone?")
        }
        Check::Inventory => {
            ("Inventory", "Is every staged file accounted for, and does it read back as written?")
        }
    }
}

/// A verdict: sign, word, class.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::Passed => ("✓", "Passed", "good"),
        Verdict::Failed => ("✕", "Failed", "bad"),
        Verdict::NotApplicable => ("–", "Nothing to examine", "none"),
    }
}

/// The family of files a form belongs to.
pub(super) fn modality(form: &str) -> &'static str {
    match form {
        "csv" | "tsv" | "parquet" | "xlsx" => "Tables",
        "text" => "Clinical notes",
        "ndjson" | "json" => "FHIR",
        _ => "Other",
    }
}

/// A form of file.
pub(super) fn form(form: &str) -> &str {
    match form {
        "csv" => "CSV",
        "tsv" => "TSV",
        "parquet" => "Parquet",
        "text" => "Plain text",
        "ndjson" => "NDJSON",
        "json" => "JSON bundle",
        other => other,
    }
}

/// A role of a column.
pub(super) fn role(role: &str) -> &str {
    match role {
        "identifier" => "identifier",
        "quasi" => "quasi-identifier",
        "sensitive" => "sensitive",
        "text" => "free text",
        "keep" => "says nothing of who",
        other => other,
    }
}

/// A machine's name as words: `notes_read` is `notes read`, `k(a.csv)` is `k in a.csv`.
pub(super) fn measure(name: &str) -> String {
    match name.split_once('(') {
        Some((what, rest)) => {
            format!("{} in {}", what.replace('_', " "), rest.strip_suffix(')').unwrap_or(rest))
        }
        None => name.replace(['_', '-'], " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_run_from_a_to_r() {
        let letters: String = HipaaIdentifier::ALL.iter().map(|h| hipaa(*h).0).collect();
        assert_eq!(letters, "ABCDEFGHIJKLMNOPQR");
    }

    #[test]
    fn measures_read_as_words() {
        assert_eq!(measure("k(tables/a_b.csv)"), "k in tables/a_b.csv");
        assert_eq!(measure("joint_unique_patients"), "joint unique patients");
        assert_eq!(measure("k("), "k in ");
    }
}
