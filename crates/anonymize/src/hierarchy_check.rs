//! What keeps a hierarchy from fitting a column, value by value, and what would mend it: lines of other
//! length, values with two lines, labels with two parents, values without a line.
//!
//! Each fault comes with an offer. A value without a line gets the line of the interval that holds it, where
//! it is a number and the labels are intervals, and is generalised to the root at once otherwise. Of lines
//! that disagree the first is kept, and of parents the one with most lines. Offers are taken where somebody
//! asks for the completed hierarchy, and never while a table is anonymized.

use hashbrown::{HashMap, HashSet};

use crate::hierarchies::ColumnValues;
use crate::hierarchy_lines::can_be_written;
use crate::interval_label::{IntervalLabel, number};
use crate::{HierarchyError, HierarchyFile, HierarchyLines};

/// One thing that is wrong. It holds values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// The line at fault, from 1; none for a value without one.
    pub line: Option<usize>,
    /// The value; of [`FaultKind::Parents`] the label.
    pub text: String,
    /// Rows of the column with the value; of [`FaultKind::Parents`] with the label above theirs.
    pub rows: u64,
    /// The line that would mend it; of [`FaultKind::Parents`] the label and the parent that is kept. Empty
    /// where a file cannot hold it.
    pub offered: Vec<String>,
}

/// Kinds of faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// A line is shorter or longer than most.
    Ragged {
        /// Its fields.
        fields: usize,
        /// Most lines' fields.
        expected: usize,
    },
    /// A value has another line, with other labels.
    Repeated {
        /// The first line of the value.
        first: usize,
    },
    /// A label has several parents.
    Parents {
        /// The label's level, from 1.
        level: usize,
        /// The parents, and how many lines say each; most first.
        parents: Vec<(String, u64)>,
    },
    /// A value of the column has no line.
    Gap,
}

/// A hierarchy held to a column.
#[derive(Debug, Clone)]
pub struct HierarchyCheck {
    faults: Vec<Fault>,
    lines: usize,
    levels: usize,
    unused: usize,
    completed: HierarchyLines,
}

impl HierarchyCheck {
    /// Looks at every line and every value. What the column has of missing values is not to be among its
    /// values.
    ///
    /// # Examples
    ///
    /// Ages of a ward, and a hierarchy that ends too early:
    ///
    /// ```
    /// use anonymed_anonymize::hierarchies::ColumnValues;
    /// use anonymed_anonymize::{HierarchyCheck, HierarchyLines};
    ///
    /// let lines = HierarchyLines::read("31;30-39;*\n35;30-39;*\n");
    /// let column = ColumnValues { texts: vec!["31", "36", "44"], rows: vec![2, 1, 5] };
    /// let check = HierarchyCheck::new(&lines, &column);
    /// let offers: Vec<_> = check.faults().iter().map(|fault| fault.offered.join(";")).collect();
    /// assert_eq!(offers, ["36;30-39;*", "44;*;*"]);
    /// ```
    pub fn new(lines: &HierarchyLines, column: &ColumnValues<'_>) -> Self {
        let rows: HashMap<&str, u64> =
            column.texts.iter().copied().zip(column.rows.iter().copied()).collect();
        let mut mending = Mending::new(lines, &rows);
        mending.straighten(lines);
        mending.keep_first_lines();
        mending.keep_one_parent();
        let unused =
            mending.lines.iter().filter(|(_, l)| !rows.contains_key(l[0].as_str())).count();
        mending.fill(column);
        Self {
            faults: mending.faults,
            lines: lines.numbered().len(),
            levels: mending.width - 1,
            unused,
            completed: HierarchyLines::of(mending.lines.into_iter().map(|(_, line)| line)),
        }
    }

    /// What is wrong, by kind and then by line or value.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Lines that were read.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Levels above the values that most lines have.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// Values with a line that the column does not have; no fault.
    pub fn unused(&self) -> usize {
        self.unused
    }

    /// The lines with every offer taken.
    ///
    /// # Errors
    ///
    /// Where the offers do not make a hierarchy.
    pub fn completed(&self) -> Result<&HierarchyLines, HierarchyError> {
        HierarchyFile::of_lines(self.completed.clone()).map(|_| &self.completed)
    }
}

struct Mending<'a> {
    /// Fields of a line.
    width: usize,
    root: String,
    lines: Vec<(usize, Vec<String>)>,
    rows: &'a HashMap<&'a str, u64>,
    faults: Vec<Fault>,
}

impl<'a> Mending<'a> {
    fn new(lines: &HierarchyLines, rows: &'a HashMap<&'a str, u64>) -> Self {
        let mut widths: HashMap<usize, usize> = HashMap::new();
        for (_, line) in lines.numbered() {
            *widths.entry(line.len()).or_default() += 1;
        }
        // Of equally many the longer: cutting a line loses more than filling one up.
        let width = widths.into_iter().max_by_key(|(width, count)| (*count, *width));
        let width = width.map_or(2, |(width, _)| width);
        let mut lasts = lines.numbered().iter().filter(|(_, l)| l.len() == width && width > 1);
        let first = lasts.next().and_then(|(_, line)| line.last());
        let one = first.filter(|first| lasts.all(|(_, line)| line.last() == Some(first)));
        let root = one.map_or("*", String::as_str).to_owned();
        Self { width, root, lines: Vec::new(), rows, faults: Vec::new() }
    }

    fn rows(&self, value: &str) -> u64 {
        self.rows.get(value).copied().unwrap_or(0)
    }

    /// Gives all lines the length that most have.
    fn straighten(&mut self, lines: &HierarchyLines) {
        for (number, line) in lines.numbered() {
            let mut straight = line.clone();
            straight.resize(self.width, self.root.clone());
            if line.len() != self.width {
                if self.width > 1 {
                    straight[self.width - 1].clone_from(&self.root);
                }
                self.faults.push(Fault {
                    kind: FaultKind::Ragged { fields: line.len(), expected: self.width },
                    line: Some(*number),
                    text: line[0].clone(),
                    rows: self.rows(&line[0]),
                    offered: straight.clone(),
                });
            }
            self.lines.push((*number, straight));
        }
    }

    fn keep_first_lines(&mut self) {
        let mut first: HashMap<String, usize> = HashMap::new();
        let mut kept: Vec<(usize, Vec<String>)> = Vec::with_capacity(self.lines.len());
        for (number, line) in std::mem::take(&mut self.lines) {
            let Some(at) = first.get(&line[0]) else {
                first.insert(line[0].clone(), kept.len());
                kept.push((number, line));
                continue;
            };
            let (first, offered) = &kept[*at];
            if *offered != line {
                self.faults.push(Fault {
                    kind: FaultKind::Repeated { first: *first },
                    line: Some(number),
                    text: line[0].clone(),
                    rows: self.rows(&line[0]),
                    offered: offered.clone(),
                });
            }
        }
        self.lines = kept;
    }

    /// From the bottom up, so that a label that moves takes the parents of its new place.
    fn keep_one_parent(&mut self) {
        for level in 1..self.width.saturating_sub(1) {
            let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
            for (at, (_, line)) in self.lines.iter().enumerate() {
                places.entry(line[level].as_str()).or_default().push(at);
            }
            let parent = |at: usize| self.lines[at].1[level + 1].as_str();
            let mut torn: Vec<Vec<usize>> = places
                .into_values()
                .filter(|places| places.iter().any(|at| parent(*at) != parent(places[0])))
                .collect();
            torn.sort_unstable();
            for places in torn {
                self.keep_parent(level, &places);
            }
        }
    }

    fn keep_parent(&mut self, level: usize, places: &[usize]) {
        let mut parents: Vec<(String, u64)> = Vec::new();
        let mut second = None;
        for at in places {
            let (number, line) = &self.lines[*at];
            match parents.iter_mut().find(|(parent, _)| *parent == line[level + 1]) {
                Some((_, count)) => *count += 1,
                None => {
                    parents.push((line[level + 1].clone(), 1));
                    second = (parents.len() > 1).then_some(*number).or(second);
                }
            }
        }
        parents.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let chosen = parents[0].0.clone();
        let model = places.iter().find(|at| self.lines[**at].1[level + 1] == chosen);
        let above = model.map_or(Vec::new(), |at| self.lines[*at].1[level + 1..].to_vec());
        let label = self.lines[places[0]].1[level].clone();
        let rows = places.iter().map(|at| self.rows(&self.lines[*at].1[0])).sum();
        self.faults.push(Fault {
            kind: FaultKind::Parents { level, parents },
            line: second,
            text: label.clone(),
            rows,
            offered: vec![label, chosen],
        });
        for at in places {
            self.lines[*at].1[level + 1..].clone_from_slice(&above);
        }
    }

    /// Gives a line to each value that has none.
    fn fill(&mut self, column: &ColumnValues<'_>) {
        for (at, line) in self.offered(column) {
            let fits = can_be_written(&line);
            self.faults.push(Fault {
                kind: FaultKind::Gap,
                line: None,
                text: column.texts[at].to_owned(),
                rows: column.rows[at],
                offered: if fits { line.clone() } else { Vec::new() },
            });
            if fits {
                self.lines.push((0, line));
            }
        }
    }

    /// The values without a line, by place, and what is offered them.
    fn offered(&self, column: &ColumnValues<'_>) -> Vec<(usize, Vec<String>)> {
        let known: HashSet<&str> = self.lines.iter().map(|(_, line)| line[0].as_str()).collect();
        let texts = column.texts.iter().enumerate();
        let mut gaps = texts.filter(|(_, text)| !known.contains(*text)).peekable();
        if gaps.peek().is_none() {
            return Vec::new();
        }
        let offers = Offers::of(self);
        gaps.map(|(at, text)| (at, offers.line(text))).collect()
    }
}

/// What can be offered to values without a line.
struct Offers<'a> {
    width: usize,
    root: &'a str,
    /// By level from 1, the parent of each label.
    parents: Vec<HashMap<&'a str, &'a str>>,
    /// By level from 1, the labels that are intervals, by lower end, each with a line that has it.
    intervals: Vec<Vec<(IntervalLabel, &'a [String])>>,
}

impl<'a> Offers<'a> {
    fn of(mending: &'a Mending<'_>) -> Self {
        let lines = || mending.lines.iter().map(|(_, line)| line.as_slice());
        let parents = (1..mending.width)
            .map(|level| {
                let pair = |line: &'a [String]| {
                    Some((line[level].as_str(), line.get(level + 1)?.as_str()))
                };
                lines().filter_map(pair).collect()
            })
            .collect();
        let intervals = (1..mending.width)
            .map(|level| {
                let mut seen = HashSet::new();
                let distinct = lines().filter(|line| seen.insert(line[level].as_str()));
                let mut intervals: Vec<(IntervalLabel, &[String])> = distinct
                    .filter_map(|line| Some((IntervalLabel::read(&line[level])?, line)))
                    .collect();
                intervals.sort_by(|a, b| a.0.low().total_cmp(&b.0.low()));
                intervals
            })
            .collect();
        Self { width: mending.width, root: &mending.root, parents, intervals }
    }

    fn line(&self, value: &str) -> Vec<String> {
        let within = number(value)
            .and_then(|number| (1..self.width).find_map(|level| self.within(value, number, level)));
        within.unwrap_or_else(|| {
            let mut line = vec![value.to_owned()];
            line.resize(self.width, self.root.to_owned());
            line
        })
    }

    /// The line of the interval of a level that holds a number, which below that level is its own child.
    fn within(&self, value: &str, number: f64, level: usize) -> Option<Vec<String>> {
        let intervals = &self.intervals[level - 1];
        let upto = intervals.partition_point(|(interval, _)| interval.low() <= number);
        let (_, model) = intervals[..upto].iter().rev().find(|(i, _)| i.contains(number))?;
        let mut line = vec![value.to_owned()];
        line.resize(level, model[level].clone());
        line.extend_from_slice(&model[level..]);
        let agrees = |level: usize| {
            let known = self.parents[level - 1].get(line[level].as_str());
            known.is_none_or(|parent| *parent == line[level + 1])
        };
        (1..self.width - 1).all(agrees).then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(lines: &str, values: &[&str]) -> HierarchyCheck {
        let column = ColumnValues { texts: values.to_vec(), rows: vec![3; values.len()] };
        HierarchyCheck::new(&HierarchyLines::read(lines), &column)
    }

    fn completed(check: &HierarchyCheck) -> String {
        check.completed().unwrap().to_text()
    }

    #[test]
    fn a_hierarchy_that_fits_has_no_faults() {
        let check = checked("a;x;*\nb;x;*\nb;x;*\n", &["a"]);
        assert_eq!(check.faults(), []);
        assert_eq!((check.lines(), check.levels(), check.unused()), (3, 2, 1));
        assert_eq!(completed(&check), "a;x;*\nb;x;*\n");
    }

    #[test]
    fn values_get_the_interval_that_holds_them_or_the_root() {
        let lines = "1;1..2;1..4;*\n2;1..2;1..4;*\n3;3;1..4;*\n9;9..;[8,12[;*\n";
        let check = checked(lines, &["1", "1.5", "10", "3.5", "50", "*", "x"]);
        let offers: Vec<String> = check.faults().iter().map(|f| f.offered.join(";")).collect();
        assert_eq!(
            offers,
            [
                "1.5;1..2;1..4;*",
                "10;[8,12[;[8,12[;*",
                "3.5;1..4;1..4;*",
                "50;*;*;*",
                "*;*;*;*",
                "x;*;*;*"
            ]
        );
        assert!(check.faults().iter().all(|f| f.kind == FaultKind::Gap && f.rows == 3));
        assert!(check.completed().is_ok());
    }

    #[test]
    fn the_first_line_of_a_value_is_kept() {
        let check = checked("a;x;*\na;y;*\nb;y;*\n", &["a", "b"]);
        let [fault] = check.faults() else { panic!("{:?}", check.faults()) };
        assert_eq!(fault.kind, FaultKind::Repeated { first: 1 });
        assert_eq!((fault.line, fault.text.as_str(), fault.rows), (Some(2), "a", 3));
        assert_eq!(completed(&check), "a;x;*\nb;y;*\n");
    }

    #[test]
    fn the_parent_of_most_lines_is_kept() {
        let check = checked("a;x;1;A;*\nb;x;2;B;*\nc;x;2;B;*\nd;y;1;A;*\n", &["a", "d"]);
        let [fault] = check.faults() else { panic!("{:?}", check.faults()) };
        let parents = vec![("2".to_owned(), 2), ("1".to_owned(), 1)];
        assert_eq!(fault.kind, FaultKind::Parents { level: 1, parents });
        assert_eq!((fault.line, fault.text.as_str(), fault.rows), (Some(2), "x", 3));
        assert_eq!(fault.offered, ["x", "2"]);
        assert_eq!(completed(&check), "a;x;2;B;*\nb;x;2;B;*\nc;x;2;B;*\nd;y;1;A;*\n");
    }

    #[test]
    fn lines_get_the_length_of_most() {
        let check = checked("a;x;*\nb;*\nc;y;z;*\nd;x;*\n", &[]);
        let kinds: Vec<&FaultKind> = check.faults().iter().map(|fault| &fault.kind).collect();
        assert_eq!(
            kinds,
            [
                &FaultKind::Ragged { fields: 2, expected: 3 },
                &FaultKind::Ragged { fields: 4, expected: 3 }
            ]
        );
        assert_eq!(completed(&check), "a;x;*\nb;*;*\nc;y;*\nd;x;*\n");
    }

    #[test]
    fn odd_files_are_completed_too() {
        assert_eq!(completed(&checked("", &["a"])), "a;*\n");
        assert_eq!(completed(&checked("a\nb\n", &["c"])), "a\nb\nc\n");
        assert_eq!(completed(&checked("a;x\nb;y\n", &["c"])), "a;x\nb;y\nc;*\n");
        let check = checked("a;x;*\n", &["c\nd"]);
        assert_eq!(check.faults()[0].offered, [] as [&str; 0]);
        assert_eq!(completed(&check), "a;x;*\n");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_completed_is_a_hierarchy_with_all_values(
            lines in proptest::collection::vec(
                proptest::collection::vec("[1-4*]|[1-2]\\.\\.[3-5]", 1..5), 0..8),
            values in proptest::collection::btree_set("[1-6*]|x", 0..6),
        ) {
            let lines = HierarchyLines::of(lines.into_iter());
            let texts: Vec<&str> = values.iter().map(String::as_str).collect();
            let rows = vec![1; texts.len()];
            let check = HierarchyCheck::new(&lines, &ColumnValues { texts, rows });
            let Ok(completed) = check.completed() else { return Ok(()) };
            let known: Vec<&String> = completed.numbered().iter().map(|(_, l)| &l[0]).collect();
            proptest::prop_assert!(values.iter().all(|value| known.contains(&value)));
        }
    }
}
