//! What the health page tells about redaction: plain facts, handed in by whoever holds the policies.

/// How redaction is, asked each time the page is read.
pub trait Redaction: std::fmt::Debug + Send + Sync {
    /// The facts as of now.
    fn state(&self) -> RedactionState;
}

/// How redaction is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RedactionState {
    /// The policy that redacts.
    pub policy: PolicyInForce,
    /// The latest attempt to read the policies again, if it failed and none has succeeded since.
    pub refused: Option<ReloadRefused>,
    /// The policy that is only counted, if there is one.
    pub shadow: Option<ShadowState>,
    /// What the canary found.
    pub canary: CanaryState,
}

/// A policy that is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyInForce {
    /// The name that it gives itself.
    pub name: String,
    /// Its hash, as rows carry it: 16 hex digits.
    pub hash: String,
    /// Where it was read from: `default`, `detect-all` or a file.
    pub source: String,
    /// Since when it is in force, µs since the epoch.
    pub since: i64,
}

/// A reload that changed nothing, because something could not be loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReloadRefused {
    /// When, µs since the epoch.
    pub at: i64,
    /// The first fault, with its place.
    pub fault: String,
    /// How many more there were.
    pub further: usize,
}

/// What the shadow policy would have done, counted since it is in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShadowState {
    /// The policy.
    pub policy: PolicyInForce,
    /// Share of the requests that it sees, 0 to 1.
    pub share: f64,
    /// Values that it would have stored alike.
    pub same: u64,
    /// Values of which it would have taken out more.
    pub more: u64,
    /// Values of which it would have taken out less.
    pub less: u64,
    /// Values of which it would have kept as much, written otherwise.
    pub other: u64,
    /// Rows that it was not shown, because it failed or a request had taken too long.
    pub left_out: u64,
    /// What was found: kind, by the real policy, by the shadow policy. Only kinds that either found.
    pub finds: Vec<(String, u64, u64)>,
}

/// What came of the latest canary: a made-up secret that is sent through the front door and then searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CanaryState {
    /// It is switched off.
    #[default]
    Off,
    /// None has been sent yet.
    Awaited,
    /// It was found nowhere.
    Clean {
        /// When it was sent, µs since the epoch.
        at: i64,
    },
    /// It was found.
    Leaked {
        /// When it was sent, µs since the epoch.
        at: i64,
        /// Where it was found: `table spans, column attributes`.
        places: Vec<String>,
    },
    /// It could not be sent, or was not seen to arrive.
    Failed {
        /// When it was sent, µs since the epoch.
        at: i64,
        /// Why.
        reason: String,
    },
}
