//! Composition: releases of the same people, each safe by itself, held against each other.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Attack, AttackReport, share};
use crate::exposure::{AttackInput, Matcher, Matches, NOTHING, Release};

/// The attacker knows a person's quasi-identifiers and that the person is in every release, and intersects
/// what each allows: the sensitive values of the classes that cover the person, and, where it can be told
/// whose the rows of every release are, the people of these classes. Somebody is exposed where one value is
/// left or fewer than k people are. The number is the share of people who are exposed by all releases
/// together and by no single one.
///
/// # Citation
///
/// Ganta, Kasiviswanathan & Smith, *Composition attacks and auxiliary information in data privacy*, KDD
/// 2008.
#[derive(Debug, Clone, Copy, Default)]
pub struct Composition;

impl Attack for Composition {
    fn name(&self) -> &'static str {
        "composition"
    }

    fn citation(&self) -> &'static str {
        "Ganta, Kasiviswanathan & Smith, Composition attacks and auxiliary information, KDD 2008"
    }

    fn run(&self, input: &AttackInput) -> Vec<AttackReport> {
        if input.earlier.is_empty() {
            return vec![AttackReport::not_run(self, "no earlier release was given")];
        }
        let mut releases = vec![View::of(input, &input.released)];
        releases.extend(input.earlier.iter().map(|release| View::of(input, release)));
        let with_people = releases.iter().all(|view| view.release.whose.is_known());
        let mut found = Found::default();
        let mut known: HashMap<Vec<u32>, Exposed, FixedState> = HashMap::default();
        let mut of_class = vec![0.0f64; input.released.classes.len()];
        for row in 0..input.raw.rows() {
            let lists: Vec<u32> = releases.iter().map(|view| view.matches.list_of(row)).collect();
            let exposed =
                *known.entry(lists).or_insert_with(|| exposed(input, &releases, row, with_people));
            found.people.push((input.raw.person[row], exposed));
            if exposed.is_new() {
                let classes = releases[0].matches.classes(row);
                classes.iter().for_each(|class| of_class[*class as usize] = 1.0);
            }
        }
        let counts = found.count();
        let threshold = input.config.composition_max_share;
        let mut report =
            AttackReport::made(self, share(counts.new, counts.people), Some(threshold))
                .figure("people", counts.people)
                .figure("earlier_releases", input.earlier.len() as f64)
                .figure("one_value_left", counts.one_value)
                .figure("one_value_left_before", counts.one_value_before)
                .figure("crowd_below_k", counts.crowd)
                .figure("crowd_below_k_before", counts.crowd_before)
                .worst(input, (0..).zip(of_class).filter(|(_, exposed)| *exposed > 0.0));
        if !with_people {
            report = report.note(
                "whose the rows of every release are cannot be told: sensitive values alone are intersected",
            );
        }
        vec![report]
    }
}

/// A release as it looks from the raw table.
struct View<'a> {
    release: &'a Release,
    matches: Matches,
    /// By sensitive column and class: the values, ascending, and whether a row states none.
    values: Vec<Vec<Vec<u32>>>,
}

impl<'a> View<'a> {
    fn of(input: &AttackInput, release: &'a Release) -> Self {
        let matches = Matcher::new(&input.columns, release).matches(&input.raw);
        let values = release.sensitive.iter().map(|codes| {
            let mut of_class = vec![Vec::new(); release.classes.len()];
            let rows = release.class_of.iter().zip(codes);
            rows.for_each(|(class, code)| of_class[*class as usize].push(*code));
            of_class.iter_mut().for_each(|values| {
                values.sort_unstable();
                values.dedup();
            });
            of_class
        });
        let values = values.collect();
        Self { release, matches, values }
    }

    /// The values that somebody of a raw row may have; [`NOTHING`] is one that states none.
    fn values(&self, row: usize, column: usize) -> Vec<u32> {
        let classes = self.matches.classes(row).iter();
        let mut values: Vec<u32> =
            classes.flat_map(|class| &self.values[column][*class as usize]).copied().collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    fn crowd(&self, row: usize) -> Vec<u32> {
        self.release.crowd(self.matches.classes(row))
    }
}

/// What is left of a row's secrets.
#[derive(Debug, Clone, Copy, Default)]
struct Exposed {
    one_value: bool,
    one_value_before: bool,
    crowd: bool,
    crowd_before: bool,
}

impl Exposed {
    /// Exposed by the releases together alone.
    fn is_new(self) -> bool {
        (self.one_value && !self.one_value_before) || (self.crowd && !self.crowd_before)
    }
}

fn exposed(input: &AttackInput, releases: &[View<'_>], row: usize, with_people: bool) -> Exposed {
    let mut exposed = Exposed::default();
    // Who is in no class of a release is not in it: nothing is to be intersected.
    let within: Vec<&View<'_>> =
        releases.iter().filter(|view| !view.matches.classes(row).is_empty()).collect();
    let is_one = |values: &[u32]| matches!(values, [one] if *one != NOTHING);
    for column in 0..input.sensitive.len() {
        let lists: Vec<Vec<u32>> = within.iter().map(|view| view.values(row, column)).collect();
        exposed.one_value_before |= lists.iter().any(|values| is_one(values));
        exposed.one_value |= is_one(&common(lists));
    }
    if with_people {
        let below = |people: &[u32]| !people.is_empty() && (people.len() as u64) < input.k;
        let crowds: Vec<Vec<u32>> = within.iter().map(|view| view.crowd(row)).collect();
        exposed.crowd_before = crowds.iter().any(|crowd| below(crowd));
        exposed.crowd = below(&common(crowds));
    }
    exposed
}

/// What all of some ascending lists have.
fn common(lists: Vec<Vec<u32>>) -> Vec<u32> {
    let both = |mut one: Vec<u32>, other: Vec<u32>| {
        one.retain(|item| other.binary_search(item).is_ok());
        one
    };
    lists.into_iter().reduce(both).unwrap_or_default()
}

#[derive(Default)]
struct Found {
    people: Vec<(u32, Exposed)>,
}

#[derive(Default)]
struct Counts {
    people: f64,
    new: f64,
    one_value: f64,
    one_value_before: f64,
    crowd: f64,
    crowd_before: f64,
}

impl Found {
    /// A person is exposed where a row is.
    fn count(mut self) -> Counts {
        self.people.sort_by_key(|(person, _)| *person);
        let mut counts = Counts::default();
        for rows in self.people.chunk_by(|a, b| a.0 == b.0) {
            let any =
                |test: fn(&Exposed) -> bool| f64::from(u8::from(rows.iter().any(|r| test(&r.1))));
            counts.people += 1.0;
            counts.new += any(|e| e.is_new());
            counts.one_value += any(|e| e.one_value);
            counts.one_value_before += any(|e| e.one_value_before);
            counts.crowd += any(|e| e.crowd);
            counts.crowd_before += any(|e| e.crowd_before);
        }
        counts
    }
}
