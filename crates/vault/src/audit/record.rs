//! One line of the log: an event with its running number, time, the hash of the line before it, and
//! a signature. There is one way to write an entry, and only that way is read.
//!
//! ```text
//! {"number":7,"time":"2026-03-01T10:00:00Z","prev":"<hex>","event":{…},"sig":"<base64>"}
//! ```
//!
//! The signature is over a label, the log's origin and the line up to `,"sig"`; the line's Merkle
//! leaf and the next line's `prev` are the same hash, `SHA-256(0x00 ‖ line)`.

use anonymed_core::AuditEvent;
use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Fault;
use crate::merkle::Hash;
use crate::{PublicKey, Signature, Signer};

/// Longer lines are no entries; the guard keeps ours far below.
pub(crate) const MOST_LINE: usize = 64 * 1024;
const SIG_KEY: &str = ",\"sig\":\"";
const SIG_BASE64: usize = 88;
const SIG_END: &str = "\"}";
const SUFFIX: usize = SIG_KEY.len() + SIG_BASE64 + SIG_END.len();

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its running number, from 0.
    pub number: u64,
    /// When it was written, by the writer's clock.
    pub time: Timestamp,
    /// The hash of the entry before it; for the first, of the log's origin.
    pub prev: Hash,
    /// What happened.
    pub event: AuditEvent,
    /// The writer's signature.
    pub signature: Signature,
}

#[derive(Serialize)]
struct Body<'a> {
    number: u64,
    time: String,
    prev: String,
    event: &'a AuditEvent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    number: u64,
    time: String,
    prev: String,
    event: AuditEvent,
    sig: String,
}

/// What stands in `prev` of the first entry.
pub(crate) fn genesis(origin: &str) -> Hash {
    Sha256::new().chain_update(b"anonymed audit log v1\n").chain_update(origin).finalize().into()
}

/// The line of an entry, without its newline. `None` for what JSON cannot hold, which no event is.
pub(crate) fn encode(
    (number, time, prev): (u64, Timestamp, &Hash),
    event: &AuditEvent,
    origin: &str,
    signer: &Signer,
) -> Option<Vec<u8>> {
    let mut line = body(number, time, prev, event)?;
    let signature = signer.sign(&message(origin, &line));
    append_signature(&mut line, &signature);
    Some(line)
}

/// Reads a line, and refuses one that is not written the way [`encode`] writes it.
pub(crate) fn decode(line: &[u8]) -> Result<AuditEntry, Fault> {
    let read: Line = serde_json::from_slice(line).map_err(|_| Fault::NotAnEntry)?;
    let entry = AuditEntry {
        number: read.number,
        time: read.time.parse().map_err(|_| Fault::NotAnEntry)?,
        prev: fixed(HEXLOWER.decode(read.prev.as_bytes()))?,
        event: read.event,
        signature: Signature::from_bytes(fixed(BASE64.decode(read.sig.as_bytes()))?),
    };
    match entry.to_line() {
        Some(same) if same == line => Ok(entry),
        _ => Err(Fault::NotAnEntry),
    }
}

/// Whether the signature at the end of a line is of this key, over this line, in this log.
pub(crate) fn signature_holds(line: &[u8], origin: &str, key: &PublicKey) -> bool {
    let Ok(entry) = decode(line) else { return false };
    let Some(body) = line.get(..line.len().saturating_sub(SUFFIX)) else { return false };
    key.verify(&message(origin, body), &entry.signature).is_ok()
}

impl AuditEntry {
    /// The entry as it stands in the log, without its newline: the data of its Merkle leaf.
    pub fn to_line(&self) -> Option<Vec<u8>> {
        let mut line = body(self.number, self.time, &self.prev, &self.event)?;
        append_signature(&mut line, &self.signature);
        Some(line)
    }
}

/// The line up to the signature.
fn body(number: u64, time: Timestamp, prev: &Hash, event: &AuditEvent) -> Option<Vec<u8>> {
    let body = Body { number, time: time.to_string(), prev: HEXLOWER.encode(prev), event };
    let mut bytes = serde_json::to_vec(&body).ok()?;
    bytes.pop();
    Some(bytes)
}

fn append_signature(line: &mut Vec<u8>, signature: &Signature) {
    line.extend_from_slice(SIG_KEY.as_bytes());
    line.extend_from_slice(BASE64.encode(signature.as_bytes()).as_bytes());
    line.extend_from_slice(SIG_END.as_bytes());
}

fn message(origin: &str, body: &[u8]) -> Vec<u8> {
    [b"anonymed audit entry v1\n", origin.as_bytes(), b"\n", body].concat()
}

fn fixed<const N: usize>(
    bytes: Result<Vec<u8>, data_encoding::DecodeError>,
) -> Result<[u8; N], Fault> {
    bytes.ok().and_then(|b| b.try_into().ok()).ok_or(Fault::NotAnEntry)
}
