//! From coded rows to the frequency table: columns get their scales, rows are sorted into groups, groups make
//! combinations. Where those would take more memory than a search may, what is known of them says how to part the
//! table.

use anonymed_anonymize::{
    Counting, FrequencyBuilder, FrequencyTable, Pieces, QuasiColumn, SensitiveColumn,
};
use anonymed_core::{CancelToken, ModalityError};
use hashbrown::HashMap;

use crate::TableOptions;
use crate::apart_people::{self, Draw};
use crate::families::{SensitiveTexts, error};
use crate::frequency::{CodeLog, Grouping};
use crate::model::{Dictionary, Encoded, Given, scaled};
use crate::parts::Survey;
use crate::values;

/// What was read: the coded rows, and the dictionaries their codes are from.
pub(crate) struct Counted {
    pub(crate) names: Vec<String>,
    /// What the texts of each quasi-identifier are to each other.
    pub(crate) given: Vec<Given>,
    pub(crate) quasi: Vec<Dictionary>,
    /// How many rows have each text of each quasi-identifier.
    pub(crate) rows_of: Vec<Vec<u64>>,
    pub(crate) sensitive_names: Vec<String>,
    pub(crate) sensitive: Vec<Dictionary>,
    pub(crate) rows: CodeLog,
    /// For each batch the number of its first row, and how many rows that may leave are before it.
    pub(crate) starts: Vec<(u64, u64)>,
}

/// Coded rows with the scales of their columns: everything depends on the data alone, and not on the order in
/// which texts were met.
pub(crate) struct Coded {
    pub(crate) encoded: Vec<Encoded>,
    /// Of each quasi-identifier the code of each text.
    pub(crate) dictionaries: Vec<HashMap<String, u32>>,
    /// Of each column the final code of each number given while reading.
    pub(crate) finals: Vec<Vec<u32>>,
    pub(crate) sensitive: Vec<SensitiveColumn>,
    /// The texts of each sensitive column by code.
    texts: Vec<Vec<String>>,
    /// The codes of each sensitive column that say nothing: with them, one diagnosis beside blanks would be two.
    pub(crate) blanks: Vec<Vec<u32>>,
    pub(crate) rows: CodeLog,
    pub(crate) starts: Vec<(u64, u64)>,
}

impl Coded {
    /// Sorts the dictionaries and chooses the columns' scales.
    pub(crate) fn of(counted: Counted, options: &TableOptions) -> Result<Self, ModalityError> {
        let mut coded = Self {
            encoded: Vec::new(),
            dictionaries: Vec::new(),
            finals: Vec::new(),
            sensitive: Vec::new(),
            texts: Vec::new(),
            blanks: Vec::new(),
            rows: counted.rows,
            starts: counted.starts,
        };
        let given = counted.names.iter().zip(&counted.given);
        for ((name, given), (dictionary, rows)) in
            given.zip(counted.quasi.into_iter().zip(counted.rows_of))
        {
            let (texts, place) = dictionary.sorted();
            let (column, codes) = scaled(name, given, &texts, rows_in(&place, &rows), options)?;
            coded.finals.push(place.iter().map(|p| codes[*p as usize]).collect());
            coded.dictionaries.push(texts.into_iter().zip(codes).collect());
            coded.encoded.push(column);
        }
        for (name, dictionary) in counted.sensitive_names.into_iter().zip(counted.sensitive) {
            coded.sensitive.push(SensitiveColumn { name, values: dictionary.len() as u32 });
            let (texts, place) = dictionary.sorted();
            let codes = (0..).zip(&texts).filter(|(_, text)| values::is_missing(text));
            coded.blanks.push(codes.map(|(code, _)| code).collect());
            coded.finals.push(place);
            coded.texts.push(texts);
        }
        Ok(coded)
    }

    /// The quasi-identifiers.
    pub(crate) fn columns(&self) -> Vec<QuasiColumn> {
        self.encoded.iter().map(|encoded| encoded.column.clone()).collect()
    }

    /// An empty frequency table of the columns.
    pub(crate) fn builder(&self, counting: Counting) -> Result<FrequencyBuilder, ModalityError> {
        FrequencyBuilder::new(self.columns(), self.sensitive.clone(), counting).map_err(error)
    }

    /// The stated values of a group's sensitive codes: column, code and rows.
    pub(crate) fn stated(&self, sensitive: &[u32], rows: u64) -> Vec<(usize, u32, u64)> {
        let stated = sensitive.iter().enumerate();
        let stated = stated.filter(|(n, code)| !self.blanks[*n].contains(code));
        stated.map(|(n, code)| (n, *code, rows)).collect()
    }

    /// The texts of the sensitive columns.
    pub(crate) fn texts(&self) -> Vec<SensitiveTexts<'_>> {
        let columns = self.sensitive.iter().zip(self.texts.iter().zip(&self.blanks));
        columns
            .map(|(column, (texts, blanks))| {
                let stated = (0..)
                    .zip(texts)
                    .map(|(code, text)| (!blanks.contains(&code)).then_some(text.as_str()));
                SensitiveTexts::new(&column.name, stated.collect())
            })
            .collect()
    }
}

/// Rows in the order of the places that the texts' numbers have.
fn rows_in(place: &[u32], rows: &[u64]) -> Vec<u64> {
    let mut sorted = vec![0; place.len()];
    for (place, rows) in place.iter().zip(rows) {
        sorted[*place as usize] = *rows;
    }
    sorted
}

/// Which combinations and sensitive values each subject has.
#[derive(Default)]
pub(crate) struct Visits {
    /// Subject, combination, rows.
    pub(crate) all: Vec<(u32, u32, u64)>,
    /// The sensitive codes of each, one visit after the other.
    pub(crate) sensitive: Vec<u32>,
}

impl Visits {
    /// Each with the sensitive (column, code) values that say something.
    pub(crate) fn stated(
        &self,
        blanks: &[Vec<u32>],
    ) -> impl Iterator<Item = (u32, u32, u64, Vec<(usize, u32)>)> {
        let each = blanks.len();
        self.all.iter().enumerate().map(move |(n, (subject, combination, rows))| {
            let values = self.sensitive[n * each..(n + 1) * each].iter().copied().enumerate();
            let values = values.filter(|(n, code)| !blanks[*n].contains(code)).collect();
            (*subject, *combination, *rows, values)
        })
    }

    /// The table with combinations in pieces, and who is in which.
    pub(crate) fn in_pieces(
        &self,
        whole: &FrequencyTable,
        blanks: &[Vec<u32>],
        (most, draw): (u32, Draw<'_>),
    ) -> Result<(FrequencyTable, Pieces), ModalityError> {
        let mut visits: Vec<_> = self.stated(blanks).collect();
        // In an order of the data, so that the key alone says who is drawn.
        visits.sort_by_key(|(subject, combination, ..)| (*combination, *subject));
        let visit = |at: usize| {
            let (subject, combination, rows, values) = &visits[at];
            (*combination, *subject, *rows, values.clone())
        };
        apart_people::in_pieces(whole, most, draw, (visits.len(), visit))
    }

    fn bytes(&self) -> usize {
        size_of::<(u32, u32, u64)>() * self.all.len() + 4 * self.sensitive.len()
    }
}

/// The combinations of some rows.
pub(crate) enum Counts {
    /// In one table; where subjects are units, with who visits which combination.
    Whole(Box<FrequencyTable>, Option<Visits>),
    /// More than a search may take.
    Beyond(Survey),
}

/// Counts the combinations of a log's rows. With a limit of memory in bytes, more than that are not kept.
pub(crate) fn count(
    (coded, log): (&Coded, &CodeLog),
    (grouping, counting): (Grouping, Counting),
    memory: Option<u64>,
    cancel: &CancelToken,
) -> Result<Counts, ModalityError> {
    let width = coded.encoded.len();
    let mut open = Some(Open {
        builder: coded.builder(counting)?,
        visits: matches!(grouping, Grouping::BySubject).then(Visits::default),
    });
    let mut survey = memory.map(|memory| Survey::new(coded, memory));
    log.groups(&coded.finals, grouping, cancel, &mut |codes, subjects, rows| {
        let (quasi, sensitive) = codes.split_at(width);
        let values = coded.stated(sensitive, rows);
        let is_due = survey.as_mut().is_some_and(|survey| survey.see(quasi, rows, &values));
        let Some(table) = &mut open else { return Ok(()) };
        table.add((quasi, sensitive), (subjects, rows), &values)?;
        if let Some(survey) = survey.as_mut().filter(|_| is_due)
            && survey.is_over(table.bytes())
        {
            open = None;
        }
        Ok(())
    })?;
    let Some(table) = open else {
        let given_up = || ModalityError::Internal("a table was given up without a limit".into());
        return survey.map(Counts::Beyond).ok_or_else(given_up);
    };
    if let Some(mut survey) = survey
        && survey.is_over(table.bytes())
    {
        return Ok(Counts::Beyond(survey));
    }
    Ok(Counts::Whole(Box::new(table.builder.finish()), table.visits))
}

/// A frequency table that is being filled.
struct Open {
    builder: FrequencyBuilder,
    visits: Option<Visits>,
}

impl Open {
    fn add(
        &mut self,
        (quasi, sensitive): (&[u32], &[u32]),
        (subjects, rows): (&[u32], u64),
        values: &[(usize, u32, u64)],
    ) -> Result<(), ModalityError> {
        let number = self.builder.add(quasi, rows, subjects, values).map_err(error)?;
        if let (Some(visits), [subject]) = (&mut self.visits, subjects) {
            visits.all.push((*subject, number, rows));
            visits.sensitive.extend_from_slice(sensitive);
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.builder.bytes() + self.visits.as_ref().map_or(0, Visits::bytes)
    }
}
