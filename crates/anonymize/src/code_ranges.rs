//! Ranges of codes with a name each, as classifications list their blocks and chapters: read from a table
//! that is shipped, and looked up by code.

/// Ranges in ascending order that do not overlap.
#[derive(Debug)]
pub(crate) struct CodeRanges {
    ranges: Vec<Range>,
}

#[derive(Debug)]
struct Range {
    first: &'static str,
    last: &'static str,
    name: &'static str,
}

impl CodeRanges {
    /// Reads `first,last,name` lines below one line that tells the source.
    pub(crate) fn read(table: &'static str) -> Self {
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        let ranges = lines.filter_map(|line| {
            let mut fields = line.split(',');
            Some(Range { first: fields.next()?, last: fields.next()?, name: fields.next()? })
        });
        Self { ranges: ranges.collect() }
    }

    /// The name of the range a code is in. Codes compare as texts: a letter is after a digit.
    pub(crate) fn name(&self, code: &str) -> Option<&'static str> {
        let at = self.ranges.partition_point(|range| range.first <= code).checked_sub(1)?;
        let range = &self.ranges[at];
        (code <= range.last && code.len() == range.first.len()).then_some(range.name)
    }

    /// What a shipped table has to be: a source in its first line, and ranges that ascend.
    #[cfg(test)]
    pub(crate) fn assert_sound(table: &'static str) -> Self {
        assert!(table.starts_with("# ") && !table.contains('\r'), "the source is missing");
        let read = Self::read(table);
        assert_eq!(read.ranges.len() + 1, table.lines().count(), "a line is none");
        assert!(read.ranges.iter().all(|range| range.first <= range.last));
        for pair in read.ranges.windows(2) {
            assert!(pair[0].last < pair[1].first, "{} overlaps {}", pair[0].name, pair[1].name);
        }
        read
    }

    /// First code, last code and name of each range.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.ranges.iter().map(|range| (range.first, range.last, range.name))
    }
}
