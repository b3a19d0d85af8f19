//! Open files: as many as the system lets us have, and connections never take the last ones, which the journal and the
//! tables need.

use barograph_collector::receive::{Bound, ConnectionLimit};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files that are kept for journal, tables, queries and the dashboard's own connections. Of few, half.
const RESERVE: u64 = 1024;

/// The OTLP doors that share what is left.
const DOORS: u64 = 2;

/// Raises the limit of open files as far as the system lets us (most start programs with 1,024 and let them have more),
/// and tells how many connections each door may have, at most as many as are wanted.
pub(super) fn connections(wanted: usize) -> ConnectionLimit {
    let limit = raised();
    let connections = limit_for(limit, wanted);
    if connections.bound == Bound::OpenFiles {
        tracing::warn!(
            open_files = limit,
            max_connections = wanted,
            most = connections.most,
            "the limit of open files allows fewer connections than max_connections; raise it (LimitNOFILE, ulimit -n)"
        );
    }
    connections
}

/// The limit after it was raised; none when there is none.
fn raised() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "cannot raise the limit of open files");
            current
        }
    }
}

fn limit_for(open_files: Option<u64>, wanted: usize) -> ConnectionLimit {
    let allowed = open_files.map(|limit| (limit - RESERVE.min(limit / 2)) / DOORS);
    match allowed.and_then(|allowed| usize::try_from(allowed).ok()) {
        Some(most) if most < wanted => ConnectionLimit { most, bound: Bound::OpenFiles },
        _ => ConnectionLimit { most: wanted, bound: Bound::Setting },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_journal() {
        for (open_files, most, bound) in [
            (None, 10_000, Bound::Setting),
            (Some(1_048_576), 10_000, Bound::Setting),
            (Some(65_536), 10_000, Bound::Setting),
            (Some(20_000), 9_488, Bound::OpenFiles),
            (Some(1_024), 256, Bound::OpenFiles),
            (Some(64), 16, Bound::OpenFiles),
        ] {
            assert_eq!(limit_for(open_files, 10_000), ConnectionLimit { most, bound }, "{open_files:?}");
        }
    }
}
