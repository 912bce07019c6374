//! `anonymed table report` and `table anonymize --report`: a page without a small count or a rare value.

use crate::{Bench, code, stderr};

const CONFIG: &str =
    "subject = \"mrn\"\n[columns]\nage = \"quasi\"\nward = \"quasi\"\n[[model]]\nk = 3\n";

fn bench() -> Bench {
    let bench = Bench::new();
    let row = |n: u32| {
        let ward = if n < 3 { "Quixotics" } else { ["north", "<b>south</b>"][n as usize % 2] };
        format!("Zorn-{n},{},{ward}\n", 30 + n % 40)
    };
    let rows: String = (0..90).map(row).collect();
    bench.write("raw.csv", format!("mrn,age,ward\n{rows}"));
    bench.write("table.toml", CONFIG);
    bench
}

fn page(bench: &Bench, words: &[&str]) -> String {
    let done = bench.run(&[words, &["--config", "table.toml"]].concat());
    assert_eq!(code(&done), 0, "{words:?}: {}", stderr(&done));
    fs_err::read_to_string(bench.path("page.html")).expect("a page")
}

#[test]
fn a_page_is_written_with_a_release_and_of_one() {
    let bench = bench();
    let made = ["table", "anonymize", "raw.csv", "--out", "out.csv", "--report", "page.html"];
    let first = page(&bench, &made);
    let later = page(&bench, &["table", "report", "raw.csv", "out.csv", "--out", "page.html"]);
    for html in [&first, &later] {
        assert!(html.contains("The privacy model that was asked for holds."));
        assert!(html.contains("&lt;b&gt;south") && !html.contains("<b>south"));
        assert!(!html.contains("Zorn") && !html.contains(">Quixotics<"));
        assert!(!html.contains("<script") && !html.contains("http:"));
    }
    assert!(later.contains("People are told apart by the subject column"));
}

#[test]
fn a_page_takes_no_tables_place() {
    let bench = bench();
    let made = ["table", "anonymize", "raw.csv", "--out", "out.csv", "--report", "raw.csv"];
    let done = bench.run(&[made.as_slice(), &["--config", "table.toml"]].concat());
    assert_eq!(code(&done), 2, "{}", stderr(&done));
    assert!(stderr(&done).contains("the page is named *.html"));
    assert!(!bench.path("out.csv").exists());
    assert!(fs_err::read_to_string(bench.path("raw.csv")).is_ok_and(|raw| raw.starts_with("mrn")));
}

#[test]
fn the_page_of_a_sample_says_what_it_is_beside() {
    let bench = bench();
    const WORDS: &str = "The release is of a sample, and what came is the whole table";
    let made = ["table", "anonymize", "raw.csv", "--out", "out.csv", "--report", "page.html"];
    let later = ["table", "report", "raw.csv", "out.csv", "--out", "page.html"];
    assert!(!page(&bench, &made).contains(WORDS));
    fs_err::remove_file(bench.path("out.csv")).expect("an output");
    bench.write(
        "table.toml",
        format!("{CONFIG}[sample]\nshare = 0.5\nseed = \"a text that nobody guesses\"\n"),
    );
    assert!(page(&bench, &made).contains(WORDS));
    let counted = page(&bench, &later);
    assert!(counted.contains(WORDS) && !counted.contains("Certainty penalty of the cells"));
}
