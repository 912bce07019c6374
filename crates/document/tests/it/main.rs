//! The crate from outside: which reader a file goes to, and what no file can make a reader do.

mod hostile;
mod replay;
mod standoff;
mod telling;
