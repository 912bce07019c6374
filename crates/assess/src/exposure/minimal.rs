//! What a label states where it is as narrow as it can be: the ends of a range occur, and the members of a
//! set, and both children of a node that has two.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::Column;
use super::cover::Says;

/// A column's labels as statements.
pub(crate) struct Minimal {
    of_label: Vec<Stated>,
}

/// A label's statements.
#[derive(Default)]
pub(crate) struct Stated {
    /// Distinct raw values that it covers.
    pub(crate) covered: u32,
    /// For each value that is said to occur: its spellings.
    pub(crate) exact: Vec<Vec<u32>>,
    /// For each child that is said to be there: the values below it.
    pub(crate) children: Vec<Vec<u32>>,
}

impl Minimal {
    pub(crate) fn of(&self, label: u32) -> &Stated {
        &self.of_label[label as usize]
    }
}

impl Column {
    /// What each label states.
    pub(crate) fn minimal(&self) -> Minimal {
        let children = self.children();
        let labels = 0..self.labels.len() as u32;
        Minimal { of_label: labels.map(|label| self.stated(label, &children)).collect() }
    }

    fn stated(&self, label: u32, children: &HashMap<u64, Vec<u64>, FixedState>) -> Stated {
        let label_of = &self.labels[label as usize];
        let covered = self.covered(label);
        let mut stated = Stated { covered: covered.len() as u32, ..Stated::default() };
        let value = |number: &u32| &self.values[*number as usize];
        let such = |test: &dyn Fn(&u32) -> bool| -> Vec<u32> {
            covered.iter().copied().filter(|number| test(number)).collect()
        };
        match &label_of.says {
            Says::Extent(low, high) if low < high => {
                // The ends by their numbers: a label that no raw value ends at states what is false.
                stated.exact.push(such(&|v| value(v).extent.is_some_and(|e| e.0 == *low)));
                stated.exact.push(such(&|v| value(v).extent.is_some_and(|e| e.1 == *high)));
            }
            Says::Set(members) => {
                for (print, _) in members {
                    stated.exact.push(such(&|v| value(v).print == *print));
                }
            }
            Says::Node { .. } => {
                if let Some([one, other]) = children.get(&label_of.print).map(Vec::as_slice) {
                    for child in [one, other] {
                        let tree = self.tree();
                        let path = |v: &u32| tree.and_then(|tree| tree.path(value(v).print));
                        stated.children.push(such(&|v| {
                            value(v).print == *child || path(v).is_some_and(|p| p.contains(child))
                        }));
                    }
                }
            }
            Says::Extent(..) | Says::Any | Says::Missing | Says::Beginning(_) => {}
        }
        stated
    }

    /// By node of the hierarchy: its children, where a label that is repeated on the next level is no
    /// child of itself.
    fn children(&self) -> HashMap<u64, Vec<u64>, FixedState> {
        let mut children: HashMap<u64, Vec<u64>, FixedState> = HashMap::default();
        for (value, path) in self.tree().into_iter().flat_map(crate::ValueTree::lines) {
            let mut below = value;
            for node in path {
                if *node != below {
                    children.entry(*node).or_default().push(below);
                    below = *node;
                }
            }
        }
        for list in children.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        children
    }
}
