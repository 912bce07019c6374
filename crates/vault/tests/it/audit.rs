//! The audit chain under an attacker and under a crash.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anonymed_core::{Actor, AuditEvent, AuditSink, Clock, FileNumber, Purpose};
use anonymed_vault::audit::{self, ExportFormat};
use anonymed_vault::{
    AuditChain, AuditFault, AuditOptions, Checkpoint, Fault, KeyFile, Protection, SealedKeyRing,
    VaultError,
};
use jiff::Timestamp;
use proptest::prelude::*;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-03-01T12:00:00.25Z".parse().unwrap()
    }
}

fn event(number: u64) -> AuditEvent {
    let (actor, purpose) =
        (Actor("dr.example".into()), Purpose("IRB 2026/014 – Überprüfung".into()));
    AuditEvent::new("run.transform", &actor, &purpose)
        .file(FileNumber(number as u32))
        .count("identifiers-replaced", number * 7)
        .digest("plan", &"0f".repeat(32))
}

/// A folder with a ring and a log.
struct Log {
    folder: tempfile::TempDir,
    ring: SealedKeyRing,
}

impl Log {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ring =
            KeyFile::create(&folder.path().join("hospital.key"), Protection::Plain0600).unwrap();
        Self { folder, ring }
    }

    /// A log of some entries, closed.
    fn of(entries: u64) -> Self {
        let log = Self::new();
        let chain = log.open().unwrap();
        (0..entries).for_each(|n| assert_eq!(chain.append(&event(n)).unwrap(), n));
        chain.close().unwrap();
        log
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn open(&self) -> Result<AuditChain, VaultError> {
        self.open_every(64)
    }

    fn open_every(&self, checkpoint_every: u64) -> Result<AuditChain, VaultError> {
        let options = AuditOptions { checkpoint_every };
        AuditChain::open(self.path(), self.ring.signer().clone(), Arc::new(Noon), options)
    }

    fn verify(&self) -> Result<audit::AuditReport, VaultError> {
        audit::verify(self.path(), &self.ring.public_key())
    }

    fn bytes(&self) -> Vec<u8> {
        fs_err::read(self.path().join("audit.jsonl")).unwrap()
    }

    fn put(&self, bytes: &[u8]) {
        fs_err::write(self.path().join("audit.jsonl"), bytes).unwrap();
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        self.bytes().split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
    }

    /// The first bad entry, as verifying and as opening tell it.
    fn first_bad(&self) -> Option<u64> {
        let fault = fault(self.verify().map(|_| ()));
        fault.entry
    }
}

fn fault(result: Result<(), VaultError>) -> AuditFault {
    match result {
        Err(VaultError::AuditIntegrity(fault)) => fault,
        other => panic!("not an integrity error: {other:?}"),
    }
}

#[test]
fn what_is_appended_is_there_and_verifies() {
    let log = Log::of(9);
    let report = log.verify().unwrap();
    assert_eq!((report.entries, report.checkpoint.size), (9, 9));
    assert_eq!(report.root, report.checkpoint.root);
    assert!(!report.being_written);
    let entries: Vec<_> = audit::entries(log.path(), &log.ring.public_key())
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (number, entry) in entries.iter().enumerate() {
        assert_eq!(entry.event, event(number as u64));
        assert_eq!((entry.number, entry.time), (number as u64, Noon.now()));
    }
    let mut exported = Vec::new();
    let count =
        audit::export(log.path(), &log.ring.public_key(), &mut exported, ExportFormat::Jsonl);
    assert_eq!(count.unwrap(), 9);
    assert_eq!(exported, log.bytes());
}

#[test]
fn an_empty_log_verifies() {
    let log = Log::of(0);
    assert_eq!(log.verify().unwrap().entries, 0);
    drop(log.open().unwrap());
    assert_eq!(log.verify().unwrap().times, None);
}

#[test]
fn the_chain_goes_on_over_openings_and_batches() {
    let log = Log::of(3);
    let chain = log.open_every(4).unwrap();
    assert_eq!(chain.append_batch(&[event(3), event(4), event(5)]).unwrap(), 3..6);
    assert_eq!(chain.append_batch(&[]).unwrap(), 6..6);
    // Three since the last checkpoint: not due yet.
    assert_eq!(log.verify().unwrap().checkpoint.size, 3);
    assert!(log.verify().unwrap().being_written);
    chain.append(&event(6)).unwrap();
    assert_eq!(log.verify().unwrap().checkpoint.size, 7);
    drop(chain);
    assert_eq!(log.verify().unwrap().entries, 7);
}

#[test]
fn one_writer_at_a_time() {
    let log = Log::of(1);
    let first = log.open().unwrap();
    assert!(matches!(log.open(), Err(VaultError::AuditLocked)));
    drop(first);
    log.open().unwrap();
}

#[test]
fn threads_append_without_gaps() {
    let log = Log::new();
    let chain = log.open().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..8).for_each(|n| assert!(chain.append(&event(n)).unwrap() < 99)));
        }
    });
    drop(chain);
    assert_eq!(log.verify().unwrap().entries, 32);
}

#[test]
fn refused_events_leave_no_trace() {
    let log = Log::of(2);
    let before = log.bytes();
    let chain = log.open().unwrap();
    let refused = chain.append_batch(&[event(2), event(3).outcome("Jane Roe, 1955-05-05")]);
    assert!(matches!(refused, Err(VaultError::EventRefused { field: "outcome" })));
    let error = chain.append(&event(2).count("/data/jane_roe.csv", 1)).unwrap_err();
    assert!(!error.to_string().contains("jane"), "{error}");
    drop(chain);
    assert_eq!(log.bytes(), before);
}

/// Which entry each byte of the log belongs to.
fn owners(lines: &[Vec<u8>]) -> Vec<u64> {
    lines.iter().enumerate().flat_map(|(n, line)| vec![n as u64; line.len()]).collect()
}

#[test]
fn every_flipped_byte_is_found_with_its_entry() {
    let log = Log::of(5);
    let good = log.bytes();
    let owners = owners(&log.lines());
    for at in 0..good.len() {
        let mut wrong = good.clone();
        // Eight different bits over the file, and each value a newline could become.
        wrong[at] ^= 1 << (at % 8);
        log.put(&wrong);
        assert_eq!(log.first_bad(), Some(owners[at]), "byte {at}");
        assert_eq!(fault(log.open().map(|_| ())).entry, Some(owners[at]), "byte {at}, opened");
    }
    log.put(&good);
    log.verify().unwrap();
}

#[test]
fn every_bit_of_one_entry_is_found() {
    let log = Log::of(3);
    let good = log.bytes();
    let lines = log.lines();
    for at in lines[0].len()..lines[0].len() + lines[1].len() {
        for bit in 0..8 {
            let mut wrong = good.clone();
            wrong[at] ^= 1 << bit;
            log.put(&wrong);
            assert_eq!(log.first_bad(), Some(1), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn removed_moved_and_doubled_entries_are_found() {
    let log = Log::of(7);
    let lines = log.lines();
    for at in 0..lines.len() {
        let mut removed = lines.clone();
        removed.remove(at);
        log.put(&removed.concat());
        assert_eq!(log.first_bad(), Some(at as u64), "removed {at}");
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at].clone());
        log.put(&doubled.concat());
        assert_eq!(log.first_bad(), Some(at as u64 + 1), "doubled {at}");
        for other in at + 1..lines.len() {
            let mut moved = lines.clone();
            moved.swap(at, other);
            log.put(&moved.concat());
            assert_eq!(log.first_bad(), Some(at as u64), "swapped {at} and {other}");
        }
    }
}

#[test]
fn a_missing_end_is_found_at_every_byte() {
    let log = Log::of(4);
    let good = log.bytes();
    let owners = owners(&log.lines());
    for cut in 0..good.len() {
        log.put(&good[..cut]);
        assert_eq!(log.first_bad(), Some(owners[cut]), "cut at {cut}");
        // The checkpoint counts all four, so nothing here is a crash except the lost newline.
        let opened = log.open();
        match opened {
            Err(VaultError::AuditIntegrity(fault)) => assert_eq!(fault.entry, Some(owners[cut])),
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
}

#[test]
fn missing_or_foreign_parts_are_found() {
    let log = Log::of(2);
    let checkpoint = log.path().join("audit.checkpoint");
    let note = fs_err::read(&checkpoint).unwrap();
    fs_err::remove_file(&checkpoint).unwrap();
    assert_eq!(fault(log.open().map(|_| ())).fault, Fault::Checkpoint);
    assert_eq!(fault(log.verify().map(|_| ())).fault, Fault::Checkpoint);
    // Another log of another key, and another log of the same key.
    let other = Log::of(2);
    fs_err::copy(other.path().join("audit.checkpoint"), &checkpoint).unwrap();
    assert_eq!(fault(log.verify().map(|_| ())).fault, Fault::Checkpoint);
    let again = Log { folder: tempfile::tempdir().unwrap(), ring: reopen(&log) };
    let chain = again.open().unwrap();
    (0..2).for_each(|n| assert!(chain.append(&event(n)).unwrap() < 99));
    drop(chain);
    fs_err::copy(again.path().join("audit.checkpoint"), &checkpoint).unwrap();
    assert_eq!(log.first_bad(), Some(0));
    fs_err::write(&checkpoint, &note).unwrap();
    log.verify().unwrap();
    fs_err::remove_file(log.path().join("audit.jsonl")).unwrap();
    assert_eq!(fault(log.verify().map(|_| ())).fault, Fault::Missing);
    assert_eq!(fault(log.open().map(|_| ())).fault, Fault::Missing);
}

fn reopen(log: &Log) -> SealedKeyRing {
    KeyFile::open(&log.path().join("hospital.key"), None).unwrap()
}

#[test]
fn a_torn_end_is_removed_and_recorded() {
    let log = Log::of(2);
    let whole = log.bytes();
    let before = fs_err::read(log.path().join("audit.checkpoint")).unwrap();
    let chain = log.open().unwrap();
    chain.append(&event(2)).unwrap();
    drop(chain);
    let longer = log.bytes();
    // Killed while the third was being written: the checkpoint still speaks of two.
    for cut in whole.len() + 1..longer.len() {
        fs_err::write(log.path().join("audit.checkpoint"), &before).unwrap();
        log.put(&longer[..cut]);
        assert_eq!(log.first_bad(), Some(2), "cut at {cut}");
        let chain = log.open().unwrap();
        drop(chain);
        let report = log.verify().unwrap();
        let last =
            audit::entries(log.path(), &log.ring.public_key()).unwrap().last().unwrap().unwrap();
        assert_eq!((report.entries, report.checkpoint.size), (3, 3), "cut at {cut}");
        if cut == longer.len() - 1 {
            // The entry was whole but for its newline, and is kept.
            assert_eq!(last.event, event(2));
        } else {
            assert_eq!(last.event.action, "audit.recover");
            assert_eq!(last.event.counts["bytes"], (cut - whole.len()) as u64);
        }
    }
}

#[test]
fn a_whole_entry_the_checkpoint_does_not_know_is_kept() {
    let log = Log::of(2);
    let before = fs_err::read(log.path().join("audit.checkpoint")).unwrap();
    let chain = log.open().unwrap();
    chain.append(&event(2)).unwrap();
    drop(chain);
    fs_err::write(log.path().join("audit.checkpoint"), &before).unwrap();
    assert_eq!(log.verify().unwrap().entries, 3);
    // It is signed: a change is found though no checkpoint covers it.
    let good = log.bytes();
    let start = good.len() - log.lines()[2].len();
    for at in start..good.len() {
        let mut wrong = good.clone();
        wrong[at] ^= 1;
        log.put(&wrong);
        assert_eq!(log.first_bad(), Some(2), "byte {at}");
        assert_eq!(fault(log.open().map(|_| ())).entry, Some(2), "byte {at}, opened");
    }
}

#[test]
fn a_begun_but_empty_log_is_taken_up() {
    let log = Log::of(0);
    fs_err::remove_file(log.path().join("audit.jsonl")).unwrap();
    log.open().unwrap().append(&event(0)).unwrap();
    assert_eq!(log.verify().unwrap().entries, 1);
}

#[test]
fn an_older_copy_is_found_by_a_kept_checkpoint() {
    let log = Log::of(5);
    let key = log.ring.public_key();
    let old_log = log.bytes();
    let old_note = fs_err::read(log.path().join("audit.checkpoint")).unwrap();
    let chain = log.open().unwrap();
    (5..9).for_each(|n| assert!(chain.append(&event(n)).unwrap() < 99));
    let kept: Checkpoint = chain.close().unwrap();
    audit::verify_against(log.path(), &key, &kept).unwrap();
    let earlier = Checkpoint::parse(std::str::from_utf8(&old_note).unwrap(), &key).unwrap();
    audit::verify_against(log.path(), &key, &earlier).unwrap();
    log.put(&old_log);
    fs_err::write(log.path().join("audit.checkpoint"), &old_note).unwrap();
    log.verify().unwrap();
    let found = fault(audit::verify_against(log.path(), &key, &kept).map(|_| ()));
    assert_eq!(found, AuditFault { entry: Some(5), fault: Fault::Truncated });
    // Gone on from the old copy: another history, same length.
    let chain = log.open().unwrap();
    (5..9).for_each(|n| assert!(chain.append(&event(n + 1)).unwrap() < 99));
    drop(chain);
    let found = fault(audit::verify_against(log.path(), &key, &kept).map(|_| ()));
    assert_eq!(found, AuditFault { entry: None, fault: Fault::Root });
}

#[test]
fn proofs_hold_for_their_entry_and_checkpoint_only() {
    let log = Log::of(6);
    let key = log.ring.public_key();
    let early = log.verify().unwrap().checkpoint;
    let chain = log.open().unwrap();
    (6..13).for_each(|n| assert!(chain.append(&event(n)).unwrap() < 99));
    let late = chain.close().unwrap();
    let lines = log.lines();
    for index in 0..13u64 {
        let proof = audit::prove_inclusion(log.path(), &key, index, 13).unwrap();
        let line = lines[index as usize].strip_suffix(b"\n").unwrap();
        assert!(audit::verify_inclusion(&proof, line, &late));
        assert!(!audit::verify_inclusion(&proof, line, &early));
        assert!(!audit::verify_inclusion(&proof, b"{}", &late));
    }
    let grown = audit::prove_consistency(log.path(), &key, 6, 13).unwrap();
    assert!(audit::verify_consistency(&grown, &early, &late));
    assert!(!audit::verify_consistency(&grown, &late, &early));
    let none = audit::prove_inclusion(log.path(), &key, 13, 13);
    assert!(matches!(none, Err(VaultError::NoSuchEntry)));
    let none = audit::prove_consistency(log.path(), &key, 6, 14);
    assert!(matches!(none, Err(VaultError::NoSuchEntry)));
}

#[test]
fn a_log_that_cannot_be_written_refuses() {
    let log = Log::of(1);
    let chain = log.open_every(1).unwrap();
    // The folder is gone: the entry may be written, but its checkpoint cannot.
    let moved = log.path().with_extension("moved");
    fs_err::rename(log.path(), &moved).unwrap();
    let error = chain.append(&event(1)).unwrap_err();
    assert!(error.to_string().contains("nothing was done"), "{error}");
    drop(chain);
    fs_err::rename(&moved, log.path()).unwrap();
    assert_eq!(log.verify().unwrap().entries, 2);
}

/// The folder of the log that a child process writes; set for the child only.
const CHILD: &str = "ANONYMED_TEST_AUDIT_CHILD";

/// Does nothing as a test; started by the next one, it appends until it is killed, and tells the
/// number of each entry once it is acknowledged.
#[test]
fn child_that_appends_until_killed() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let ring = KeyFile::open(&Path::new(&folder).join("hospital.key"), None).unwrap();
    let options = AuditOptions { checkpoint_every: 3 };
    let signer = ring.signer().clone();
    let chain = AuditChain::open(Path::new(&folder), signer, Arc::new(Noon), options).unwrap();
    let mut told = std::io::stdout();
    loop {
        let numbers = chain.append_batch(&[event(1), event(2)]).unwrap();
        writeln!(told, "acknowledged {}", numbers.end - 1).unwrap();
    }
}

#[test]
fn nothing_acknowledged_is_lost_by_kill_nine() {
    let log = Log::new();
    let mut sure = 0;
    for round in 0..12 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "audit::child_that_appends_until_killed", "--nocapture"])
            .env(CHILD, log.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        // The harness may begin the line.
        let mut told = lines.filter_map(|l| l.split("acknowledged ").nth(1)?.parse::<u64>().ok());
        let mut last = told.by_ref().nth(round * 3 % 7).unwrap();
        child.kill().unwrap();
        // What it told before it died counts as well.
        last = told.last().unwrap_or(last);
        child.wait().unwrap();
        assert!(last >= sure);
        sure = last;
        log.open().unwrap().close().unwrap();
        assert!(log.verify().unwrap().entries > sure, "round {round}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any bytes in place of any part of the log: found, never a panic, and never blamed on an entry
    /// before the first changed one.
    #[test]
    fn whatever_is_written_over_it_is_found(
        at in any::<prop::sample::Index>(), put in proptest::collection::vec(any::<u8>(), 1..300),
    ) {
        let log = Log::of(4);
        let good = log.bytes();
        let owners = owners(&log.lines());
        let at = at.index(good.len());
        let mut wrong = good.clone();
        wrong.splice(at..(at + put.len()).min(good.len()), put);
        prop_assume!(wrong != good);
        let first = good.iter().zip(&wrong).position(|(a, b)| a != b);
        let expect = first.and_then(|f| owners.get(f).copied()).unwrap_or(4);
        log.put(&wrong);
        prop_assert_eq!(log.first_bad(), Some(expect));
    }

    /// Killed anywhere in a batch: what was there before stays, and the log goes on.
    #[test]
    fn a_batch_killed_anywhere_recovers(cut in any::<prop::sample::Index>()) {
        let log = Log::of(2);
        let note = fs_err::read(log.path().join("audit.checkpoint")).unwrap();
        let before = log.bytes();
        let chain = log.open().unwrap();
        chain.append_batch(&[event(2), event(3), event(4)]).unwrap();
        drop(chain);
        let after = log.bytes();
        let cut = before.len() + cut.index(after.len() - before.len());
        log.put(&after[..cut]);
        fs_err::write(log.path().join("audit.checkpoint"), note).unwrap();
        let chain = log.open().unwrap();
        chain.append(&event(9)).unwrap();
        drop(chain);
        prop_assert!(log.bytes().starts_with(&before));
        prop_assert!(log.verify().is_ok());
    }
}
