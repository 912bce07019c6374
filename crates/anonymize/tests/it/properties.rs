//! Properties that hold for any table.
