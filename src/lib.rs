//! Barograph.
