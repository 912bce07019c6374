//! Options every command has, and the session they make.

use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anonymed_core::{Actor, CancelToken, Clock, KeyRing, Progress, Sensitive};
use anonymed_engine::vault::{KeyFile, Protection, SealedKeyRing, Sealing};
use anonymed_engine::{KeyOrigin, Project, Session};
use clap::Args;
use jiff::Timestamp;

use crate::failure::Failure;
use crate::{bars, console};

/// Options every command has.
#[derive(Args)]
pub(crate) struct Common {
    /// One JSON document on stdout instead of words.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say nothing that is not asked for.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Threads to work with [default: all cores].
    #[arg(long, global = true, value_name = "N")]
    threads: Option<usize>,
    /// File whose first line is the key file's passphrase.
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Four for each core, and so many that a small machine can be told to act as a larger one.
fn most_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cores.saturating_mul(4).clamp(16, 256)
}

/// Longest passphrase file: 64 KiB.
const PASSPHRASE_MOST: u64 = 64 << 10;

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes in")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Common {
    /// Makes the threads that work, and takes the signal of a file size limit. There are no more threads
    /// than help, whatever was asked for, since each of them holds memory.
    ///
    /// # Errors
    ///
    /// Where the number cannot be had, or the signal cannot be taken.
    pub(crate) fn prepare(&self) -> Result<(), Failure> {
        // The limit is then an error of the write that met it, and ends no command by itself.
        signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default())
            .map_err(|e| Failure::Io("signals cannot be taken", e))?;
        // Work waits for work on the same stack.
        const STACK: usize = 16 << 20;
        let mut pool = rayon::ThreadPoolBuilder::new().stack_size(STACK);
        if let Some(threads) = self.threads {
            if threads == 0 {
                return Err(Failure::Usage("--threads is 1 or more".into()));
            }
            let most = most_threads();
            if threads > most {
                self.say(&format!(
                    "--threads {threads}: more than {most} do not help here; {most} work"
                ));
            }
            pool = pool.num_threads(threads.min(most));
        }
        pool.build_global().map_err(|e| Failure::Usage(format!("--threads: {e}")))?;
        Ok(())
    }

    /// Says something unless told to be quiet.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            console::say(text);
        }
    }

    /// Bars where they help.
    pub(crate) fn progress(&self) -> Box<dyn Progress> {
        bars::progress(self.quiet)
    }

    /// Opens a key file; where it does not exist, `init` and `deidentify` make it and say so.
    ///
    /// # Errors
    ///
    /// The key file's.
    pub(crate) fn open_or_make_key(&self, path: &Path) -> Result<Session, Failure> {
        if path.exists() {
            return self.session(path);
        }
        let passphrase = self.passphrase()?;
        let protection = match &passphrase {
            Some(passphrase) => Protection::Passphrase(passphrase),
            None => Protection::Plain0600,
        };
        let ring = KeyFile::create(path, protection)?;
        let public = path.with_extension("pub");
        ring.public_key().write(&public)?;
        self.say(&format!(
            "made key {} in {} (mode 0600, {}); without it nothing can be re-linked or opened: keep a copy apart\n\
             its public key for `release verify --public-key` is {}",
            ring.key_id(),
            path.display(),
            if passphrase.is_some() { "sealed by the passphrase" } else { "not sealed by a passphrase" },
            public.display(),
        ));
        Ok(session_of(ring, KeyOrigin::Made))
    }

    /// Opens a key file.
    ///
    /// # Errors
    ///
    /// The key file's.
    pub(crate) fn session(&self, key_file: &Path) -> Result<Session, Failure> {
        let passphrase = match KeyFile::sealing(key_file)? {
            Sealing::Passphrase => self.passphrase()?,
            Sealing::Plain => {
                if self.passphrase_file.is_some() {
                    self.say(
                        "the key file is not sealed by a passphrase, so --passphrase-file is not used: who can \
                         read the key file can use it",
                    );
                }
                None
            }
        };
        Ok(session_of(KeyFile::open(key_file, passphrase.as_ref())?, KeyOrigin::Opened))
    }

    fn passphrase(&self) -> Result<Option<Sensitive<String>>, Failure> {
        let Some(path) = &self.passphrase_file else { return Ok(None) };
        let shared = fs_err::metadata(path).is_ok_and(|m| m.is_file() && m.mode() & 0o077 != 0);
        if shared {
            return Err(Failure::Usage(
                "others may read the passphrase file; run `chmod 600` on it".into(),
            ));
        }
        let mut text = Sensitive::new(String::new());
        let read = fs_err::File::open(path)
            .and_then(|file| file.take(PASSPHRASE_MOST + 1).read_to_string(text.expose_mut()));
        if read.map_err(|e| Failure::Io("the passphrase file cannot be read", e))? as u64
            > PASSPHRASE_MOST
        {
            return Err(Failure::Usage(
                "the passphrase file is longer than the limit of 64 KiB; only its first line is used"
                    .into(),
            ));
        }
        let line = text.expose().lines().next().unwrap_or_default().to_owned();
        Ok(Some(Sensitive::new(line)))
    }

    /// Opens the project of a folder, the current one by default.
    ///
    /// # Errors
    ///
    /// Where there is none, or its key cannot be opened.
    pub(crate) fn project(&self, place: &ProjectPlace) -> Result<Project, Failure> {
        let root = place.project.clone().unwrap_or_else(|| PathBuf::from("."));
        let settings = Project::settings(&root)?;
        let key_file = place.key_file.clone().unwrap_or(settings.key_file);
        Ok(Project::open(&root, self.session(&key_file)?)?)
    }
}

fn session_of(ring: SealedKeyRing, key: KeyOrigin) -> Session {
    Session { keys: Arc::new(ring), actor: actor(), clock: Arc::new(SystemClock), key }
}

/// Who works here: `ANONYMED_ACTOR`, or the system's user name.
fn actor() -> Actor {
    let name = ["ANONYMED_ACTOR", "USER", "LOGNAME"]
        .iter()
        .find_map(|variable| std::env::var(variable).ok().filter(|v| !v.trim().is_empty()))
        .unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw()));
    Actor(name)
}

/// Which project.
#[derive(Args)]
pub(crate) struct ProjectPlace {
    /// The project folder [default: the current one].
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// The key file, where it has moved since `init`.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// A token that Ctrl-C and a polite kill cancel: the job stops at its next safe point, and goes on from there
/// in another call.
///
/// # Errors
///
/// Where the signal cannot be taken.
pub(crate) fn cancel_on_signals() -> Result<CancelToken, Failure> {
    cancel_saying("stopping at the next safe point; run the same command to resume")
}

/// The same for work that keeps nothing until it is done.
///
/// # Errors
///
/// Where the signal cannot be taken.
pub(crate) fn abandon_on_signals() -> Result<CancelToken, Failure> {
    cancel_saying("stopping; nothing is written")
}

fn cancel_saying(what: &'static str) -> Result<CancelToken, Failure> {
    let token = CancelToken::default();
    let mut signals = signal_hook::iterator::Signals::new([
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
    ])
    .map_err(|e| Failure::Io("signals cannot be taken", e))?;
    let cancel = token.clone();
    std::thread::spawn(move || {
        for _ in signals.forever() {
            console::say(what);
            cancel.cancel();
        }
    });
    Ok(token)
}
