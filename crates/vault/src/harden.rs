//! Keeps secrets of the running process out of core dumps and from other processes of the user.

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::{Result, VaultError};

/// Switches core dumps off: `RLIMIT_CORE` is set to 0, and on Linux the process is marked
/// `PR_SET_DUMPABLE` 0, so that it can be neither dumped nor traced by another process of the same
/// user. Called once, first thing, by a program that will hold keys.
///
/// # Errors
///
/// [`VaultError::Harden`] where the system refuses; a program that goes on then should say so.
pub fn harden_process() -> Result<()> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).map_err(|e| VaultError::Harden(e.into()))?;
    not_dumpable()
}

#[cfg(target_os = "linux")]
fn not_dumpable() -> Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|e| VaultError::Harden(e.into()))
}

#[cfg(not(target_os = "linux"))]
fn not_dumpable() -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_dumps_are_off_afterwards() {
        harden_process().unwrap();
        assert_eq!(rustix::process::getrlimit(Resource::Core).current, Some(0));
        #[cfg(target_os = "linux")]
        assert_eq!(
            rustix::process::dumpable_behavior().unwrap(),
            rustix::process::DumpableBehavior::NotDumpable
        );
    }
}
