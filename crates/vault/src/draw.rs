//! A root key that is kept nowhere, for what nobody shall be able to repeat.

use anonymed_core::RootKey;

use crate::{Result, VaultError};

/// Draws a root key from the system's random source.
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
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::Random)?;
    Ok(RootKey::new(bytes))
}
