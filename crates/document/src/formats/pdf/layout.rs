//! Pieces of text on a page as lines: what stands at one height is a line, from left to right; a
//! small gap is a space, a wide one a tab, a high one an empty line.

/// A piece of text where it stands, in the directions of its own writing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chunk {
    /// Quarter turns of the writing, 0 for upright.
    pub(super) turns: u8,
    /// Along the line: start and end.
    pub(super) from: f64,
    pub(super) to: f64,
    /// Down the page.
    pub(super) down: f64,
    /// Height of the letters.
    pub(super) size: f64,
    pub(super) text: String,
}

impl Chunk {
    /// Whether another piece goes on where this ends.
    pub(super) fn continues(&self, next: &Self) -> bool {
        let gap = next.from - self.to;
        self.turns == next.turns
            && (self.down - next.down).abs() < 0.05 * self.size
            && (self.size - next.size).abs() < 0.05 * self.size
            && gap > -0.1 * self.size
            && gap < SPACE * self.size
    }
}

/// Parts of the letters' height that tell gaps apart.
const SAME_LINE: f64 = 0.4;
const SPACE: f64 = 0.17;
const TAB: f64 = 1.0;
const EMPTY_LINE: f64 = 1.8;

/// Adds a page's lines.
pub(super) fn write(mut chunks: Vec<Chunk>, out: &mut String) {
    chunks.sort_by(|a, b| a.turns.cmp(&b.turns).then(a.down.total_cmp(&b.down)));
    let mut line: Vec<Chunk> = Vec::new();
    let mut last: Option<(u8, f64, f64)> = None;
    for chunk in chunks {
        let same = line.first().is_some_and(|first| {
            first.turns == chunk.turns
                && chunk.down - first.down <= SAME_LINE * first.size.max(chunk.size)
        });
        if !same && !line.is_empty() {
            write_line(&mut line, &mut last, out);
        }
        line.push(chunk);
    }
    write_line(&mut line, &mut last, out);
}

fn write_line(line: &mut Vec<Chunk>, last: &mut Option<(u8, f64, f64)>, out: &mut String) {
    line.sort_by(|a, b| a.from.total_cmp(&b.from));
    let Some(first) = line.first() else { return };
    if let Some((turns, down, size)) = *last {
        let gap = first.down - down;
        if turns != first.turns || gap > EMPTY_LINE * size.max(first.size) {
            out.push('\n');
        }
    }
    *last = Some((first.turns, first.down, first.size));
    let start = out.len();
    let mut end = first.from;
    for chunk in line.drain(..) {
        // Words drawn twice, for a shadow or for bold, are there once.
        if chunk.to <= end && out[start..].ends_with(chunk.text.trim_end()) && chunk.text.len() > 1
        {
            continue;
        }
        let gap = chunk.from - end;
        if out.len() > start {
            if gap > TAB * chunk.size {
                out.truncate(start + out[start..].trim_end().len());
                out.push('\t');
            } else if gap > SPACE * chunk.size
                && !out.ends_with(' ')
                && !chunk.text.starts_with(' ')
            {
                out.push(' ');
            }
        }
        out.push_str(&chunk.text);
        end = chunk.to.max(end);
    }
    out.truncate(start + out[start..].trim_end().len());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(from: f64, to: f64, down: f64, text: &str) -> Chunk {
        Chunk { turns: 0, from, to, down, size: 10.0, text: text.into() }
    }

    #[test]
    fn pieces_are_lines() {
        let check = |chunks: &[Chunk], expect: &str| {
            let mut out = String::new();
            write(chunks.to_vec(), &mut out);
            assert_eq!(out, expect);
        };
        check(
            &[chunk(50., 60., 12., "12"), chunk(0., 20., 12., "MRN:"), chunk(0., 30., 0., "Jane")],
            "Jane\nMRN:\t12\n",
        );
        check(
            &[chunk(0., 20., 0., "Jane"), chunk(23., 40., 1., "Roe"), chunk(40.5, 45., 0., "s")],
            "Jane Roes\n",
        );
        check(
            &[chunk(0., 20., 0., "a"), chunk(0., 20., 12., "b"), chunk(0., 20., 40., "c")],
            "a\nb\n\nc\n",
        );
        check(
            &[chunk(0., 20., 0., "Jane"), chunk(0.3, 20., 0.2, "Jane"), chunk(22., 30., 0., "J")],
            "Jane J\n",
        );
        let turned = Chunk { turns: 1, ..chunk(0., 9., 0., "side") };
        check(&[turned, chunk(0., 9., 0., "up")], "up\n\nside\n");
        check(&[], "");
    }
}
