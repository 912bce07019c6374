//! Free text: what the program costs on texts by themselves, and Presidio beside it on the same
//! texts by `bench/text/run.py`.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use super::{Bench, cost, megabytes};
use crate::sys::{Workspace, process};

/// A note, of which long texts are made; each copy has names and numbers of its own.
const NOTE: &str = "Patient: Maria Lindqvist{n}\nMRN: 44{n}\nDOB: 03/14/1951\n\nMrs. Lindqvist{n} is a 70-year-old \
    woman seen by Dr. Quackenbush on 06/02/2021 for chest pain. Blood pressure 128/76, heart rate 72 and regular. The \
    Foley catheter was removed without difficulty. She lives at 12 Oak Street with her husband and will call 415-555-0134 \
    with any questions. Metoprolol 25 mg twice daily was continued; sodium 138, potassium 4.1, creatinine 0.9. We will see \
    her again in six weeks.\n\n";

impl Bench {
    pub(super) fn text(&mut self, workspace: &Workspace, python: &Path) -> Result<()> {
        self.section("One text");
        self.one_note()?;
        self.long_text()?;
        self.line("");
        let small = self.size.copies < 100;
        let data = workspace.root.join("../shared/data/text-train");
        let own = self.folder.join("text");
        let notes = if small { "60" } else { "400" };
        let mut compare = Script::new("run.py");
        compare.path("--folder", &own).words(&["--notes", notes, "--seed", "7"]);
        compare.path_where_there("--meddocan", &data.join("meddocan_dev_es.jsonl"));
        self.script(workspace, python, compare)?;
        let sections = data.join("mts_dialog_train_unlabelled_en.jsonl");
        if sections.is_file() {
            self.line("\n## Real sections of notes, read and judged\n");
            let mut review = Script::new("review.py");
            review.path_where_there("--sections", &sections);
            self.script(workspace, python, review)?;
        }
        self.line("\n## Hostile texts\n");
        let mut hostile = Script::new("hostile.py");
        hostile.words(if small { &["--small"] } else { &[] });
        self.script(workspace, python, hostile)
    }

    /// Runs a script of `bench/text` on this build and writes down what it prints.
    fn script(&mut self, workspace: &Workspace, python: &Path, script: Script) -> Result<()> {
        let mut run = Command::new(workspace.root.join(python));
        run.current_dir(&workspace.root).arg(workspace.root.join("bench/text").join(script.name));
        run.arg("--anonymed").arg(self.anonymed.exe()).args(script.arguments);
        let done = run.output()?;
        if !done.status.success() {
            bail!(
                "`{}` failed: {}; its environment is made as bench/text/README.md says",
                process::line(&run),
                String::from_utf8_lossy(&done.stderr)
            );
        }
        self.line(String::from_utf8_lossy(&done.stdout).trim());
        Ok(())
    }

    /// From start to exit with one note, by tier.
    fn one_note(&mut self) -> Result<()> {
        let path = self.folder.join("note.txt");
        fs_err::write(&path, NOTE.replace("{n}", "7"))?;
        for tier in ["rules", "default"] {
            let mut times = Vec::new();
            let mut last = None;
            for _ in 0..self.size.starts {
                let mut command = self.anonymed.command(&["text", "scrub", "--tier", tier]);
                command.arg(&path);
                let start = Instant::now();
                last = Some(self.measured(&mut command)?);
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
            times.sort_by(f64::total_cmp);
            let what = format!("start to exit with one note, {tier}, median of {}", times.len());
            let cost = last.map(cost).unwrap_or_default();
            self.row(&what, &format!("{:.0} ms ({cost})", times[times.len() / 2]));
        }
        Ok(())
    }

    /// A text of 100 MB.
    fn long_text(&mut self) -> Result<()> {
        let bytes = u64::from(self.size.copies) * 1_000_000;
        let path = self.folder.join("long.txt");
        let written = self.write_long(&path, bytes)?;
        for tier in ["rules", "default"] {
            let mut command = self.anonymed.command(&["text", "scrub", "--tier", tier]);
            command.arg(&path);
            let usage = self.measured(&mut command)?;
            let rate = megabytes(written) / usage.wall;
            let what = format!("a text of {:.0} MB, {tier}", megabytes(written));
            self.row(&what, &format!("{rate:.2} MB/s ({})", cost(usage)));
        }
        Ok(())
    }

    fn write_long(&self, path: &PathBuf, bytes: u64) -> Result<u64> {
        let mut file = std::io::BufWriter::new(fs_err::File::create(path)?);
        let (mut written, mut number) = (0, 10_000u32);
        let mut name = String::new();
        while written < bytes {
            number += 1;
            name.clear();
            write!(name, "{number}")?;
            let note = NOTE.replace("{n}", &name);
            file.write_all(note.as_bytes())?;
            written += note.len() as u64;
        }
        file.flush()?;
        Ok(written)
    }
}

/// A script of `bench/text` and what it is given.
struct Script {
    name: &'static str,
    arguments: Vec<OsString>,
}

impl Script {
    fn new(name: &'static str) -> Self {
        Self { name, arguments: Vec::new() }
    }

    fn words(&mut self, words: &[&str]) -> &mut Self {
        self.arguments.extend(words.iter().map(OsString::from));
        self
    }

    fn path(&mut self, option: &str, path: &Path) -> &mut Self {
        self.arguments.extend([option.into(), path.into()]);
        self
    }

    fn path_where_there(&mut self, option: &str, path: &Path) -> &mut Self {
        if path.is_file() { self.path(option, path) } else { self }
    }
}
