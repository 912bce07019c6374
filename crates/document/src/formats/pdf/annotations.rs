//! The streams that belong to a page: its contents, and what fields and boxes of text on it show
//! (ISO 32000-1, 7.7.3.3 and 12.5.5).

use super::NAME;
use super::content::Interpreter;
use super::matrix::Matrix;
use super::syntax::{Dictionary, Object};
use crate::error::{DocumentError, Result};

/// Flags of what is not seen on a screen: hidden, and no view (12.5.3).
const UNSEEN: i64 = 0b10_0010;

impl Interpreter<'_, '_> {
    /// The content streams of a page, one behind the other.
    pub(super) fn contents(&mut self, page: &Dictionary) -> Result<Vec<u8>> {
        let contents = page.get("Contents").cloned().unwrap_or(Object::Null);
        let parts = match self.file.resolve(&contents)? {
            Object::Array(parts) => parts,
            _ => vec![contents],
        };
        let mut content = Vec::new();
        for part in parts {
            if let Some(stream) = self.file.stream(&part)? {
                content.extend(self.file.unpack(&stream)?);
                content.push(b'\n');
            }
        }
        Ok(content)
    }

    /// Reads what fields and boxes of text show.
    pub(super) fn annotations(
        &mut self,
        page: &Dictionary,
        turned: Matrix,
        most: usize,
    ) -> Result<()> {
        let Object::Array(annotations) = self.file.get(page, "Annots")? else { return Ok(()) };
        if annotations.len() > most {
            return Err(DocumentError::TooMany { format: NAME, what: "annotations", limit: most });
        }
        for annotation in annotations {
            let annotation = self.file.dictionary(&annotation)?;
            let flags = self.file.get(&annotation, "F")?.number().unwrap_or(0.0) as i64;
            if flags & UNSEEN != 0 {
                continue;
            }
            let appearance = self.file.dictionary(annotation.get("AP").unwrap_or(&Object::Null))?;
            let mut normal = appearance.get("N").cloned().unwrap_or(Object::Null);
            if let (Object::Dictionary(states), None) =
                (self.file.resolve(&normal)?, self.file.stream(&normal)?)
            {
                let state = self.file.get(&annotation, "AS")?;
                let state = String::from_utf8_lossy(state.name().unwrap_or_default()).into_owned();
                normal = states.get(&state).cloned().unwrap_or(Object::Null);
            }
            let Some(stream) = self.file.stream(&normal)? else { continue };
            let rectangle = self.file.numbers(&self.file.get(&annotation, "Rect")?)?;
            let bounds = self.file.numbers(&self.file.get(&stream.dictionary, "BBox")?)?;
            let placed = place(&rectangle, &bounds).then(turned);
            self.form(&normal, placed, &Dictionary::default(), 1)?;
        }
        Ok(())
    }
}

/// Moves and stretches what a form's bounds hold into the annotation's rectangle.
fn place(rectangle: &[f64], bounds: &[f64]) -> Matrix {
    let ([x0, y0, x1, y1], [a0, b0, a1, b1]) = (rectangle, bounds) else { return Matrix::IDENTITY };
    let stretch = |length: f64, own: f64| if own.abs() > 0.0 { (length / own).abs() } else { 1.0 };
    let (across, up) = (stretch(x1 - x0, a1 - a0), stretch(y1 - y0, b1 - b0));
    let (left, below) = (x0.min(*x1) - across * a0.min(*a1), y0.min(*y1) - up * b0.min(*b1));
    Matrix([across, 0.0, 0.0, up, left, below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_placed() {
        let placed = place(&[10.0, 20.0, 30.0, 40.0], &[0.0, 0.0, 10.0, 10.0]);
        assert_eq!(placed.0, [2.0, 0.0, 0.0, 2.0, 10.0, 20.0]);
        assert_eq!(place(&[1.0], &[]), Matrix::IDENTITY);
    }
}
