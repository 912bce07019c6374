//! What a column's hierarchy says: the nodes above each value, and the values below each node.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// A column's hierarchy, by the values that are known.
#[derive(Clone, Default)]
pub struct Lineage {
    above: HashMap<String, Vec<String>, FixedState>,
    /// In the order of the lines.
    below: HashMap<String, Vec<String>, FixedState>,
    values: Vec<String>,
    complete: bool,
}

impl std::fmt::Debug for Lineage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lineage").field("values", &self.values.len()).finish_non_exhaustive()
    }
}

impl Lineage {
    /// From lines of a value and the nodes above it, nearest first; `*` is none. `complete` says that every
    /// value that a cell may stand for has a line; else a node may cover values that no line has.
    pub fn new(lines: impl IntoIterator<Item = (String, Vec<String>)>, complete: bool) -> Self {
        let mut lineage = Self { complete, ..Self::default() };
        for (value, mut above) in lines {
            if lineage.above.contains_key(&value) {
                continue;
            }
            above.retain(|node| node != "*");
            above.dedup();
            for node in &above {
                lineage.below.entry_ref(node).or_default().push(value.clone());
            }
            lineage.values.push(value.clone());
            lineage.above.insert(value, above);
        }
        lineage
    }

    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(String::as_str)
    }

    /// The nodes above a value; none where it has no line.
    pub(super) fn above(&self, value: &str) -> Option<Vec<&str>> {
        self.above.get(value).map(|above| above.iter().map(String::as_str).collect())
    }

    /// The nodes above a value or a node: above a node are those that are above it in any line.
    pub(super) fn over(&self, text: &str) -> Vec<&str> {
        let line = self.below(text).first().and_then(|value| self.above.get(value));
        match (self.above.get(text), line) {
            (Some(above), _) => above.iter().map(String::as_str).collect(),
            (None, Some(line)) => {
                line.iter().map(String::as_str).skip_while(|n| *n != text).collect()
            }
            (None, None) => Vec::new(),
        }
    }

    /// Whether a text is a value or a node of some line.
    pub(super) fn knows(&self, text: &str) -> bool {
        self.above.contains_key(text) || self.below.contains_key(text)
    }

    /// The values below a node; empty where it is none that is known.
    pub(super) fn below(&self, node: &str) -> &[String] {
        self.below.get(node).map_or(&[], Vec::as_slice)
    }
}
