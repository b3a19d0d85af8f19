//! Redaction policies by name or file, as settings and command lines give them.

use std::fmt;
use std::path::PathBuf;

use barograph_redaction::policy::{Faults, Policy};

/// Where a redaction policy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicySource {
    /// The policy that Barograph ships: what we would want for our own company.
    Default,
    /// The shipped policy that keeps every argument after detection.
    DetectAll,
    /// A TOML file.
    File(PathBuf),
}

/// Why a policy cannot be loaded: everything that is wrong with it and the files that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// The policy.
    pub policy: PolicySource,
    /// What is wrong, each with file and line.
    pub faults: Faults,
}

impl PolicySource {
    /// What may be given, in words.
    pub const NAMES: &str = "`default`, `detect-all` or a TOML file";

    /// The policy of that name, else the file. A file of such a name is given as `./default`.
    ///
    /// # Errors
    /// When it is empty: what may be given.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "" => Err(format!("is empty; it is {}", Self::NAMES)),
            "default" => Ok(Self::Default),
            "detect-all" => Ok(Self::DetectAll),
            file => Ok(Self::File(file.into())),
        }
    }

    /// Reads the policy, the files that it extends and the rule files that they name.
    ///
    /// # Errors
    /// When anything is wrong with any of them: all of it.
    pub fn read(&self) -> Result<Policy, PolicyError> {
        match self {
            Self::Default => Ok(Policy::shipped_default()),
            Self::DetectAll => Ok(Policy::detect_all()),
            Self::File(path) => Policy::read(path).map_err(|faults| PolicyError { policy: self.clone(), faults }),
        }
    }
}

impl fmt::Display for PolicySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::DetectAll => f.write_str("detect-all"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (policy, faults) = (&self.policy, &self.faults.0);
        let count = faults.len();
        write!(f, "the redaction policy {policy} has {count} fault{}", if count == 1 { "" } else { "s" })?;
        faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for PolicyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for text in ["default", "detect-all", "./default", "/etc/barograph/policy.toml"] {
            assert_eq!(PolicySource::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(PolicySource::parse("./default"), Ok(PolicySource::File("./default".into())));
        assert!(PolicySource::parse("").unwrap_err().contains("detect-all"));
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p.toml");
        std::fs::write(&file, "version = 1\nname = 'p'\ndefault = ['keep']\nsurprise = 1\n").unwrap();
        let error = PolicySource::File(file.clone()).read().unwrap_err();
        let told = error.to_string();
        assert!(told.starts_with(&format!("the redaction policy {} has 2 faults\n", file.display())), "{told}");
        for line in [3, 4] {
            assert!(told.contains(&format!("\n  {}:{line}: ", file.display())), "{told}");
        }
    }
}
