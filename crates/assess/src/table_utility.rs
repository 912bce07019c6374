//! What is left of one table: how much of each column, how well the distribution and the relations between
//! columns are kept, and what a count query or a nearest neighbour still says.

use anonymed_core::AttributeRole;
use serde::{Deserialize, Serialize};

use crate::coded::{CodedColumn, CodedTable};
use crate::combinations::Combinations;
use crate::fidelity::{self, Cover, DriftReport, ModelReport, QueryReport};
use crate::pairing::{Matched, Pairing, RowOrder};
use crate::{AssessError, ColumnUtility, UtilityMeter};

/// What is left of a table. No value of either is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableUtility {
    /// How rows were matched.
    pub matched: Matched,
    /// Rows of the raw table.
    pub raw_rows: u64,
    /// Rows of the released table.
    pub released_rows: u64,
    /// Released rows that were matched with a raw one.
    pub matched_rows: u64,
    /// Columns that the released table has not; they count as `*` in every row.
    pub left_out: Vec<String>,
    /// Global certainty penalty: mean over the quasi-identifiers of matched rows; none without matches.
    pub gcp: Option<f64>,
    /// The same with every row that was left out at 1.
    pub gcp_with_left_out: Option<f64>,
    /// Non-uniform entropy that is lost, mean over the quasi-identifiers of matched rows.
    pub entropy_lost: Option<f64>,
    /// Sum of squares of the classes' rows; rows left out count as many as the raw table has, each.
    pub discernibility: f64,
    /// Mean rows of a class.
    pub average_class_size: f64,
    /// Classes.
    pub classes: u64,
    /// Mean divergence in bits of the columns' distributions.
    pub divergence: f64,
    /// Each column.
    pub columns: Vec<ColumnKept>,
    /// Relations between columns.
    pub drift: DriftReport,
    /// Count queries; none for empty tables.
    pub queries: Option<QueryReport>,
    /// Share of the ten nearest that are still near; none without matches.
    pub neighbours_kept: Option<f64>,
    /// What a model learns from the release; none without matches or a target.
    pub model: Option<ModelReport>,
}

/// What is asked of two tables.
#[derive(Debug, Clone, Copy, Default)]
pub struct UtilityQuestion<'a> {
    /// A column of both tables by which rows are matched.
    pub key: Option<&'a str>,
    /// A column that a model is to tell from the others.
    pub target: Option<&'a str>,
    /// In which order released rows stand.
    pub order: RowOrder,
}

/// What is left of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnKept {
    /// Header.
    pub name: String,
    /// Share of its precision: 1 less the mean certainty penalty; none without matches.
    pub precision: Option<f64>,
    /// Kullback-Leibler divergence in bits of its distribution.
    pub divergence: f64,
    /// Figures of matched rows by every metric.
    pub utility: Option<ColumnUtility>,
}

impl TableUtility {
    /// Compares a released table with the raw one, column by column of the raw table. Rows are matched by
    /// the key column, which is no part of the comparison unless it has a role; else by order, where
    /// there are as many; else only distributions are compared.
    ///
    /// # Errors
    ///
    /// A key column that one of the tables has not or that is not unique; a target that is not compared.
    pub fn of(
        raw: &CodedTable,
        released: &CodedTable,
        question: UtilityQuestion<'_>,
    ) -> Result<Self, AssessError> {
        let UtilityQuestion { key, target, order } = question;
        let pairing = Pairing::of(raw, released, (key, order))?;
        let measured: Vec<&CodedColumn> =
            raw.columns().iter().filter(|column| Some(column.name()) != key).collect();
        if target.is_some_and(|target| measured.iter().all(|column| column.name() != target)) {
            return Err(AssessError::NoTarget);
        }
        let same = same_columns(&measured, released);
        let left_out = measured.iter().filter(|column| released.column(column.name()).is_none());
        let left_out: Vec<String> = left_out.map(|column| column.name().to_owned()).collect();
        let raw_side = rebuilt(measured.iter().map(|column| (*column).clone()), raw.rows())?;
        let released_side = rebuilt(same.into_iter(), released.rows())?;
        let counted: Vec<Option<Vec<(u32, u32, u64)>>> = (0..measured.len())
            .map(|at| counted(&raw_side.columns()[at], &released_side.columns()[at], &pairing))
            .collect();
        let covers: Vec<Cover> = (0..measured.len())
            .map(|at| {
                let pairs = counted[at].as_deref();
                Cover::of(&raw_side.columns()[at], &released_side.columns()[at], pairs)
            })
            .collect();
        let columns: Vec<ColumnKept> = (0..measured.len())
            .map(|at| {
                let sides = [&raw_side.columns()[at], &released_side.columns()[at]];
                kept(sides, counted[at].as_deref(), &covers[at])
            })
            .collect();
        let quasi = |figure: &str| mean_of_quasi(&measured, &columns, figure);
        let gcp = quasi("certainty.penalty");
        let matched_rows = pairing.rows.len() as f64;
        let all_rows = raw.rows().max(1) as f64;
        let classes = class_rows(&released_side);
        let gone = raw.rows().saturating_sub(classes.iter().sum::<u64>() as usize) as f64;
        let squares: f64 = classes.iter().map(|rows| (*rows as f64).powi(2)).sum();
        let matched = matched(&raw_side, &released_side, &pairing)?;
        let divergence: f64 = columns.iter().map(|column| column.divergence).sum();
        Ok(Self {
            matched: pairing.matched,
            raw_rows: raw.rows() as u64,
            released_rows: released.rows() as u64,
            matched_rows: pairing.rows.len() as u64,
            left_out,
            gcp,
            gcp_with_left_out: gcp
                .map(|gcp| (gcp * matched_rows + all_rows - matched_rows) / all_rows),
            entropy_lost: quasi("non-uniform-entropy.lost"),
            discernibility: squares + gone * raw.rows() as f64,
            average_class_size: classes.iter().sum::<u64>() as f64 / classes.len().max(1) as f64,
            classes: classes.len() as u64,
            divergence: divergence / columns.len().max(1) as f64,
            drift: fidelity::drift(&raw_side, &released_side, &covers),
            queries: fidelity::queries(&raw_side, &released_side, &covers),
            neighbours_kept: matched.as_ref().and_then(|[a, b]| fidelity::neighbours_kept(a, b)),
            model: matched
                .as_ref()
                .zip(target)
                .and_then(|([a, b], target)| fidelity::trained(a, b, &covers, target)),
            columns,
        })
    }
}

/// The released columns of the raw ones' names and roles; those that are not there say `*`.
fn same_columns(raw: &[&CodedColumn], released: &CodedTable) -> Vec<CodedColumn> {
    let same = |column: &&CodedColumn| match released.column(column.name()) {
        Some(there) => there.clone().with_role(column.role()),
        None => CodedColumn::constant(column.name(), column.role(), "*", released.rows()),
    };
    raw.iter().map(same).collect()
}

fn rebuilt(
    columns: impl Iterator<Item = CodedColumn>,
    rows: usize,
) -> Result<CodedTable, AssessError> {
    CodedTable::new(columns.collect(), None, rows)
}

/// Raw and released codes that belong together with their rows, by number; none where rows are not matched.
fn counted(
    raw: &CodedColumn,
    released: &CodedColumn,
    pairing: &Pairing,
) -> Option<Vec<(u32, u32, u64)>> {
    if pairing.matched == Matched::Not {
        return None;
    }
    let of = |(before, after): &(u32, u32)| {
        (raw.codes()[*before as usize], released.codes()[*after as usize])
    };
    let mut pairs: Vec<(u32, u32)> = pairing.rows.iter().map(of).collect();
    pairs.sort_unstable();
    let same = pairs.chunk_by(|a, b| a == b);
    Some(same.map(|same| (same[0].0, same[0].1, same.len() as u64)).collect())
}

fn kept(
    [raw, released]: [&CodedColumn; 2],
    pairs: Option<&[(u32, u32, u64)]>,
    cover: &Cover,
) -> ColumnKept {
    let utility = pairs.and_then(|pairs| {
        let cells = pairs.iter().map(|(a, b, rows)| (raw.text(*a), released.text(*b), *rows));
        UtilityMeter::of_counted(raw.name(), cells).finish().columns.pop()
    });
    let penalty = utility.as_ref().and_then(|utility| utility.figures.get("certainty.penalty"));
    ColumnKept {
        name: raw.name().to_owned(),
        precision: penalty.map(|penalty| 1.0 - penalty),
        divergence: fidelity::divergence(raw, released, cover),
        utility,
    }
}

/// The mean of a figure over the quasi-identifiers.
fn mean_of_quasi(columns: &[&CodedColumn], kept: &[ColumnKept], figure: &str) -> Option<f64> {
    let quasi = columns.iter().zip(kept).filter(|(c, _)| c.role() == AttributeRole::Quasi);
    let figures: Option<Vec<f64>> = quasi
        .map(|(_, kept)| kept.utility.as_ref().and_then(|u| u.figures.get(figure).copied()))
        .collect();
    figures.filter(|list| !list.is_empty()).map(|list| list.iter().sum::<f64>() / list.len() as f64)
}

/// Rows of each class; suppressed ones are in none.
fn class_rows(table: &CodedTable) -> Vec<u64> {
    let quasi = table.of_role(AttributeRole::Quasi);
    let all = Combinations::of(table, &quasi);
    let sizes = all.sizes(&all.classes());
    sizes.iter().map(|size| size.rows).filter(|rows| *rows > 0).collect()
}

/// The rows that belong together, one by one.
fn matched(
    raw: &CodedTable,
    released: &CodedTable,
    pairing: &Pairing,
) -> Result<Option<[CodedTable; 2]>, AssessError> {
    if pairing.matched == Matched::Not {
        return Ok(None);
    }
    let (before, after): (Vec<u32>, Vec<u32>) = pairing.rows.iter().copied().unzip();
    let of = |table: &CodedTable, rows: &[u32]| {
        rebuilt(table.columns().iter().map(|column| column.rows(rows)), rows.len())
    };
    Ok(Some([of(raw, &before)?, of(released, &after)?]))
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::{Insensitive, Quasi, Sensitive};

    use super::*;
    use crate::coded::made;

    const NAMES: &[(&str, AttributeRole)] =
        &[("age", Quasi), ("sex", Quasi), ("dx", Sensitive), ("id", Insensitive)];
    const RAW: &[&[&str]] = &[
        &["20", "F", "flu", "a"],
        &["30", "F", "hiv", "b"],
        &["40", "M", "flu", "c"],
        &["60", "M", "flu", "d"],
    ];

    fn of(released: &[&[&str]], key: Option<&str>) -> TableUtility {
        let (raw, released) = (made::table(NAMES, RAW, false), made::table(NAMES, released, false));
        TableUtility::of(&raw, &released, UtilityQuestion { key, ..UtilityQuestion::default() })
            .unwrap()
    }

    #[test]
    fn figures_by_hand() {
        let released: &[&[&str]] = &[
            &["20..30", "F", "flu", "a"],
            &["20..30", "F", "hiv", "b"],
            &["40..60", "M", "flu", "c"],
            &["40..60", "M", "flu", "d"],
        ];
        let utility = of(released, None);
        assert_eq!((utility.matched, utility.matched_rows), (Matched::ByOrder, 4));
        // Ages cost 10/40, 10/40, 20/40, 20/40; sexes nothing.
        assert_eq!(utility.columns[0].precision, Some(1.0 - 0.375));
        assert_eq!(utility.gcp, Some(0.375 / 2.0));
        assert_eq!((utility.discernibility, utility.average_class_size), (8.0, 2.0));
        // One bit of two is missing of the age, none of the sex.
        assert_eq!(utility.entropy_lost, Some(0.25));
        assert_eq!(utility.queries.as_ref().map(|q| q.within_bounds), Some(1.0));
    }

    #[test]
    fn rows_that_are_left_out_cost_all() {
        let released: &[&[&str]] = &[&["60", "M", "flu", "d"], &["20", "F", "flu", "a"]];
        let by_key = of(released, Some("id"));
        assert_eq!((by_key.matched, by_key.matched_rows), (Matched::ByKey, 2));
        assert_eq!((by_key.gcp, by_key.gcp_with_left_out), (Some(0.0), Some(0.5)));
        assert_eq!(by_key.columns.len(), 3);
        assert_eq!(by_key.discernibility, 2.0 + 2.0 * 4.0);
        assert_eq!(by_key.queries.as_ref().map(|q| q.within_bounds), Some(1.0));
        let not = of(released, None);
        assert_eq!((not.matched, not.gcp, not.neighbours_kept), (Matched::Not, None, None));
    }

    #[test]
    fn as_many_rows_in_another_order_are_not_the_same() {
        let raw = made::table(NAMES, RAW, false);
        let of = |key| {
            let question =
                UtilityQuestion { key, order: RowOrder::OfItsOwn, ..UtilityQuestion::default() };
            TableUtility::of(&raw, &raw, question).unwrap()
        };
        assert_eq!((of(None).matched, of(None).gcp), (Matched::Not, None));
        assert_eq!((of(Some("id")).matched, of(Some("id")).gcp), (Matched::ByKey, Some(0.0)));
    }

    #[test]
    fn a_column_that_is_gone_says_nothing() {
        let raw = made::table(NAMES, RAW, false);
        let released = made::table(&NAMES[..1], &[&["20"], &["30"], &["40"], &["60"]], false);
        let utility = TableUtility::of(&raw, &released, UtilityQuestion::default()).unwrap();
        assert_eq!(utility.left_out, ["sex", "dx", "id"]);
        assert_eq!((utility.columns[1].precision, utility.gcp), (Some(0.0), Some(0.5)));
    }

    #[test]
    fn a_key_has_to_be_one() {
        let raw = made::table(NAMES, RAW, false);
        for key in ["sex", "absent"] {
            let question = UtilityQuestion { key: Some(key), ..UtilityQuestion::default() };
            assert_eq!(TableUtility::of(&raw, &raw, question).err(), Some(AssessError::NoKey));
            let question = UtilityQuestion { target: Some("absent"), ..UtilityQuestion::default() };
            assert_eq!(TableUtility::of(&raw, &raw, question).err(), Some(AssessError::NoTarget));
        }
        let empty = made::table(NAMES, &[], false);
        assert!(TableUtility::of(&raw, &empty, UtilityQuestion::default()).is_ok());
        assert!(TableUtility::of(&empty, &empty, UtilityQuestion::default()).is_ok());
    }
}
