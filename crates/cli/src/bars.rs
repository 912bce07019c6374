//! Progress on a terminal: one bar a stage; nothing where stderr is no terminal.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::Mutex;

use anonymed_core::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Bars by stage; several may run at a time.
#[derive(Default)]
pub(crate) struct Bars {
    lines: MultiProgress,
    bars: Mutex<BTreeMap<String, ProgressBar>>,
}

/// The progress for this call: bars on a terminal unless told to be quiet.
pub(crate) fn progress(quiet: bool) -> Box<dyn Progress> {
    if quiet || !std::io::stderr().is_terminal() { Box::new(()) } else { Box::new(Bars::default()) }
}

impl Progress for Bars {
    fn begin(&self, stage: &str, total: u64, unit: &str) {
        let template = if unit == "B" {
            "{prefix:>10} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}"
        } else {
            "{prefix:>10} {bar:30} {pos}/{len} {eta}"
        };
        let bar = self.lines.add(ProgressBar::new(total).with_prefix(stage.to_owned()));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if let Ok(mut bars) = self.bars.lock() {
            bars.insert(stage.to_owned(), bar);
        }
    }

    fn advance(&self, stage: &str, units: u64) {
        if let Ok(bars) = self.bars.lock()
            && let Some(bar) = bars.get(stage)
        {
            bar.inc(units);
        }
    }

    fn end(&self, stage: &str) {
        if let Ok(mut bars) = self.bars.lock()
            && let Some(bar) = bars.remove(stage)
        {
            bar.finish();
        }
    }
}
