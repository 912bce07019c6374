//! People of one combination who may fall into different classes, drawn in secret.
//!
//! Of people who agree in every quasi-identifier somebody has to go over to a class that is too small, and rows stand
//! in the release as they stood in the table. If the first of them went, whoever knows the method would find the others
//! of that class by their places: those few whom it was made for. So people are drawn by a key that no reader has.

use anonymed_anonymize::{FrequencyTable, PieceBuilder, Pieces};
use anonymed_core::{ModalityError, Pseudonymizer};

use crate::families::error;
use crate::joint;

/// What people are drawn by: who has it knows who went over.
#[derive(Clone, Copy)]
pub(crate) struct Draw<'a> {
    pub(crate) maker: &'a Pseudonymizer,
    /// Which table it is.
    pub(crate) scope: &'a str,
}

/// Rows of somebody: the combination, the subject, how many, and the sensitive (column, code) values.
pub(crate) type Visit = (u32, u32, u64, Vec<(usize, u32)>);

/// The table with its combinations in pieces, of which so many people have one of their own, and who is in which.
/// `visit` tells the rows again by number, from 0 to below `visits`.
pub(crate) fn in_pieces(
    whole: &FrequencyTable,
    most: u32,
    draw: Draw<'_>,
    (visits, visit): (usize, impl Fn(usize) -> Visit),
) -> Result<(FrequencyTable, Pieces), ModalityError> {
    let mut builder = PieceBuilder::new(whole, most).map_err(error)?;
    for at in joint::row_positions(draw.maker, draw.scope, visits as u64) {
        let (combination, subject, rows, values) = visit(at);
        let values: Vec<(usize, u32, u64)> =
            values.into_iter().map(|(column, code)| (column, code, rows)).collect();
        builder.add(combination, subject, rows, &values).map_err(error)?;
    }
    Ok(builder.finish())
}
