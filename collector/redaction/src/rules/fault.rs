//! What is wrong with a rule file, and what in it has no effect here.

/// What is wrong with a rule file. Nothing of a file with a fault is used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}:{line}: {wrong}")]
pub struct Fault {
    /// The file, as it was named to us.
    pub place: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub wrong: String,
}

/// What of a rule file has another effect here than its author may think. Nothing is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The file, as it was named to us.
    pub place: String,
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub text: String,
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.place, self.line, self.text)
    }
}
