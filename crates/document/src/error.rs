//! What can go wrong while a document is read or written. No message holds a part of the document.

/// A document that cannot be read, or spans that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The file is longer than is read.
    #[error(
        "the file is longer than {limit} bytes; split it, or raise `input_bytes` of the limits"
    )]
    InputTooLong {
        /// Bytes that are read at most.
        limit: usize,
    },
    /// The text of the document is longer than is made.
    #[error(
        "{format}: the text is longer than {limit} bytes; split the document, or raise `output_bytes` of the limits"
    )]
    OutputTooLong {
        /// The format's name.
        format: &'static str,
        /// Bytes of text that are made at most.
        limit: usize,
    },
    /// Elements, groups or objects lie in one another deeper than is followed.
    #[error(
        "{format}: parts are nested deeper than {limit}; save the document anew with the program that made it"
    )]
    TooDeep {
        /// The format's name.
        format: &'static str,
        /// Levels that are followed at most.
        limit: usize,
    },
    /// The document has more parts, pages or steps than are read.
    #[error("{format}: more than {limit} {what}; split the document")]
    TooMany {
        /// The format's name.
        format: &'static str,
        /// What there is too much of.
        what: &'static str,
        /// How many are read at most.
        limit: usize,
    },
    /// A part unpacks to many times its size, as bombs do and documents do not.
    #[error(
        "{format}: a part unpacks to more than {ratio} times its size or to more than the limits allow; it is not opened"
    )]
    Bomb {
        /// The format's name.
        format: &'static str,
        /// How many times its size a part may unpack to.
        ratio: usize,
    },
    /// The bytes break the rules of the format.
    #[error(
        "{format}: {what}, near byte {at}; save the document anew with the program that made it"
    )]
    Broken {
        /// The format's name.
        format: &'static str,
        /// What is wrong.
        what: &'static str,
        /// About where, in bytes of the part that is read.
        at: usize,
    },
    /// The document is in an encoding that is not read, or is not in the one it names.
    #[error("{format}: {what}; save the document as UTF-8")]
    Charset {
        /// The format's name.
        format: &'static str,
        /// What is wrong.
        what: &'static str,
    },
    /// An XML part declares or uses entities of its own.
    #[error(
        "{format}: the XML has a document type or an entity of its own, which is never expanded; write the text out"
    )]
    Entities {
        /// The format's name.
        format: &'static str,
    },
    /// The document is encrypted.
    #[error("{format}: the document is encrypted; save it without a password")]
    Encrypted {
        /// The format's name.
        format: &'static str,
    },
    /// A page shows something and has no text that can be read: it is the image path's.
    #[error("pdf: page {page}: {what}; scanned page: goes to the image path")]
    NoTextLayer {
        /// Number of the page, from 1.
        page: usize,
        /// What the page is like.
        what: &'static str,
    },
    /// A format that is known and not read.
    #[error("{format}: this format is not read; save the document as {instead}")]
    NotRead {
        /// What the file is.
        format: &'static str,
        /// What to save it as.
        instead: &'static str,
    },
    /// The name of the file says one format, and its content another.
    #[error(
        "the file is named as {format} and is none; give it the ending of what it is, or save it anew"
    )]
    NotWhatItIsNamed {
        /// The format that the name says.
        format: &'static str,
    },
    /// No reader knows the file.
    #[error("no document that is read here: neither {known}; plain text is read as a note")]
    Unknown {
        /// The formats that are read.
        known: &'static str,
    },
    /// An annotation lies outside its text or not on its borders of characters.
    #[error("{format}: annotation {number} does not lie inside the text; mend its offsets")]
    SpanOutside {
        /// The format's name.
        format: &'static str,
        /// Number of the annotation, from 1.
        number: usize,
    },
    /// An annotation repeats another text than it covers.
    #[error(
        "{format}: annotation {number} repeats a text that is not at its offsets; check that offsets count code points and line ends are those of the text"
    )]
    SpanText {
        /// The format's name.
        format: &'static str,
        /// Number of the annotation, from 1.
        number: usize,
    },
    /// An annotation or a text cannot be written in a format.
    #[error("{format}: annotation {number} cannot be written: {what}")]
    NotWritable {
        /// The format's name.
        format: &'static str,
        /// Number of the annotation, from 1; 0 where it is the text.
        number: usize,
        /// Why.
        what: &'static str,
    },
}

/// What reading gives.
pub(crate) type Result<T> = std::result::Result<T, DocumentError>;
