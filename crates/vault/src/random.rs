//! Bits of the operating system, for what nobody is to guess.

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
