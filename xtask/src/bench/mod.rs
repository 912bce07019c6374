//! `cargo xtask bench`: measures the release build and writes `BENCHMARKS.md`, which holds nothing
//! but what this command printed. A part can be measured by itself; the others keep what they were.

mod enlarge;
mod parts;
mod tables;
mod text;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::sys::anonymed::{Anonymed, Build, DONE};
use crate::sys::process::Usage;
use crate::sys::{Workspace, process, tree};

/// Measures the release build and writes BENCHMARKS.md.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A tenth of the size, printed and not written.
    #[arg(long)]
    quick: bool,
    /// One part alone: the whole project, a project's table in parts, tables by themselves, or free text.
    #[arg(long, value_enum)]
    part: Option<Part>,
    /// The Python of `bench/text`, for free text.
    #[arg(long, value_name = "FILE", default_value = "target/bench-venv/bin/python")]
    python: PathBuf,
}

/// What is measured and written together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Project,
    Parts,
    Tables,
    Text,
}

impl Part {
    const ALL: [Self; 4] = [Self::Project, Self::Parts, Self::Tables, Self::Text];

    /// The line of the page that its sections follow.
    fn title(self) -> &'static str {
        match self {
            Self::Project => "# A project from end to end",
            Self::Parts => "# A project's table that is solved in parts",
            Self::Tables => "# One table by itself",
            Self::Text => "# Free text",
        }
    }
}

/// How much is measured.
struct Size {
    patients: u32,
    rows: u64,
    subjects: u64,
    starts: usize,
    /// Copies of the census table.
    copies: u32,
    /// Thousands of rows of the generated tables.
    thousands: u32,
}

const FULL: Size = Size {
    patients: 10_000,
    rows: 20_000_000,
    subjects: 1_000_000,
    starts: 30,
    copies: 100,
    thousands: 30_000,
};
const QUICK: Size = Size {
    patients: 1_000,
    rows: 2_000_000,
    subjects: 100_000,
    starts: 10,
    copies: 10,
    thousands: 3_000,
};

/// One run of the measurements.
struct Bench {
    anonymed: Anonymed,
    folder: PathBuf,
    size: Size,
    page: String,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let anonymed = Anonymed::build(workspace, Build::Release)?;
    let folder = workspace.scratch("bench")?;
    let size = if arguments.quick { QUICK } else { FULL };
    let mut bench = Bench { anonymed, folder, size, page: String::new() };
    let path = workspace.root.join("BENCHMARKS.md");
    let before = fs_err::read_to_string(&path).unwrap_or_default();
    let mut page = bench.taken(Bench::head);
    for part in Part::ALL {
        if arguments.part.is_some_and(|only| only != part) {
            page.push_str(section_of(&before, part.title()).unwrap_or_default());
            continue;
        }
        bench.line("");
        bench.line(part.title());
        bench.line("");
        bench.line(&format!("Measured on {}.", machine(workspace)));
        match part {
            Part::Project => {
                bench.start_up()?;
                bench.hospital()?;
                bench.big_table()?;
            }
            Part::Parts => bench.parts()?,
            Part::Tables => bench.tables(workspace)?,
            Part::Text => bench.text(workspace, &arguments.python)?,
        }
        page.push_str(&bench.taken(|_| ()));
    }
    if !arguments.quick {
        fs_err::write(path, page)?;
    }
    // Gigabytes that nobody needs again.
    fs_err::remove_dir_all(bench.folder)?;
    Ok(())
}

/// A part of the page, from the empty line before its title to that before the next.
fn section_of<'a>(page: &'a str, title: &str) -> Option<&'a str> {
    let from = page.find(&format!("\n{title}\n"))?;
    let rest = &page[from + 1..];
    let until = rest.find("\n\n# ").map_or(rest.len(), |at| at + 1);
    Some(&page[from..from + 1 + until])
}

impl Bench {
    /// Does something and takes the page that was written until then.
    fn taken(&mut self, work: impl FnOnce(&mut Self)) -> String {
        work(self);
        std::mem::take(&mut self.page)
    }

    fn line(&mut self, text: &str) {
        println!("{text}");
        self.page.push_str(text);
        self.page.push('\n');
    }

    fn row(&mut self, what: &str, value: &str) {
        self.line(&format!("| {what} | {value} |"));
    }

    fn section(&mut self, title: &str) {
        self.line(&format!("\n## {title}\n"));
        self.line("| measured | value |");
        self.line("|---|---|");
    }

    fn head(&mut self) {
        self.line("# Benchmarks");
        self.line("");
        self.line(
            "Written by `cargo xtask bench`, which builds `--release` and measures the binary from \
             outside. MB is 10^6 bytes; peak RSS is the kernel's high-water mark of the process.",
        );
    }

    /// Median time from start to exit of `--help`.
    fn start_up(&mut self) -> Result<()> {
        let mut times = Vec::new();
        for _ in 0..self.size.starts {
            let start = Instant::now();
            process::expect(&mut self.anonymed.command(&["--help"]), &[0])?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        self.section("Start-up");
        let what = format!("`anonymed --help`, median of {}", times.len());
        self.row(&what, &format!("{:.1} ms", times[times.len() / 2]));
        let bytes = fs_err::metadata(self.anonymed.exe())?.len();
        self.row("binary", &format!("{:.1} MB", megabytes(bytes)));
        Ok(())
    }

    /// The demo project from end to end, at one and two threads.
    fn hospital(&mut self) -> Result<()> {
        let patients = self.size.patients;
        let hospital = self.folder.join("hospital");
        let key = self.folder.join("bench.key");
        process::expect(&mut self.anonymed.demo_project(&hospital, patients, 1), &[0])?;
        let input = tree::bytes(&hospital)?;
        self.section(&format!("Demo project of {patients} patients"));
        self.row("input", &format!("{:.1} MB", megabytes(input)));

        let project = self.folder.join("project");
        let mut init = self.anonymed.init(&project, &hospital, "research-linked", &key);
        process::expect(&mut init, DONE)?;
        let mut scan = self.anonymed.inside(&project, &["scan"]);
        let usage = self.measured(&mut scan)?;
        self.row("scan", &format!("{:.1} MB/s ({})", megabytes(input) / usage.wall, cost(usage)));

        let mut releases = Vec::new();
        for threads in [0, 1, 2] {
            let release = self.folder.join(format!("release-{threads}"));
            let mut command =
                self.anonymed.deidentify(&hospital, &release, "research-linked", &key);
            command.arg("--json");
            if threads > 0 {
                command.args(["--threads", &threads.to_string()]);
            }
            let usage = self.measured(&mut command)?;
            let rate = f64::from(patients) / usage.wall;
            let label = if threads == 0 { "all".into() } else { threads.to_string() };
            self.row(
                &format!("end to end, threads: {label}"),
                &format!("{rate:.0} patients/s ({})", cost(usage)),
            );
            if threads == 0 {
                self.modalities(&project)?;
            }
            releases.push(release);
        }
        let same = releases[1..].iter().try_fold(true, |same, release| {
            let difference = tree::difference(&releases[0].join("data"), &release.join("data"))?;
            anyhow::Ok(same && difference.is_none())
        })?;
        self.row("same bytes at 1, 2 and all threads", if same { "yes" } else { "NO" });
        if let Some(digest) = tree::digest(&releases[0].join("data")) {
            self.row("SHA-256 of `data/`", &format!("`{digest}`"));
        }
        if !same {
            bail!("the release differs with the number of threads");
        }
        Ok(())
    }

    /// Throughput of each modality: bytes by the scan's summary, seconds of work by the run's.
    fn modalities(&mut self, project: &Path) -> Result<()> {
        let run = json(&fs_err::read_to_string(self.log())?).context("one summary of the run")?;
        let mut scan = self.anonymed.inside(project, &["scan", "--json", "--quiet"]);
        let scan = process::expect(&mut scan, DONE)?.stdout;
        let bytes = modality_bytes(&json(&scan).context("one summary of the scan")?);
        for (name, figures) in run["modalities"].as_object().into_iter().flatten() {
            let seconds = figures["seconds"].as_f64().unwrap_or(0.0);
            let megabytes = bytes.get(name).copied().map_or(0.0, megabytes);
            if seconds > 0.0 {
                self.row(
                    &format!("transform of {name}, one thread's work"),
                    &format!("{:.1} MB/s ({megabytes:.1} MB, {seconds:.1} s)", megabytes / seconds),
                );
            }
        }
        Ok(())
    }

    /// A large table, whose release must not need the memory of its size.
    fn big_table(&mut self) -> Result<()> {
        let (rows, subjects) = (self.size.rows, self.size.subjects);
        let input = self.folder.join("big");
        fs_err::create_dir_all(&input)?;
        let mut demo = self.anonymed.command(&["demo-project"]);
        demo.arg(input.join("encounters.csv")).arg("--big-table");
        demo.args([
            "--rows",
            &rows.to_string(),
            "--subjects",
            &subjects.to_string(),
            "--seed",
            "1",
        ]);
        process::expect(&mut demo, &[0])?;
        let bytes = tree::bytes(&input)?;
        let key = self.folder.join("bench.key");
        let release = self.folder.join("big-release");
        let mut command = self.anonymed.deidentify(&input, &release, "research-linked", &key);
        let usage = self.measured(&mut command)?;
        self.section("One large table");
        self.row(
            "input",
            &format!("{:.2} GB of CSV, {rows} rows of {subjects} subjects", bytes as f64 / 1e9),
        );
        self.row(
            "deidentify",
            &format!("{:.1} MB/s ({})", megabytes(bytes) / usage.wall, cost(usage)),
        );
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("bench.log")
    }

    /// Runs to the end with the log of this command alone.
    fn measured(&self, command: &mut std::process::Command) -> Result<Usage> {
        self.measured_as(command, DONE)
    }

    /// As [`Bench::measured`], for a command that may end with other codes.
    fn measured_as(&self, command: &mut std::process::Command, codes: &[i32]) -> Result<Usage> {
        fs_err::write(self.log(), "")?;
        let usage = process::measure(command, &self.log())?;
        if !codes.contains(&usage.code) {
            bail!(
                "`{}` ended with exit code {}; see {}",
                process::line(command),
                usage.code,
                self.log().display()
            );
        }
        Ok(usage)
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn cost(usage: Usage) -> String {
    let mut text = format!("{:.1} s", usage.wall);
    if let Some(cpu) = usage.cpu {
        let _ = write!(text, ", {cpu:.1} s CPU");
    }
    if let Some(peak) = usage.peak_rss {
        let _ = write!(text, ", peak RSS {:.0} MB", megabytes(peak));
    }
    text
}

/// The JSON document in a log that holds narration too.
fn json(log: &str) -> Option<Value> {
    let whole = serde_json::from_str(log).ok();
    let line = || {
        log.lines()
            .rev()
            .find_map(|line| serde_json::from_str::<Value>(line).ok().filter(Value::is_object))
    };
    let block = || {
        let start =
            log.find("\n{").map(|at| at + 1).or_else(|| log.starts_with('{').then_some(0))?;
        let mut documents = serde_json::Deserializer::from_str(&log[start..]).into_iter();
        documents.next()?.ok()
    };
    whole.or_else(block).or_else(line)
}

/// Input bytes by modality, from the files of `scan --json`.
fn modality_bytes(scan: &Value) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for file in scan["files"].as_array().into_iter().flatten() {
        // A recognised file's status holds its format, whatever the status is called.
        let status = file["status"].as_object().into_iter().flatten();
        let modality = status.filter_map(|(_, format)| format["modality"].as_str()).next();
        if let (Some(modality), Some(bytes)) = (modality, file["bytes"].as_u64()) {
            *sums.entry(modality.to_owned()).or_default() += bytes;
        }
    }
    sums
}

/// Processor, cores, memory, kernel and compiler in one line.
fn machine(workspace: &Workspace) -> String {
    let read = |path: &str| fs_err::read_to_string(path).unwrap_or_default();
    let field = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor =
        field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown CPU".into());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.strip_suffix(" kB")?.parse::<u64>().ok())
        .map_or_else(
            || "unknown memory".into(),
            |kib| format!("{:.1} GB", kib as f64 * 1024.0 / 1e9),
        );
    let kernel = read("/proc/sys/kernel/osrelease");
    let rustc = version("rustc", &workspace.root);
    format!("{processor}, {cores} cores, {memory}, Linux {}, {rustc}", kernel.trim())
}

fn version(program: &str, folder: &Path) -> String {
    let mut command = std::process::Command::new(program);
    let output = process::capture(command.arg("--version").current_dir(folder));
    output.map_or_else(|_| program.to_owned(), |output| output.stdout.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_among_narration() {
        let check = |log: &str| {
            assert_eq!(json(log).map(|v| v["a"].clone()), Some(Value::from(1)), "{log}");
        };
        check("{\"a\":1}");
        check("reading 3 files\n{\"a\":1}\n");
        check("reading\n{\n  \"a\": 1\n}\ndone\n");
        assert!(json("nothing here").is_none());
    }

    #[test]
    fn a_part_keeps_its_place() {
        let page = "# Benchmarks\n\nhead\n\n# One\n\na\n\n## b\n\n# Two\n\nc\n";
        assert_eq!(section_of(page, "# One"), Some("\n# One\n\na\n\n## b\n"));
        assert_eq!(section_of(page, "# Two"), Some("\n# Two\n\nc\n"));
        assert_eq!(section_of(page, "# Three"), None);
    }

    #[test]
    fn bytes_are_summed_by_modality() {
        let scan = serde_json::json!({ "files": [
            { "bytes": 5, "status": { "recognised": { "modality": "table", "kind": "csv" } } },
            { "bytes": 7, "status": { "recognised": { "modality": "table", "kind": "xlsx" } } },
            { "bytes": 9, "status": { "unreadable": "cut short" } },
        ] });
        assert_eq!(modality_bytes(&scan), [("table".to_owned(), 12)].into());
    }

    #[test]
    fn costs_say_what_is_known() {
        let usage = Usage { code: 0, wall: 2.0, cpu: Some(3.25), peak_rss: Some(5_000_000) };
        assert_eq!(cost(usage), "2.0 s, 3.2 s CPU, peak RSS 5 MB");
        assert_eq!(cost(Usage { cpu: None, peak_rss: None, ..usage }), "2.0 s");
    }
}
