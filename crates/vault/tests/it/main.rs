//! Tests of the vault from the outside, on real files.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod keys;
