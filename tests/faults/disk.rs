//! A disk as a power cut leaves it: rebuilt from the calls that a server made, with what it never synced taken away.
//!
//! It knows two states: `now`, which every process sees and a killed server leaves, and what is durable. A file's bytes
//! are durable as they were when a sync of it began that succeeded; a folder's names as they were when a sync of the
//! folder began. What is not durable may survive or not, so a cut draws for each file (no later edit, the first few and
//! a part of the next, or any of their sectors) and for each folder (no later change of its names, the first few, or
//! all).

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
    /// `settled` counts the edits that were made durable.
    File { now: Vec<u8>, synced: Vec<u8>, edits: Vec<Edit>, settled: usize, mode: u32 },
    /// `settled` counts the changes that were made durable.
    Folder { now: BTreeMap<String, Id>, synced: BTreeMap<String, Id>, changes: Vec<Change>, settled: usize, mode: u32 },
}

/// An edit of a file's bytes.
#[derive(Clone, Debug)]
enum Edit {
    /// From a place on there are now these bytes.
    Write(usize, Vec<u8>),
    /// The file has this length.
    Cut(usize),
}

/// What a disk writes as a whole, bytes.
const SECTOR: usize = 512;

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(start, written) => write(bytes, *start, written),
            Self::Cut(len) => bytes.resize(*len, 0),
        }
    }

    /// The first part of a write, as chance has it.
    fn torn(self, random: &mut fastrand::Rng) -> Option<Self> {
        let Self::Write(start, mut written) = self else { return None };
        written.truncate(random.usize(..=written.len()));
        Some(Self::Write(start, written))
    }

    /// The file gets its length; which sectors get their bytes is chance.
    fn apply_in_part(&self, bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
        let Self::Write(start, written) = self else { return self.apply(bytes) };
        bytes.resize(bytes.len().max(start + written.len()), 0);
        let mut at = 0;
        while at < written.len() {
            let end = written.len().min(at + SECTOR - (start + at) % SECTOR);
            if random.bool() {
                write(bytes, start + at, &written[at..end]);
            }
            at = end;
        }
    }
}

fn write(bytes: &mut Vec<u8>, start: usize, written: &[u8]) {
    bytes.resize(bytes.len().max(start + written.len()), 0);
    bytes[start..start + written.len()].copy_from_slice(written);
}

impl Node {
    /// A file that is durable as it is.
    fn file(bytes: Vec<u8>, mode: u32) -> Self {
        Self::File { now: bytes.clone(), synced: bytes, edits: Vec::new(), settled: 0, mode }
    }

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
            Node::File { edits, settled, .. } => Covered::Bytes(id, settled + edits.len()),
            Node::Folder { changes, settled, .. } => Covered::Names(id, settled + changes.len()),
        })
    }

    fn sync(&mut self, covered: Covered) {
        match covered {
            Covered::Bytes(id, upto) => {
                if let Node::File { synced, edits, settled, .. } = &mut self.nodes[id] {
                    let count = upto.saturating_sub(*settled);
                    for edit in edits.drain(..count) {
                        edit.apply(synced);
                    }
                    *settled += count;
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
                    self.add(&path, Node::file(Vec::new(), mode));
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
                if let Some(id) = self.find(Path::new(call.descriptor())) {
                    self.edit(id, Edit::Cut(len));
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
        let Node::File { now, synced, .. } = &self.nodes[id] else { panic!("{path} is written to as a file") };
        let start = offset.map_or(now.len(), |offset| usize::try_from(offset).unwrap());
        assert!(start <= now.len(), "{path} is written behind its end");
        let is_journal = [".journal", ".spare"].iter().any(|end| path.ends_with(end));
        assert!(is_journal || start >= synced.len(), "{path} is written where it was synced: it is not append-only");
        self.edit(id, Edit::Write(start, written.to_vec()));
    }

    fn edit(&mut self, id: Id, edit: Edit) {
        let Node::File { now, edits, .. } = &mut self.nodes[id] else { panic!("only files have bytes") };
        edit.apply(now);
        edits.push(edit);
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
                Node::File { now, synced, edits, .. } => {
                    let survive = match random.u8(0..4) {
                        0 => random.usize(0..=edits.len()),
                        1 => {
                            edits.iter().for_each(|edit| edit.apply_in_part(synced, random));
                            0
                        }
                        _ => {
                            edits.clear();
                            0
                        }
                    };
                    let mut left = edits.drain(..);
                    left.by_ref().take(survive).for_each(|edit| edit.apply(synced));
                    if survive > 0
                        && let Some(torn) = left.next().and_then(|edit| edit.torn(random))
                    {
                        torn.apply(synced);
                    }
                    drop(left);
                    now.clone_from(synced);
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
                Node::File { now, synced, edits, .. } => {
                    edits.clear();
                    synced.clone_from(now);
                }
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
                Node::File { now, synced, edits, .. } => {
                    edits.clear();
                    now.clone_from(synced);
                }
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
