//! Data to stdout, talk to stderr.

use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::failure::Failure;

/// Says something to the person at the terminal.
pub(crate) fn say(text: &str) {
    // A closed stderr is nothing to fail on.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Says that a fault of ours happened and where in our code, without its message.
pub(crate) fn fault(at: Option<&std::panic::Location<'_>>) {
    let place = at.map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    say(&format!("ANM-INTERNAL-002: a fault of anonymed{place}; please report this line"));
}

/// Standard output for data. Where whoever read it has gone (`| head -1`) the rest goes nowhere and
/// the command ends as it would have: its exit code says how its work went, not who listened.
pub(crate) struct Data(std::io::StdoutLock<'static>);

impl Data {
    /// Takes standard output.
    pub(crate) fn out() -> Self {
        Self(std::io::stdout().lock())
    }
}

impl Write for Data {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.write(bytes) {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self.0.flush() {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

/// Writes data.
///
/// # Errors
///
/// Where it cannot be written, as on a full disk.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = Data::out();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|e| Failure::Io("standard output cannot be written", e))
}

/// Writes a JSON document.
///
/// # Errors
///
/// As [`print()`].
pub(crate) fn print_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Failure::Io("standard output cannot be written", std::io::Error::other(e)))?;
    print(&text)
}

/// Whether colours help: a terminal, and `NO_COLOR` not set.
pub(crate) fn colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
