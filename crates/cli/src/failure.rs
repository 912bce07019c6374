//! The one funnel from errors to what a person sees and the exit code a script sees.

use std::process::ExitCode;

use anonymed_engine::{EngineError, cause};
use miette::{Diagnostic, LabeledSpan, MietteDiagnostic, Severity};

use crate::console;

/// Anything a command can fail with.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The engine's own.
    Engine(EngineError),
    /// The request was not understood.
    Usage(String),
    /// Asked to stop work that keeps nothing until it is done.
    Abandoned,
    /// A file named on the command line.
    Io(&'static str, std::io::Error),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<anonymed_engine::vault::VaultError> for Failure {
    fn from(error: anonymed_engine::vault::VaultError) -> Self {
        Self::Engine(EngineError::from(error))
    }
}

impl Failure {
    /// The failure of work on one table, which another call does not go on with.
    pub(crate) fn of_one_table(self) -> Self {
        match self {
            Self::Engine(EngineError::Cancelled(_)) => Self::Abandoned,
            other => other,
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Engine(error) => error.exit_code(),
            Self::Usage(_) => 2,
            Self::Abandoned => 130,
            Self::Io(..) => 1,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code(),
            Self::Usage(_) => "ANM-USAGE-001",
            Self::Abandoned => "ANM-RUN-130",
            Self::Io(..) => "ANM-IO-002",
        }
    }
}

/// Prints the failure to stderr, with its stable code, and gives the exit code.
pub(crate) fn report(failure: &Failure) -> ExitCode {
    let message = match failure {
        Failure::Engine(error) => error.to_string(),
        Failure::Usage(message) => message.clone(),
        Failure::Abandoned => "interrupted; nothing was written".to_owned(),
        Failure::Io(what, error) => format!("{what}: {}", cause(error.kind())),
    };
    let mut diagnostic =
        MietteDiagnostic::new(message).with_code(failure.code()).with_severity(Severity::Error);
    if let Failure::Engine(EngineError::Policy(error)) = failure
        && let Some(span) = &error.span
    {
        diagnostic = diagnostic.with_label(LabeledSpan::underline(span.clone()));
    }
    let handler = miette::GraphicalReportHandler::new_themed(if console::colours() {
        miette::GraphicalTheme::unicode()
    } else {
        miette::GraphicalTheme::unicode_nocolor()
    });
    let mut text = String::new();
    let shown: &dyn Diagnostic = &diagnostic;
    if handler.render_report(&mut text, shown).is_err() {
        text = shown.to_string();
    }
    console::say(text.trim_end());
    ExitCode::from(failure.exit_code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_on_one_table_is_not_resumed() {
        let interrupted = || Failure::from(EngineError::Cancelled(anonymed_core::Cancelled));
        let whole = interrupted();
        let one = interrupted().of_one_table();
        assert!(matches!(one, Failure::Abandoned));
        assert_eq!((whole.exit_code(), whole.code()), (one.exit_code(), one.code()));
        let usage = Failure::Usage(String::new()).of_one_table();
        assert!(matches!(usage, Failure::Usage(_)));
    }
}
