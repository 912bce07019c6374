//! The parser: one pass over the bytes, without recursion.

use super::{Json, JsonError, Kind, Node};

/// What a document may be at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Levels of arrays and objects.
    pub depth: usize,
    /// Values.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 100, nodes: 2_000_000 }
    }
}

/// Reads the first value of a text; what follows it is the caller's ([`Json::end`]).
///
/// # Errors
///
/// [`JsonError`] where the text does not begin with a JSON value, names a member twice, or passes
/// a limit.
pub fn parse(source: &str, limits: Limits) -> Result<Json<'_>, JsonError> {
    if source.len() > u32::MAX as usize {
        return Err(JsonError { reason: "longer than 4 GiB", at: 0 });
    }
    let mut parser = Parser {
        bytes: source.as_bytes(),
        at: 0,
        limits,
        nodes: Vec::with_capacity(room(source.len()).min(limits.nodes)),
        open: Vec::new(),
        names: Vec::new(),
    };
    parser.run()?;
    let end = parser.at;
    Ok(Json { source, nodes: parser.nodes, end })
}

/// Room for nodes. A large document gets all it may need at once: what is not used is never
/// touched, where growing would hold the nodes twice.
fn room(length: usize) -> usize {
    const LARGE: usize = 1 << 20;
    if length < LARGE { length / 24 } else { length / 2 }
}

struct Open {
    node: u32,
    last: u32,
    kind: Kind,
}

struct Parser<'s> {
    bytes: &'s [u8],
    at: usize,
    limits: Limits,
    nodes: Vec<Node>,
    open: Vec<Open>,
    names: Vec<(u32, u16)>,
}

/// What may stand next.
enum Expect {
    Value,
    FirstItem,
    FirstName,
    Name,
    CommaOrEnd,
}

impl<'s> Parser<'s> {
    fn fail<T>(&self, reason: &'static str) -> Result<T, JsonError> {
        Err(JsonError { reason, at: self.at })
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn run(&mut self) -> Result<(), JsonError> {
        let mut expect = Expect::Value;
        let mut key = (0u32, 0u16);
        loop {
            self.space();
            let Some(&byte) = self.bytes.get(self.at) else {
                return self.fail("ends in the middle of a value");
            };
            expect = match expect {
                Expect::FirstItem if byte == b']' => self.close()?,
                Expect::FirstName if byte == b'}' => self.close()?,
                Expect::Value | Expect::FirstItem => self.value(byte, std::mem::take(&mut key))?,
                Expect::FirstName | Expect::Name => {
                    key = self.name(byte)?;
                    Expect::Value
                }
                Expect::CommaOrEnd => self.separator(byte)?,
            };
            if self.open.is_empty() {
                return Ok(());
            }
        }
    }

    fn separator(&mut self, byte: u8) -> Result<Expect, JsonError> {
        let kind = self.open.last().map(|o| o.kind);
        match (byte, kind) {
            (b',', Some(Kind::Object)) => {
                self.at += 1;
                Ok(Expect::Name)
            }
            (b',', Some(_)) => {
                self.at += 1;
                Ok(Expect::Value)
            }
            (b'}', Some(Kind::Object)) | (b']', Some(Kind::Array)) => self.close(),
            _ => self.fail("a comma or the end of the list is missing"),
        }
    }

    fn name(&mut self, byte: u8) -> Result<(u32, u16), JsonError> {
        if byte != b'"' {
            return self.fail("a member's name is missing");
        }
        let (start, end, _) = self.string()?;
        self.space();
        if self.bytes.get(self.at) != Some(&b':') {
            return self.fail("a colon is missing");
        }
        self.at += 1;
        match u16::try_from(end - start) {
            Ok(len) => Ok((start, len)),
            Err(_) => self.fail("a member's name is too long"),
        }
    }

    fn value(&mut self, byte: u8, key: (u32, u16)) -> Result<Expect, JsonError> {
        let start = self.at as u32;
        match byte {
            b'"' => {
                let (start, end, escaped) = self.string()?;
                self.push(Kind::String, start, end, key, escaped)?;
            }
            b'{' | b'[' => {
                if self.open.len() >= self.limits.depth {
                    return self.fail("nested too deeply");
                }
                self.at += 1;
                let kind = if byte == b'{' { Kind::Object } else { Kind::Array };
                let node = self.push(kind, start, start, key, false)?;
                self.open.push(Open { node, last: 0, kind });
                return Ok(if byte == b'{' { Expect::FirstName } else { Expect::FirstItem });
            }
            b't' => self.word(b"true", Kind::Bool, key)?,
            b'f' => self.word(b"false", Kind::Bool, key)?,
            b'n' => self.word(b"null", Kind::Null, key)?,
            b'-' | b'0'..=b'9' => {
                self.number()?;
                self.push(Kind::Number, start, self.at as u32, key, false)?;
            }
            _ => return self.fail("no value begins here"),
        }
        Ok(Expect::CommaOrEnd)
    }

    fn word(&mut self, word: &[u8], kind: Kind, key: (u32, u16)) -> Result<(), JsonError> {
        if !self.bytes[self.at..].starts_with(word) {
            return self.fail("no value begins here");
        }
        let start = self.at as u32;
        self.at += word.len();
        self.push(kind, start, self.at as u32, key, false).map(|_| ())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { self.fail("a digit is missing") } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// Reads a string; gives the span within the quotes and whether it has escapes.
    fn string(&mut self) -> Result<(u32, u32, bool), JsonError> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0..=0x1f) => return self.fail("a control character in a string"),
                Some(_) => self.at += 1,
                None => return self.fail("ends in the middle of a string"),
            }
        }
        let end = self.at;
        self.at += 1;
        Ok((start as u32, end as u32, escaped))
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let hex = self.bytes.get(self.at + 2..self.at + 6);
                if !hex.is_some_and(|h| h.iter().all(u8::is_ascii_hexdigit)) {
                    return self.fail("an escape that is none");
                }
                self.at += 6;
            }
            _ => return self.fail("an escape that is none"),
        }
        Ok(())
    }

    fn push(
        &mut self,
        kind: Kind,
        start: u32,
        end: u32,
        key: (u32, u16),
        escaped: bool,
    ) -> Result<u32, JsonError> {
        if self.nodes.len() >= self.limits.nodes {
            return self.fail("too many values");
        }
        let id = self.nodes.len() as u32;
        let parent = match self.open.last_mut() {
            Some(open) => {
                let last = std::mem::replace(&mut open.last, id);
                if last != 0 {
                    self.nodes[last as usize].next = id;
                }
                open.node
            }
            // The root is its own parent, which no child can be.
            None => u32::MAX,
        };
        let (key, key_len) = key;
        self.nodes.push(Node { start, end, parent, next: 0, key, key_len, kind, escaped });
        Ok(id)
    }

    fn close(&mut self) -> Result<Expect, JsonError> {
        self.at += 1;
        if let Some(open) = self.open.pop() {
            self.nodes[open.node as usize].end = self.at as u32;
            if open.kind == Kind::Object {
                self.distinct_names(open.node)?;
            }
        }
        Ok(Expect::CommaOrEnd)
    }

    fn distinct_names(&mut self, object: u32) -> Result<(), JsonError> {
        const FEW: usize = 12;
        self.names.clear();
        let mut child = object + 1;
        if self.nodes.get(child as usize).is_none_or(|n| n.parent != object) {
            return Ok(());
        }
        while child != 0 {
            let node = &self.nodes[child as usize];
            self.names.push((node.key, node.key_len));
            child = node.next;
        }
        let bytes = self.bytes;
        let name = |(key, len): (u32, u16)| &bytes[key as usize..key as usize + usize::from(len)];
        let twice = if self.names.len() <= FEW {
            self.names
                .iter()
                .enumerate()
                .any(|(n, a)| self.names[..n].iter().any(|b| a.1 == b.1 && name(*a) == name(*b)))
        } else {
            self.names.sort_unstable_by(|a, b| name(*a).cmp(name(*b)));
            self.names.windows(2).any(|w| name(w[0]) == name(w[1]))
        };
        if twice { self.fail("an object names a member twice") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_text() {
        let check = |source: &str, kinds: &[Kind]| {
            let json = parse(source, Limits::default()).unwrap();
            let found: Vec<Kind> = json.children(json.root()).map(|c| json.kind(c)).collect();
            assert_eq!(found, kinds, "{source}");
        };
        check("[1, -0.50, 1e9, 20.00]", &[Kind::Number; 4]);
        check(r#"["a", "\u00e9\"", ""]"#, &[Kind::String; 3]);
        check("[true,false,null]", &[Kind::Bool, Kind::Bool, Kind::Null]);
        check("{}", &[]);
        check("[]", &[]);
        check(r#"{"a":{},"b":[]}"#, &[Kind::Object, Kind::Array]);
        let json = parse(r#"{"v":20.00,"w":"a\nb"}"#, Limits::default()).unwrap();
        let value = json.member(json.root(), "v").unwrap();
        assert_eq!(json.raw(value), "20.00");
        assert_eq!(json.member_text(json.root(), "w").unwrap(), "a\nb");
        assert_eq!(json.parent(value), Some(json.root()));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let check = |source: &str, reason: &str| {
            assert_eq!(parse(source, Limits::default()).unwrap_err().reason, reason, "{source}");
        };
        check("", "ends in the middle of a value");
        check("{\"a\":1", "ends in the middle of a value");
        check("{\"a", "ends in the middle of a string");
        check("{a:1}", "a member's name is missing");
        check("{\"a\" 1}", "a colon is missing");
        check("[1 2]", "a comma or the end of the list is missing");
        check("[1}", "a comma or the end of the list is missing");
        check("[1,]", "no value begins here");
        check("{\"a\":1,}", "a member's name is missing");
        check("[tru]", "no value begins here");
        check("[-]", "a digit is missing");
        check("[1.]", "a digit is missing");
        check("[01]", "a comma or the end of the list is missing");
        check("[\"\\x\"]", "an escape that is none");
        check("[\"\\u12g4\"]", "an escape that is none");
        check("[\"a\nb\"]", "a control character in a string");
        check("{\"a\":1,\"a\":2}", "an object names a member twice");
        let many: Vec<String> = (0..20).map(|n| format!("\"k{}\":0", n % 19)).collect();
        check(&format!("{{{}}}", many.join(",")), "an object names a member twice");
        check(&"[".repeat(101), "nested too deeply");
        check(&"[".repeat(1_000_000), "nested too deeply");
    }

    #[test]
    fn limits_hold() {
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(parse(&deep, Limits::default()).is_ok());
        let limits = Limits { depth: 3, nodes: 3 };
        assert_eq!(parse("[1,2,3]", limits).unwrap_err().reason, "too many values");
        let huge = "9".repeat(1_000_000);
        let json = parse(&huge, Limits::default()).unwrap();
        assert_eq!(json.raw(json.root()).len(), 1_000_000);
    }
}
