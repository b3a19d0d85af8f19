//! The policies that come with Barograph, by name.

/// The name of the policy that is in force unless another one is given.
pub(super) const DEFAULT: &str = "default";

/// The name of the policy that keeps every argument after detection.
pub(super) const DETECT_ALL: &str = "detect-all";

/// The text of a shipped policy.
pub(super) fn text(name: &str) -> Option<&'static str> {
    match name {
        DEFAULT => Some(include_str!("../../../../deploy/redaction/default.toml")),
        DETECT_ALL => Some(include_str!("../../../../deploy/redaction/detect-all.toml")),
        _ => None,
    }
}
