//! Every modality, in the order they are asked whether a file is theirs: formats with a structure
//! of their own first, prose last.

use anonymed_core::{Format, Modality};
use anonymed_hl7::Fhir;
use anonymed_table::Tables;

use crate::texts::{self, Texts};

/// Every modality.
pub fn modalities() -> Vec<Box<dyn Modality>> {
    vec![Box::new(Fhir), Box::new(Tables::default()), Box::new(Texts)]
}

/// The format of a file by its first bytes and length.
pub fn sniff(modalities: &[Box<dyn Modality>], head: &[u8], length: u64) -> Option<Format> {
    // The signature of a document says more than that its beginning could be a table's; of packages
    // only those are documents that are no workbooks.
    let document = if head.starts_with(b"PK") { None } else { texts::sniff_document(head) };
    document.or_else(|| modalities.iter().find_map(|m| m.sniff(head, length)))
}

/// The modality of a format.
pub fn of<'a>(modalities: &'a [Box<dyn Modality>], format: &Format) -> Option<&'a dyn Modality> {
    modalities.iter().find(|m| m.name() == format.modality).map(AsRef::as_ref)
}
