//! A project: a folder with `anonymed.toml` and a state folder that never leaves it.
//!
//! The state (0700) holds the sealed inventory and subject graph, the plan, the staging area, the
//! quarantined originals, the evidence and the audit log. Nothing in it but the policy and the
//! plan can be read without the key.

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anonymed_core::{
    Actor, AuditEvent, AuditSink, Clock, KeyRing, Policy, PolicyError, Purpose, Sensitive,
};
use anonymed_vault::{AuditChain, AuditOptions, OpenReader, SealWriter, SealedKeyRing};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{EngineError, bounded};

/// The policy's file name.
pub const POLICY: &str = "anonymed.toml";

/// Longest policy that is read: 1 MiB, some ten thousand columns.
const POLICY_MOST: u64 = 1 << 20;

/// What an event says where no purpose is given.
const UNSTATED: &str = "not stated";

/// What a project needs to know to be opened again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settings {
    /// Version of this file.
    pub schema: u32,
    /// The input folder.
    pub input: PathBuf,
    /// The key file.
    pub key_file: PathBuf,
    /// The public name of the key.
    pub key_id: String,
}

/// Who works on a project, with what.
#[derive(Clone)]
pub struct Session {
    /// The opened key ring.
    pub keys: Arc<SealedKeyRing>,
    /// Who.
    pub actor: Actor,
    /// Gives the time to the audit log and the attestation.
    pub clock: Arc<dyn Clock>,
    /// Whether the key was made for this project just now.
    pub key: KeyOrigin,
}

/// Where a session's key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOrigin {
    /// The key file was there.
    Opened,
    /// The key file was made in this session, which goes on the log.
    Made,
}

/// An open project.
pub struct Project {
    root: PathBuf,
    /// What it was made with.
    pub settings: Settings,
    session: Session,
    audit: AuditChain,
}

/// Makes a folder that others cannot look into.
pub(crate) fn private_dir(path: &Path) -> Result<(), EngineError> {
    use std::os::unix::fs::DirBuilderExt;
    if path.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(EngineError::io("the project folder", "made"))
}

/// Writes a file whole or not at all: temporary file, fsync, rename, fsync of the folder.
pub(crate) fn write_atomic(
    path: &Path,
    bytes: &[u8],
    what: &'static str,
) -> Result<(), EngineError> {
    use std::io::Write;
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut temporary =
        tempfile::NamedTempFile::new_in(dir).map_err(EngineError::io(what, "written"))?;
    temporary.write_all(bytes).map_err(EngineError::io(what, "written"))?;
    temporary.as_file().sync_all().map_err(EngineError::io(what, "written"))?;
    temporary.persist(path).map_err(|e| EngineError::io(what, "written")(e.error))?;
    sync_dir(dir, what)
}

/// Refuses what would be written into the input folder and so read as input the next time.
pub(crate) fn outside(input: &Path, path: &Path) -> Result<(), EngineError> {
    let what = "the output folder";
    let path = std::path::absolute(path).map_err(EngineError::io(what, "made"))?;
    // What is not there yet has a real place only as far as its folders are.
    let real = path.ancestors().find_map(|folder| fs_err::canonicalize(folder).ok());
    if real.is_some_and(|real| real.starts_with(input)) {
        return Err(EngineError::Usage(
            "project and release may not lie inside the input folder, where they would be read as \
             input; choose a place outside of it"
                .into(),
        ));
    }
    Ok(())
}

/// Reads the text of a policy.
///
/// # Errors
///
/// Where it cannot be read, is no text, or is longer than 1 MiB.
pub fn read_policy(path: &Path) -> Result<String, EngineError> {
    use std::io::ErrorKind;
    let unusable = |reason: &str| {
        let (key, reason) = ("the file".to_owned(), reason.to_owned());
        EngineError::Policy(PolicyError { key, reason, span: None })
    };
    bounded::read_text(path, POLICY_MOST).map_err(|e| match e.kind() {
        ErrorKind::FileTooLarge => unusable(
            "is longer than the limit of 1 MiB for a policy; use globs in `files`, or make several \
             projects",
        ),
        ErrorKind::InvalidData => unusable("is not UTF-8 text"),
        _ => EngineError::io("the policy", "read")(e),
    })
}

pub(crate) fn sync_dir(dir: &Path, what: &'static str) -> Result<(), EngineError> {
    fs_err::File::open(dir).and_then(|d| d.sync_all()).map_err(EngineError::io(what, "written"))
}

impl Project {
    /// Says whether a project can be made, before anything is; gives the input folder's real place.
    ///
    /// # Errors
    ///
    /// As [`Project::create`].
    pub fn may_create(root: &Path, input: &Path) -> Result<PathBuf, EngineError> {
        let input =
            fs_err::canonicalize(input).map_err(EngineError::io("the input folder", "read"))?;
        if !input.is_dir() {
            return Err(EngineError::Usage("the input is not a folder".into()));
        }
        if root.join("state").join("project.json").exists() {
            return Err(EngineError::Usage(
                "this folder holds a project already; choose another or work in it".into(),
            ));
        }
        outside(&input, root)?;
        Ok(input)
    }

    /// Makes a project folder for an input folder and an opened key ring; the purpose is for the log.
    ///
    /// # Errors
    ///
    /// Where the folder holds a project already, lies inside the input, or cannot be written.
    pub fn create(
        root: &Path,
        input: &Path,
        key_file: &Path,
        purpose: &str,
        session: Session,
    ) -> Result<Self, EngineError> {
        let input = Self::may_create(root, input)?;
        private_dir(root)?;
        let root =
            fs_err::canonicalize(root).map_err(EngineError::io("the project folder", "read"))?;
        private_dir(&root.join("state"))?;
        let key_file =
            fs_err::canonicalize(key_file).map_err(EngineError::io("the key file", "read"))?;
        let settings = Settings { schema: 1, input, key_file, key_id: session.keys.key_id().0 };
        let json = serde_json::to_vec_pretty(&settings)
            .map_err(|e| EngineError::Internal(e.to_string()))?;
        write_atomic(&root.join("state/project.json"), &json, "the project's settings")?;
        let project = Self::with(root, settings, session)?;
        if project.session.key == KeyOrigin::Made {
            project.record(&project.event("keys.create", purpose))?;
        }
        project.record(&project.event("project.init", purpose))?;
        Ok(project)
    }

    /// Reads the settings of a project without opening it.
    ///
    /// # Errors
    ///
    /// Where the folder holds no project.
    pub fn settings(root: &Path) -> Result<Settings, EngineError> {
        let bytes = fs_err::read(root.join("state/project.json")).map_err(|_| {
            EngineError::Order { missing: "project in this folder", command: "init" }
        })?;
        let settings: Settings = serde_json::from_slice(&bytes)
            .map_err(|_| EngineError::Integrity("the project's settings cannot be read".into()))?;
        Ok(settings)
    }

    /// Opens a project.
    ///
    /// # Errors
    ///
    /// Where the folder holds no project or the key is not the one it was made with.
    pub fn open(root: &Path, session: Session) -> Result<Self, EngineError> {
        let settings = Self::settings(root)?;
        if settings.key_id != session.keys.key_id().0 {
            return Err(EngineError::Denied(
                "the key file is not the one this project was made with".into(),
            ));
        }
        let root =
            fs_err::canonicalize(root).map_err(EngineError::io("the project folder", "read"))?;
        // A project begins with an event: without a log, it was taken away.
        let begun = root.join("state/inventory.sealed").exists();
        if begun && !root.join("state/audit/audit.jsonl").exists() {
            return Err(EngineError::Integrity(
                "the project's audit log is gone; put it back before any other step".into(),
            ));
        }
        Self::with(root, settings, session)
    }

    fn with(root: PathBuf, settings: Settings, session: Session) -> Result<Self, EngineError> {
        private_dir(&root.join("state/audit"))?;
        let audit = AuditChain::open(
            &root.join("state/audit"),
            session.keys.signer().clone(),
            Arc::clone(&session.clock),
            AuditOptions::default(),
        )?;
        Ok(Self { root, settings, session, audit })
    }

    /// The project folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in the state folder.
    pub fn state(&self, name: &str) -> PathBuf {
        self.root.join("state").join(name)
    }

    /// The key ring.
    pub fn keys(&self) -> &SealedKeyRing {
        &self.session.keys
    }

    /// Who works here, with what.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The audit log.
    pub fn audit(&self) -> &AuditChain {
        &self.audit
    }

    /// Appends an event: the step may go on only after this returns.
    ///
    /// # Errors
    ///
    /// Where the event is not on the log.
    pub fn record(&self, event: &AuditEvent) -> Result<(), EngineError> {
        self.audit.append(event)?;
        Ok(())
    }

    /// Appends events together, with one wait for the disk.
    ///
    /// # Errors
    ///
    /// Where they are not on the log.
    pub fn record_all(
        &self,
        events: impl IntoIterator<Item = AuditEvent>,
    ) -> Result<(), EngineError> {
        let events: Vec<AuditEvent> = events.into_iter().collect();
        self.audit.append_batch(&events)?;
        Ok(())
    }

    /// Signs the audit log's state and returns the note.
    ///
    /// # Errors
    ///
    /// Where the checkpoint cannot be written.
    pub fn checkpoint(&self) -> Result<String, EngineError> {
        Ok(self.audit.checkpoint()?.to_string())
    }

    /// Why the policy says the data are released; empty where there is no policy that can be read.
    pub fn purpose(&self) -> String {
        self.policy().map(|policy| policy.purpose).unwrap_or_default()
    }

    /// An event of this project's actor, with a purpose that is held to its length where it comes in.
    pub fn event(&self, action: &str, purpose: &str) -> AuditEvent {
        let purpose = if purpose.trim().is_empty() { UNSTATED } else { purpose };
        let line: String = purpose.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        AuditEvent::new(action, &self.session.actor, &Purpose(line))
    }

    /// Reads the policy text.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn policy_text(&self) -> Result<String, EngineError> {
        let path = self.root.join(POLICY);
        if !path.exists() {
            return Err(EngineError::Order { missing: "anonymed.toml", command: "init" });
        }
        read_policy(&path)
    }

    /// Reads the policy.
    ///
    /// # Errors
    ///
    /// Where there is none or it cannot be used.
    pub fn policy(&self) -> Result<Policy, EngineError> {
        Ok(Policy::parse(&self.policy_text()?)?)
    }

    /// Seals bytes into the state folder.
    ///
    /// # Errors
    ///
    /// Where they cannot be written.
    pub fn seal(&self, name: &str, bytes: &[u8]) -> Result<(), EngineError> {
        let sealed = anonymed_vault::seal(self.keys(), name, bytes)?;
        write_atomic(&self.state(name), &sealed, "sealed state")
    }

    /// Opens what [`Project::seal`] wrote; `None` where it does not exist.
    ///
    /// # Errors
    ///
    /// Where it was changed or sealed with another key.
    pub fn open_sealed(&self, name: &str) -> Result<Option<Sensitive<Vec<u8>>>, EngineError> {
        let path = self.state(name);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = fs_err::read(path).map_err(EngineError::io("sealed state", "read"))?;
        Ok(Some(Sensitive::new(anonymed_vault::open(self.keys(), name, &bytes)?.to_vec())))
    }

    /// Seals what is written to a stream, which is never whole in memory; the file is there whole or
    /// not at all.
    ///
    /// # Errors
    ///
    /// Where it cannot be written, or `write` says why not.
    pub fn seal_stream(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        const WHAT: &str = "sealed state";
        let path = self.state(name);
        let dir = path.parent().unwrap_or(Path::new("."));
        let temporary =
            tempfile::NamedTempFile::new_in(dir).map_err(EngineError::io(WHAT, "written"))?;
        let mut sealed = SealWriter::new(self.keys(), name, BufWriter::new(temporary))?;
        write(&mut sealed)?;
        let temporary = sealed
            .finish()?
            .into_inner()
            .map_err(|e| EngineError::io(WHAT, "written")(e.into_error()))?;
        temporary.as_file().sync_all().map_err(EngineError::io(WHAT, "written"))?;
        temporary.persist(&path).map_err(|e| EngineError::io(WHAT, "written")(e.error))?;
        sync_dir(dir, WHAT)
    }

    /// Opens what [`Project::seal_stream`] wrote, with the length it has at most; `None` where it does
    /// not exist. That nothing was cut off is known once the reader has come to the end.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, was changed or sealed with another key.
    pub fn open_stream(&self, name: &str) -> Result<Option<(impl Read, u64)>, EngineError> {
        let path = self.state(name);
        if !path.exists() {
            return Ok(None);
        }
        let file = fs_err::File::open(path).map_err(EngineError::io("sealed state", "read"))?;
        let length = file.metadata().map_err(EngineError::io("sealed state", "read"))?.len();
        let opened = OpenReader::new(self.keys(), name, BufReader::new(file))?;
        Ok(Some((BufReader::new(opened), length)))
    }

    /// Seals a JSON document.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn seal_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), EngineError> {
        let bytes = zeroize::Zeroizing::new(
            serde_json::to_vec(value).map_err(|e| EngineError::Internal(e.to_string()))?,
        );
        self.seal(name, &bytes)
    }

    /// Opens a sealed JSON document.
    ///
    /// # Errors
    ///
    /// Where there is none, or it was changed.
    pub fn open_json<T: DeserializeOwned>(
        &self,
        name: &str,
        missing: &'static str,
        command: &'static str,
    ) -> Result<T, EngineError> {
        let bytes = self.open_sealed(name)?.ok_or(EngineError::Order { missing, command })?;
        serde_json::from_slice(bytes.expose())
            .map_err(|_| EngineError::Integrity(format!("the {missing} cannot be read")))
    }
}
