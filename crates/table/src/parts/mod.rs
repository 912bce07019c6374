//! Solving a table whose combinations are more than a search may hold: it is parted by its quasi-identifiers, each
//! part is counted and solved by itself, and what each row's class is waits in a file for the second pass.
//!
//! At any time one part is in memory, and of all the others the labels of their classes. Models hold in every part
//! as they would in the whole; those that compare with the distribution of the whole table are given it. Classes of
//! different parts that are written alike are one to whoever reads the release, and made one here.

mod join;
mod part;
mod split;
mod survey;

use std::path::Path;
use std::sync::Arc;

use anonymed_anonymize::{Counting, CutColumns, FrequencyTable, Monotonicity, PartTree};
use anonymed_core::ModalityError;

use crate::counting::Coded;
use crate::outcome::ModelOutcome;
use crate::plan::policy;
use crate::solved::Solved;
use crate::solver::Asked;
use join::Joined;
use part::Parting;
use split::Split;

pub(crate) use survey::Survey;

/// The stage that hears of every part.
const STAGE: &str = "parts";

/// Solves a table part by part.
///
/// # Errors
///
/// [`ModalityError::Policy`] where what is asked cannot be asked of parts, or no parts are small enough.
pub(crate) fn solve(
    coded: Coded,
    survey: Survey,
    asked: &Asked<'_>,
) -> Result<Solved, ModalityError> {
    possible(asked, &survey)?;
    let whole = survey.whole(&coded)?;
    let empty = coded.builder(asked.counting)?.finish().with_whole(whole.clone());
    let models = asked.families.build(&empty, &coded.texts(), asked.options)?;
    let columns = match models.iter().map(|model| model.monotonicity()).min() {
        // Nothing is known of a class made of two that hold: none must come about.
        Some(Monotonicity::None) => CutColumns::Ordered,
        _ => CutColumns::All,
    };
    let tree = survey.tree(&coded, columns)?;
    let mut outcome = asked.outcome(&coded);
    outcome.models = models.iter().map(|model| model.name()).collect();
    outcome.combinations = survey.combinations();
    outcome.parts = Some(tree.parts());
    let progress = asked.ctx.progress;
    progress.begin(STAGE, u64::from(tree.parts()), "parts");
    let parted = parted(coded, (&tree, columns), whole, (asked, outcome));
    progress.end(STAGE);
    parted
}

fn parted(
    mut coded: Coded,
    (tree, columns): (&PartTree, CutColumns),
    whole: Arc<FrequencyTable>,
    (asked, outcome): (&Asked<'_>, ModelOutcome),
) -> Result<Solved, ModalityError> {
    let folder = spill(asked)?;
    let places = (folder, &asked.options.sorting());
    let split = Split::of(&coded, tree, places, asked.ctx.cancel)?;
    // Rows are in their parts now, and have their classes from there.
    coded.rows.forget();
    coded.dictionaries.clear();
    let parting = Parting { coded: &coded, asked, whole, folder };
    let mut joined = Joined::new(asked.counting, &coded);
    for log in split.logs {
        joined.add(parting.solve(&log)?);
        asked.ctx.progress.advance(STAGE, 1);
    }
    joined.finish((split.part_of, folder), (&coded, columns), (asked, outcome))
}

/// Where parts wait.
fn spill<'a>(asked: &'a Asked<'_>) -> Result<&'a Path, ModalityError> {
    asked.options.spill.as_deref().ok_or_else(crate::frequency::full)
}

/// Refuses what cannot be asked of parts.
fn possible(asked: &Asked<'_>, survey: &Survey) -> Result<(), ModalityError> {
    spill(asked)?;
    let reason = if asked.plan.by_subject {
        "all rows of a subject are one unit under joint scope, which lies in no part; leave `scope` out"
    } else if asked.search.is_full_domain() {
        "a level is of all rows, so that its combinations have to be held together; take a method that recodes \
         locally: mondrian, kmember, mdav, fuzzy"
    } else if asked.apart.is_some() {
        "people of one combination may fall into different classes, so that single people have to be held together; \
         take a method that does not part them: mondrian, kmember, mdav, fuzzy"
    } else if asked.counting != Counting::Rows && asked.families.compares_with_table() {
        "`t`, `delta` and `beta` compare with how the values are spread over the people of the whole table, who \
         have several rows; leave them out"
    } else {
        return Ok(());
    };
    let combinations = survey.combinations();
    Err(policy(&format!(
        "the {combinations} combinations of the quasi-identifiers take more than search.memory, and the table \
         cannot be parted: {reason}, or allow more memory"
    )))
}
