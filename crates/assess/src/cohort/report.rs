//! Everything that is asked of a cohort, and of a second one beside it.

use serde::{Deserialize, Serialize};

use super::contrast::Contrast;
use super::counts::{Bounds, CountTable, Counting};
use super::filter::{Filter, Literal, Test};
use super::follow_up::{FollowUp, Incidence, LogRank, Survival};
use super::members::{CohortTable, Members, Standing};
use super::value::Value;
use crate::coded::CodedColumn;

/// Days of a year, of dates.
const DAYS_OF_A_YEAR: f64 = 365.25;
/// What says that an event came, and that it did not, where no value is named.
const CAME: [&str; 5] = ["1", "yes", "y", "true", "t"];
const DID_NOT: [&str; 5] = ["0", "no", "n", "false", "f"];

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct CohortQuestion<'a> {
    /// Who is meant.
    pub filter: &'a Filter,
    /// Whom they are compared with.
    pub against: Option<Against<'a>>,
    /// One or two columns to count by, or none.
    pub by: &'a [&'a str],
    /// An event and how long it was watched for.
    pub follow_up: Option<Watched<'a>>,
    /// Counts below this are not told; 1 or more.
    pub min_cell: u64,
    /// Whether rows are told, also where people can be told apart.
    pub count_rows: bool,
}

/// A second cohort.
#[derive(Debug, Clone, Copy)]
pub enum Against<'a> {
    /// Everybody else.
    Rest,
    /// Who passes another filter.
    Other(&'a Filter),
}

/// The columns of an event and of the time until it, or until nobody watched any more.
#[derive(Debug, Clone, Copy)]
pub struct Watched<'a> {
    /// Says whether the event came.
    pub event: &'a str,
    /// The value that says so; without one `1`, `yes`, `true` and `0`, `no`, `false`.
    pub event_is: Option<&'a str>,
    /// How long.
    pub time: WatchedTime<'a>,
}

/// How long somebody was watched.
#[derive(Debug, Clone, Copy)]
pub enum WatchedTime<'a> {
    /// A column of numbers, in its own unit.
    For(&'a str),
    /// Two columns of dates; time is then in years of 365.25 days.
    Between {
        /// The first day.
        from: &'a str,
        /// The last day.
        to: &'a str,
    },
}

/// Why a cohort cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CohortError {
    /// A column is asked for that the table has not.
    #[error("there is no column `{0}` among those of the table that the configuration releases")]
    NoColumn(String),
    /// Counts are by one or two columns.
    #[error("counts are by one or two columns")]
    By,
    /// A table of counts is too large.
    #[error("the columns have more than {most} groups together; count by coarser ones")]
    TooManyCells {
        /// The limit.
        most: usize,
    },
}

/// What is known of a cohort, and of a second one. Labels of groups are those of values that many have; no
/// other value of the table is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortReport {
    /// Whether people are counted, and not rows.
    pub counted_subjects: bool,
    /// Rows of the table.
    pub rows: u64,
    /// Counts below this are not told.
    pub min_cell: u64,
    /// The cohort.
    pub cohort: CohortFigures,
    /// Whom it is compared with.
    pub against: Option<CohortFigures>,
    /// How far they differ in each column; none without a second cohort, or where either is too small.
    pub contrasts: Option<Vec<Contrast>>,
    /// Whether they have the event alike; none as above.
    pub log_rank: Option<LogRank>,
}

/// What is known of one cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortFigures {
    /// How many; none where these are too few to be told.
    pub count: Option<Bounds>,
    /// By columns; none where it is not asked for, or would tell what is not.
    pub by: Option<CountTable>,
    /// Incidence and survival; none where it is not asked for, or the cohort is too small.
    pub follow_up: Option<Followed>,
}

/// Events of a cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Followed {
    /// Rows with an event or none and a time, by their share in the cohort.
    pub watched: f64,
    /// None where the events are too few to be told.
    pub incidence: Option<Incidence>,
    /// The product limit.
    pub survival: Survival,
}

impl CohortReport {
    /// Answers a question about a table.
    ///
    /// # Errors
    ///
    /// [`CohortError`] where the table has not the columns, or more groups than can be told.
    pub fn of(of: &CohortTable<'_>, question: &CohortQuestion<'_>) -> Result<Self, CohortError> {
        let least = question.min_cell.max(1);
        let subjects = of.table.subjects();
        let counting = Counting { subjects, rows: question.count_rows, least };
        let members = |filter: &Filter| {
            Members::of(of, filter).ok_or_else(|| CohortError::NoColumn(missing(of, filter)))
        };
        let absent = question.by.iter().find(|name| of.table.column(name).is_none());
        if let Some(name) = absent {
            return Err(CohortError::NoColumn((*name).to_owned()));
        }
        let cohort = members(question.filter)?;
        let against = match question.against {
            None => None,
            Some(Against::Rest) => Some(cohort.contrary()),
            Some(Against::Other(filter)) => Some(members(filter)?),
        };
        let beside_rest = matches!(question.against, Some(Against::Rest));
        let first = counting.all(&cohort, beside_rest);
        let second = against.as_ref().map(|other| counting.all(other, beside_rest));
        let second = second.unwrap_or((None, false));
        let events = question.follow_up.map(|watched| Events::of(of, watched)).transpose()?;
        let figures = |members: &Members, (count, by_columns): (Option<Bounds>, bool)| {
            // A cohort that is not told has no tables that would tell it.
            let by = (!question.by.is_empty() && by_columns && count.is_some())
                .then(|| CountTable::of(of, members, question.by, counting));
            let followed = events.as_ref().filter(|_| count.is_some());
            Ok::<_, CohortError>(CohortFigures {
                count,
                by: by.transpose()?,
                follow_up: followed.and_then(|events| events.followed(members, least)),
            })
        };
        let both = against.as_ref().filter(|_| first.0.is_some() && second.0.is_some());
        Ok(Self {
            counted_subjects: subjects.is_some() && !question.count_rows,
            rows: of.table.rows() as u64,
            min_cell: least,
            contrasts: both.map(|other| contrasts(of, [&cohort.rows, &other.rows])),
            log_rank: events
                .as_ref()
                .zip(both)
                .and_then(|(events, other)| events.log_rank([&cohort, other], least)),
            cohort: figures(&cohort, first)?,
            against: against.as_ref().map(|other| figures(other, second)).transpose()?,
        })
    }
}

/// The first column of a filter that a table has not.
fn missing(of: &CohortTable<'_>, filter: &Filter) -> String {
    let columns = filter.columns().into_iter();
    columns
        .filter(|name| of.table.column(name).is_none())
        .map(str::to_owned)
        .next()
        .unwrap_or_default()
}

fn contrasts(of: &CohortTable<'_>, cohorts: [&[Standing]; 2]) -> Vec<Contrast> {
    let columns = of.table.columns().iter();
    columns.map(|column| Contrast::of(column, of.reading(column.name()), cohorts)).collect()
}

/// Event and time of each row that has both.
struct Events {
    rows: Vec<Option<(f64, bool)>>,
}

impl Events {
    fn of(of: &CohortTable<'_>, watched: Watched<'_>) -> Result<Self, CohortError> {
        let column = |name: &str| {
            of.table.column(name).ok_or_else(|| CohortError::NoColumn(name.to_owned()))
        };
        let middles = |name: &str, years: bool| -> Result<Vec<Option<f64>>, CohortError> {
            let column = column(name)?;
            let reading = super::meaning::Reading { years, ..of.reading(name) };
            let middle = |code: u32| reading.of(column.text(code)).middle();
            let by_code: Vec<Option<f64>> = (0..column.values() as u32).map(middle).collect();
            Ok(column.codes().iter().map(|code| by_code[*code as usize]).collect())
        };
        let times: Vec<Option<f64>> = match watched.time {
            WatchedTime::For(name) => middles(name, false)?,
            WatchedTime::Between { from, to } => {
                let ends = middles(from, true)?.into_iter().zip(middles(to, true)?);
                ends.map(|(from, to)| Some((to? - from?) / DAYS_OF_A_YEAR)).collect()
            }
        };
        let events = came(column(watched.event)?, of, watched);
        let both = times.into_iter().zip(events);
        let rows = both.map(|(time, event)| Some((time.filter(|time| *time >= 0.0)?, event?)));
        Ok(Self { rows: rows.collect() })
    }

    fn watched(&self, members: &Members) -> Vec<FollowUp> {
        let rows = members.rows.iter().zip(&self.rows).filter(|(row, _)| row.share > 0.0);
        let one = |(row, known): (&Standing, &Option<(f64, bool)>)| {
            known.map(|(time, event)| FollowUp { time, event, weight: row.share })
        };
        rows.filter_map(one).collect()
    }

    fn followed(&self, members: &Members, least: u64) -> Option<Followed> {
        let rows = self.watched(members);
        let watched: f64 = rows.iter().map(|one| one.weight).sum();
        let told = |incidence: &Incidence| incidence.events + 1e-9 >= least as f64 || least == 1;
        (watched >= least as f64).then(|| Followed {
            watched,
            incidence: Incidence::of(&rows).filter(told),
            survival: Survival::of(&rows, least),
        })
    }

    fn log_rank(&self, cohorts: [&Members; 2], least: u64) -> Option<LogRank> {
        let [first, second] = cohorts.map(|cohort| self.watched(cohort));
        let enough =
            |rows: &[FollowUp]| rows.iter().map(|one| one.weight).sum::<f64>() >= least as f64;
        let events = |rows: &[FollowUp]| -> f64 {
            rows.iter().filter(|one| one.event).map(|one| one.weight).sum()
        };
        let told = events(&first).min(events(&second)) + 1e-9 >= least as f64 || least == 1;
        let test = LogRank::of(&first, &second).filter(|_| enough(&first) && enough(&second))?;
        let shown = |figure: Option<f64>| figure.filter(|_| told);
        Some(LogRank { events: shown(test.events), expected: shown(test.expected), ..test })
    }
}

/// Whether the event came, of each row that says so.
fn came(column: &CodedColumn, of: &CohortTable<'_>, watched: Watched<'_>) -> Vec<Option<bool>> {
    let reading = of.reading(column.name());
    let test = watched.event_is.map(|value| Test::OneOf(vec![Literal::of(value.to_owned())]));
    let says = |value: &Value<'_>| match (&test, value.text.as_deref()) {
        (Some(test), _) => Some(test.holds(Some(value))),
        (None, Some(text)) => {
            let is =
                |words: &[&str]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
            is(&CAME).then_some(true).or_else(|| is(&DID_NOT).then_some(false))
        }
        (None, None) => None,
    };
    let by_code = |code: u32| match reading.of(column.text(code)) {
        super::meaning::Meaning::Values(values) => {
            let said: Option<Vec<bool>> =
                values.iter().map(|value| says(value.as_ref()?)).collect();
            let said = said?;
            // Members of a set that say the same say it together.
            said.iter().all(|one| *one == said[0]).then_some(said[0])
        }
        _ => None,
    };
    let by_code: Vec<Option<bool>> = (0..column.values() as u32).map(by_code).collect();
    column.codes().iter().map(|code| by_code[*code as usize]).collect()
}

#[cfg(test)]
mod tests {
    use anonymed_core::AttributeRole::Quasi;

    use super::*;
    use crate::coded::{CodedTable, made};

    fn asked(filter: &Filter, min_cell: u64) -> CohortQuestion<'_> {
        CohortQuestion {
            filter,
            against: None,
            by: &[],
            follow_up: None,
            min_cell,
            count_rows: false,
        }
    }

    fn report(table: &CodedTable, question: &CohortQuestion<'_>) -> CohortReport {
        let of = CohortTable { table, lineages: &[], raw: true };
        CohortReport::of(&of, question).unwrap()
    }

    #[test]
    fn few_people_are_few_in_however_many_rows() {
        let rows: Vec<[&str; 2]> = (0..40).map(|n| ["F", ["P", "Q"][n % 2]]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        let table = made::table(&[("sex", Quasi)], &rows, true);
        let filter = Filter::parse("sex = F").unwrap();
        let rows = CohortQuestion { count_rows: true, ..asked(&filter, 3) };
        assert_eq!(report(&table, &rows).cohort.count, None);
        let rows = CohortQuestion { min_cell: 2, ..rows };
        assert_eq!(report(&table, &rows).cohort.count.map(|count| count.upper), Some(40));
        let people = asked(&filter, 2);
        assert_eq!(report(&table, &people).cohort.count.map(|count| count.upper), Some(2));
    }

    #[test]
    fn events_are_what_cells_say() {
        let names = [("event", Quasi), ("time", Quasi)];
        let cells = [
            ["1", "2"],
            ["No", "2..4"],
            ["{yes|1}", "5"],
            ["{yes|no}", "7"],
            ["perhaps", "7"],
            ["1", "*"],
            ["1", "-1"],
            ["", "9"],
        ];
        let rows: Vec<&[&str]> = cells.iter().map(|row| &row[..]).collect();
        let table = made::table(&names, &rows, false);
        let filter = Filter::parse("event = 1 or event != 1 or event is missing").unwrap();
        let time = WatchedTime::For("time");
        let watched = Watched { event: "event", event_is: None, time };
        let question = CohortQuestion { follow_up: Some(watched), ..asked(&filter, 1) };
        let followed = report(&table, &question).cohort.follow_up.unwrap();
        let incidence = followed.incidence.unwrap();
        assert_eq!((followed.watched, incidence.events, incidence.time), (3.0, 2.0, 10.0));
        // Only what is named is the event; any other value that is there says that it did not come.
        let watched = Watched { event_is: Some("perhaps"), ..watched };
        let question = CohortQuestion { follow_up: Some(watched), ..question };
        let followed = report(&table, &question).cohort.follow_up.unwrap();
        assert_eq!((followed.watched, followed.incidence.unwrap().events), (5.0, 1.0));
    }

    #[test]
    fn nobody_is_no_fault() {
        let table = made::table(&[("sex", Quasi)], &[], false);
        let filter = Filter::parse("sex = F").unwrap();
        let question =
            CohortQuestion { against: Some(Against::Rest), by: &["sex"], ..asked(&filter, 11) };
        let found = report(&table, &question);
        assert_eq!((found.cohort.count, found.contrasts, found.log_rank), (None, None, None));
        assert!(!format!("{filter:?}").contains("sex"));
    }
}
