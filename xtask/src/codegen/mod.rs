//! `cargo xtask codegen`: tables too long to write by hand, made from their cited source and
//! committed. `--check` says whether the committed files are what the sources give today.

mod fhir;

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::sys::Workspace;

const ALL: &[Generator] = &[Generator {
    source: "fhir-dev/r4-element-types.tsv",
    output: "crates/hl7/src/generated/element_types.rs",
    make: fhir::generate,
}];

/// Makes the files under `generated/` from their sources.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compares instead of writing; differences are an error.
    #[arg(long)]
    check: bool,
}

impl Arguments {
    /// Compares and writes nothing.
    pub(crate) fn checking() -> Self {
        Self { check: true }
    }
}

/// One generated file.
struct Generator {
    /// The source, below the folder of corpora.
    source: &'static str,
    /// The file, below the repository's root.
    output: &'static str,
    /// Makes the Rust text.
    make: fn(&str) -> String,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let (mut absent, mut stale) = (0, 0);
    for generator in ALL {
        let source = workspace.corpora().map(|folder| folder.join(generator.source));
        let Some(source) = source.filter(|source| source.is_file()) else {
            absent += 1;
            continue;
        };
        let made = formatted(&(generator.make)(&fs_err::read_to_string(source)?))?;
        let path = workspace.root.join(generator.output);
        if fs_err::read_to_string(&path).is_ok_and(|committed| committed == made) {
            println!("codegen: {} is what its source gives", generator.output);
        } else if arguments.check {
            println!("codegen: {} differs from what its source gives", generator.output);
            stale += 1;
        } else {
            fs_err::write(path, made)?;
            println!("codegen: {} written", generator.output);
        }
    }
    if absent > 0 {
        println!(
            "NOT CHECKED: {absent} of {} generated files, whose sources are not on this machine \
             (set ANONYMED_CORPORA to the folder that has them)",
            ALL.len()
        );
    }
    if stale > 0 {
        bail!("{stale} generated files are stale; run `cargo xtask codegen` and commit them");
    }
    Ok(())
}

/// The text as `cargo fmt` leaves it.
fn formatted(text: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("rustfmt did not start (`rustup component add rustfmt`)")?;
    let mut input = rustfmt.stdin.take().context("stdin is piped")?;
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = rustfmt.wait_with_output()?;
    let written = writer.join().is_ok_and(|result| result.is_ok());
    if !output.status.success() || !written {
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        bail!("rustfmt refused the generated text: {reason}");
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_text_is_formatted() {
        assert_eq!(formatted("fn  main( ){}").unwrap(), "fn main() {}\n");
        assert!(formatted("fn main( {").is_err());
    }
}
