//! What will be done to every column of a part: the policy's rule bound to the part's header,
//! with what has to be known of the values beforehand (date styles, hierarchies).

use std::sync::Arc;

use anonymed_anonymize::HierarchyFile;
use anonymed_core::policy::{
    ColumnRule, Generalization, HierarchyConfig, OnUnclassified, RiskScope, TableRule,
};
use anonymed_core::{
    Action, AttributeRole, Context, Document, EntityType, Format, ModalityError, TimeMode,
    column_authority,
};
use hashbrown::HashMap;

use crate::TableOptions;
use crate::batch::StringBatch;
use crate::cell_date::{DateStyle, StyleSurvey};
use crate::guard::{Guard, GuardSurvey, is_place};
use crate::inspect::first_rows;
use crate::lexicon;
use crate::source::Part;

/// Rows surveyed for the style of ambiguous dates.
pub(crate) const SURVEY_ROWS: u64 = 200_000;

/// What is done with one column.
#[derive(Debug, Clone)]
pub(crate) struct ColumnPlan {
    pub(crate) source: usize,
    pub(crate) name: String,
    /// `column:<header>`: the kind under which its values are keyed.
    pub(crate) kind: String,
    pub(crate) role: AttributeRole,
    pub(crate) entity: Option<EntityType>,
    pub(crate) action: Action,
    pub(crate) ruled: bool,
    pub(crate) is_birth: bool,
    pub(crate) is_subject: bool,
    pub(crate) style: DateStyle,
    pub(crate) hierarchy: Option<Arc<HashMap<String, String>>>,
    /// What models climb from the values that the action leaves.
    pub(crate) climbs: Option<HierarchyConfig>,
    /// Looks at cells that are kept as they are.
    pub(crate) guard: Option<Arc<Guard>>,
}

impl ColumnPlan {
    pub(crate) fn is_released(&self) -> bool {
        self.action != Action::Drop
    }

    /// Whether the column takes part in the equivalence classes.
    pub(crate) fn is_quasi(&self) -> bool {
        self.role == AttributeRole::Quasi && self.is_released() && !self.is_subject
    }
}

/// What is done with a part.
#[derive(Debug)]
pub(crate) struct TablePlan {
    /// All input columns, in order.
    pub(crate) columns: Vec<ColumnPlan>,
    /// The column with the patient's identifier, and its authority.
    pub(crate) subject: Option<(usize, String)>,
    /// In joint scope, the name of the table as part of every linking code's kind.
    pub(crate) scope: Option<String>,
    pub(crate) missing: Vec<String>,
}

impl TablePlan {
    /// Binds a rule to a part.
    pub(crate) fn bind(
        part: &Part,
        file: anonymed_core::FileNumber,
        rule: &TableRule,
        ctx: &Context<'_>,
        options: &TableOptions,
    ) -> Result<Self, ModalityError> {
        let position = |name: &str| part.columns.iter().position(|c| c == name);
        let subject = rule
            .subject
            .as_deref()
            .map(|name| {
                position(name)
                    .map(|at| (at, column_authority(name)))
                    .ok_or_else(|| policy("the table lacks the subject column the rule names"))
            })
            .transpose()?;
        let columns = part
            .columns
            .iter()
            .enumerate()
            .map(|(source, name)| {
                let is_subject = subject.as_ref().is_some_and(|s| s.0 == source);
                column(source, name, is_subject, rule.column(name), ctx, options)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let missing = rule
            .columns
            .iter()
            .filter(|(name, _)| position(name).is_none())
            .map(|(name, _)| name.clone())
            .collect();
        let scope = (ctx.policy.risk.scope == RiskScope::Joint)
            .then(|| crate::joint::table_scope(file, part.sheet.as_deref()));
        Ok(Self { columns, subject, scope, missing })
    }

    /// Learns what has to be known of the values: the date styles of columns whose dates are worked on,
    /// and what columns that are kept hold as a rule.
    pub(crate) fn survey(
        &mut self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
    ) -> Result<(), ModalityError> {
        let kept = self.sources(|c| c.action == Action::Keep && !c.entity.is_some_and(is_place));
        let dated = self.sources(|c| {
            matches!(
                c.action,
                Action::Shift | Action::Generalize(Generalization::Year | Generalization::Month)
            )
        });
        if kept.is_empty() && dated.is_empty() {
            return Ok(());
        }
        let mut guards = vec![GuardSurvey::default(); self.columns.len()];
        let mut styles = vec![StyleSurvey::default(); self.columns.len()];
        let see_dates = |styles: &mut [StyleSurvey], batch: &StringBatch| {
            for column in &dated {
                (0..batch.len()).for_each(|row| styles[*column].see(batch.value(*column, row)));
            }
        };
        let first = crate::batch::BATCH_ROWS as u64;
        first_rows(document, format, part, first, &mut |batch| {
            for column in &kept {
                (0..batch.len()).for_each(|row| guards[*column].see(batch.value(*column, row)));
            }
            see_dates(&mut styles, batch);
        })?;
        // Where the first rows leave open which number is the day, more are looked at.
        if dated.iter().any(|column| styles[*column].is_open()) {
            styles.fill(StyleSurvey::default());
            first_rows(document, format, part, SURVEY_ROWS, &mut |batch| {
                see_dates(&mut styles, batch);
            })?;
        }
        for column in kept {
            self.columns[column].guard = Some(Arc::new(Guard::new(guards[column])));
        }
        for column in dated {
            self.columns[column].style = styles[column].style();
        }
        Ok(())
    }

    /// The positions in the input of the columns that `wanted` names.
    fn sources(&self, wanted: impl Fn(&ColumnPlan) -> bool) -> Vec<usize> {
        self.columns.iter().filter(|c| wanted(c)).map(|c| c.source).collect()
    }

    /// The positions of the released columns in the input.
    pub(crate) fn released(&self) -> Vec<usize> {
        self.sources(ColumnPlan::is_released)
    }

    /// The positions of the quasi-identifiers in the input.
    pub(crate) fn quasi(&self) -> Vec<usize> {
        self.sources(ColumnPlan::is_quasi)
    }
}

pub(crate) fn policy(reason: &str) -> ModalityError {
    ModalityError::Policy(reason.to_owned())
}

pub(crate) fn column(
    source: usize,
    name: &str,
    is_subject: bool,
    rule: Option<&ColumnRule>,
    ctx: &Context<'_>,
    options: &TableOptions,
) -> Result<ColumnPlan, ModalityError> {
    let mut plan = ColumnPlan {
        source,
        name: name.to_owned(),
        kind: column_authority(name),
        role: AttributeRole::Unknown,
        entity: None,
        action: Action::Drop,
        ruled: rule.is_some(),
        is_birth: false,
        is_subject,
        style: DateStyle::default(),
        hierarchy: None,
        climbs: None,
        guard: None,
    };
    let Some(rule) = rule else {
        if ctx.policy.on_unclassified == OnUnclassified::Block {
            return Err(ModalityError::Policy(format!(
                "column {} has no rule and on_unclassified is \"block\"",
                source + 1
            )));
        }
        return Ok(plan);
    };
    plan.role = rule.role;
    plan.entity = rule.entity;
    plan.action = rule.action.clone();
    plan.climbs.clone_from(&rule.hierarchy);
    plan.is_birth = lexicon::is_birth(name);
    if is_subject && matches!(plan.action, Action::Keep) {
        return Err(policy("the subject column cannot be kept as it is"));
    }
    if matches!(plan.action, Action::Shift) && ctx.policy.time.mode == TimeMode::Keep {
        plan.action = Action::Keep;
    }
    if let Action::Generalize(Generalization::Hierarchy { file, level }) = &plan.action {
        plan.hierarchy = Some(Arc::new(hierarchy(file, *level, options)?));
    }
    Ok(plan)
}

fn hierarchy(
    file: &str,
    level: u8,
    options: &TableOptions,
) -> Result<HashMap<String, String>, ModalityError> {
    let text = options.hierarchy(file)?;
    // Read once by the strict reader: gaps and ambiguous parents are the policy's mistakes.
    let read = HierarchyFile::parse(&text)
        .map_err(|e| ModalityError::Policy(format!("hierarchy file: {e}")))?;
    drop(text);
    let labels = read
        .labels(usize::from(level))
        .ok_or_else(|| policy("the hierarchy file has fewer levels than the rule asks for"))?;
    Ok(labels.map(|(value, label)| (value.trim().to_owned(), label.to_owned())).collect())
}
