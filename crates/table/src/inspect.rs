//! The scan of a table: what every column holds, and what each row says of its patient.
//!
//! The first rows decide the classes of the columns; one pass over all rows then profiles every
//! value and hands on, row by row, the patient's keys and the direct identifiers beside them.

use anonymed_assess::apart::ApartReport;
use anonymed_core::{
    AttributeRole, CancelToken, Document, EntityType, FieldProfile, Format, InspectSink,
    KnownIdentifier, ModalityError, PartialDate, PatientKey, Place, QuarantinedRecord, Sensitive,
    Sex, SubjectMention, column_authority,
};

use crate::apart::{self, ApartWatch};
use crate::batch::StringBatch;
use crate::cell_date::{self, DateStyle, StyleSurvey};
use crate::csv_read::{Event, rejected};
use crate::header;
use crate::lexicon::Usage;
use crate::profile::{ColumnClass, ColumnProfiler};
use crate::samples::{ColumnJudge, Samples};
use crate::source::{self, Part};
use crate::{Tables, values};

/// Rows that decide what the columns are before the whole is read.
const FIRST_ROWS: u64 = 5_000;

/// Inspects all parts of a file.
pub(crate) fn inspect(
    document: &mut Document<'_>,
    format: &Format,
    judge: Option<&dyn ColumnJudge>,
    sink: &mut dyn InspectSink,
) -> Result<(), ModalityError> {
    let overview = source::overview(document, format)?;
    source::check(document, format)?;
    for (what, count) in overview.unseen {
        sink.unseen(what, count);
    }
    for part in &overview.parts {
        inspect_part((document, format, part), judge, sink)?;
    }
    Ok(())
}

/// What a scan says of one table.
#[derive(Debug, Clone)]
pub struct TableProfile {
    /// Its columns, in order.
    pub fields: Vec<FieldProfile>,
    /// How well they tell people apart.
    pub apart: ApartReport,
    /// Rows read.
    pub rows: u64,
    /// Rows that could not be read.
    pub rejected_rows: u64,
}

impl Tables {
    /// Reads a file for its columns, people and identifiers, as the scan does; what the judge finds in samples of
    /// columns is among both.
    ///
    /// # Errors
    ///
    /// Where the file as a whole cannot be read.
    pub fn inspect_judged(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        judge: &dyn ColumnJudge,
        sink: &mut dyn InspectSink,
    ) -> Result<(), ModalityError> {
        inspect(document, format, Some(judge), sink)
    }

    /// Looks at one part by itself, with somebody who judges samples of its columns.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or the work is cancelled.
    pub fn profile(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        judge: &dyn ColumnJudge,
        cancel: &CancelToken,
    ) -> Result<TableProfile, ModalityError> {
        source::check(document, format)?;
        cancel.check()?;
        let mut sink = Alone::default();
        let apart = inspect_part((document, format, part), Some(judge), &mut sink)?;
        cancel.check()?;
        let Alone { fields, rows, rejected_rows } = sink;
        Ok(TableProfile { fields, apart, rows, rejected_rows })
    }
}

/// Takes in what is said of the table, and nothing of its people.
#[derive(Default)]
struct Alone {
    fields: Vec<FieldProfile>,
    rows: u64,
    rejected_rows: u64,
}

impl InspectSink for Alone {
    fn field(&mut self, field: FieldProfile) {
        self.fields.push(field);
    }

    fn subject(&mut self, _: Place, _: SubjectMention) {}

    fn records(&mut self, count: u64) {
        self.rows += count;
    }

    fn unseen(&mut self, _: &'static str, _: u64) {}

    fn rejected(&mut self, _: QuarantinedRecord) {
        self.rejected_rows += 1;
    }
}

/// Inspects one part; says how well its columns tell people apart, too.
fn inspect_part(
    (document, format, part): (&mut Document<'_>, &Format, &Part),
    judge: Option<&dyn ColumnJudge>,
    sink: &mut dyn InspectSink,
) -> Result<ApartReport, ModalityError> {
    let mut samples = judge.map(|judge| Samples::new(judge, part.columns.len()));
    let reader = RowReader::survey(document, format, part, samples.as_mut())?;
    let mut profilers: Vec<_> = part.columns.iter().map(|c| ColumnProfiler::new(c)).collect();
    let mut watch = ApartWatch::new(&part.columns, reader.subject);
    source::read(document, format, part, &mut |event| {
        match event {
            Event::Rejected(row, reason) => {
                sink.records(1);
                sink.rejected(rejected(row, reason));
            }
            Event::Batch(batch) => {
                watch.see(&batch, &mut profilers);
                sink.records(batch.len() as u64);
                for row in 0..batch.len() {
                    if let Some(mention) = reader.mention(&batch, row) {
                        let column = reader.subject.map_or(0, |s| s as u32 + 1);
                        let place = Place::Cell { row: batch.rows()[row], column };
                        sink.subject(place, mention);
                    }
                }
            }
        }
        Ok(())
    })?;
    let classes: Vec<_> = profilers.iter().map(|p| p.class(part.sheet.as_deref())).collect();
    let suspects = header::suspects(&part.columns);
    let told = watch.report(&classes, &suspects);
    for (column, mut class) in classes.into_iter().enumerate() {
        if let Some(reason) = suspects[column] {
            let profile = &mut class.profile;
            profile.role = AttributeRole::Unknown;
            profile.entity = None;
            profile.confidence = 0.0;
            reason.clone_into(&mut profile.reason);
        } else {
            apart::settle(&mut class, &told.columns[column], &told);
        }
        if reader.subject == Some(column) {
            class.profile.subject = true;
            class.profile.role = AttributeRole::Identifier;
        }
        if let Some(samples) = &samples {
            samples.settle(column, &mut class.profile);
        }
        sink.field(class.profile);
    }
    Ok(told)
}

/// Who the rows of a table are of, as somebody says.
#[derive(Debug, Clone, Copy)]
pub struct Persons<'a> {
    /// The column that tells people apart; without one rows are nobody's.
    pub subject: Option<&'a str>,
    /// Columns that name people, with what their values are where that is said.
    pub identifiers: &'a [(&'a str, Option<EntityType>)],
    /// Columns of another part. What is neither here nor there is nobody's to release, and looked for where rows
    /// have words of their own in it.
    pub others: &'a [&'a str],
}

impl Tables {
    /// Reads what each row of a table says of its person: whose it is by the column that is named, direct
    /// identifiers in the columns that are named and in those that look like it.
    ///
    /// # Errors
    ///
    /// Where the table cannot be read.
    pub fn mentions(
        &self,
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        persons: Persons<'_>,
        take: &mut dyn FnMut(SubjectMention),
    ) -> Result<(), ModalityError> {
        let mut reader = RowReader::survey(document, format, part, None)?;
        reader.say(&part.columns, persons);
        source::read(document, format, part, &mut |event| {
            if let Event::Batch(batch) = event {
                (0..batch.len()).filter_map(|row| reader.mention(&batch, row)).for_each(&mut *take);
            }
            Ok(())
        })
    }
}

/// Reads what a row says of its patient.
pub(crate) struct RowReader {
    /// The column that tells patients apart.
    pub(crate) subject: Option<usize>,
    keys: Vec<(usize, String)>,
    known: Vec<(usize, EntityType)>,
    birth: Option<(usize, DateStyle)>,
    sex: Option<usize>,
    dates: Vec<(usize, DateStyle)>,
    /// First, middle and last name columns of the patient.
    name_parts: Vec<usize>,
    /// What the columns were seen to be.
    seen: Vec<Seen>,
}

/// What a column was seen to be.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// By header and values together.
    entity: Option<EntityType>,
    /// Where its values are words.
    words: Option<EntityType>,
    /// Where rows have words of their own in it, and nobody recognised it.
    own_words: Option<EntityType>,
}

/// Whose a value is, where a row is somebody's: a person of whom no more is known is that one.
fn of_row(entity: EntityType) -> EntityType {
    if entity == EntityType::Person { EntityType::Patient } else { entity }
}

impl RowReader {
    fn survey(
        document: &mut Document<'_>,
        format: &Format,
        part: &Part,
        mut samples: Option<&mut Samples<'_>>,
    ) -> Result<Self, ModalityError> {
        let mut profilers: Vec<_> = part.columns.iter().map(|c| ColumnProfiler::new(c)).collect();
        let mut styles = vec![StyleSurvey::default(); part.columns.len()];
        first_rows(document, format, part, FIRST_ROWS, &mut |batch| {
            for (column, profiler) in profilers.iter_mut().enumerate() {
                for row in 0..batch.len() {
                    profiler.see(batch.value(column, row));
                    styles[column].see(batch.value(column, row));
                }
            }
            if let Some(samples) = samples.as_deref_mut() {
                samples.see(batch);
            }
        })?;
        let classes: Vec<_> = profilers.iter().map(|p| p.class(None)).collect();
        let found: Vec<_> = (classes.iter().enumerate())
            .map(|(column, class)| samples.as_deref().and_then(|s| sampled(s, column, class)))
            .collect();
        Ok(Self::of(&part.columns, &classes, &styles, &found))
    }

    fn of(
        columns: &[String],
        classes: &[ColumnClass],
        styles: &[StyleSurvey],
        found: &[Option<EntityType>],
    ) -> Self {
        let candidates = subject_candidates(classes);
        let with = |usage: Usage| classes.iter().position(|c| c.usage == usage);
        let dated = |column: usize| (column, styles[column].style());
        let of_date = |c: &ColumnClass| c.profile.entity == Some(EntityType::Date);
        let birth = with(Usage::Birth).map(dated);
        let seen = |class: &ColumnClass| Seen {
            entity: class.profile.entity,
            words: class.words,
            own_words: own_words(class),
        };
        Self {
            seen: classes.iter().map(seen).collect(),
            subject: candidates.first().copied(),
            keys: candidates.iter().map(|c| (*c, column_authority(&columns[*c]))).collect(),
            known: classes
                .iter()
                .enumerate()
                .filter_map(|(n, c)| {
                    let own = || own_words(c).filter(|_| !candidates.is_empty());
                    Some((n, known(c).or(found[n]).or_else(own)?))
                })
                .collect(),
            birth,
            sex: with(Usage::Sex),
            dates: (0..classes.len())
                .filter(|n| of_date(&classes[*n]) && classes[*n].usage != Usage::Birth)
                .map(dated)
                .collect(),
            name_parts: match (with(Usage::First), with(Usage::Last)) {
                (Some(first), Some(last)) => {
                    [Some(first), with(Usage::Middle), Some(last)].into_iter().flatten().collect()
                }
                _ => Vec::new(),
            },
        }
    }

    /// Believes what is said of the columns. What an identifier's header and values do not say is taken for names
    /// where they are words, and for numbers elsewhere; dates are told apart by their own means.
    fn say(&mut self, columns: &[String], Persons { subject, identifiers, others }: Persons<'_>) {
        let position = |name: &str| columns.iter().position(|column| column == name);
        self.subject = subject.and_then(position);
        self.keys = self.subject.iter().map(|at| (*at, column_authority(&columns[*at]))).collect();
        for (at, column) in columns.iter().enumerate().filter(|(at, _)| Some(*at) != self.subject) {
            let said =
                identifiers.iter().find(|(name, _)| name == column).map(|(_, entity)| *entity);
            let seen = self.known.iter().find(|(of, _)| *of == at).map(|(_, entity)| *entity);
            let Seen { entity: of_values, words, own_words } = self.seen[at];
            let entity = match said {
                Some(said) => {
                    said.filter(|entity| entity.is_looked_for()).or(seen).or(match of_values {
                        Some(entity) if !entity.is_looked_for() => None,
                        entity => Some(entity.or(words).unwrap_or(EntityType::OtherId)),
                    })
                }
                None if others.contains(&column.as_str()) => seen,
                None => seen.or(own_words),
            };
            self.known.retain(|(of, _)| *of != at);
            let Some(entity) = entity else { continue };
            self.known.push((at, entity));
            // Whoever a column names beside a patient stands in that patient's notes.
            if said.is_some() && matches!(entity, EntityType::Doctor | EntityType::Staff) {
                self.known.push((at, EntityType::Relative));
            }
            // Words are names, whatever else they are said to be.
            let words = words.filter(|words| said.is_some() && *words != entity);
            self.known.extend(words.filter(|_| !entity.is_person()).map(|words| (at, words)));
        }
    }

    /// What a row says; `None` where it names nobody.
    fn mention(&self, batch: &StringBatch, row: usize) -> Option<SubjectMention> {
        let filled = |column: usize| {
            let value = batch.value(column, row).trim();
            (!values::is_missing(value)).then_some(value)
        };
        let mut mention = SubjectMention {
            keys: self
                .keys
                .iter()
                .filter_map(|(c, authority)| PatientKey::new(authority, filled(*c)?))
                .collect(),
            ..SubjectMention::default()
        };
        let is_somebody_s = !mention.keys.is_empty();
        for (column, entity) in &self.known {
            if let Some(value) = filled(*column) {
                let entity = if is_somebody_s { of_row(*entity) } else { *entity };
                mention.known.push(identifier(entity, value.to_owned()));
            }
        }
        let parts: Vec<&str> = self.name_parts.iter().filter_map(|c| filled(*c)).collect();
        if let [first, .., last] = parts.as_slice() {
            mention.known.push(identifier(EntityType::Patient, format!("{first} {last}")));
            if parts.len() > 2 {
                mention.known.push(identifier(EntityType::Patient, parts.join(" ")));
            }
        }
        let date = |(column, style): &(usize, DateStyle)| {
            cell_date::read_in(filled(*column)?, *style).map(|d| d.date)
        };
        mention.birth = self.birth.as_ref().and_then(date);
        mention.sex = self.sex.and_then(filled).and_then(Sex::parse);
        mention.dates = self
            .dates
            .iter()
            .filter_map(date)
            .filter_map(|d| if let PartialDate::Day(day) = d { Some(day) } else { None })
            .collect();
        (!mention.keys.is_empty() || !mention.known.is_empty()).then_some(mention)
    }
}

fn identifier(entity: EntityType, value: String) -> KnownIdentifier {
    KnownIdentifier { entity, value: Sensitive::new(value) }
}

/// The entity under which a column's values are looked for elsewhere.
fn known(class: &ColumnClass) -> Option<EntityType> {
    let entity = class.profile.entity?;
    if matches!(entity, EntityType::Date | EntityType::Age | EntityType::Time) {
        return None;
    }
    let direct = class.profile.role == AttributeRole::Identifier;
    let place = matches!(entity, EntityType::Street | EntityType::City | EntityType::Zip);
    (direct || place).then_some(entity)
}

/// What a sample shows the values of a column to be, where each is looked for as a whole: prose is not.
fn sampled(samples: &Samples<'_>, column: usize, class: &ColumnClass) -> Option<EntityType> {
    let mut field = class.profile.clone();
    let entity = samples.settle(column, &mut field)?;
    (field.role == AttributeRole::Identifier || class.words.is_some()).then_some(entity)
}

/// Distinct words from which on a column is taken for names and not for categories.
const MANY_WORDS: u64 = 40;

/// A column nobody recognised, in which rows have words of their own: they may be names or addresses
/// under a header in another language, and are looked for elsewhere as if they were.
fn own_words(class: &ColumnClass) -> Option<EntityType> {
    let profile = &class.profile;
    let own = profile.distinct * 2 >= profile.filled.min(10_000) || profile.distinct >= MANY_WORDS;
    let own = own && profile.filled >= 5;
    (profile.role == AttributeRole::Unknown && own).then_some(class.words?)
}

/// The columns that may tell patients apart, the best first; only those of the best rank and of
/// ranks that are patient numbers whatever stands beside them.
fn subject_candidates(classes: &[ColumnClass]) -> Vec<usize> {
    let personal = classes.iter().any(|c| {
        matches!(c.usage, Usage::Birth | Usage::Sex | Usage::First | Usage::Last | Usage::FullName)
            || c.profile.entity.is_some_and(|e| {
                e == EntityType::Ssn
                    || (e.is_person() && c.profile.role == AttributeRole::Identifier)
            })
    });
    let mut ranked: Vec<(u8, usize)> = classes
        .iter()
        .enumerate()
        .filter(|(_, c)| c.profile.filled > 0)
        .filter_map(|(n, c)| match c.usage {
            // `id`, `case`: anybody's number unless the table is about people.
            Usage::Subject(rank) if rank <= 3 || personal => Some((rank, n)),
            _ => None,
        })
        .collect();
    ranked.sort_unstable();
    let best = ranked.first().map_or(0, |r| r.0);
    ranked.into_iter().filter(|(rank, _)| *rank == best || *rank <= 2).map(|r| r.1).collect()
}

/// Reads about the first `most` rows and stops.
pub(crate) fn first_rows(
    document: &mut Document<'_>,
    format: &Format,
    part: &Part,
    most: u64,
    take: &mut dyn FnMut(&StringBatch),
) -> Result<(), ModalityError> {
    let mut seen = 0;
    let mut enough = false;
    let result = source::read(document, format, part, &mut |event| {
        if let Event::Batch(batch) = event {
            seen += batch.len() as u64;
            take(&batch);
        }
        enough = seen >= most;
        if enough { Err(ModalityError::Internal("enough rows".into())) } else { Ok(()) }
    });
    if enough { Ok(()) } else { result }
}
