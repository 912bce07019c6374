//! People of one combination who may fall into different classes.

use anonymed_anonymize::{CodedRows, FrequencyTable, Pieces};
use anonymed_core::policy::{OutputForm, RiskScope, TableConfig};
use anonymed_core::{ModalityError, Pseudonymizer};

use crate::apart_people::{self, Draw};
use crate::families::{self, Families};

/// Whether anything of a release is drawn: values that change places, or people who go over to another class.
///
/// # Errors
///
/// [`ModalityError::Policy`] where there is no such search.
pub fn draws(config: &TableConfig) -> Result<bool, ModalityError> {
    let search = families::search(&config.search)?;
    Ok(config.output.form == OutputForm::Permuted || search.parts_people())
}

/// How many people of a combination may be apart from its others, where the search parts them, and what they are drawn
/// by.
pub(super) fn apart<'a>(
    config: &TableConfig,
    maker: Option<&'a Pseudonymizer>,
) -> Result<Option<(u32, Draw<'a>)>, ModalityError> {
    if config.scope == RiskScope::Joint {
        return Ok(None);
    }
    let Some(most) = Families::of(&config.models)?.people_apart(&config.search)? else {
        return Ok(None);
    };
    let maker = maker
        .ok_or_else(|| ModalityError::Internal("there is nothing to draw people by".into()))?;
    Ok(Some((most, Draw { maker, scope: "people-apart" })))
}

/// The table with combinations in pieces, and the piece of each row.
pub(super) fn in_pieces(
    whole: &FrequencyTable,
    combination_of: &[u32],
    coded: &CodedRows<'_>,
    (most, draw): (u32, Draw<'_>),
) -> Result<(FrequencyTable, Vec<u32>), ModalityError> {
    let subject = |row: usize| coded.subjects.map_or(row as u32, |all| all.at(row) as u32);
    let visit = |row: usize| (combination_of[row], subject(row), 1, stated(coded, row).collect());
    let (table, pieces) =
        apart_people::in_pieces(whole, most, draw, (combination_of.len(), visit))?;
    let of = |pieces: &Pieces, row: usize| {
        pieces
            .of(combination_of[row], subject(row))
            .ok_or_else(|| ModalityError::Internal("a row is in no piece".into()))
    };
    let of_row = (0..combination_of.len()).map(|row| of(&pieces, row));
    Ok((table, of_row.collect::<Result<_, _>>()?))
}

/// The sensitive values of a row, by column.
pub(super) fn stated<'c>(
    coded: &'c CodedRows<'_>,
    row: usize,
) -> impl Iterator<Item = (usize, u32)> + 'c {
    let codes = coded.sensitive.iter().map(move |codes| codes.at(row) as u32).enumerate();
    codes.filter(|(column, code)| !coded.blanks[*column].contains(code))
}
