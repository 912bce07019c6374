//! Bits of the operating system, for what nobody is to guess.

use anonymed_core::RootKey;
use zeroize::Zeroizing;

use crate::{Result, VaultError};

/// 256 bits that nobody knows.
///
/// # Errors
///
/// [`VaultError::Random`] where the operating system gives none.
pub fn random_seed() -> Result<Zeroizing<[u8; 32]>> {
    let mut seed = Zeroizing::new([0u8; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(|_| VaultError::Random)?;
    Ok(seed)
}

/// Draws a root key that is kept nowhere, for what nobody shall be able to repeat.
///
/// # Errors
///
/// [`VaultError::Random`].
///
/// # Examples
///
/// What permutes diagnoses among people, so that nobody can undo it:
///
/// ```
/// use anonymed_core::KeyRing;
///
/// let once = anonymed_vault::draw_root_key()?;
/// assert_ne!(once.key_id(), anonymed_vault::draw_root_key()?.key_id());
/// # Ok::<(), anonymed_vault::VaultError>(())
/// ```
pub fn draw_root_key() -> Result<RootKey> {
    random_seed().map(|seed| RootKey::new(*seed))
}
