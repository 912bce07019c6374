//! Sealing files of any size in bounded memory: the STREAM construction (Hoang, Reyhanitabar,
//! Rogaway, Vizár, CRYPTO 2015) over AES-256-GCM-SIV (RFC 8452).
//!
//! Form: header `ANMC` `01` and 16 random bytes that name the stream, then chunks of 64 KiB, each
//! with its tag; the last may be shorter. A chunk's nonce is 7 bytes of the stream's name, its number
//! (32 bits) and whether it is the last; label, header and the caller's name are its associated data.
//! So chunks cannot be moved, dropped or taken from another stream, and a stream cut at a chunk's
//! border is found. GCM-SIV keeps its promise even if two streams should share their 7 bytes.

use std::io::{self, Read, Write};

use aes_gcm_siv::aead::AeadInOut;
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use anonymed_core::KeyRing;
use zeroize::Zeroizing;

use crate::seal::cipher;
use crate::{Result, VaultError};

const MAGIC: &[u8; 5] = b"ANMC\x01";
const NAME_BYTES: usize = 16;
const HEADER: usize = MAGIC.len() + NAME_BYTES;
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// What both directions keep: cipher, associated data, and the number of the next chunk.
struct Chunks {
    cipher: Aes256GcmSiv,
    associated: Vec<u8>,
    prefix: [u8; 7],
    number: u32,
}

impl Chunks {
    fn new(ring: &dyn KeyRing, name: &str, header: &[u8; HEADER]) -> Self {
        let mut prefix = [0u8; 7];
        prefix.copy_from_slice(&header[MAGIC.len()..MAGIC.len() + 7]);
        let associated = [b"anonymed sealed stream v1\0", &header[..], name.as_bytes()].concat();
        Self { cipher: cipher(ring), associated, prefix, number: 0 }
    }

    /// The nonce of the next chunk.
    fn nonce(&mut self, last: u8) -> Result<Nonce> {
        let mut nonce = [0u8; 12];
        nonce[..7].copy_from_slice(&self.prefix);
        nonce[7..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = last;
        // 2^32 chunks are 256 TiB.
        self.number = self.number.checked_add(1).ok_or(VaultError::Unsealable)?;
        Ok(Nonce::from(nonce))
    }

    fn seal(&mut self, chunk: &mut Vec<u8>, last: u8) -> Result<()> {
        let nonce = self.nonce(last)?;
        self.cipher
            .encrypt_in_place(&nonce, &self.associated, chunk)
            .map_err(|_| VaultError::Unsealable)
    }

    fn open(&mut self, chunk: &mut Vec<u8>, last: u8) -> Result<()> {
        let nonce = self.nonce(last)?;
        self.cipher
            .decrypt_in_place(&nonce, &self.associated, chunk)
            .map_err(|_| VaultError::Unsealable)
    }
}

/// Seals what is written to it. [`SealWriter::finish`] must be called: a stream without its last
/// chunk does not open.
pub struct SealWriter<W: Write> {
    inner: W,
    chunks: Chunks,
    buffer: Zeroizing<Vec<u8>>,
}

impl<W: Write> SealWriter<W> {
    /// Begins a stream under a name.
    ///
    /// # Errors
    ///
    /// [`VaultError::Random`], [`VaultError::Io`].
    pub fn new(ring: &dyn KeyRing, name: &str, mut inner: W) -> Result<Self> {
        let mut header = [0u8; HEADER];
        header[..MAGIC.len()].copy_from_slice(MAGIC);
        getrandom::fill(&mut header[MAGIC.len()..]).map_err(|_| VaultError::Random)?;
        inner.write_all(&header).map_err(VaultError::io("writing sealed data"))?;
        let chunks = Chunks::new(ring, name, &header);
        Ok(Self { inner, chunks, buffer: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)) })
    }

    /// Writes the last chunk and gives the inner writer back, flushed. Making it durable is the
    /// caller's.
    ///
    /// # Errors
    ///
    /// [`VaultError::Io`], [`VaultError::Unsealable`] above 256 TiB.
    pub fn finish(mut self) -> Result<W> {
        self.chunks.seal(&mut self.buffer, 1)?;
        self.inner
            .write_all(&self.buffer)
            .and_then(|()| self.inner.flush())
            .map_err(VaultError::io("writing sealed data"))?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for SealWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until there is more, since the last one is sealed differently.
        if self.buffer.len() == CHUNK && !bytes.is_empty() {
            self.chunks.seal(&mut self.buffer, 0).map_err(io::Error::other)?;
            let written = self.inner.write_all(&self.buffer);
            self.buffer.clear();
            written?;
        }
        let taken = bytes.len().min(CHUNK - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Flushes whole chunks only; an open one stays until it is full or [`SealWriter::finish`].
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Opens a stream. Each chunk is authentic when it comes out; that nothing is missing is known only
/// once `read` has returned 0.
pub struct OpenReader<R: Read> {
    inner: R,
    chunks: Chunks,
    /// The opened chunk and how much of it was given out.
    plain: Zeroizing<Vec<u8>>,
    given: usize,
    /// The first byte of the next chunk, read to know that there is one.
    ahead: Option<u8>,
    done: bool,
}

impl<R: Read> OpenReader<R> {
    /// Begins to read a stream sealed under this name.
    ///
    /// # Errors
    ///
    /// [`VaultError::SealTruncated`], [`VaultError::Unsealable`], [`VaultError::Io`].
    pub fn new(ring: &dyn KeyRing, name: &str, mut inner: R) -> Result<Self> {
        let mut header = [0u8; HEADER];
        inner.read_exact(&mut header).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => VaultError::SealTruncated,
            _ => VaultError::io("reading sealed data")(error),
        })?;
        if !header.starts_with(MAGIC) {
            return Err(VaultError::Unsealable);
        }
        let chunks = Chunks::new(ring, name, &header);
        let plain = Zeroizing::new(Vec::with_capacity(CHUNK + TAG + 1));
        Ok(Self { inner, chunks, plain, given: 0, ahead: None, done: false })
    }

    /// Opens the next chunk into `plain`.
    fn next_chunk(&mut self) -> io::Result<()> {
        self.plain.clear();
        self.given = 0;
        self.plain.extend(self.ahead.take());
        let wanted = CHUNK + TAG + 1 - self.plain.len();
        let read = self.inner.by_ref().take(wanted as u64).read_to_end(&mut self.plain)?;
        let last = if read == wanted {
            self.ahead = self.plain.pop();
            0
        } else {
            1
        };
        // Where the stream ends too early, say that rather than that it was altered.
        let cut = self.plain.len() < TAG;
        if let Err(error) = self.chunks.open(&mut self.plain, last) {
            self.plain.clear();
            self.done = true;
            let error = if cut { VaultError::SealTruncated } else { error };
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        self.done = last == 1;
        Ok(())
    }
}

impl<R: Read> Read for OpenReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.plain.len() {
            if self.done {
                return Ok(0);
            }
            self.next_chunk()?;
        }
        let given = out.len().min(self.plain.len() - self.given);
        out[..given].copy_from_slice(&self.plain[self.given..self.given + given]);
        self.given += given;
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use anonymed_core::RootKey;
    use proptest::prelude::*;

    use super::*;

    fn sealed(plain: &[u8], pieces: usize) -> Vec<u8> {
        let ring = RootKey::new([3; 32]);
        let mut writer = SealWriter::new(&ring, "original 7", Vec::new()).unwrap();
        for piece in plain.chunks(pieces.max(1)) {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap()
    }

    fn opened(sealed: &[u8], name: &str) -> io::Result<Vec<u8>> {
        let ring = RootKey::new([3; 32]);
        let mut plain = Vec::new();
        OpenReader::new(&ring, name, sealed)
            .map_err(io::Error::other)?
            .read_to_end(&mut plain)
            .map(|_| plain)
    }

    #[test]
    fn every_length_around_a_chunk_reads_back() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17] {
            let plain: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let sealed = sealed(&plain, 10_000);
            assert_eq!(opened(&sealed, "original 7").unwrap(), plain, "length {length}");
            assert!(opened(&sealed, "original 8").is_err());
        }
    }

    #[test]
    fn cutting_moving_and_changing_is_found() {
        let sealed = sealed(&vec![9u8; 3 * CHUNK + 100], CHUNK);
        let step = CHUNK + TAG;
        for cut in [0, 4, HEADER, HEADER + step, HEADER + 2 * step, sealed.len() - 1] {
            assert!(opened(&sealed[..cut], "original 7").is_err(), "cut at {cut}");
        }
        let mut longer = sealed.clone();
        longer.push(0);
        assert!(opened(&longer, "original 7").is_err());
        let mut swapped = sealed.clone();
        swapped[HEADER..HEADER + step].copy_from_slice(&sealed[HEADER + step..HEADER + 2 * step]);
        assert!(opened(&swapped, "original 7").is_err());
        let dropped = [&sealed[..HEADER + step], &sealed[HEADER + 2 * step..]].concat();
        assert!(opened(&dropped, "original 7").is_err());
        for at in (0..sealed.len()).step_by(4_999) {
            let mut wrong = sealed.clone();
            wrong[at] ^= 0x40;
            assert!(opened(&wrong, "original 7").is_err(), "byte {at}");
        }
    }

    #[test]
    fn an_unfinished_stream_does_not_open() {
        let ring = RootKey::new([3; 32]);
        let mut file = Vec::new();
        let mut writer = SealWriter::new(&ring, "original 7", &mut file).unwrap();
        writer.write_all(&vec![1u8; 2 * CHUNK + 5]).unwrap();
        drop(writer);
        assert!(opened(&file, "original 7").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn reads_back_whatever_the_writes(
            plain in proptest::collection::vec(any::<u8>(), 0..200_000), pieces in 1usize..90_000,
        ) {
            prop_assert_eq!(opened(&sealed(&plain, pieces), "original 7").unwrap(), plain);
        }
    }
}
