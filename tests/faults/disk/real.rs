//! The disk and the real folder: made from the one, compared with the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{Disk, Id, Node};
use crate::trace::Trace;

/// The content of every file, by its path; folders have none.
type Listing = BTreeMap<PathBuf, Option<Vec<u8>>>;

impl Disk {
    /// The real folder as it is, all of it durable.
    pub(crate) fn read(root: &Path) -> Self {
        let mut found = Listing::new();
        list(root, &mut found);
        let mut disk = Self::new(root);
        for (path, bytes) in found.into_iter().filter(|(path, _)| path != root) {
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            let node = match bytes {
                None => Node::folder(mode),
                Some(bytes) => Node::file(bytes, mode),
            };
            disk.add(&path, node);
        }
        disk.keep_all();
        disk
    }

    /// Makes the real folder what this says.
    pub(crate) fn materialise(&self) {
        if self.root.exists() {
            fs::remove_dir_all(&self.root).unwrap();
        }
        self.visit(0, &self.root, &mut |path, node| match node {
            Node::Folder { mode, .. } => {
                fs::create_dir(path).unwrap();
                fs::set_permissions(path, fs::Permissions::from_mode(*mode & 0o755)).unwrap();
            }
            Node::File { now, mode, .. } => {
                fs::write(path, now).unwrap();
                fs::set_permissions(path, fs::Permissions::from_mode(*mode & 0o644)).unwrap();
            }
        });
    }

    pub(super) fn visit(&self, id: Id, path: &Path, see: &mut impl FnMut(&Path, &Node)) {
        see(path, &self.nodes[id]);
        if let Node::Folder { now, .. } = &self.nodes[id] {
            for (name, id) in now {
                self.visit(*id, &path.join(name), see);
            }
        }
    }

    /// Fails where the real folder, as a killed server left it, is not what this says: then calls are missing here.
    pub(crate) fn agrees(&self, trace: &Trace) {
        let mut here = Listing::new();
        self.visit(0, &self.root, &mut |path, node| {
            let bytes = if let Node::File { now, .. } = node { Some(now.clone()) } else { None };
            here.insert(path.to_owned(), bytes);
        });
        let mut there = Listing::new();
        list(&self.root, &mut there);
        // The last calls of a killed process may or may not have happened.
        let unknown: BTreeSet<PathBuf> = trace
            .calls
            .iter()
            .filter(|call| call.result.is_none())
            .flat_map(|call| [vec![call.descriptor().to_owned()], call.texts()].concat())
            .map(PathBuf::from)
            .collect();
        here.retain(|path, _| !unknown.contains(path));
        there.retain(|path, _| !unknown.contains(path));
        let paths: BTreeSet<&PathBuf> = here.keys().chain(there.keys()).collect();
        let differ: Vec<_> = paths.into_iter().filter(|path| here.get(*path) != there.get(*path)).collect();
        assert!(differ.is_empty(), "the trace does not explain what is on the disk: {differ:#?}");
    }
}

fn list(folder: &Path, into: &mut Listing) {
    into.insert(folder.to_owned(), None);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, into);
        } else {
            let bytes = fs::read(&path).unwrap();
            into.insert(path, Some(bytes));
        }
    }
}
