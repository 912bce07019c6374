//! Authorities: which raw identifier systems are one numbering of patients.

use hashbrown::{HashMap, HashSet};

use anonymed_core::policy::SubjectRule;

use super::{DOCUMENT, RawGraph, compatible};

impl RawGraph {
    /// Proposes which raw authorities are one: those that share most of their identifiers, do not
    /// contradict each other about birth and sex, and do not give one person two identifiers. The
    /// largest group comes first.
    pub fn propose_authorities(&self) -> Vec<(String, Vec<String>)> {
        let mut by_authority: Vec<HashMap<&str, u32>> =
            vec![HashMap::new(); self.authorities.len()];
        for ((authority, id), node) in &self.keys {
            by_authority[*authority as usize].insert(id, *node);
        }
        let mut order: Vec<usize> =
            (0..self.authorities.len()).filter(|a| self.authorities[*a] != DOCUMENT).collect();
        order.sort_by_key(|a| {
            (rank(&self.authorities[*a]), std::cmp::Reverse(by_authority[*a].len()), *a)
        });
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for authority in order {
            let joined = groups.iter().position(|group| {
                group.iter().any(|other| self.same(&by_authority[authority], &by_authority[*other]))
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

    fn same(&self, a: &HashMap<&str, u32>, b: &HashMap<&str, u32>) -> bool {
        let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let mut shared = 0usize;
        let mut against = 0usize;
        let people: HashSet<u32> = large.values().map(|node| self.root(*node)).collect();
        for (id, node) in small {
            if let Some(other) = large.get(id) {
                shared += 1;
                let (x, y) = (self.root(*node) as usize, self.root(*other) as usize);
                let (x, y) = (&self.nodes[x], &self.nodes[y]);
                let births = matches!((x.birth, y.birth), (Some(p), Some(q)) if !compatible(p, q));
                let sexes = matches!((x.sex, y.sex), (Some(p), Some(q)) if p != q);
                against += usize::from(births || sexes);
            } else {
                against += usize::from(people.contains(&self.root(*node)));
            }
        }
        shared > 0 && shared * 2 >= small.len() && against * 10 <= shared
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
