//! `cargo xtask`: everything a contributor or a CI machine runs, one file per command.
//!
//! It drives the built `anonymed` binary from outside and depends on none of the project's
//! crates, so that it compiles in seconds and checks what a user would get.

// A command talks to a person and measures time: printing and the clock are its work.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod bench;
mod canary;
mod ci;
mod codegen;
mod demo;
mod determinism;
mod examples;
mod kill;
mod score;
mod sys;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, tests, checks and measures AnonyMed.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Test(test::Arguments),
    Ci(ci::Arguments),
    Tidy(tidy::Arguments),
    Codegen(codegen::Arguments),
    Examples(examples::Arguments),
    Kill(kill::Arguments),
    Canary(canary::Arguments),
    Determinism(determinism::Arguments),
    Score(score::Arguments),
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    match dispatch(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<()> {
    let workspace = sys::Workspace::find()?;
    match command {
        Command::Demo(arguments) => demo::run(&workspace, &arguments),
        Command::Test(arguments) => test::run(&workspace, &arguments),
        Command::Ci(arguments) => ci::run(&workspace, &arguments),
        Command::Tidy(arguments) => tidy::run(&workspace, &arguments),
        Command::Codegen(arguments) => codegen::run(&workspace, &arguments),
        Command::Examples(arguments) => examples::run(&workspace, &arguments),
        Command::Kill(arguments) => kill::run(&workspace, &arguments),
        Command::Canary(arguments) => canary::run(&workspace, &arguments),
        Command::Determinism(arguments) => determinism::run(&workspace, &arguments),
        Command::Score(arguments) => score::run(&workspace, &arguments),
        Command::Bench(arguments) => bench::run(&workspace, &arguments),
    }
}
