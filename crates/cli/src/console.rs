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

/// Writes data.
///
/// # Errors
///
/// Where stdout is closed.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout().lock(), "{text}").map_err(|e| Failure::Io("standard output", e))
}

/// Writes a JSON document.
///
/// # Errors
///
/// Where stdout is closed.
pub(crate) fn print_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Failure::Io("standard output", std::io::Error::other(e)))?;
    print(&text)
}

/// Whether colours help: a terminal, and `NO_COLOR` not set.
pub(crate) fn colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
