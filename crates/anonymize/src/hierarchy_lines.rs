//! The lines of a hierarchy in the `;`-separated form of ARX, as they are: read, made and written, and not
//! yet held to anything.

/// Lines with their numbers, from 1; each the value and its labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HierarchyLines {
    numbered: Vec<(usize, Vec<String>)>,
}

impl HierarchyLines {
    /// Reads a text; empty lines are none. Fields may be quoted with `"`.
    pub fn read(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Self { numbered: lines.map(|(at, line)| (at + 1, fields(line))).collect() }
    }

    /// Lines that are made.
    pub fn of(lines: impl Iterator<Item = Vec<String>>) -> Self {
        Self { numbered: (1..).zip(lines).collect() }
    }

    /// Each line with its number.
    pub fn numbered(&self) -> &[(usize, Vec<String>)] {
        &self.numbered
    }

    /// Each line with its number.
    pub(crate) fn into_numbered(self) -> Vec<(usize, Vec<String>)> {
        self.numbered
    }

    /// The text of a file. What holds a line break cannot be written so and is left out.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (_, line) in self.numbered.iter().filter(|(_, line)| can_be_written(line)) {
            for (at, field) in line.iter().enumerate() {
                if at > 0 {
                    text.push(';');
                }
                push_field(&mut text, field);
            }
            text.push('\n');
        }
        text
    }
}

/// Whether a line is one line of a file.
pub(crate) fn can_be_written(line: &[String]) -> bool {
    !line.iter().any(|field| field.contains(['\n', '\r']))
}

fn push_field(text: &mut String, field: &str) {
    if field.contains([';', '"']) || field.trim().is_empty() || field.starts_with('\u{feff}') {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ';' if !quoted => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_read_with_their_numbers() {
        let lines = HierarchyLines::read("\u{feff}a;b\n\n\"x;\"\"y\"\"\";*\r\n");
        let expect = [(1, vec!["a", "b"]), (3, vec!["x;\"y\"", "*"])];
        let expect = expect.map(|(n, l)| (n, l.into_iter().map(str::to_owned).collect()));
        assert_eq!(lines.numbered(), expect);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            lines in prop::collection::vec(prop::collection::vec("[a;\" \u{feff}é]{0,4}", 1..4), 0..5)
        ) {
            let written = HierarchyLines::of(lines.into_iter());
            prop_assert_eq!(HierarchyLines::read(&written.to_text()), written);
        }
    }

    #[test]
    fn a_line_break_is_left_out() {
        let lines = [vec!["a\nb".to_owned(), "*".into()], vec!["c".into(), "*".into()]];
        assert_eq!(HierarchyLines::of(lines.into_iter()).to_text(), "c;*\n");
    }
}
