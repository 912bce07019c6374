//! Ten million rows of two million subjects in a million classes: rows per second and memory of the
//! class index with one sensitive column, and of the joint signatures.
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a benchmark prints times"
)]

use std::time::Instant;

use anonymed_assess::{AssessError, ClassIndex, Multiplicity, Shape, SignatureIndex};

const ROWS: u64 = 10_000_000;

fn main() -> Result<(), AssessError> {
    let cells = |row: u64| {
        let n = row.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let class = n % 1_000_000;
        let (a, b) = (class / 1000, class % 1000);
        [a.to_string(), b.to_string(), (row % 2_000_000).to_string(), (n % 7).to_string()]
    };
    let start = Instant::now();
    let mut classes = ClassIndex::new(Shape::with_subject(3, 1));
    for row in 0..ROWS {
        let [a, b, subject, dx] = cells(row);
        classes.add(&[Some(&a), Some(&b), Some("F")], Some(&subject), &[Some(&dx)])?;
    }
    let report = classes.report(5);
    println!(
        "{} classes, {} subjects: {:.2} M rows/s, peak {} MB",
        report.classes,
        report.subjects,
        ROWS as f64 / 1e6 / start.elapsed().as_secs_f64(),
        peak_mb()
    );
    drop(classes);
    let start = Instant::now();
    let mut joint = SignatureIndex::new(Multiplicity::Counted);
    for row in 0..ROWS {
        let [a, b, subject, _] = cells(row);
        joint.add(Some(&subject), 0, &[Some(&a), Some(&b), Some("F")])?;
    }
    let report = joint.report(5);
    println!(
        "{} signatures: {:.2} M rows/s, peak {} MB",
        report.signatures,
        ROWS as f64 / 1e6 / start.elapsed().as_secs_f64(),
        peak_mb()
    );
    Ok(())
}

fn peak_mb() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}
