//! Documents as plain text, and annotated corpora with their spans.
//!
//! [`read_any`] gives the visible text of a PDF, RTF, docx, HTML or Markdown file, for the text
//! engine to work on and to be written back as text. Nothing that a reader of the document would
//! not see is carried over: hidden and deleted text, comments of pages, metadata, attributes. Each
//! reading is bounded by [`Limits`]. Plain text stays with the notes of the text engine.
//! [`standoff`] reads and writes corpora in which people marked what identifies.
//!
//! What it deliberately does not do: it draws nothing, runs no script or style sheet, follows no
//! link, opens no embedded file and reads no picture; a page without text is the image path's.

mod charset;
mod error;
mod flow;
pub mod formats;
pub mod fuzzing;
mod limits;
pub mod standoff;
mod xml;

pub use error::DocumentError;
pub use formats::{ReadText, Sniff, TextFormat, read_any, sniff_any};
pub use limits::Limits;
