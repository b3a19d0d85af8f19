//! What may be stored of what an agent sends: policy, structure, detection, written forms.
//!
//! Pure: texts in, texts out, no files but those that a policy names, no clock. The collector's door walks rows through it
//! and is alone in making values that the store accepts; the command line and the fuzzers use it as it is.

mod actions;
pub mod detect;
pub mod engine;
pub mod forms;
pub mod policy;
pub mod rules;
pub mod structure;
mod views;
