//! The words by which the sweep tells a name from an ordinary word, and a number of a person from
//! another number.

/// Whether a folded word is in a list.
pub(crate) fn in_list(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|entry| entry.as_bytes() == word)
}

/// Whether a folded word is a US state's postal code.
pub(crate) fn is_state(word: &[u8]) -> bool {
    in_list(word, STATES)
}

/// Said before a surname.
pub(crate) const TITLE_BEFORE: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "drs",
    "prof",
    "professor",
    "doctor",
    "rev",
    "sir",
    "nurse",
    "sister",
    "father",
];

/// Field labels that a name follows.
pub(crate) const NAME_LABELS: &[&str] = &[
    "patient",
    "name",
    "pt",
    "attending",
    "physician",
    "provider",
    "surgeon",
    "resident",
    "by",
    "cc",
    "to",
    "from",
    "signed",
    "author",
    "contact",
    "guardian",
    "dictated",
    "transcribed",
    "nurse",
    "pcp",
    "mother",
    "father",
    "wife",
    "husband",
    "spouse",
    "kin",
    "first",
    "last",
    "surname",
    "given",
    "family",
];

/// Words of a sentence that a name follows.
pub(crate) const NAME_BEFORE: &[&str] = &[
    "by", "named", "called", "dear", "nurse", "daughter", "son", "wife", "husband", "mother",
    "father", "sister", "brother", "hi", "hello", "attn", "signed", "doctor", "patient", "pt",
    "told", "aunt", "uncle", "cousin", "friend", "partner",
];

/// Labels that a number or code of a person follows.
pub(crate) const NUMBER_LABELS: &[&str] = &[
    "mrn",
    "mr",
    "record",
    "chart",
    "file",
    "account",
    "acct",
    "visit",
    "encounter",
    "ssn",
    "id",
    "no",
    "number",
    "num",
    "member",
    "policy",
    "accession",
    "fin",
    "csn",
    "har",
    "phone",
    "tel",
    "telephone",
    "fax",
    "pager",
    "cell",
    "mobile",
    "room",
    "bed",
    "zip",
    "subscriber",
    "medicare",
    "medicaid",
    "insurance",
    "licence",
    "license",
    "npi",
    "dea",
    "serial",
    "sn",
    "ext",
    "patientid",
    "hospital",
    "unit",
];

/// Words that a place follows.
pub(crate) const PLACE_BEFORE: &[&str] = &[
    "in", "from", "of", "at", "near", "to", "city", "town", "county", "living", "lives", "resides",
    "address", "born", "moved", "outside",
];

/// Months that are given names as well.
pub(crate) const MONTHS: &[&str] = &["january", "march", "april", "may", "june", "august"];

/// Words that a month follows.
pub(crate) const DATE_BEFORE: &[&str] = &[
    "in", "since", "until", "till", "last", "next", "this", "of", "early", "late", "mid", "by",
    "through", "on", "before", "after", "during", "from", "to",
];

/// What makes a name before it the name of a thing.
pub(crate) const EPONYM_HEADS: &[&str] = &[
    "disease",
    "syndrome",
    "sign",
    "palsy",
    "catheter",
    "score",
    "scale",
    "test",
    "criteria",
    "fracture",
    "tube",
    "drain",
    "forceps",
    "clamp",
    "procedure",
    "maneuver",
    "manoeuvre",
    "lymphoma",
    "sarcoma",
    "tumor",
    "tumour",
    "thyroiditis",
    "phenomenon",
    "reflex",
    "esophagus",
    "node",
    "nodes",
    "body",
    "bodies",
    "classification",
    "stage",
    "staging",
    "index",
    "formula",
    "operation",
    "approach",
    "incision",
    "contracture",
    "arthropathy",
    "ulcer",
    "hernia",
    "diverticulum",
    "position",
    "triad",
    "cyst",
    "retractor",
    "line",
    "chorea",
    "dementia",
    "encephalopathy",
    "anemia",
    "anomaly",
    "malformation",
    "stain",
    "tetralogy",
    "grade",
    "graft",
];

/// Things of medicine that are called after people by more than one word.
pub(crate) const EPONYMS: &[&[&str]] = &[
    &["sister", "mary", "joseph"],
    &["jackson", "pratt"],
    &["swan", "ganz"],
    &["kayser", "fleischer"],
    &["wolff", "parkinson", "white"],
    &["stevens", "johnson"],
    &["guillain", "barre"],
    &["charcot", "marie", "tooth"],
    &["von", "hippel", "lindau"],
    &["osler", "weber", "rendu"],
    &["austin", "flint"],
    &["graham", "steell"],
    &["gordon", "holmes"],
    &["argyll", "robertson"],
    &["marcus", "gunn"],
    &["arnold", "chiari"],
    &["brown", "sequard"],
    &["bence", "jones"],
    &["prader", "willi"],
    &["lennox", "gastaut"],
    &["smith", "lemli", "opitz"],
    &["ehlers", "danlos"],
    &["legg", "calve", "perthes"],
    &["mallory", "weiss"],
    &["zollinger", "ellison"],
    &["lou", "gehrig"],
];

/// US states and territories (USPS Publication 28, appendix B).
pub(crate) const STATES: &[&str] = &[
    "al", "ak", "az", "ar", "ca", "co", "ct", "de", "dc", "fl", "ga", "hi", "id", "il", "in", "ia",
    "ks", "ky", "la", "me", "md", "ma", "mi", "mn", "ms", "mo", "mt", "ne", "nv", "nh", "nj", "nm",
    "ny", "nc", "nd", "oh", "ok", "or", "pa", "pr", "ri", "sc", "sd", "tn", "tx", "ut", "vt", "va",
    "wa", "wv", "wi", "wy",
];
