//! `dbg:files/file-tree`.

use std::cell::{Cell, RefCell};

use super::files_types::{Error, ErrorCode, FileKind, Instant, Metadata, Usage};
use crate::fake::state::with;
use crate::fake::tree::{Node, error};
use crate::files;

#[derive(Debug)]
pub(crate) struct File {
    bytes: Vec<u8>,
    position: Cell<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub name: String,
    pub kind: FileKind,
}

#[derive(Debug)]
pub(crate) struct Page {
    pub entries: Vec<Entry>,
    pub last: bool,
}

#[derive(Debug)]
pub(crate) struct Entries {
    /// In reverse order.
    left: RefCell<Vec<Entry>>,
}

fn find(path: &str, follow: bool) -> Result<(String, Node), Error> {
    let outside = || Error { code: ErrorCode::Other, text: "no run is under way: use `fake::Host::run`".to_owned() };
    Ok(with(|state| state.host.files.find(path, follow)).ok_or_else(outside)??)
}

fn wrong_kind(path: &str, text: &str) -> Error {
    error(files::ErrorCode::WrongKind, path, text).into()
}

pub(crate) fn open(path: &str) -> Result<File, Error> {
    match find(path, true)? {
        (_, Node::File(bytes)) => Ok(File { bytes, position: Cell::new(0) }),
        _ => Err(wrong_kind(path, "is no regular file")),
    }
}

pub(crate) fn stat(path: &str, follow: bool) -> Result<Metadata, Error> {
    Ok(metadata(&find(path, follow)?.1))
}

pub(crate) fn disk_usage(path: &str) -> Result<Usage, Error> {
    let (at, _) = find(path, true)?;
    let known =
        with(|state| state.host.usages.iter().rev().find(|(below, _)| is_below(&at, below)).map(|(_, usage)| *usage));
    let crate::files::Usage { size, available, inodes, inodes_free, read_only } = known.flatten().unwrap_or_default();
    Ok(Usage { size, available, inodes, inodes_free, read_only })
}

fn is_below(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(crate) fn read_link(path: &str) -> Result<String, Error> {
    match find(path, false)? {
        (_, Node::Link(to)) => Ok(to),
        _ => Err(wrong_kind(path, "is no link")),
    }
}

pub(crate) fn scan(path: &str) -> Result<Entries, Error> {
    let (at, node) = find(path, true)?;
    if !matches!(node, Node::Directory) {
        return Err(wrong_kind(path, "is no directory"));
    }
    let entries = with(|state| state.host.files.entries(&at)).unwrap_or_default();
    let left = entries.into_iter().rev().map(|(name, node)| Entry { name, kind: kind(&node) }).collect();
    Ok(Entries { left: RefCell::new(left) })
}

impl File {
    pub(crate) fn read(&self, max: u32) -> Result<Vec<u8>, Error> {
        let most = usize::try_from(max).unwrap_or(usize::MAX).min(1 << 20);
        let rest = self.bytes.get(self.position.get()..).unwrap_or_default();
        let part = rest.get(..most).unwrap_or(rest);
        self.position.set(self.position.get() + part.len());
        Ok(part.to_vec())
    }

    pub(crate) fn seek(&self, offset: u64) -> Result<(), Error> {
        self.position.set(usize::try_from(offset).unwrap_or(usize::MAX));
        Ok(())
    }

    pub(crate) fn stat(&self) -> Result<Metadata, Error> {
        Ok(metadata(&Node::File(self.bytes.clone())))
    }
}

impl Entries {
    pub(crate) fn next(&self, max: u32, _: u32) -> Result<Page, Error> {
        let mut left = self.left.borrow_mut();
        let most = usize::try_from(max).unwrap_or(usize::MAX).min(10_000);
        let keep = left.len().saturating_sub(most);
        let mut entries = left.split_off(keep);
        entries.reverse();
        Ok(Page { entries, last: left.is_empty() })
    }
}

fn kind(node: &Node) -> FileKind {
    match node {
        Node::File(_) => FileKind::Regular,
        Node::Link(_) => FileKind::Symlink,
        Node::Directory => FileKind::Directory,
        Node::Error(_) => FileKind::Unknown,
    }
}

fn metadata(node: &Node) -> Metadata {
    let epoch = Instant { seconds: 0, nanoseconds: 0 };
    let (size, mode) = match node {
        Node::File(bytes) => (bytes.len(), 0o644),
        Node::Link(to) => (to.len(), 0o777),
        Node::Directory | Node::Error(_) => (0, 0o755),
    };
    Metadata {
        kind: kind(node),
        size: u64::try_from(size).unwrap_or(u64::MAX),
        mode,
        uid: 0,
        gid: 0,
        links: 1,
        modified: epoch,
        changed: epoch,
        device: "0:1".to_owned(),
        inode: "1".to_owned(),
    }
}
