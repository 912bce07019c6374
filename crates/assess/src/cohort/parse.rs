//! Reads a filter as people write it: `age >= 65 and sex = F`, `dx in (E10, "E11 .9") or not (bmi is missing)`.
//!
//! Words bind as usual: `not`, then `and`, then `or`. A column's name is a bare word, or stands in double quotes
//! or backticks; a value is a bare word or stands in double or single quotes. Within quotes the quote is
//! doubled. Errors name the character and what was awaited there, and nothing of the filter.

use super::filter::{ColumnTest, Filter, Literal, MOST_TESTS, Test, Tree};
use super::value::{Scale, Stretch};

/// Deepest nesting of parentheses and `not`.
const DEEPEST: usize = 64;
/// Longest filter in bytes.
const LONGEST: usize = 64 << 10;

/// A filter that cannot be read: where, and what was awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("character {at}: {awaited}")]
pub struct FilterError {
    /// The character, from 1.
    pub at: usize,
    /// What should be there.
    pub awaited: &'static str,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// [`FilterError`] where the text is none.
    ///
    /// # Examples
    ///
    /// Women of 65 and above:
    ///
    /// ```
    /// use anonymed_assess::cohort::Filter;
    ///
    /// let filter = Filter::parse("age >= 65 and sex = F")?;
    /// assert_eq!(filter.columns(), ["age", "sex"]);
    /// assert_eq!(Filter::parse("age >= and").unwrap_err().at, 8);
    /// # Ok::<(), anonymed_assess::cohort::FilterError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > LONGEST {
            return Err(FilterError { at: 1, awaited: "a filter of at most 64 KiB" });
        }
        let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, tests: Vec::new() };
        let tree = parser.any()?;
        match parser.peek() {
            Token::End => Ok(Self { tree, tests: parser.tests }),
            _ => Err(parser.awaits("`and`, `or` or the end")),
        }
    }
}

#[derive(Clone, PartialEq)]
enum Token {
    Word(String),
    /// In quotes; only double quotes and backticks may name columns.
    Quoted(String, char),
    Sign(&'static str),
    End,
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, FilterError> {
    const SIGNS: [&str; 9] = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ","];
    let characters: Vec<char> = text.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(&first) = characters.get(at) {
        let start = at + 1;
        let rest = &characters[at..];
        let sign = SIGNS.iter().find(|sign| rest.iter().copied().take(sign.len()).eq(sign.chars()));
        if first.is_whitespace() {
            at += 1;
        } else if let Some(sign) = sign {
            tokens.push((start, Token::Sign(sign)));
            at += sign.len();
        } else if matches!(first, '"' | '\'' | '`') {
            let (quoted, length) = quoted(rest, first)
                .ok_or(FilterError { at: start, awaited: "a quote that is closed" })?;
            tokens.push((start, Token::Quoted(quoted, first)));
            at += length;
        } else {
            let word: String = rest.iter().take_while(|c| is_of_word(**c)).collect();
            at += word.chars().count().max(1);
            if word.is_empty() {
                return Err(FilterError { at: start, awaited: "a word, a sign or a quote" });
            }
            tokens.push((start, Token::Word(word)));
        }
    }
    tokens.push((characters.len() + 1, Token::End));
    Ok(tokens)
}

fn is_of_word(c: char) -> bool {
    !c.is_whitespace() && !"=<>!(),\"'`".contains(c)
}

/// What stands in quotes, and how many characters that took.
fn quoted(text: &[char], quote: char) -> Option<(String, usize)> {
    let (mut inside, mut at) = (String::new(), 1);
    loop {
        let c = *text.get(at)?;
        match (c == quote, text.get(at + 1)) {
            (true, Some(next)) if *next == quote => at += 1,
            (true, _) => return Some((inside, at + 1)),
            _ => {}
        }
        inside.push(c);
        at += 1;
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: usize,
    tests: Vec<ColumnTest>,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].1
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn awaits(&self, awaited: &'static str) -> FilterError {
        FilterError { at: self.tokens[self.at].0, awaited }
    }

    fn takes(&mut self, token: &Token) -> bool {
        let there = self.peek() == token;
        if there {
            self.next();
        }
        there
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let there = matches!(self.peek(), Token::Word(own) if own.eq_ignore_ascii_case(word));
        if there {
            self.next();
        }
        there
    }

    fn any(&mut self) -> Result<Tree, FilterError> {
        let mut parts = vec![self.all()?];
        while self.takes_word("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Tree::Any(parts) })
    }

    fn all(&mut self) -> Result<Tree, FilterError> {
        let mut parts = vec![self.one()?];
        while self.takes_word("and") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Tree::All(parts) })
    }

    fn one(&mut self) -> Result<Tree, FilterError> {
        if self.depth == DEEPEST {
            return Err(self.awaits("fewer parentheses and `not` within each other"));
        }
        self.depth += 1;
        let one = if self.takes_word("not") {
            Tree::Not(Box::new(self.one()?))
        } else if self.takes(&Token::Sign("(")) {
            let inner = self.any()?;
            self.closed()?;
            inner
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(one)
    }

    fn closed(&mut self) -> Result<(), FilterError> {
        match self.takes(&Token::Sign(")")) {
            true => Ok(()),
            false => Err(self.awaits("`)`")),
        }
    }

    fn test(&mut self) -> Result<Tree, FilterError> {
        let column = match self.peek() {
            Token::Word(name) if !is_keyword(name) => name.clone(),
            Token::Quoted(name, '"' | '`') => name.clone(),
            _ => return Err(self.awaits("a column")),
        };
        self.next();
        let negated = self.takes_word("not");
        let (test, is_not) = self.condition(negated)?;
        if self.tests.len() == MOST_TESTS {
            return Err(self.awaits("at most 64 comparisons"));
        }
        self.tests.push(ColumnTest { column: column.clone(), test });
        let tree = Tree::Test(self.tests.len() - 1);
        if !is_not {
            return Ok(tree);
        }
        // As `!=`, it asks for a value that is there.
        self.tests.push(ColumnTest { column, test: Test::Missing });
        let missing = Tree::Test(self.tests.len() - 1);
        Ok(Tree::Not(Box::new(Tree::Any(vec![tree, missing]))))
    }

    /// What follows a column, and whether it is asked for the contrary.
    fn condition(&mut self, negated: bool) -> Result<(Test, bool), FilterError> {
        if self.takes_word("in") {
            let literals = self.list()?;
            let test = if negated { Test::NoneOf(literals) } else { Test::OneOf(literals) };
            return Ok((test, false));
        }
        if self.takes_word("between") {
            if negated && self.tests.len() + 1 >= MOST_TESTS {
                return Err(self.awaits("at most 64 comparisons"));
            }
            let low = self.point()?;
            if !self.takes_word("and") {
                return Err(self.awaits("`and` and the upper end"));
            }
            let high = self.point()?;
            if low.scale != high.scale {
                return Err(self.awaits("two numbers or two dates"));
            }
            return Ok((Test::Within(Stretch { high: high.high, ..low }), negated));
        }
        if negated {
            return Err(self.awaits("`in` or `between` after `not`"));
        }
        if self.takes_word("is") {
            let there = self.takes_word("not");
            if !self.takes_word("missing") {
                return Err(self.awaits("`missing` or `not missing`"));
            }
            let test = if there { Test::NoneOf(Vec::new()) } else { Test::Missing };
            return Ok((test, false));
        }
        let Token::Sign(sign) = self.peek().clone() else {
            return Err(self.awaits("`=`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `between` or `is`"));
        };
        self.sign(sign)
    }

    fn sign(&mut self, sign: &str) -> Result<(Test, bool), FilterError> {
        if !matches!(sign, "=" | "!=" | "<" | "<=" | ">" | ">=") {
            return Err(self.awaits("`=`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `between` or `is`"));
        }
        self.next();
        let (below, above) = (f64::NEG_INFINITY, f64::INFINITY);
        let test = match sign {
            "=" => Test::OneOf(vec![self.literal()?]),
            "!=" => Test::NoneOf(vec![self.literal()?]),
            _ => {
                let at = self.point()?;
                Test::Within(match sign {
                    "<" => Stretch { low: below, high: at.low, closed: (true, false), ..at },
                    "<=" => Stretch { low: below, ..at },
                    ">" => Stretch { low: at.high, high: above, closed: (false, true), ..at },
                    _ => Stretch { high: above, ..at },
                })
            }
        };
        Ok((test, false))
    }

    fn list(&mut self) -> Result<Vec<Literal>, FilterError> {
        if !self.takes(&Token::Sign("(")) {
            return Err(self.awaits("`(` and a list of values"));
        }
        let mut literals = vec![self.literal()?];
        while self.takes(&Token::Sign(",")) {
            literals.push(self.literal()?);
        }
        self.closed()?;
        Ok(literals)
    }

    fn literal(&mut self) -> Result<Literal, FilterError> {
        let text = match self.peek() {
            Token::Word(word) if !is_keyword(word) => word.clone(),
            Token::Quoted(text, '"' | '\'') => text.clone(),
            _ => return Err(self.awaits("a value")),
        };
        self.next();
        Ok(Literal::of(text))
    }

    /// A number, a day, or a month, which begins with its first day and ends with its last.
    fn point(&mut self) -> Result<Stretch, FilterError> {
        let read = match self.peek() {
            Token::Word(text) | Token::Quoted(text, '"' | '\'') => Stretch::read(text, false),
            _ => None,
        };
        let single = |s: &Stretch| s.is_point() || s.scale == Scale::Day && s.low.is_finite();
        let read = read.filter(|s| single(s) && s.high.is_finite());
        let read = read.ok_or_else(|| self.awaits("a number or a date as 2024-05-31"))?;
        self.next();
        Ok(read)
    }
}

fn is_keyword(word: &str) -> bool {
    ["and", "or", "not", "in", "is", "between", "missing"]
        .iter()
        .any(|keyword| word.eq_ignore_ascii_case(keyword))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::value::Value;
    use super::*;

    fn passes(filter: &Filter, cells: &[(&str, &str)]) -> bool {
        let mut answers = 0;
        for (at, test) in filter.tests.iter().enumerate() {
            let cell = cells.iter().find(|(name, _)| *name == test.column).unwrap().1;
            let value = Value::text(cell, Vec::new(), false);
            let value = (!cell.is_empty()).then_some(&value);
            answers |= u64::from(test.test.holds(value)) << at;
        }
        filter.passes(answers)
    }

    #[test]
    fn filters_mean_what_they_say() {
        let row =
            [("age", "65"), ("sex", "F"), ("day", "2024-05-31"), ("dx code", "a b"), ("bmi", "")];
        let check = |text: &str, expect| {
            let filter = Filter::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(passes(&filter, &row), expect, "{text}");
        };
        check("age >= 65 and sex = F", true);
        check("AGE = 1 or age > 65".replace("AGE", "age").as_str(), false);
        check("age < 65.5 AND NOT sex = M", true);
        check("age = 65.0", true);
        check("age != 65", false);
        check("age = 60..69", true);
        check("age in (1, 2, 65)", true);
        check("age not in (1, 2, 65)", false);
        check("age between 65 and 70", true);
        check("age not between 65 and 70", false);
        check("day <= 2024-05 and day >= 2024-05-31", true);
        check("day > 2024-05", false);
        check("day < 2024", false);
        check("`dx code` = 'a b' or \"dx code\" = x", true);
        check("bmi is missing", true);
        check("bmi is not missing", false);
        // What is missing satisfies no comparison, and the contrary of each.
        check("bmi != 3", false);
        check("bmi not in (3)", false);
        check("bmi not between 1 and 3", false);
        check("not bmi >= 3", true);
        // `and` binds closer than `or`, `not` closer than both.
        check("sex = F or sex = M and age = 1", true);
        check("(sex = F or sex = M) and age = 1", false);
        check("not sex = M or age = 65", true);
        check("not (sex = F or age = 1)", false);
    }

    #[test]
    fn errors_say_where_and_nothing_of_the_filter() {
        let check = |text: &str, at: usize, part: &str| {
            let error = Filter::parse(text).unwrap_err();
            assert_eq!(error.at, at, "{text}");
            assert!(error.awaited.contains(part), "{text}: {error}");
        };
        check("", 1, "a column");
        check("age", 4, "`=`");
        check("age >=", 7, "a number");
        check("age >= Quill", 8, "a number");
        check("age = 1 sex = F", 9, "`and`");
        check("(age = 1", 9, "`)`");
        check("age in 1", 8, "`(`");
        check("age between 1 or 2", 15, "`and`");
        check("age between 1 and 2020-01-01", 29, "two numbers");
        check("age is 1", 8, "`missing`");
        check("age not = 1", 9, "`in`");
        check("age = 'x", 7, "closed");
        check("'age' = 1", 1, "a column");
        check("and = 1", 1, "a column");
        check("age ! 1", 5, "a word");
        check("é = \u{1f600} )", 7, "`and`");
        check(&"(".repeat(100), 65, "fewer");
        check(&["a = 1"; 65].join(" or "), 582, "64");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let _ = Filter::parse(&text);
        }

        #[test]
        fn no_words_make_it_panic(words in prop::collection::vec(
            prop::sample::select(vec!["a", "=", "!=", "<", ">=", "(", ")", ",", "in", "not", "and", "or",
                "is", "missing", "between", "1", "2020-01", "'x y'", "\"", "`", "..", "1..2", "90+"]), 0..20,
        )) {
            let _ = Filter::parse(&words.join(" "));
        }
    }
}
