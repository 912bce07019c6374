//! Generalization hierarchies: the `;`-separated files of ARX, read unchanged, checked, and bound
//! to a column's dictionary.
//!
//! A file has one line per value: `value;level 1;level 2;…;*`. Each label has one parent; a file
//! where a label has two, a value has two lines, or lines differ in length is refused with the
//! line and the number of such lines, never with a value.

use hashbrown::HashMap;

use crate::HierarchyLines;

/// What is wrong with a hierarchy, by line and count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HierarchyError {
    /// Nothing in it.
    #[error("the hierarchy has no lines")]
    Empty,
    /// Lines of different length.
    #[error(
        "line {line} of the hierarchy has {fields} fields and the first has {expected}; \
         {count} such lines"
    )]
    RaggedLine {
        /// The first such line, from 1.
        line: usize,
        /// Its fields.
        fields: usize,
        /// The first line's fields.
        expected: usize,
        /// How many lines differ.
        count: usize,
    },
    /// A value has two lines that disagree.
    #[error("line {line} of the hierarchy repeats a value with other labels; {count} such lines")]
    AmbiguousValue {
        /// The first such line, from 1.
        line: usize,
        /// How many.
        count: usize,
    },
    /// A label has two parents.
    #[error(
        "line {line} of the hierarchy gives a label of level {level} a second parent; \
         {count} such lines"
    )]
    AmbiguousParent {
        /// The first such line, from 1.
        line: usize,
        /// The label's level, from 0.
        level: usize,
        /// How many lines at that level.
        count: usize,
    },
    /// Values of the column that the hierarchy does not have.
    #[error("{count} values of the column have no line in the hierarchy")]
    MissingValues {
        /// How many.
        count: usize,
        /// The dictionary code of the first.
        code: u32,
    },
}

/// A hierarchy as read: labels by line and level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HierarchyFile {
    lines: Vec<Vec<String>>,
}

impl HierarchyFile {
    /// Reads and checks a `;`-separated hierarchy. Fields may be quoted with `"`.
    ///
    /// # Errors
    ///
    /// [`HierarchyError`] with the first offending line and their number.
    pub fn parse(text: &str) -> Result<Self, HierarchyError> {
        Self::of_lines(HierarchyLines::read(text))
    }

    /// Checks lines.
    ///
    /// # Errors
    ///
    /// [`HierarchyError`] with the first offending line and their number.
    pub fn of_lines(lines: HierarchyLines) -> Result<Self, HierarchyError> {
        let lines = lines.into_numbered();
        check(&lines)?;
        Ok(Self { lines: lines.into_iter().map(|(_, fields)| fields).collect() })
    }

    /// Levels above the values themselves.
    pub fn height(&self) -> usize {
        self.lines[0].len() - 1
    }

    /// Each value with its label of a level, where there is such a level; level 0 is the value.
    pub fn labels(&self, level: usize) -> Option<impl Iterator<Item = (&str, &str)>> {
        (level <= self.height())
            .then(|| self.lines.iter().map(move |line| (line[0].as_str(), line[level].as_str())))
    }

    /// Ties the hierarchy to a dictionary. A missing value is a node of its own below the root.
    /// Where the last level is not one label, a root `*` is put above it.
    ///
    /// # Errors
    ///
    /// [`HierarchyError::MissingValues`].
    pub fn bind(&self, values: &[Option<String>]) -> Result<Hierarchy, HierarchyError> {
        let line_of: HashMap<&str, usize> =
            self.lines.iter().enumerate().rev().map(|(n, line)| (line[0].as_str(), n)).collect();
        let lines: Vec<Option<Option<usize>>> = values
            .iter()
            .map(|value| match value {
                None => Some(None),
                Some(text) => line_of.get(text.as_str()).map(|n| Some(*n)),
            })
            .collect();
        if let Some(code) = lines.iter().position(Option::is_none) {
            let count = lines.iter().filter(|l| l.is_none()).count();
            return Err(HierarchyError::MissingValues { count, code: code as u32 });
        }
        let lines: Vec<Option<usize>> = lines.into_iter().flatten().collect();
        let mut levels: Vec<Level> =
            (1..=self.height()).map(|level| self.level(level, &lines)).collect();
        if self.has_root() {
            levels.pop();
        }
        let has_null = lines.iter().any(Option::is_none);
        let leaves = (self.lines.len() + usize::from(has_null)) as u32;
        levels.push(Level {
            labels: vec![Some(self.root().to_owned())],
            leaves: vec![leaves],
            of_code: vec![0; values.len()],
        });
        let mut order: Vec<u32> = (0..values.len() as u32).collect();
        let path = |code: u32| levels.iter().rev().map(move |l| l.of_code[code as usize]);
        order.sort_by(|a, b| {
            path(*a).cmp(path(*b)).then(lines[*a as usize].cmp(&lines[*b as usize]))
        });
        Ok(Hierarchy { levels, order, leaves })
    }

    /// Whether the last level is one label.
    fn has_root(&self) -> bool {
        self.height() > 0 && self.lines.iter().all(|line| line.last() == self.lines[0].last())
    }

    fn root(&self) -> &str {
        let last = self.lines[0].last().map_or("*", String::as_str);
        if self.has_root() { last } else { "*" }
    }

    /// One level's labels, numbered by their first line; a missing value's comes first.
    fn level(&self, level: usize, lines: &[Option<usize>]) -> Level {
        let mut number: HashMap<&str, u32> = HashMap::new();
        let mut labels = Vec::new();
        let has_null = lines.iter().any(Option::is_none);
        let mut leaves = Vec::new();
        if has_null {
            labels.push(None);
            leaves.push(1);
        }
        let mut used: Vec<usize> = lines.iter().flatten().copied().collect();
        used.sort_unstable();
        for line in used {
            let label = self.lines[line][level].as_str();
            number.entry(label).or_insert_with(|| {
                labels.push(Some(label.to_owned()));
                leaves.push(0);
                labels.len() as u32 - 1
            });
        }
        for line in &self.lines {
            if let Some(number) = number.get(line[level].as_str()) {
                leaves[*number as usize] += 1;
            }
        }
        let of_code = lines
            .iter()
            .map(|line| line.map_or(0, |n| number[self.lines[n][level].as_str()]))
            .collect();
        Level { labels, leaves, of_code }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Level {
    labels: Vec<Option<String>>,
    /// Values of the file below each label, whether the column has them or not.
    leaves: Vec<u32>,
    of_code: Vec<u32>,
}

/// A hierarchy over a dictionary: per level the label of each code. The last level is one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    levels: Vec<Level>,
    order: Vec<u32>,
    leaves: u32,
}

impl Hierarchy {
    /// Levels above the values themselves, the root included.
    pub fn height(&self) -> usize {
        self.levels.len()
    }

    /// The labels of a level, from 1 for the values' parents; `None` stands for the missing value.
    pub fn labels(&self, level: usize) -> &[Option<String>] {
        &self.levels[level - 1].labels
    }

    /// The label number of each code at a level, from 1.
    pub fn level_map(&self, level: usize) -> &[u32] {
        &self.levels[level - 1].of_code
    }

    /// The share of the hierarchy's values that lie below each label of a level, from 1: of all the file
    /// has, whether they occur or not.
    pub fn shares(&self, level: usize) -> impl Iterator<Item = f64> {
        self.levels[level - 1].leaves.iter().map(|n| f64::from(*n) / self.value_count())
    }

    /// Values the hierarchy has, the missing one counted where the column has it.
    pub fn value_count(&self) -> f64 {
        f64::from(self.leaves)
    }

    /// The codes in the tree's own order: every node is a run of it.
    pub fn order(&self) -> &[u32] {
        &self.order
    }
}

fn check(lines: &[(usize, Vec<String>)]) -> Result<(), HierarchyError> {
    let Some((_, first)) = lines.first() else { return Err(HierarchyError::Empty) };
    let expected = first.len();
    let mut ragged = lines.iter().filter(|(_, f)| f.len() != expected);
    if let Some((line, fields)) = ragged.next() {
        return Err(HierarchyError::RaggedLine {
            line: *line,
            fields: fields.len(),
            expected,
            count: ragged.count() + 1,
        });
    }
    let mut by_value: HashMap<&str, &[String]> = HashMap::new();
    let mut repeated =
        lines.iter().filter(|(_, f)| by_value.entry(f[0].as_str()).or_insert(f) != f);
    if let Some((line, _)) = repeated.next() {
        return Err(HierarchyError::AmbiguousValue { line: *line, count: repeated.count() + 1 });
    }
    for level in 1..expected.saturating_sub(1) {
        let mut parent: HashMap<&str, &str> = HashMap::new();
        let mut second = lines.iter().filter(|(_, f)| {
            *parent.entry(f[level].as_str()).or_insert(f[level + 1].as_str()) != f[level + 1]
        });
        if let Some((line, _)) = second.next() {
            return Err(HierarchyError::AmbiguousParent {
                line: *line,
                level,
                count: second.count() + 1,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISEASES: &str = "flu;lung;*\nasthma;lung;*\n\"a;b\";other;*\nulcer;stomach;*\n";

    fn values(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|v| (!v.is_empty()).then(|| (*v).to_owned())).collect()
    }

    #[test]
    fn binding_gives_levels_and_the_tree_s_order() {
        let hierarchy = HierarchyFile::parse(DISEASES)
            .unwrap()
            .bind(&values(&["ulcer", "asthma", "", "flu"]))
            .unwrap();
        assert_eq!(hierarchy.height(), 2);
        assert_eq!(hierarchy.level_map(1), [2, 1, 0, 1]);
        assert_eq!(hierarchy.labels(1), values(&["", "lung", "stomach"]));
        assert_eq!(hierarchy.order(), [2, 3, 1, 0]);
    }

    #[test]
    fn faults_are_named_by_line_and_count() {
        let check = |text: &str, expect| {
            assert_eq!(HierarchyFile::parse(text).unwrap_err(), expect);
        };
        check("\n", HierarchyError::Empty);
        check(
            "a;b;*\nc;*\n\nd;*\n",
            HierarchyError::RaggedLine { line: 2, fields: 2, expected: 3, count: 2 },
        );
        check("a;b;*\na;c;*\n", HierarchyError::AmbiguousValue { line: 2, count: 1 });
        check(
            "a;x;1;*\nb;x;2;*\nc;x;2;*\n",
            HierarchyError::AmbiguousParent { line: 2, level: 1, count: 2 },
        );
        // The same line twice, and the same label at two levels, are no fault.
        assert!(HierarchyFile::parse("a;b;*\na;b;*\n10;10;*\n").is_ok());
    }

    #[test]
    fn missing_values_are_counted() {
        let file = HierarchyFile::parse(DISEASES).unwrap();
        assert_eq!(
            file.bind(&values(&["flu", "gout", "a;b", "rash"])),
            Err(HierarchyError::MissingValues { count: 2, code: 1 })
        );
    }

    #[test]
    fn a_root_is_added_where_there_is_none() {
        let hierarchy =
            HierarchyFile::parse("a;x\nb;y\n").unwrap().bind(&values(&["a", "b"])).unwrap();
        assert_eq!(hierarchy.labels(2), values(&["*"]));
        let flat = HierarchyFile::parse("a\nb\n").unwrap().bind(&values(&["b"])).unwrap();
        assert_eq!(flat.height(), 1);
    }
}
