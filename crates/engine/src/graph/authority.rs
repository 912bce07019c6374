//! Authorities: which raw identifier systems are one numbering of patients.

use hashbrown::HashSet;

use anonymed_core::EntityType;
use anonymed_core::policy::SubjectRule;
use serde::Serialize;

use super::texts::TextAt;
use super::{DOCUMENT, Known, NOBODY, RawGraph, compatible, entity_of, hash};

/// Two raw authorities that give the same identifiers and say different things of the people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// The one with more identifiers.
    pub first: String,
    /// The other.
    pub second: String,
    /// Identifiers both give.
    pub shared: u64,
    /// Identifiers of the other.
    pub of: u64,
    /// Shared identifiers whose birth dates or sexes differ.
    pub disagree: u64,
    /// What is proposed.
    pub taken_for: Numbering,
}

/// What two overlapping authorities are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Numbering {
    /// One numbering: who disagrees is a conflict and quarantined.
    One,
    /// Two, whose equal numbers are different people.
    Two,
}

impl std::fmt::Display for Overlap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { first, second, shared, of, disagree, taken_for } = self;
        write!(
            f,
            "{first} and {second} share {shared} of {of} identifiers and disagree about birth or \
             sex of {disagree}: "
        )?;
        match taken_for {
            Numbering::One => f.write_str(
                "taken for one numbering, since names or births mostly agree; those who disagree are \
                 quarantined",
            ),
            Numbering::Two => f.write_str(
                "taken for two numberings, so that one person may get two codes; if they are one, \
                 put both into one `matches`",
            ),
        }
    }
}

/// What two authorities say of the identifiers they share.
#[derive(Debug, Clone, Copy, Default)]
struct Compared {
    /// Identifiers of the smaller one.
    small: usize,
    shared: usize,
    /// Shared ones whose birth dates or sexes differ.
    disagree: usize,
    /// Shared ones where a name is the same on both sides, or the birth date is.
    agree: usize,
    /// Others whose people have another identifier in the larger one.
    split: usize,
}

impl Compared {
    fn overlaps(self) -> bool {
        self.shared > 0 && self.shared * 2 >= self.small
    }

    /// Whether the two are one numbering: either nearly nobody contradicts it, or the contradictions
    /// are about people who are the same by name or birth date.
    fn is_one(self) -> bool {
        let quiet = (self.disagree + self.split) * 10 <= self.shared;
        let known = self.split * 10 <= self.shared && self.agree * 2 >= self.shared;
        self.overlaps() && (quiet || known)
    }

    /// Whether the disagreement is more than a few mistakes.
    fn is_worth_a_word(self) -> bool {
        self.overlaps() && self.disagree * 10 > self.shared
    }
}

/// Identifiers of an authority in the order of their places, with their nodes. Equal texts have equal
/// places.
type Ids = Vec<(TextAt, u32)>;

/// Names of patients by root; filled only where there are authorities to compare.
struct Names<'a> {
    raw: &'a RawGraph,
    by_root: Vec<(u32, &'a Known)>,
}

impl<'a> Names<'a> {
    fn of(raw: &'a RawGraph) -> Self {
        let patients = raw
            .known
            .iter()
            .filter(|known| known.node != NOBODY && entity_of(known.entity) == EntityType::Patient);
        let mut by_root: Vec<_> = patients.map(|known| (raw.root(known.node), known)).collect();
        by_root.sort_by_key(|(root, _)| *root);
        Self { raw, by_root }
    }

    /// The words of the names of one person, as hashes.
    fn words(&self, root: u32) -> HashSet<u64> {
        let from = self.by_root.partition_point(|(other, _)| *other < root);
        let names = self.by_root[from..].iter().take_while(|(other, _)| *other == root);
        names
            .flat_map(|(_, known)| self.raw.value(known).split(|c: char| !c.is_alphabetic()))
            .filter(|word| word.chars().count() > 2)
            .map(|word| hash(&word.to_lowercase()))
            .collect()
    }

    fn share_a_word(&self, one: u32, other: u32) -> bool {
        let words = self.words(one);
        !words.is_empty() && self.words(other).iter().any(|word| words.contains(word))
    }
}

impl RawGraph {
    /// Proposes which raw authorities are one: those that share most of their identifiers, do not give
    /// one person two identifiers, and either do not contradict each other about birth and sex or
    /// have the same people by name or birth. The largest group comes first.
    pub fn propose_authorities(&self) -> Vec<(String, Vec<String>)> {
        let by_authority = self.by_authority();
        let names = self.names_to_compare();
        let mut order: Vec<usize> =
            (0..self.authorities.len()).filter(|a| self.authorities[*a] != DOCUMENT).collect();
        order.sort_by_key(|a| {
            (rank(&self.authorities[*a]), std::cmp::Reverse(by_authority[*a].len()), *a)
        });
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for authority in order {
            let joined = groups.iter().position(|group| {
                group.iter().any(|other| {
                    self.compare(&names, &by_authority[authority], &by_authority[*other]).is_one()
                })
            });
            match joined {
                Some(group) => groups[group].push(authority),
                None => groups.push(vec![authority]),
            }
        }
        let mut names: Vec<String> = Vec::new();
        groups
            .into_iter()
            .map(|group| {
                let raws: Vec<String> =
                    group.iter().map(|a| self.authorities[*a].clone()).collect();
                let mut name = short_name(&raws[0]);
                while names.contains(&name) {
                    name.push_str("-2");
                }
                names.push(name.clone());
                (name, raws)
            })
            .collect()
    }

    /// Pairs of authorities that share at least half of their identifiers and disagree about more
    /// than a tenth of the people, in the order of their names.
    pub fn overlaps(&self) -> Vec<Overlap> {
        let by_authority = self.by_authority();
        let names = self.names_to_compare();
        let mut found = Vec::new();
        for (a, first) in by_authority.iter().enumerate() {
            for (b, second) in by_authority.iter().enumerate().skip(a + 1) {
                if [a, b].iter().any(|n| self.authorities[*n] == DOCUMENT) {
                    continue;
                }
                let compared = self.compare(&names, first, second);
                if !compared.is_worth_a_word() {
                    continue;
                }
                let (large, small) = if first.len() >= second.len() { (a, b) } else { (b, a) };
                found.push(Overlap {
                    first: self.authorities[large].clone(),
                    second: self.authorities[small].clone(),
                    shared: compared.shared as u64,
                    of: compared.small as u64,
                    disagree: compared.disagree as u64,
                    taken_for: if compared.is_one() { Numbering::One } else { Numbering::Two },
                });
            }
        }
        found.sort_by(|x, y| (&x.first, &x.second).cmp(&(&y.first, &y.second)));
        found
    }

    /// Identifiers by authority.
    fn by_authority(&self) -> Vec<Ids> {
        let mut by_authority: Vec<Ids> = vec![Ids::new(); self.authorities.len()];
        for (number, node) in (0..).zip(&self.nodes) {
            by_authority[node.authority as usize].push((node.id, number));
        }
        by_authority.iter_mut().for_each(|ids| ids.sort_unstable());
        by_authority
    }

    /// The names of patients, unless there is only one authority to look at.
    fn names_to_compare(&self) -> Names<'_> {
        match self.authorities.iter().filter(|a| *a != DOCUMENT).count() {
            0 | 1 => Names { raw: self, by_root: Vec::new() },
            _ => Names::of(self),
        }
    }

    fn compare(&self, names: &Names<'_>, a: &Ids, b: &Ids) -> Compared {
        let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let mut compared = Compared { small: small.len(), ..Compared::default() };
        let mut people = vec![false; self.nodes.len()];
        large.iter().for_each(|(_, node)| people[self.root(*node) as usize] = true);
        for (id, node) in small {
            let one = self.root(*node);
            let Ok(at) = large.binary_search_by_key(id, |(other, _)| *other) else {
                compared.split += usize::from(people[one as usize]);
                continue;
            };
            let other = self.root(large[at].1);
            let (x, y) = (&self.nodes[one as usize], &self.nodes[other as usize]);
            let births = x.birth.zip(y.birth).map(|(p, q)| compatible(p, q));
            let sexes = x.sex.zip(y.sex).map(|(p, q)| p == q);
            let agree = births == Some(true) || names.share_a_word(one, other);
            compared.shared += 1;
            compared.disagree += usize::from(births == Some(false) || sexes == Some(false));
            compared.agree += usize::from(agree);
        }
        compared
    }

    pub(super) fn named_authorities(&self, rule: &SubjectRule) -> (Vec<String>, Vec<usize>) {
        self.authorities
            .iter()
            .map(|raw| match rule.authority_of(raw) {
                Some((rank, name)) => (name.to_owned(), rank),
                None => (raw.clone(), usize::MAX),
            })
            .unzip()
    }
}

/// Record numbers lead, FHIR's own ids and what notes say follow.
fn rank(raw: &str) -> u8 {
    match raw {
        _ if raw.starts_with("column:") => 0,
        _ if raw.starts_with("fhir:") => 1,
        "fhir-id" => 2,
        _ if raw.starts_with("note:") => 4,
        _ => 3,
    }
}

fn short_name(raw: &str) -> String {
    let tail = raw.rsplit([':', '/']).next().unwrap_or(raw);
    let name: String = tail
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    if name.is_empty() { "patient".into() } else { name }
}
