//! A million random combinations of eight columns, Mondrian at k = 5: time of building and solving,
//! memory of the table, peak of the process.
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a benchmark prints times"
)]

use std::time::Instant;

use anonymed_anonymize::search::Mondrian;
use anonymed_anonymize::{AnonymizeError, FrequencyBuilder, KAnonymity, Problem, QuasiColumn};

const COMBINATIONS: u32 = 1_000_000;
const DOMAINS: [u32; 8] = [100, 2, 5, 7, 40, 16, 1_000, 365];

fn main() -> Result<(), AnonymizeError> {
    let columns = DOMAINS
        .iter()
        .enumerate()
        .map(|(n, domain)| {
            let values = (0..*domain).map(|v| Some(v.to_string())).collect();
            if *domain > 50 {
                QuasiColumn::numeric(&format!("number-{n}"), values)
            } else {
                QuasiColumn::categorical(&format!("name-{n}"), values)
            }
        })
        .collect::<Result<_, _>>()?;
    let mut builder = FrequencyBuilder::new(columns, vec![], 20)?;
    let start = Instant::now();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for subject in 0..COMBINATIONS {
        let codes = DOMAINS.map(|domain| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // The smaller of two draws: skewed, as real columns are.
            let (a, b) = ((state >> 40) as u32 % domain, (state >> 16) as u32 % domain);
            a.min(b)
        });
        builder.add(&codes, 1, &[subject], &[])?;
    }
    let table = builder.finish();
    println!(
        "built {} combinations x {} columns in {:.2} s, {} MB held, peak {} MB",
        table.combinations(),
        DOMAINS.len(),
        start.elapsed().as_secs_f64(),
        table.bytes() / 1_000_000,
        peak_mb(),
    );
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let Ok(pool) = pool else { continue };
        let start = Instant::now();
        let problem = Problem::new(&table, vec![Box::new(KAnonymity::new(5))]);
        let solution = pool.install(|| problem.solve(&Mondrian))?;
        println!(
            "mondrian k=5, {threads} thread(s): {:.2} s, {} classes, GCP {:.4}, peak {} MB",
            start.elapsed().as_secs_f64(),
            solution.classes,
            solution.gcp,
            peak_mb(),
        );
    }
    Ok(())
}

fn peak_mb() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}
