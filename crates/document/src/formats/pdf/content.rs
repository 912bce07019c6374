//! What a page draws: its text with places, and whether there is more than text (ISO 32000-1,
//! clauses 8 and 9).
//!
//! Colours, clipping and layers are not looked at: text that they hide is read as if it were seen.

use std::collections::HashMap;
use std::rc::Rc;

use super::NAME;
use super::file::File;
use super::fonts::Font;
use super::layout::Chunk;
use super::matrix::Matrix;
use super::syntax::{Dictionary, Lexer, Object, Token};
use crate::error::{DocumentError, Result};

/// Forms in forms.
const FORMS: usize = 16;

/// Operands of one operator; what writes more is no content.
const OPERANDS: usize = 512;

/// Pieces of text on one page.
const CHUNKS: usize = 1 << 19;

/// Codes of all fonts.
const CODES: usize = 1 << 21;

/// What was found on a page.
#[derive(Default)]
pub(super) struct Found {
    /// Text that is drawn.
    pub(super) seen: Vec<Chunk>,
    /// Text in a mode that draws nothing (9.3.6), as a layer below or above a picture.
    pub(super) unseen: Vec<Chunk>,
    pub(super) glyphs: usize,
    /// Glyphs of which nothing says which letters they are.
    pub(super) unreadable: usize,
    pub(super) images: u64,
    /// The largest picture, in square units of the page.
    pub(super) largest_image: f64,
    pub(super) drawings: bool,
}

/// Fonts of a file that were read, by their objects.
#[derive(Default)]
pub(super) struct Fonts {
    read: HashMap<u32, Rc<Font>>,
    codes: usize,
}

/// Resources of a content stream, and the fonts it has used.
struct Resources {
    dictionary: Dictionary,
    fonts: Dictionary,
    forms: Dictionary,
    used: HashMap<Vec<u8>, Rc<Font>>,
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    letter_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
    mode: i64,
}

/// Reads content streams of one page.
pub(super) struct Interpreter<'f, 'a> {
    pub(super) file: &'f mut File<'a>,
    fonts: &'f mut Fonts,
    /// Bytes of text that the whole document may still have.
    remaining: &'f mut usize,
    limit: usize,
    pub(super) found: Found,
    text: Matrix,
    line: Matrix,
}

impl<'f, 'a> Interpreter<'f, 'a> {
    pub(super) fn new(
        file: &'f mut File<'a>,
        fonts: &'f mut Fonts,
        remaining: &'f mut usize,
        limit: usize,
    ) -> Self {
        let (text, line) = (Matrix::IDENTITY, Matrix::IDENTITY);
        Self { file, fonts, remaining, limit, found: Found::default(), text, line }
    }

    /// Reads a content stream under a matrix.
    pub(super) fn read(
        &mut self,
        content: &[u8],
        resources: &Object,
        matrix: Matrix,
    ) -> Result<()> {
        let dictionary = self.file.dictionary(resources)?;
        self.content(content, dictionary, matrix, 0)
    }

    /// Reads a form as it is drawn (8.10).
    pub(super) fn form(
        &mut self,
        form: &Object,
        matrix: Matrix,
        outer: &Dictionary,
        depth: usize,
    ) -> Result<()> {
        if depth > FORMS {
            return Err(DocumentError::TooDeep { format: NAME, limit: FORMS });
        }
        let Some(stream) = self.file.stream(form)? else { return Ok(()) };
        if !stream.dictionary.has_name("Subtype", "Form") {
            if stream.dictionary.has_name("Subtype", "Image") {
                self.image(matrix);
            }
            return Ok(());
        }
        let own = self.file.numbers(&self.file.get(&stream.dictionary, "Matrix")?)?;
        let matrix = Matrix::of(&own).unwrap_or(Matrix::IDENTITY).then(matrix);
        let resources = match self.file.get(&stream.dictionary, "Resources")? {
            Object::Dictionary(resources) => resources,
            _ => self.file.copy(outer)?,
        };
        let content = self.file.unpack(&stream)?;
        let (text, line) = (self.text, self.line);
        self.content(&content, resources, matrix, depth)?;
        (self.text, self.line) = (text, line);
        Ok(())
    }

    fn image(&mut self, matrix: Matrix) {
        self.found.images += 1;
        self.found.largest_image = self.found.largest_image.max(matrix.area());
    }

    fn content(
        &mut self,
        content: &[u8],
        dictionary: Dictionary,
        matrix: Matrix,
        depth: usize,
    ) -> Result<()> {
        let fonts = self.file.dictionary(dictionary.get("Font").unwrap_or(&Object::Null))?;
        let forms = self.file.dictionary(dictionary.get("XObject").unwrap_or(&Object::Null))?;
        let mut resources = Resources { dictionary, fonts, forms, used: HashMap::new() };
        let mut state = State {
            matrix,
            font: None,
            size: 0.0,
            letter_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
        };
        let mut saved: Vec<State> = Vec::new();
        let mut operands: Vec<Object> = Vec::new();
        let mut lexer = Lexer::of_content(content);
        while let Some(token) = lexer.next()? {
            let operator = match token {
                Token::Object(object) => {
                    if operands.len() >= OPERANDS {
                        operands.clear();
                    }
                    operands.push(object);
                    continue;
                }
                Token::Keyword(word) => word,
            };
            match operator.as_slice() {
                b"q" if saved.len() < 1_024 => saved.push(state.clone()),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"BI" => {
                    self.image(state.matrix);
                    skip_image(&mut lexer);
                }
                b"Do" => {
                    self.file.charge_form(resources.forms.len())?;
                    let name = operands.last().and_then(Object::name).unwrap_or_default();
                    let name = String::from_utf8_lossy(name);
                    if let Some(form) = resources.forms.get(&name).cloned() {
                        self.form(&form, state.matrix, &resources.dictionary, depth + 1)?;
                    }
                }
                b"Tf" => self.set_font(&mut state, &mut resources, &operands)?,
                operator => self.operate(operator, &mut state, &operands)?,
            }
            operands.clear();
        }
        Ok(())
    }

    fn set_font(
        &mut self,
        state: &mut State,
        resources: &mut Resources,
        operands: &[Object],
    ) -> Result<()> {
        let [.., Object::Name(name), Object::Number(size)] = operands else { return Ok(()) };
        state.size = *size;
        if let Some(font) = resources.used.get(name) {
            state.font = Some(Rc::clone(font));
            return Ok(());
        }
        self.file.charge(resources.fonts.len())?;
        let written = resources.fonts.get(&String::from_utf8_lossy(name)).cloned();
        let written = written.unwrap_or(Object::Null);
        let known = match written {
            Object::Reference(number) => self.fonts.read.get(&number).cloned(),
            _ => None,
        };
        let font = match known {
            Some(font) => font,
            None => {
                let dictionary = self.file.dictionary(&written)?;
                let font = Rc::new(Font::read(self.file, &dictionary)?);
                self.fonts.codes += font.codes();
                if self.fonts.codes > CODES {
                    let what = "codes in fonts";
                    return Err(DocumentError::TooMany { format: NAME, what, limit: CODES });
                }
                if let Object::Reference(number) = written {
                    self.fonts.read.insert(number, Rc::clone(&font));
                }
                font
            }
        };
        resources.used.insert(name.clone(), Rc::clone(&font));
        state.font = Some(font);
        Ok(())
    }

    fn operate(&mut self, operator: &[u8], state: &mut State, operands: &[Object]) -> Result<()> {
        let number = |back: usize| {
            let place = operands.len().checked_sub(back + 1);
            place.and_then(|place| operands[place].number()).unwrap_or(0.0)
        };
        match operator {
            b"cm" => {
                if let Some(matrix) = Matrix::of_operands(operands) {
                    state.matrix = matrix.then(state.matrix);
                }
            }
            b"BT" => (self.text, self.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
            b"Tc" => state.letter_space = number(0),
            b"Tw" => state.word_space = number(0),
            b"Tz" => state.scale = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Ts" => state.rise = number(0),
            b"Tr" => state.mode = number(0) as i64,
            b"Td" => self.next_line(number(1), number(0)),
            b"TD" => {
                state.leading = -number(0);
                self.next_line(number(1), number(0));
            }
            b"Tm" => {
                if let Some(matrix) = Matrix::of_operands(operands) {
                    (self.text, self.line) = (matrix, matrix);
                }
            }
            b"T*" => self.next_line(0.0, -state.leading),
            b"Tj" | b"TJ" => self.show_all(state, operands.last())?,
            b"'" => {
                self.next_line(0.0, -state.leading);
                self.show_all(state, operands.last())?;
            }
            b"\"" => {
                (state.word_space, state.letter_space) = (number(2), number(1));
                self.next_line(0.0, -state.leading);
                self.show_all(state, operands.last())?;
            }
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"sh" => {
                self.found.drawings = true;
            }
            _ => {}
        }
        Ok(())
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::translation(x, y).then(self.line);
        self.text = self.line;
    }

    fn show_all(&mut self, state: &State, operand: Option<&Object>) -> Result<()> {
        match operand {
            Some(Object::String(bytes)) => self.show(state, bytes),
            Some(Object::Array(items)) => {
                for item in items {
                    match item {
                        Object::String(bytes) => self.show(state, bytes)?,
                        Object::Number(back) => {
                            let step = -back / 1_000.0 * state.size * state.scale;
                            self.text = Matrix::translation(step, 0.0).then(self.text);
                        }
                        _ => {}
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Shows a string, and goes on behind it (9.4.4).
    fn show(&mut self, state: &State, bytes: &[u8]) -> Result<()> {
        let Some(font) = &state.font else { return Ok(()) };
        let mut letters = String::new();
        let start = self.text;
        let (mut advance, mut end) = (0.0, 0.0);
        for glyph in font.glyphs(bytes) {
            self.found.glyphs += 1;
            match glyph.letters {
                Some(text) => letters.push_str(&text),
                None => {
                    self.found.unreadable += 1;
                    letters.push('\u{fffd}');
                }
            }
            let space = state.letter_space + if glyph.is_space { state.word_space } else { 0.0 };
            end = advance + glyph.width * state.size * state.scale;
            advance = end + space * state.scale;
        }
        self.text = Matrix::translation(advance, 0.0).then(start);
        let own = Matrix([state.scale * state.size, 0.0, 0.0, state.size, 0.0, state.rise]);
        let shown = own.then(start).then(state.matrix);
        let behind = Matrix::translation(end, state.rise).then(start).then(state.matrix);
        let letters: String = letters
            .chars()
            .map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c })
            .collect();
        self.add(shown.chunk(behind, letters), state.mode)
    }

    fn add(&mut self, chunk: Option<Chunk>, mode: i64) -> Result<()> {
        let Some(chunk) = chunk.filter(|chunk| !chunk.text.is_empty()) else { return Ok(()) };
        let left = self.remaining.checked_sub(chunk.text.len());
        *self.remaining =
            left.ok_or(DocumentError::OutputTooLong { format: NAME, limit: self.limit })?;
        let chunks = match mode {
            3 | 7 => &mut self.found.unseen,
            _ => &mut self.found.seen,
        };
        if let Some(last) = chunks.last_mut().filter(|last| last.continues(&chunk)) {
            last.text.push_str(&chunk.text);
            last.to = chunk.to;
            return Ok(());
        }
        if chunks.len() >= CHUNKS {
            let what = "pieces of text on a page";
            return Err(DocumentError::TooMany { format: NAME, what, limit: CHUNKS });
        }
        chunks.push(chunk);
        Ok(())
    }
}

/// Goes behind an inline image: to the `EI` that stands by itself (8.9.7).
fn skip_image(lexer: &mut Lexer<'_>) {
    let rest = lexer.rest();
    let data = memchr::memmem::find(rest, b"ID").unwrap_or(rest.len());
    let spaced = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let end = memchr::memmem::find_iter(&rest[data..], b"EI")
        .map(|at| data + at)
        .find(|at| *at > data && spaced(rest.get(at - 1)) && spaced(rest.get(at + 2)));
    lexer.at += end.map_or(rest.len(), |end| end + 2);
}
