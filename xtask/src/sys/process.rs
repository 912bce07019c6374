//! Starts programs: shown and checked, captured, passed on and kept, killed, or measured.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// How a program ended and what it said.
pub(crate) struct Output {
    /// Exit code; -1 where a signal ended it.
    pub(crate) code: i32,
    /// Its data.
    pub(crate) stdout: String,
    /// Its narration.
    pub(crate) stderr: String,
}

/// What a program cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Exit code; -1 where a signal ended it.
    pub(crate) code: i32,
    /// Seconds by the clock.
    pub(crate) wall: f64,
    /// Seconds of CPU, user and system; `None` without a `/proc`.
    pub(crate) cpu: Option<f64>,
    /// Highest resident set in bytes; `None` without a `/proc`.
    pub(crate) peak_rss: Option<u64>,
}

/// The command line as a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line =
        program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// Runs with the terminal's own streams; anything but exit 0 is an error.
pub(crate) fn check(command: &mut Command) -> Result<()> {
    let code = status(command)?;
    if code != 0 {
        bail!("`{}` ended with exit code {code}", line(command));
    }
    Ok(())
}

/// Runs with the terminal's own streams and gives the exit code.
pub(crate) fn status(command: &mut Command) -> Result<i32> {
    eprintln!("$ {}", line(command));
    let status = command.status().with_context(|| format!("`{}` did not start", line(command)))?;
    Ok(status.code().unwrap_or(-1))
}

/// Runs silently and gives everything back.
pub(crate) fn capture(command: &mut Command) -> Result<Output> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{}` did not start", line(command)))?;
    Ok(Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// As [`capture`], but an exit code that is not among `allowed` is an error with the last lines of
/// the narration.
pub(crate) fn expect(command: &mut Command, allowed: &[i32]) -> Result<Output> {
    let output = capture(command)?;
    if !allowed.contains(&output.code) {
        let tail: Vec<&str> = output.stderr.lines().rev().take(12).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        bail!(
            "`{}` ended with exit code {} (wanted {allowed:?}):\n{}",
            line(command),
            output.code,
            tail.join("\n")
        );
    }
    Ok(output)
}

/// What becomes of a line that a program prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// It goes to the log alone.
    Hide,
    /// It is passed on.
    Show,
    /// It is passed on, and given back at the end.
    Keep,
}

/// Runs, writes both streams to `log` line by line, passes on what `sort` says, and gives back the
/// exit code and the kept lines.
pub(crate) fn tee(
    command: &mut Command,
    log: &Path,
    sort: &mut dyn FnMut(&str) -> Line,
) -> Result<(i32, Vec<String>)> {
    eprintln!("$ {}", line(command));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` did not start", line(command)))?;
    let out = child.stdout.take().context("stdout is piped")?;
    let err = child.stderr.take().context("stderr is piped")?;
    let (sender, receiver) = std::sync::mpsc::channel::<String>();
    let readers = [spawn_reader(out, sender.clone()), spawn_reader(err, sender)];
    let log = fs_err::File::options().create(true).append(true).open(log)?;
    let mut log = std::io::BufWriter::new(log);
    let mut kept = Vec::new();
    for text in receiver {
        writeln!(log, "{text}")?;
        let sorted = sort(&text);
        if sorted != Line::Hide {
            eprintln!("{text}");
        }
        if sorted == Line::Keep {
            kept.push(text);
        }
    }
    log.flush()?;
    for reader in readers {
        let _ = reader.join();
    }
    Ok((child.wait()?.code().unwrap_or(-1), kept))
}

fn spawn_reader(
    stream: impl Read + Send + 'static,
    sender: std::sync::mpsc::Sender<String>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            bytes.clear();
            if sender.send(text).is_err() {
                break;
            }
        }
    })
}

/// Starts a program and sends it SIGKILL after a delay. Gives its exit code where it ended by
/// itself before that.
pub(crate) fn kill_after(
    command: &mut Command,
    delay: Duration,
    log: &Path,
) -> Result<Option<i32>> {
    let mut child = logged(command, log)?;
    let start = Instant::now();
    while start.elapsed() < delay {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.code().unwrap_or(-1)));
        }
        thread::sleep(Duration::from_millis(1).min(delay.saturating_sub(start.elapsed())));
    }
    child.kill()?;
    Ok(child.wait()?.code())
}

/// Runs with both streams going to `log` and says what it cost.
pub(crate) fn measure(command: &mut Command, log: &Path) -> Result<Usage> {
    let start = Instant::now();
    let mut child = logged(command, log)?;
    let (mut cpu, mut peak_rss) = (None, None);
    while !ended(&mut child)? {
        if let Some(high) = high_water(child.id()) {
            peak_rss = Some(high.max(peak_rss.unwrap_or(0)));
        }
        cpu = cpu_seconds(child.id()).or(cpu);
        thread::sleep(Duration::from_millis(5));
    }
    // Not yet waited for, the process still tells its times.
    cpu = cpu_seconds(child.id()).or(cpu);
    let wall = start.elapsed().as_secs_f64();
    Ok(Usage { code: child.wait()?.code().unwrap_or(-1), wall, cpu, peak_rss })
}

fn logged(command: &mut Command, log: &Path) -> Result<Child> {
    let log = fs_err::File::options().create(true).append(true).open(log)?.into_parts().0;
    let twin = log.try_clone()?;
    command
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(twin)
        .spawn()
        .with_context(|| format!("`{}` did not start", line(command)))
}

/// Whether the process has ended; on Linux without taking its status, so that its times stay
/// readable.
fn ended(child: &mut Child) -> Result<bool> {
    match fs_err::read_to_string(format!("/proc/{}/stat", child.id())) {
        Ok(stat) => Ok(after_name(&stat).next() == Some("Z")),
        Err(_) => Ok(child.try_wait()?.is_some()),
    }
}

fn high_water(process: u32) -> Option<u64> {
    let status = fs_err::read_to_string(format!("/proc/{process}/status")).ok()?;
    parse_high_water(&status)
}

fn parse_high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn cpu_seconds(process: u32) -> Option<f64> {
    let stat = fs_err::read_to_string(format!("/proc/{process}/stat")).ok()?;
    parse_cpu_seconds(&stat)
}

fn parse_cpu_seconds(stat: &str) -> Option<f64> {
    /// `sysconf(_SC_CLK_TCK)`: 100 on every Linux that `proc(5)` speaks of.
    const TICKS: f64 = 100.0;
    // After the name: state is field 3, utime field 14, stime field 15.
    let mut fields = after_name(stat).skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

/// The fields of `/proc/PID/stat` after the program's name, which may itself hold spaces.
fn after_name(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_files_are_read() {
        let status = "Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t    2048 kB\n";
        assert_eq!(parse_high_water(status), Some(2 << 20));
        assert_eq!(parse_high_water("Name:\tx\n"), None);
        let stat = "7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0";
        assert_eq!(parse_cpu_seconds(stat), Some(2.0));
        assert_eq!(after_name(stat).next(), Some("S"));
        assert_eq!(parse_cpu_seconds("7 (x) S 1"), None);
    }

    #[test]
    fn exit_codes_come_through() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        assert_eq!(capture(&mut shell("exit 6")).unwrap().code, 6);
        assert!(expect(&mut shell("exit 6"), &[0, 6]).is_ok());
        let refused = expect(&mut shell("echo why >&2; exit 5"), &[0]).err().unwrap().to_string();
        assert!(refused.contains("exit code 5") && refused.contains("why"), "{refused}");
    }
}
