//! Compaction and retention over real folders.
