//! One table by itself: the public census and hospital tables, the census table enlarged, public tables of
//! many columns, and generated ones of any size.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Bench, cost, enlarge, json, megabytes};
use crate::sys::Workspace;
use crate::sys::process::Usage;

const ADULT: [&str; 8] = [
    "sex",
    "age",
    "race",
    "marital-status",
    "education",
    "native-country",
    "workclass",
    "salary-class",
];

const DIABETES: [&str; 6] =
    ["race", "gender", "age", "admission_type_id", "medical_specialty", "time_in_hospital"];

/// What is asked of a table.
struct Job<'a> {
    input: &'a Path,
    /// Quasi-identifiers, each with the beginning of its hierarchy file's name where it has one.
    quasi: Vec<(String, Option<PathBuf>)>,
    /// Other lines of the configuration: before the columns, in them, and behind them.
    head: &'a str,
    columns: &'a str,
    tail: &'a str,
    /// The ending of the output.
    form: &'a str,
}

impl<'a> Job<'a> {
    fn new(input: &'a Path, quasi: Vec<(String, Option<PathBuf>)>, tail: &'a str) -> Self {
        Self { input, quasi, head: "", columns: "", tail, form: "csv" }
    }
}

/// What a run told and cost.
struct Done {
    told: Value,
    usage: Usage,
    out: PathBuf,
}

impl Done {
    fn number(&self, key: &str) -> f64 {
        self.told[key].as_f64().unwrap_or(f64::NAN)
    }

    /// Processor seconds, as the program itself counts them: finer than what is seen from outside.
    fn cpu(&self) -> f64 {
        self.number("cpu_seconds")
    }

    fn cost(&self) -> String {
        let peak = self.usage.peak_rss.map_or(0.0, megabytes);
        format!("{:.2} s CPU, {:.2} s, peak RSS {peak:.0} MB", self.cpu(), self.usage.wall)
    }

    fn classes(&self) -> String {
        format!(
            "{} classes, {} rows suppressed",
            self.number("classes"),
            self.number("suppressed_rows")
        )
    }
}

const OPTIMAL: &str = "[[model]]\nk = 5\n[search]\nmethod = \"optimal\"\nsuppress_max = 0.05\n";

impl Bench {
    pub(super) fn tables(&mut self, workspace: &Workspace) -> Result<()> {
        let corpora = std::env::var_os("ANONYMED_CORPORA")
            .map_or_else(|| workspace.root.join("../shared/data"), PathBuf::from);
        if corpora.join("adult/adult.csv").exists() {
            self.census(&corpora.join("adult"))?;
            self.hospital_rows(&corpora.join("diabetes130"))?;
            self.many_columns(&corpora.join("arx-benchmarks"))?;
            self.enlarged(&corpora.join("adult"))?;
        } else {
            self.line("\nThe public tables are not at hand: nothing of them is measured.");
        }
        self.generated()
    }

    fn census(&mut self, folder: &Path) -> Result<()> {
        self.section("Adult: 30,162 rows, 8 quasi-identifiers, k = 5");
        let input = folder.join("adult.csv");
        let trees = || with_hierarchies(&ADULT, folder, "adult_hierarchy_");
        let optimal = self.best_of(5, &Job::new(&input, trees(), OPTIMAL))?;
        self.row("optimal, loss, 5 % suppressed at most", &optimal.cost());
        self.row("its levels", &levels(&optimal.told, &ADULT));
        self.row("its classes", &optimal.classes());
        for method in ["mondrian", "relaxed", "kmember", "mdav", "fuzzy"] {
            let tail = format!("[[model]]\nk = 5\n[search]\nmethod = \"{method}\"\n");
            for (form, quasi) in [("ranges and sets", plain(&ADULT)), ("hierarchies", trees())] {
                let done = self.best_of(3, &Job::new(&input, quasi, &tail))?;
                let what = format!("{method}, {form}: certainty penalty");
                self.row(&what, &format!("{:.4} ({})", done.number("gcp"), done.cost()));
            }
        }
        let all = "[[model]]\nk = 5\n[[model]]\nl = 3\non = \"occupation\"\n[[model]]\nl = 2.5\n\
                   kind = \"entropy\"\non = \"occupation\"\n[[model]]\nt = 0.4\non = \"occupation\"\n\
                   [[model]]\ndelta = 3\non = \"occupation\"\n[[model]]\nbeta = 4\non = \"occupation\"\n";
        let job = Job { columns: "occupation = \"sensitive\"\n", ..Job::new(&input, trees(), all) };
        let done = self.best_of(3, &job)?;
        let what =
            "mondrian under k, distinct and entropy l, t, delta and beta, each counted again";
        self.row(what, &format!("{} ({})", done.classes(), done.cost()));
        self.judged(&input, &trees())
    }

    /// The raw table judged, and a release of it attacked.
    fn judged(&mut self, input: &Path, quasi: &[(String, Option<PathBuf>)]) -> Result<()> {
        let columns = "occupation = \"sensitive\"\n";
        let job = Job { columns, ..Job::new(input, quasi.to_vec(), "[[model]]\nk = 5\n") };
        let config = self.config(&job)?;
        let mut risk = self.anonymed.command(&["risk", "--json", "--quiet"]);
        risk.arg(input).arg("--config").arg(&config);
        let usage = self.measured(&mut risk)?;
        let what = "`risk` of the raw table: k, l, entropy l, c, alpha, t, delta, beta reached, and the rest";
        self.row(what, &cost(usage));
        let done = self.best_of(1, &job)?;
        let mut attack = self.anonymed.command(&["table", "attack", "--json", "--quiet"]);
        attack.arg(input).arg(&done.out).arg("--config").arg(&config);
        let usage = self.measured_as(&mut attack, &[0, 5])?;
        self.row("`table attack`, every attack that needs no other table", &cost(usage));
        Ok(())
    }

    /// Rows that are people beside rows that are not.
    fn hospital_rows(&mut self, folder: &Path) -> Result<()> {
        self.section("Diabetes-130: 101,766 stays of 71,518 patients, 6 quasi-identifiers, k = 5");
        let input = folder.join("diabetic_data.csv");
        for method in ["optimal", "mondrian"] {
            let tail = format!("[[model]]\nk = 5\n[search]\nmethod = \"{method}\"\n");
            let counted = Job {
                head: "subject = \"patient_nbr\"\n",
                columns: "encounter_id = \"keep\"\n",
                ..Job::new(&input, plain(&DIABETES), &tail)
            };
            let by_rows = Job {
                columns: "encounter_id = \"keep\"\n",
                ..Job::new(&input, plain(&DIABETES), &tail)
            };
            let patients = patients(&input)?;
            for (what, job) in [("patients", counted), ("rows", by_rows)] {
                let done = self.best_of(1, &job)?;
                let sizes = people_of_classes(&done.out, &patients)?;
                let below = sizes.iter().filter(|people| **people < 5).count();
                let value = format!(
                    "{} classes, {below} of fewer than 5 patients, smallest {} ({})",
                    sizes.len(),
                    sizes.iter().min().unwrap_or(&0),
                    done.cost()
                );
                self.row(&format!("{method}, counting {what}"), &value);
            }
        }
        Ok(())
    }

    fn many_columns(&mut self, folder: &Path) -> Result<()> {
        self.section("Many columns, hierarchy nodes, k = 5, mondrian");
        for name in ["mach2019_int", "creditcard_int"] {
            let input = folder.join(format!("data/{name}.csv"));
            let header = header(&input)?;
            let columns: Vec<&str> = header.iter().map(String::as_str).collect();
            let hierarchies = folder.join("hierarchies");
            let quasi = with_hierarchies(&columns, &hierarchies, &format!("{name}_hierarchy_"));
            let done = self.best_of(3, &Job::new(&input, quasi, "[[model]]\nk = 5\n"))?;
            let what = format!("{name}, {} columns: granularity", columns.len());
            self.row(&what, &format!("{:.3} ({})", done.number("granularity"), done.cost()));
        }
        Ok(())
    }

    fn enlarged(&mut self, folder: &Path) -> Result<()> {
        let copies = self.size.copies;
        let csv = self.folder.join("enlarged.csv");
        let rows = enlarge::bootstrap(&folder.join("adult.csv"), &csv, copies)?;
        self.section(&format!("Adult enlarged to {rows} rows, k = 5, optimal"));
        let trees = || with_hierarchies(&ADULT, folder, "adult_hierarchy_");
        let keep = "occupation = \"sensitive\"\n";
        let job = |form| Job { columns: keep, form, ..Job::new(&csv, trees(), OPTIMAL) };
        for form in ["csv", "parquet"] {
            let done = self.best_of(1, &job(form))?;
            let value = format!(
                "levels {}, {} ({})",
                levels(&done.told, &ADULT),
                done.classes(),
                done.cost()
            );
            self.row(&format!("CSV to {form}"), &value);
        }
        // The same table as Parquet: a recoding that has nothing to reach leaves every value as it is.
        let nothing = "[[model]]\naverage_risk = 0.999999\n";
        let copied = Job { tail: nothing, form: "parquet", ..job("parquet") };
        let parquet = self.best_of(1, &copied)?.out;
        let input = self.folder.join("enlarged.parquet");
        fs_err::rename(parquet, &input)?;
        let job = Job { columns: keep, form: "parquet", ..Job::new(&input, trees(), OPTIMAL) };
        let done = self.best_of(1, &job)?;
        let rate = rows as f64 / 1e6 / done.cpu();
        let value = format!("{rate:.2} M rows a CPU second, {} ({})", done.classes(), done.cost());
        self.row("Parquet to Parquet", &value);
        Ok(())
    }

    fn generated(&mut self) -> Result<()> {
        let thousands = u64::from(self.size.thousands);
        self.section("Generated tables, k = 5, mondrian");
        let input = self.folder.join("generated.csv");
        let measure = |bench: &mut Self, rows: u64, columns: usize, method: &str| {
            enlarge::generate(&input, rows, &enlarge::columns(columns))?;
            let names: Vec<String> = (0..columns).map(|n| format!("c{n}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let tail = format!(
                "[[model]]\nk = 5\n[search]\nmethod = \"{method}\"\ntime_limit = \"60s\"\n\
                 suppress_max = 1\n"
            );
            let done = bench.best_of(1, &Job::new(&input, plain(&names), &tail))?;
            let gap = done.told["gap"].as_f64();
            let gap = gap.map_or(String::new(), |gap| format!(", gap {gap:.4}"));
            let value = format!(
                "{:.2} s CPU a million rows{gap} ({} combinations, {})",
                done.cpu() / rows as f64 * 1e6,
                done.number("combinations"),
                done.cost()
            );
            bench.row(&format!("{method}, {rows} rows, {columns} columns"), &value);
            anyhow::Ok(())
        };
        for share in [30, 10, 3, 1] {
            measure(self, thousands * 1000 / share, 6, "mondrian")?;
        }
        for columns in [3, 6, 12, 25, 50] {
            measure(self, thousands * 100 / 3, columns, "mondrian")?;
        }
        measure(self, thousands * 1000 / 30, 50, "mondrian")?;
        measure(self, thousands * 1000 / 30, 50, "optimal")
    }

    /// The cheapest of some runs of a job.
    fn best_of(&self, runs: usize, job: &Job<'_>) -> Result<Done> {
        let out = self.folder.join(format!("out.{}", job.form));
        let config = self.config(job)?;
        let mut best: Option<Done> = None;
        for _ in 0..runs {
            if out.exists() {
                fs_err::remove_file(&out)?;
            }
            let mut command = self.anonymed.command(&["table", "anonymize", "--json", "--quiet"]);
            command.arg(job.input).arg("--out").arg(&out).arg("--config").arg(&config);
            let usage = self.measured(&mut command)?;
            let told = json(&fs_err::read_to_string(self.log())?).context("what was done")?;
            let done = Done { told, usage, out: out.clone() };
            if best.as_ref().is_none_or(|best| done.cpu() < best.cpu()) {
                best = Some(done);
            }
        }
        best.context("no run")
    }

    /// Writes a job's configuration, with its hierarchies beside it.
    fn config(&self, job: &Job<'_>) -> Result<PathBuf> {
        let folder = self.folder.join("config");
        fs_err::create_dir_all(&folder)?;
        let mut text = format!("{}[columns]\n", job.head);
        for (name, hierarchy) in &job.quasi {
            match hierarchy {
                None => text.push_str(&format!("\"{name}\" = \"quasi\"\n")),
                Some(file) => {
                    let beside = file.file_name().context("a file")?.to_string_lossy().into_owned();
                    fs_err::copy(file, folder.join(&beside))?;
                    text.push_str(&format!(
                        "\"{name}\" = {{ role = \"quasi\", hierarchy = \"{beside}\" }}\n"
                    ));
                }
            }
        }
        text.push_str(job.columns);
        text.push_str(job.tail);
        let path = folder.join("table.toml");
        fs_err::write(&path, text)?;
        Ok(path)
    }
}

fn plain(columns: &[&str]) -> Vec<(String, Option<PathBuf>)> {
    columns.iter().map(|name| ((*name).to_owned(), None)).collect()
}

fn with_hierarchies(
    columns: &[&str],
    folder: &Path,
    begin: &str,
) -> Vec<(String, Option<PathBuf>)> {
    let file = |name: &&str| Some(folder.join(format!("{begin}{name}.csv")));
    columns.iter().map(|name| ((*name).to_owned(), file(name))).collect()
}

fn levels(told: &Value, columns: &[&str]) -> String {
    let levels: Vec<String> =
        columns.iter().map(|name| told["levels"][*name].to_string()).collect();
    format!("[{}]", levels.join(", "))
}

fn header(path: &Path) -> Result<Vec<String>> {
    use std::io::BufRead as _;
    let mut line = String::new();
    std::io::BufReader::new(fs_err::File::open(path)?).read_line(&mut line)?;
    Ok(line.trim_end().split(';').map(str::to_owned).collect())
}

/// The patient of each stay. The table has no quoted cells.
fn patients(path: &Path) -> Result<HashMap<String, String>> {
    let text = fs_err::read_to_string(path)?;
    let rows = text.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
    });
    Ok(rows.collect())
}

/// People of each class of a release that kept the stays' numbers, which stand first.
fn people_of_classes(out: &Path, patients: &HashMap<String, String>) -> Result<Vec<usize>> {
    let text = fs_err::read_to_string(out)?;
    let mut classes: HashMap<&str, HashSet<&str>> = HashMap::new();
    for line in text.lines().skip(1) {
        let (stay, class) = line.split_once(',').context("a row")?;
        let patient = patients.get(stay).context("a stay that is none")?;
        classes.entry(class).or_default().insert(patient);
    }
    Ok(classes.values().map(HashSet::len).collect())
}
