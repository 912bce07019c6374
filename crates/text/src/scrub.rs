//! The text engine: every finding of the [`Detector`] is replaced by the policy's rules.
//!
//! Ages, dates and values of the text's own patient need the scope to be replaced, so that is done
//! last.

use std::ops::Range;
use std::sync::Arc;

use anonymed_core::policy::{Action, Policy, Profile, TextSearch, TimeMode};
use anonymed_core::{
    EntityTagger, EntityType, Finding, Operator, Pseudonymizer, Replacement, ScrubError,
    ScrubbedText, Subject, TextScope, TextScrubber, normalise,
};
use jiff::civil::{self, Date};

use crate::custom::Custom;
use crate::dates::{self, Dated, Order, Reading, Strength};
use crate::detector::Detector;
use crate::error::TextError;
use crate::familiar::{Familiar, Familiars};
use crate::page::found;
use crate::propagate::Known;
use crate::recognizers::{age, initials};
use crate::surrogate::Surrogates;
use crate::tags::Tags;
use crate::trace::{Explanation, Trace};

/// The day ages are reckoned on where neither scope, policy nor text says one: late, so that more
/// births are taken as over the cap and not fewer.
const LATE: Date = civil::date(2030, 1, 1);

/// Finds and replaces identifiers in free text by rules, lists and what is known of the patient.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use anonymed_core::{Policy, PseudonymDomain, Pseudonymizer, RootKey, TextScope, TextScrubber};
/// use anonymed_text::Scrubber;
///
/// let policy = Policy::parse("schema = 1\nname = \"demo\"\nprofile = \"hipaa-safe-harbor\"\n")?;
/// let domain = PseudonymDomain("demo".into());
/// let keys = Arc::new(Pseudonymizer::keyed(&RootKey::new([7; 32]), &domain));
/// let scrubber = Scrubber::new(keys, &policy)?;
///
/// let note = "PATIENT: JOHN SMITH\nDATE: 1/1/2011\nVertebrae C5/6 are normal.";
/// let clean = scrubber.scrub(note, TextScope::default())?.text;
/// assert!(!clean.contains("SMITH") && clean.contains("DATE: 2011"));
/// assert!(clean.ends_with("Vertebrae C5/6 are normal."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Scrubber {
    pseudonymizer: Arc<Pseudonymizer>,
    policy: Policy,
    pub(crate) detector: Detector,
    familiars: Familiars,
}

impl Scrubber {
    /// An engine for a policy.
    ///
    /// # Errors
    ///
    /// As [`Self::searching`].
    pub fn new(pseudonymizer: Arc<Pseudonymizer>, policy: &Policy) -> Result<Self, TextError> {
        Self::searching(pseudonymizer, policy, policy.text.search)
    }

    /// An engine for a policy that searches in another way than it says.
    ///
    /// # Errors
    ///
    /// [`TextError::Action`] where the policy's `[text]` asks for an action that text has not,
    /// [`TextError::Pattern`] where a pattern of its recognizers is none, and [`TextError::Model`]
    /// where the tagger's weights are not those of this build.
    pub fn searching(
        pseudonymizer: Arc<Pseudonymizer>,
        policy: &Policy,
        search: TextSearch,
    ) -> Result<Self, TextError> {
        check_actions(policy)?;
        Ok(Self {
            pseudonymizer,
            detector: Detector::new(&policy.text, search)?,
            policy: policy.clone(),
            familiars: Familiars::default(),
        })
    }

    /// Knows these names of people who treat, in whoever's text they stand: in full, turned round,
    /// and with the forename's initial.
    #[must_use]
    pub fn with_staff<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.detector.set_staff(Known::of_staff(names));
        self
    }

    /// Hears a model beside the others: what it finds joins what they find, and where two speak of one place
    /// the surer one holds.
    #[must_use]
    pub fn with_model(mut self, model: Arc<dyn EntityTagger>) -> Self {
        self.detector.set_model(model);
        self
    }

    /// Finds identifiers and says how each came about.
    ///
    /// # Errors
    ///
    /// As [`TextScrubber::find`].
    pub fn explain(&self, text: &str, scope: TextScope<'_>) -> Result<Explanation, ScrubError> {
        let mut trace = Trace::on();
        let findings = self.find_in(text, scope, &self.familiar(scope), &mut trace)?;
        Ok(trace.explain(findings))
    }

    pub(crate) fn familiar(&self, scope: TextScope<'_>) -> Arc<Familiar> {
        self.familiars.of(&self.pseudonymizer, scope.subject)
    }

    /// The tags of a new text.
    pub(crate) fn tags(&self) -> Tags {
        Tags::new(self.policy.text.numbered)
    }

    /// All of a text as one finding, where the scope says so.
    pub(crate) fn find_whole(&self, text: &str, scope: TextScope<'_>) -> Vec<Finding> {
        scope.whole.map(|entity| whole(text, entity)).unwrap_or_default()
    }

    fn find_in(
        &self,
        text: &str,
        scope: TextScope<'_>,
        familiar: &Familiar,
        trace: &mut Trace,
    ) -> Result<Vec<Finding>, ScrubError> {
        match scope.whole {
            Some(entity) => Ok(whole(text, entity)),
            None => self.detector.find(text, &[&familiar.known], trace),
        }
    }

    /// What stands instead of a finding, and how it came about; `None` where it stays.
    fn replacement(
        &self,
        finding: &Finding,
        value: &str,
        work: &mut Work<'_>,
    ) -> Option<(String, Operator)> {
        match finding.entity {
            EntityType::Date => self.date(finding, value, work),
            EntityType::Age => self.age(value, work),
            EntityType::State | EntityType::Country | EntityType::Time => None,
            EntityType::Zip => Some(self.zip(value, work)),
            EntityType::Mrn if work.is_own_record(value) => {
                let code = work.subject.map(|s| s.pseudonym.code())?;
                Some(match self.policy.text.numbers {
                    Action::Redact => (work.tags.tag(EntityType::Mrn, value), Operator::Redact),
                    _ => (code, Operator::Pseudonym),
                })
            }
            entity if finding.recognizer == initials::NAME => {
                let fake = work.surrogates.initials(value);
                Some(match self.policy.text.names {
                    Action::Surrogate if fake != value => (fake, Operator::Surrogate),
                    ref names => {
                        let names =
                            if *names == Action::Surrogate { &Action::Redact } else { names };
                        self.by_action(names, entity, value, work)
                    }
                })
            }
            entity => Some(self.by_action(self.action(entity), entity, value, work)),
        }
    }

    fn action(&self, entity: EntityType) -> &Action {
        let contact = matches!(
            entity,
            EntityType::Email | EntityType::Url | EntityType::IpAddress | EntityType::MacAddress
        );
        match entity.is_number() || contact {
            true => &self.policy.text.numbers,
            false => &self.policy.text.names,
        }
    }

    fn by_action(
        &self,
        action: &Action,
        entity: EntityType,
        value: &str,
        work: &mut Work<'_>,
    ) -> (String, Operator) {
        match action {
            Action::Surrogate => {
                let fake = work.surrogates.fake(entity, value).filter(|fake| fake != value);
                match fake {
                    Some(fake) => (fake, Operator::Surrogate),
                    None => (work.tags.tag(entity, value), Operator::Redact),
                }
            }
            Action::Pseudonym => {
                let folded = normalise::alphanumeric(value);
                let owner = work.subject.map(|s| s.pseudonym.code()).unwrap_or_default();
                let code = self.pseudonymizer.pseudonym(entity.as_str(), &owner, &folded).code();
                (code, Operator::Pseudonym)
            }
            Action::Mask => {
                let mask = |c: char| if c.is_alphanumeric() { 'X' } else { c };
                (value.chars().map(mask).collect(), Operator::Mask)
            }
            _ => (work.tags.tag(entity, value), Operator::Redact),
        }
    }

    fn zip(&self, value: &str, work: &mut Work<'_>) -> (String, Operator) {
        let safe_harbor = self.policy.profile == Profile::HipaaSafeHarbor;
        match anonymed_core::zip3(value).filter(|_| safe_harbor) {
            Some(three) => (three, Operator::Generalize),
            None => self.by_action(&self.policy.text.names, EntityType::Zip, value, work),
        }
    }

    fn age(&self, value: &str, work: &mut Work<'_>) -> Option<(String, Operator)> {
        let cap = u32::from(self.policy.time.age_cap);
        if self.policy.time.mode == TimeMode::Keep {
            return None;
        }
        match age::years(value) {
            Some(years) if years > cap => Some((format!("{}+", cap + 1), Operator::Generalize)),
            Some(_) => None,
            // Words that are no number over 89; below a lower cap they may say anything.
            None if cap >= 89 => None,
            None => Some((work.tags.tag(EntityType::Age, value), Operator::Redact)),
        }
    }

    fn date(
        &self,
        finding: &Finding,
        value: &str,
        work: &mut Work<'_>,
    ) -> Option<(String, Operator)> {
        let time = &self.policy.time;
        if time.mode == TimeMode::Keep {
            return None;
        }
        let redacted =
            |work: &mut Work<'_>| Some((work.tags.tag(EntityType::Date, value), Operator::Redact));
        let dates = dates::all(value, &work.reading);
        if dates.is_empty() {
            return redacted(work);
        }
        work.see_year(&dates);
        let birth = finding.recognizer.ends_with(".birth");
        let as_of = work.as_of;
        let old = |date: &Dated| {
            date.has_year()
                && date.partial(&work.reading).is_some_and(|partial| {
                    time.apply_birth(partial, work.subject, as_of).is_none()
                        && time.apply(partial, work.subject).is_some()
                })
        };
        let year_only = dates.iter().all(|d| d.strength == Strength::Year);
        if dates.iter().any(old) && (birth || !year_only) {
            return redacted(work);
        }
        // What stands beside the dates and is none that is read, as a holiday, would stay.
        let unread = time.mode != TimeMode::Year && dates::leaves_words(value, &dates);
        match (time.mode, work.subject) {
            _ if unread => redacted(work),
            (TimeMode::Year, _) => match dates::years(&dates) {
                Some(years) if years == value => None,
                Some(years) => Some((years, Operator::Generalize)),
                None => redacted(work),
            },
            // A year alone is no date the rule names.
            (_, None) if year_only && !birth => None,
            (_, None) => redacted(work),
            (_, Some(subject)) => {
                dates::moved(value, &dates, &work.reading, |d| time.apply(d, Some(subject)))
                    .map_or_else(|| redacted(work), |moved| Some((moved, Operator::Shift)))
            }
        }
    }

    /// The text with every finding replaced. Findings are in order and without overlap.
    pub(crate) fn replaced(
        &self,
        text: &str,
        findings: &[Finding],
        scope: TextScope<'_>,
        familiar: &Familiar,
        tags: &mut Tags,
    ) -> ScrubbedText {
        let mut work = self.work(text, findings, scope, familiar, tags);
        let mut out = String::with_capacity(text.len() + text.len() / 16);
        let mut items = Vec::new();
        let mut at = 0;
        for finding in findings {
            let Range { start, end } = finding.span.clone();
            let Some((new, operator)) = self.replacement(finding, &text[start..end], &mut work)
            else {
                continue;
            };
            out.push_str(&text[at..start]);
            let begin = out.len();
            out.push_str(&new);
            let output = begin..out.len();
            items.push(Replacement {
                source: start..end,
                output,
                entity: finding.entity,
                operator,
            });
            at = end;
        }
        out.push_str(&text[at..]);
        ScrubbedText { text: out, items }
    }

    fn work<'s>(
        &'s self,
        text: &str,
        findings: &[Finding],
        scope: TextScope<'s>,
        familiar: &Familiar,
        tags: &'s mut Tags,
    ) -> Work<'s> {
        let real = Arc::clone(&familiar.real);
        let mut surrogates = Surrogates::new(&self.pseudonymizer, scope.subject, real);
        let base = Reading::default();
        let mut latest = None;
        let mut first_year = None;
        let (mut day_first, mut month_first) = (0u32, 0u32);
        for finding in findings {
            let value = &text[finding.span.clone()];
            if finding.entity != EntityType::Date {
                surrogates.learn(finding.entity, value);
                continue;
            }
            for date in dates::all(value, &base) {
                first_year = first_year.or(date.year.filter(|_| date.day.is_some()));
                latest = latest.max(date.date(&base).filter(|_| date.has_year()));
                if date.day.is_some() && date.month.is_some() && !date.ambiguous {
                    day_first += u32::from(date.day_first);
                    month_first += u32::from(numeric(&date) && !date.day_first);
                }
            }
        }
        let as_of = scope.as_of.or(self.policy.time.as_of).or(latest).unwrap_or(LATE);
        let order = if day_first > month_first { Order::DayFirst } else { Order::MonthFirst };
        let year = first_year.unwrap_or_else(|| as_of.year());
        let reading = Reading { order, latest: as_of.year(), year };
        Work { surrogates, tags, subject: scope.subject, as_of, reading }
    }
}

/// What replacing needs to know of a text.
struct Work<'a> {
    surrogates: Surrogates<'a>,
    tags: &'a mut Tags,
    subject: Option<&'a Subject>,
    as_of: Date,
    reading: Reading,
}

impl Work<'_> {
    /// Dates without a year are of the year of the date before them.
    fn see_year(&mut self, dates: &[Dated]) {
        if let Some(year) = dates.iter().filter(|d| d.day.is_some()).find_map(|d| d.year) {
            self.reading.year = year;
        }
    }

    /// Whether a record number is the patient's own.
    fn is_own_record(&self, value: &str) -> bool {
        let Some(subject) = self.subject else { return false };
        let bare = |v: &str| {
            let folded = normalise::alphanumeric(v);
            let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
            digits.trim_start_matches('0').to_owned()
        };
        let mut known = subject.known_of(EntityType::Mrn).peekable();
        let value = bare(value);
        known.peek().is_none() || known.any(|k| bare(k) == value)
    }
}

fn numeric(date: &Dated) -> bool {
    date.parts.iter().any(|(part, _)| *part == dates::Part::Month)
}

fn whole(text: &str, entity: EntityType) -> Vec<Finding> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Vec::new();
    }
    let start = text.len() - text.trim_start().len();
    vec![found(start..start + trimmed.len(), entity, 1.0, "whole")]
}

impl TextScrubber for Scrubber {
    fn find(&self, text: &str, scope: TextScope<'_>) -> Result<Vec<Finding>, ScrubError> {
        self.find_in(text, scope, &self.familiar(scope), &mut Trace::default())
    }

    fn scrub(&self, text: &str, scope: TextScope<'_>) -> Result<ScrubbedText, ScrubError> {
        let familiar = self.familiar(scope);
        let findings = self.find_in(text, scope, &familiar, &mut Trace::default())?;
        if findings.is_empty() {
            return Ok(ScrubbedText { text: text.to_owned(), items: Vec::new() });
        }
        Ok(self.replaced(text, &findings, scope, &familiar, &mut self.tags()))
    }

    fn surrogate(&self, entity: EntityType, value: &str, scope: TextScope<'_>) -> String {
        let findings = whole(value, entity);
        let mut tags = self.tags();
        let mut work = self.work(value, &findings, scope, &self.familiar(scope), &mut tags);
        let Some(finding) = findings.first() else { return String::new() };
        let inner = &value[finding.span.clone()];
        let new = match entity {
            EntityType::Date | EntityType::Age | EntityType::Zip | EntityType::Mrn => {
                self.replacement(finding, inner, &mut work).map(|(new, _)| new)
            }
            EntityType::State | EntityType::Country | EntityType::Time => None,
            _ => {
                let fake = work.surrogates.fake(entity, inner);
                Some(fake.unwrap_or_else(|| work.tags.tag(entity, inner)))
            }
        };
        let new = new.unwrap_or_else(|| inner.to_owned());
        format!("{}{new}{}", &value[..finding.span.start], &value[finding.span.end..])
    }
}

/// Refuses a policy whose `[text]` the engine cannot follow, without making an engine.
///
/// # Errors
///
/// [`TextError::Action`] and [`TextError::Pattern`], as [`Scrubber::searching`].
pub fn check_policy(policy: &Policy) -> Result<(), TextError> {
    check_actions(policy)?;
    Custom::new(&policy.text.recognizers).map(drop)
}

fn check_actions(policy: &Policy) -> Result<(), TextError> {
    let check = |key: &'static str, action: &Action| match action {
        Action::Surrogate | Action::Redact | Action::Pseudonym | Action::Mask => Ok(()),
        other => Err(TextError::Action { key, verb: other.verb() }),
    };
    check("names", &policy.text.names)?;
    check("numbers", &policy.text.numbers)
}
