//! Promises, proved from outside.
