//! The text engine: detectors find, a resolver makes one list of it, and every finding is replaced
//! by the policy's rules.
//!
//! Detectors are [`Stage`]s that add [`Finding`]s; a trained tagger is one more stage. Ages, dates
//! and values of the text's own patient need the scope to be replaced, so that is done last.

use std::ops::Range;
use std::sync::Arc;

use anonymed_core::policy::{Action, Policy, Profile, TimeMode};
use anonymed_core::{
    EntityType, Finding, Operator, Pseudonymizer, Replacement, ScrubError, ScrubbedText, Subject,
    TextScope, TextScrubber, normalise,
};
use jiff::civil::{self, Date};

use crate::dates::{self, Dated, Order, Reading, Strength};
use crate::error::TextError;
use crate::familiar::{Familiar, Familiars};
use crate::page::{self, Page, found};
use crate::propagate::{Known, Listed};
use crate::recognizers::{age, initials};
use crate::resolve::resolve;
use crate::surrogate::Surrogates;
use crate::{fields, recognizers};

/// The day ages are reckoned on where neither scope, policy nor text says one: late, so that more
/// births are taken as over the cap and not fewer.
const LATE: Date = civil::date(2030, 1, 1);

/// Pages that are kept taken apart between the two looks at a text.
const KEPT_PAGES: usize = 16;

/// One way to find identifiers on a page.
pub(crate) trait Stage: Sync {
    /// Adds what it finds.
    fn detect(&self, page: &Page<'_>, out: &mut Vec<Finding>);
}

struct Fields;
struct Recognizers;

impl Stage for Fields {
    fn detect(&self, page: &Page<'_>, out: &mut Vec<Finding>) {
        fields::detect(page, out);
    }
}

impl Stage for Recognizers {
    fn detect(&self, page: &Page<'_>, out: &mut Vec<Finding>) {
        recognizers::recognize(page, out);
    }
}

impl Stage for Known {
    fn detect(&self, page: &Page<'_>, out: &mut Vec<Finding>) {
        Known::detect(self, page, out);
    }
}

impl Stage for Listed {
    fn detect(&self, page: &Page<'_>, out: &mut Vec<Finding>) {
        Listed::detect(self, page, out);
    }
}

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
    allow: Listed,
    deny: Listed,
    staff: Known,
    familiars: Familiars,
}

impl Scrubber {
    /// An engine for a policy.
    ///
    /// # Errors
    ///
    /// [`TextError::Action`] where the policy's `[text]` asks for an action that text has not.
    pub fn new(pseudonymizer: Arc<Pseudonymizer>, policy: &Policy) -> Result<Self, TextError> {
        let check = |key: &'static str, action: &Action| match action {
            Action::Surrogate | Action::Redact | Action::Pseudonym | Action::Mask => Ok(()),
            other => Err(TextError::Action { key, verb: other.verb() }),
        };
        check("names", &policy.text.names)?;
        check("numbers", &policy.text.numbers)?;
        Ok(Self {
            pseudonymizer,
            allow: Listed::new(&policy.text.allow),
            deny: Listed::new(&policy.text.deny),
            policy: policy.clone(),
            staff: Known::default(),
            familiars: Familiars::default(),
        })
    }

    /// Knows these names of people who treat, in whoever's text they stand: in full, turned round,
    /// and with the forename's initial.
    #[must_use]
    pub fn with_staff<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.staff = Known::of_staff(names);
        self
    }

    fn familiar(&self, scope: TextScope<'_>) -> Arc<Familiar> {
        self.familiars.of(&self.pseudonymizer, scope.subject)
    }

    fn find_in(&self, text: &str, scope: TextScope<'_>, familiar: &Familiar) -> Vec<Finding> {
        if let Some(entity) = scope.whole {
            return whole(text, entity);
        }
        let known = &familiar.known;
        let stages: [&dyn Stage; 5] = [known, &self.staff, &self.deny, &Fields, &Recognizers];
        let caps = page::is_caps(text);
        let ranges = page::split(text);
        let mut kept = Vec::new();
        let mut findings = Vec::new();
        for range in &ranges {
            let page = Page::new(&text[range.clone()], caps);
            for stage in stages {
                look(stage, &page, range.start, &mut findings);
            }
            if ranges.len() <= KEPT_PAGES {
                kept.push(page);
            }
        }
        let mut findings = self.settled(text, findings);
        let echo = Known::of_findings(text, findings.iter());
        if !echo.is_empty() {
            for (at, range) in ranges.iter().enumerate() {
                match kept.get(at) {
                    Some(page) => look(&echo, page, range.start, &mut findings),
                    None => {
                        let page = Page::new(&text[range.clone()], caps);
                        look(&echo, &page, range.start, &mut findings);
                    }
                }
            }
            findings = self.settled(text, findings);
        }
        findings
    }

    /// One list without overlap, without what the policy allows and without ages that may stay.
    fn settled(&self, text: &str, findings: Vec<Finding>) -> Vec<Finding> {
        let cap = u32::from(self.policy.time.age_cap);
        let mut findings = resolve(findings);
        findings.retain(|f| {
            let value = &text[f.span.clone()];
            let young = f.entity == EntityType::Age && age::years(value).is_none_or(|y| y <= cap);
            !young && value.chars().any(char::is_alphanumeric) && !self.allow.holds(value)
        });
        findings
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
            EntityType::Age => self.age(value),
            EntityType::State | EntityType::Country | EntityType::Time => None,
            EntityType::Zip => Some(self.zip(value, work)),
            EntityType::Mrn if work.is_own_record(value) => {
                let code = work.subject.map(|s| s.pseudonym.code())?;
                Some(match self.policy.text.numbers {
                    Action::Redact => (tag(EntityType::Mrn), Operator::Redact),
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
        work: &Work<'_>,
    ) -> (String, Operator) {
        let redacted = || (tag(entity), Operator::Redact);
        match action {
            Action::Surrogate => work
                .surrogates
                .fake(entity, value)
                .filter(|fake| fake != value)
                .map_or_else(redacted, |fake| (fake, Operator::Surrogate)),
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
            _ => redacted(),
        }
    }

    fn zip(&self, value: &str, work: &Work<'_>) -> (String, Operator) {
        let safe_harbor = self.policy.profile == Profile::HipaaSafeHarbor;
        match anonymed_core::zip3(value).filter(|_| safe_harbor) {
            Some(three) => (three, Operator::Generalize),
            None => self.by_action(&self.policy.text.names, EntityType::Zip, value, work),
        }
    }

    fn age(&self, value: &str) -> Option<(String, Operator)> {
        let cap = u32::from(self.policy.time.age_cap);
        let over = age::years(value).is_none_or(|years| years > cap);
        let kept = self.policy.time.mode == TimeMode::Keep;
        (over && !kept).then(|| (format!("{}+", cap + 1), Operator::Generalize))
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
        let redacted = Some((tag(EntityType::Date), Operator::Redact));
        let dates = dates::all(value, &work.reading);
        if dates.is_empty() {
            return redacted;
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
            return redacted;
        }
        match (time.mode, work.subject) {
            (TimeMode::Year, _) => match dates::years(&dates) {
                Some(years) if years == value => None,
                Some(years) => Some((years, Operator::Generalize)),
                None => redacted,
            },
            // A year alone is no date the rule names.
            (_, None) if year_only && !birth => None,
            (_, None) => redacted,
            (_, Some(subject)) => {
                dates::moved(value, &dates, &work.reading, |d| time.apply(d, Some(subject)))
                    .map_or(redacted, |moved| Some((moved, Operator::Shift)))
            }
        }
    }

    fn work<'s>(
        &'s self,
        text: &str,
        findings: &[Finding],
        scope: TextScope<'s>,
        familiar: &Familiar,
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
        Work { surrogates, subject: scope.subject, as_of, reading }
    }
}

/// What replacing needs to know of a text.
struct Work<'a> {
    surrogates: Surrogates<'a>,
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

fn look(stage: &dyn Stage, page: &Page<'_>, offset: usize, out: &mut Vec<Finding>) {
    let first = out.len();
    stage.detect(page, out);
    for finding in &mut out[first..] {
        finding.span = finding.span.start + offset..finding.span.end + offset;
    }
}

fn whole(text: &str, entity: EntityType) -> Vec<Finding> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Vec::new();
    }
    let start = text.len() - text.trim_start().len();
    vec![found(start..start + trimmed.len(), entity, 1.0, "whole")]
}

/// `[NAME]`, `[DATE]`, `[SSN]`.
fn tag(entity: EntityType) -> String {
    let name = if entity.is_person() { "name" } else { entity.as_str() };
    format!("[{}]", name.to_uppercase())
}

impl TextScrubber for Scrubber {
    fn find(&self, text: &str, scope: TextScope<'_>) -> Vec<Finding> {
        self.find_in(text, scope, &self.familiar(scope))
    }

    fn scrub(&self, text: &str, scope: TextScope<'_>) -> Result<ScrubbedText, ScrubError> {
        let familiar = self.familiar(scope);
        let findings = self.find_in(text, scope, &familiar);
        if findings.is_empty() {
            return Ok(ScrubbedText { text: text.to_owned(), items: Vec::new() });
        }
        let mut work = self.work(text, &findings, scope, &familiar);
        let mut out = String::with_capacity(text.len() + text.len() / 16);
        let mut items = Vec::new();
        let mut at = 0;
        for finding in &findings {
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
        Ok(ScrubbedText { text: out, items })
    }

    fn surrogate(&self, entity: EntityType, value: &str, scope: TextScope<'_>) -> String {
        let findings = whole(value, entity);
        let mut work = self.work(value, &findings, scope, &self.familiar(scope));
        let Some(finding) = findings.first() else { return String::new() };
        let inner = &value[finding.span.clone()];
        let new = match entity {
            EntityType::Date | EntityType::Age | EntityType::Zip | EntityType::Mrn => {
                self.replacement(finding, inner, &mut work).map(|(new, _)| new)
            }
            EntityType::State | EntityType::Country | EntityType::Time => None,
            _ => Some(work.surrogates.fake(entity, inner).unwrap_or_else(|| tag(entity))),
        };
        let new = new.unwrap_or_else(|| inner.to_owned());
        format!("{}{new}{}", &value[..finding.span.start], &value[finding.span.end..])
    }
}
