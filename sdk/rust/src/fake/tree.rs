//! The files that a test sets up.

use std::collections::BTreeMap;

use crate::files::{self, ErrorCode};

/// As many links as Linux follows in one path.
const MOST_LINKS: usize = 40;

/// What lies at a path.
#[derive(Clone, Debug)]
pub(super) enum Node {
    File(Vec<u8>),
    Link(String),
    Directory,
    Error(files::Error),
}

/// Nodes by absolute path, without a slash at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    nodes: BTreeMap<String, Node>,
}

impl Tree {
    pub(super) fn put(&mut self, path: &str, node: Node) {
        self.nodes.insert(plain(path), node);
    }

    /// The node at a path and where it really is; links in the middle are always followed.
    pub(super) fn find(&self, path: &str, follow: bool) -> Result<(String, Node), files::Error> {
        if !path.starts_with('/') || files::unescape(path).is_none() {
            return Err(error(ErrorCode::BadPath, path, "is no path"));
        }
        let mut waiting: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
        let mut at = String::new();
        let mut links = 0;
        while let Some(part) = waiting.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => at.truncate(at.rfind('/').unwrap_or(0)),
                part => {
                    at.push('/');
                    at.push_str(part);
                }
            }
            let is_last = waiting.iter().all(String::is_empty);
            match self.nodes.get(&at) {
                Some(Node::Error(told)) => return Err(told.clone()),
                Some(Node::Link(to)) if follow || !is_last => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(error(ErrorCode::WrongKind, path, "goes through too many links"));
                    }
                    at.truncate(if to.starts_with('/') { 0 } else { at.rfind('/').unwrap_or(0) });
                    waiting.extend(to.rsplit('/').map(str::to_owned));
                }
                _ => {}
            }
        }
        match self.nodes.get(&at) {
            Some(node) => Ok((at, node.clone())),
            None if self.has_below(&at) => Ok((at, Node::Directory)),
            None => Err(error(ErrorCode::NotFound, path, "does not exist")),
        }
    }

    fn has_below(&self, directory: &str) -> bool {
        directory.is_empty() || self.nodes.keys().any(|path| below(path, directory).is_some())
    }

    /// Name and node of each entry of a directory, by name.
    pub(super) fn entries(&self, directory: &str) -> Vec<(String, Node)> {
        let mut entries: BTreeMap<String, Node> = BTreeMap::new();
        for (path, node) in &self.nodes {
            match below(path, directory)
                .map(|rest| rest.split_once('/').map_or((rest, false), |(name, _)| (name, true)))
            {
                Some((name, true)) => {
                    entries.entry(name.to_owned()).or_insert(Node::Directory);
                }
                Some((name, false)) => {
                    entries.insert(name.to_owned(), node.clone());
                }
                None => {}
            }
        }
        entries.into_iter().collect()
    }
}

fn plain(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).flat_map(|part| ["/", part]).collect()
}

fn below<'a>(path: &'a str, directory: &str) -> Option<&'a str> {
    path.strip_prefix(directory)?.strip_prefix('/')
}

pub(super) fn error(code: ErrorCode, path: &str, text: &str) -> files::Error {
    files::Error { code, text: format!("`{path}` {text}") }
}
