//! A disk as a power cut leaves it: rebuilt from the calls that a server made, with what it never synced taken away.
//!
//! It knows two states: `now`, which every process sees and a killed server leaves, and what is durable. A file's bytes
//! are durable up to the length it had when a sync of it began and succeeded; a folder's names as they were when a sync
//! of the folder began. What is not durable may survive or not, so a cut draws for each file (the synced length, any
//! length, or the full one with zeros behind some byte) and for each folder (no later change of its names, the first
//! few, or all). A cut in length is taken for durable at once: nothing here relies on the contrary.

mod real;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use crate::trace::{Call, Moment, Trace};

/// Leads to a node; names may share one.
type Id = usize;

/// Names that change together: each is given a node, or taken away.
type Change = Vec<(String, Option<Id>)>;

#[derive(Clone, Debug)]
enum Node {
    File {
        bytes: Vec<u8>,
        synced: usize,
        mode: u32,
    },
    /// `settled` counts the changes that were made durable.
    Folder {
        now: BTreeMap<String, Id>,
        synced: BTreeMap<String, Id>,
        changes: Vec<Change>,
        settled: usize,
        mode: u32,
    },
}

impl Node {
    fn folder(mode: u32) -> Self {
        Self::Folder { now: BTreeMap::new(), synced: BTreeMap::new(), changes: Vec::new(), settled: 0, mode }
    }
}

/// What a sync that has begun covers.
#[derive(Clone, Copy, Debug)]
enum Covered {
    Bytes(Id, usize),
    Names(Id, usize),
}

/// The files below a folder.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    /// The first is the root.
    nodes: Vec<Node>,
}

impl Disk {
    /// An empty one.
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), nodes: vec![Node::folder(0o755)] }
    }

    /// Does what a server did until it ended.
    pub(crate) fn follow(&mut self, trace: &Trace) {
        self.follow_to(trace, trace.moments.len());
    }

    /// Does what a server did in so many moments.
    pub(crate) fn follow_to(&mut self, trace: &Trace, moments: usize) {
        let mut begun = HashMap::new();
        for moment in &trace.moments[..moments] {
            match *moment {
                Moment::Begins(at) => {
                    let call = &trace.calls[at];
                    if matches!(call.name.as_str(), "fsync" | "fdatasync") {
                        begun.extend(self.covered(call.descriptor()).map(|covered| (at, covered)));
                    }
                }
                Moment::Returned(at) if trace.calls[at].succeeded() => match begun.remove(&at) {
                    Some(covered) => self.sync(covered),
                    None => self.apply(&trace.calls[at]),
                },
                Moment::Returned(_) => {}
            }
        }
    }

    fn covered(&self, path: &str) -> Option<Covered> {
        let id = self.find(Path::new(path))?;
        Some(match &self.nodes[id] {
            Node::File { bytes, .. } => Covered::Bytes(id, bytes.len()),
            Node::Folder { changes, settled, .. } => Covered::Names(id, settled + changes.len()),
        })
    }

    fn sync(&mut self, covered: Covered) {
        match covered {
            Covered::Bytes(id, len) => {
                if let Node::File { synced, bytes, .. } = &mut self.nodes[id] {
                    *synced = (*synced).max(len).min(bytes.len());
                }
            }
            Covered::Names(id, upto) => {
                if let Node::Folder { synced, changes, settled, .. } = &mut self.nodes[id] {
                    let count = upto.saturating_sub(*settled);
                    for change in changes.drain(..count).flatten() {
                        enter(synced, change);
                    }
                    *settled += count;
                }
            }
        }
    }

    fn apply(&mut self, call: &Call) {
        let paths = || call.paths().into_iter().map(PathBuf::from).collect::<Vec<_>>();
        match call.name.as_str() {
            "openat" if call.arguments.contains("O_CREAT") => {
                let path = paths().swap_remove(0);
                if self.is_below(&path) && self.find(&path).is_none() {
                    let mode = u32::try_from(call.number_from_end(0).unwrap_or(0o644)).unwrap_or(0o644);
                    self.add(&path, Node::File { bytes: Vec::new(), synced: 0, mode });
                }
            }
            "mkdir" | "mkdirat" => {
                let path = paths().swap_remove(0);
                if self.is_below(&path) {
                    let mode = u32::try_from(call.number_from_end(0).unwrap_or(0o755)).unwrap_or(0o755);
                    self.add(&path, Node::folder(mode));
                }
            }
            "write" | "writev" | "pwrite64" | "pwritev" => {
                let offset = call.name.starts_with('p').then(|| call.number_from_end(0)).flatten();
                self.write(call.descriptor(), offset, &call.bytes());
            }
            "ftruncate" => {
                let len = usize::try_from(call.number_from_end(0).unwrap_or(0)).unwrap_or(usize::MAX);
                if let Some(id) = self.find(Path::new(call.descriptor()))
                    && let Node::File { bytes, synced, .. } = &mut self.nodes[id]
                {
                    bytes.resize(len, 0);
                    *synced = (*synced).min(len);
                }
            }
            "rename" | "renameat" | "renameat2" => {
                let [from, to] = paths().try_into().expect("a rename has two paths");
                if let Some(id) = self.find(&from) {
                    self.rename(&from, &to, id);
                }
            }
            "link" | "linkat" => {
                let [from, to] = paths().try_into().expect("a link has two paths");
                if let Some(id) = self.find(&from) {
                    self.change(&to, Some(id));
                }
            }
            "unlink" | "unlinkat" | "rmdir" => {
                let path = paths().swap_remove(0);
                if self.find(&path).is_some() {
                    self.change(&path, None);
                }
            }
            _ => {}
        }
    }

    fn write(&mut self, path: &str, offset: Option<u64>, written: &[u8]) {
        let Some(id) = self.find(Path::new(path)) else { return };
        let Node::File { bytes, synced, .. } = &mut self.nodes[id] else { panic!("{path} is written to as a file") };
        let start = offset.map_or(bytes.len(), |offset| usize::try_from(offset).unwrap());
        assert!(start <= bytes.len(), "{path} is written behind its end");
        assert!(start >= *synced, "{path} is written where it was synced: it is not append-only");
        bytes.truncate(start);
        bytes.extend_from_slice(written);
    }

    fn rename(&mut self, from: &Path, to: &Path, id: Id) {
        let (old, new) = (name(from), name(to));
        if from.parent() == to.parent() {
            let folder = self.parent(from);
            self.enter(folder, vec![(old, None), (new, Some(id))]);
        } else {
            self.change(to, Some(id));
            self.change(from, None);
        }
    }

    fn add(&mut self, path: &Path, node: Node) {
        self.nodes.push(node);
        self.change(path, Some(self.nodes.len() - 1));
    }

    fn change(&mut self, path: &Path, id: Option<Id>) {
        let folder = self.parent(path);
        self.enter(folder, vec![(name(path), id)]);
    }

    fn enter(&mut self, folder: Id, change: Change) {
        let Node::Folder { now, changes, .. } = &mut self.nodes[folder] else { panic!("names stand in folders") };
        for name in &change {
            enter(now, name.clone());
        }
        changes.push(change);
    }

    fn parent(&self, path: &Path) -> Id {
        let folder = path.parent().unwrap();
        self.find(folder).unwrap_or_else(|| panic!("{} is in no known folder", path.display()))
    }

    pub(crate) fn is_below(&self, path: &Path) -> bool {
        path.starts_with(&self.root)
    }

    fn find(&self, path: &Path) -> Option<Id> {
        path.strip_prefix(&self.root).ok()?.iter().try_fold(0, |id, name| match &self.nodes[id] {
            Node::Folder { now, .. } => now.get(name.to_str()?).copied(),
            Node::File { .. } => None,
        })
    }

    /// Cuts the power: what was not durable survives as chance has it.
    pub(crate) fn cut(&mut self, random: &mut fastrand::Rng) {
        for node in &mut self.nodes {
            match node {
                Node::File { bytes, synced, .. } => {
                    match random.u8(0..4) {
                        0 => bytes.truncate(random.usize(*synced..=bytes.len())),
                        1 => {
                            let zeros = random.usize(*synced..=bytes.len());
                            bytes[zeros..].fill(0);
                        }
                        _ => bytes.truncate(*synced),
                    }
                    *synced = bytes.len();
                }
                Node::Folder { now, synced, changes, .. } => {
                    let survive = match random.u8(0..4) {
                        0 => changes.len(),
                        1 => random.usize(0..=changes.len()),
                        _ => 0,
                    };
                    for change in changes.drain(..).take(survive).flatten() {
                        enter(synced, change);
                    }
                    now.clone_from(synced);
                }
            }
        }
    }

    /// Makes everything durable.
    fn keep_all(&mut self) {
        for node in &mut self.nodes {
            match node {
                Node::File { bytes, synced, .. } => *synced = bytes.len(),
                Node::Folder { now, synced, changes, .. } => {
                    changes.clear();
                    synced.clone_from(now);
                }
            }
        }
    }

    /// Cuts the power, and nothing survives that need not.
    pub(crate) fn cut_all(&mut self) {
        for node in &mut self.nodes {
            match node {
                Node::File { bytes, synced, .. } => bytes.truncate(*synced),
                Node::Folder { now, synced, changes, .. } => {
                    changes.clear();
                    now.clone_from(synced);
                }
            }
        }
    }
}

fn enter(names: &mut BTreeMap<String, Id>, (name, id): (String, Option<Id>)) {
    match id {
        Some(id) => drop(names.insert(name, id)),
        None => drop(names.remove(&name)),
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
