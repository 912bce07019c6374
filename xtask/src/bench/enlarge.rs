//! Tables to measure with: a public one enlarged, and generated ones of any size. Equal seeds give equal
//! bytes.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::sys::rng::SplitMix64;

/// Writes a table so many times: rows drawn with replacement, and each cell in ten drawn anew from its
/// column.
pub(super) fn bootstrap(from: &Path, to: &Path, copies: u32) -> Result<u64> {
    let text = fs_err::read_to_string(from)?;
    let mut lines = text.lines();
    let header = lines.next().context("the table is empty")?;
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(';').collect()).collect();
    let mut out = BufWriter::with_capacity(1 << 20, fs_err::File::create(to)?);
    writeln!(out, "{header}")?;
    let mut rng = SplitMix64::new(5);
    let any = |rng: &mut SplitMix64| &rows[(rng.next() % rows.len() as u64) as usize];
    let all = rows.len() as u64 * u64::from(copies);
    for _ in 0..all {
        let row = any(&mut rng);
        for (column, cell) in row.iter().enumerate() {
            if column > 0 {
                out.write_all(b";")?;
            }
            let drawn = rng.next().is_multiple_of(10);
            let cell = if drawn { any(&mut rng)[column] } else { cell };
            out.write_all(cell.as_bytes())?;
        }
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(all)
}

/// How a generated column is filled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Generated {
    /// How many different values it has, as numbers from 0.
    pub(super) values: u64,
    /// How many draws are multiplied, so that low values are more common.
    pub(super) skew: u32,
}

/// Columns of six kinds in turn, as a patient table has them.
pub(super) fn columns(count: usize) -> Vec<Generated> {
    const KINDS: [(u64, u32); 6] = [(90, 1), (2, 1), (850, 2), (6, 3), (12, 1), (300, 3)];
    (0..count)
        .map(|n| KINDS[n % KINDS.len()])
        .map(|(values, skew)| Generated { values, skew })
        .collect()
}

/// Writes a table of generated columns `c0`, `c1`, …
pub(super) fn generate(to: &Path, rows: u64, columns: &[Generated]) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, fs_err::File::create(to)?);
    let names: Vec<String> = (0..columns.len()).map(|n| format!("c{n}")).collect();
    writeln!(out, "{}", names.join(","))?;
    let mut rng = SplitMix64::new(7);
    let mut line = Vec::new();
    for _ in 0..rows {
        line.clear();
        for column in columns {
            let mut share = 1.0;
            for _ in 0..column.skew {
                share *= rng.fraction();
            }
            write!(line, "{},", (share * column.values as f64) as u64)?;
        }
        line.pop();
        line.push(b'\n');
        out.write_all(&line)?;
    }
    out.flush()?;
    Ok(())
}
