//! `anonymed table report`: one page about a released table.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anonymed_engine::table_input::TableInput;
use anonymed_engine::table_report::{
    Drawing, MIN_CELL, PageRequest, THRESHOLD, page, writable, write,
};

use super::common::{Common, abandon_on_signals};
use crate::console;
use crate::failure::Failure;

/// The tables, and where the page goes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The table as it came: CSV, TSV, xlsx or Parquet, known by its content.
    raw: PathBuf,
    /// The table as released: *.csv or *.parquet.
    released: PathBuf,
    /// Columns and models; hierarchy files lie beside it.
    #[arg(long, value_name = "TABLE.toml")]
    config: PathBuf,
    /// Where the page goes: *.html. One that is there is replaced.
    #[arg(long, value_name = "PAGE.html")]
    out: PathBuf,
    /// The sheet of a raw workbook that has several.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    #[command(flatten)]
    drawn: Drawn,
}

/// How a page is drawn.
#[derive(clap::Args)]
pub(crate) struct Drawn {
    /// On the page: hide counts of people below this.
    #[arg(long, value_name = "N", default_value_t = MIN_CELL)]
    min_cell: u64,
    /// On the page: a person is at risk above this risk.
    #[arg(long, value_name = "RISK", default_value_t = THRESHOLD)]
    threshold: f64,
    /// On the page: the curve of risk against detail, too. It solves the raw table for k from 2 to 50.
    #[arg(long)]
    curve: bool,
}

impl Drawn {
    /// Whether anything but the usual is asked for.
    pub(crate) fn is_asked(&self) -> bool {
        self.curve || self.min_cell != MIN_CELL || self.threshold.to_bits() != THRESHOLD.to_bits()
    }

    pub(crate) fn drawing(&self) -> Drawing {
        Drawing { min_cell: self.min_cell, threshold: self.threshold, curve: self.curve }
    }
}

#[derive(serde::Serialize)]
struct Written<'a> {
    page: &'a Path,
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    writable(&args.out)?;
    let request = PageRequest {
        raw: TableInput { path: &args.raw, sheet: args.sheet.as_deref() },
        released: &args.released,
        config: &args.config,
        drawing: args.drawn.drawing(),
    };
    let html = page(request, &abandon_on_signals()?)?;
    write(&args.out, &html)?;
    if common.json {
        console::print_json(&Written { page: &args.out })?;
    } else {
        common.say("the page is written");
    }
    Ok(ExitCode::SUCCESS)
}
