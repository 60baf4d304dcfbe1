//! `dbg:files`: the grant is judged on the path as asked, before anything is touched, and again on where it really leads.

use std::sync::Arc;

use dbg_capability::{
    Entry, FileId, FileKind, Files, FilesError, FilesErrorCode, FollowLinks, Metadata, Page, Resolved, ScanId,
};
use dbg_model::{Cell, Effective, FilesGrant, truncate_at_char};
use tokio::task::JoinHandle;
use wasmtime::component::{HasData, Resource};

use super::context::Context;
use super::denied::denied;
use super::handles::Handles;
use crate::bindings::dbg::files::{file_tree as wit, files_types as types};
use crate::resources::{FileHandle, ScanHandle};

/// Files and directories open at once.
const OPEN: usize = 64;
/// Bytes that one read gives.
const READ: u32 = 1 << 20;
/// Bytes that all reads of a run give.
const BYTES: u64 = 64 << 20;
/// Entries that one pull gives.
const ENTRIES: u32 = 10_000;
/// Largest offset: every language holds it exactly.
const OFFSET: u64 = 1 << 53;
/// PATH_MAX; each byte of it takes at most four in the escaped form.
const PATH: usize = 4096 * 4;

/// One run's open files.
pub(crate) struct FilesState {
    files: Arc<dyn Files>,
    /// None when nothing was granted.
    grant: Option<FilesGrant>,
    context: Context,
    open: Handles<Open>,
    bytes_left: u64,
}

enum Open {
    File(FileId),
    Scan(Scan),
}

/// A directory being read. A pull that ran out of time goes on, or what it read would be lost.
struct Scan {
    id: ScanId,
    pulling: Option<JoinHandle<Result<Page, FilesError>>>,
    /// Read already, and more than the guest asked for.
    rest: Vec<Entry>,
    last: bool,
}

/// Links this interface to [`FilesState`].
pub(crate) struct HasFiles;

impl HasData for HasFiles {
    type Data<'a> = &'a mut FilesState;
}

impl FilesState {
    /// Once a run.
    pub(crate) fn new(grants: &Effective, files: &Arc<dyn Files>, context: Context) -> Self {
        Self {
            files: Arc::clone(files),
            grant: grants.files().cloned(),
            context,
            open: Handles::new(OPEN),
            bytes_left: BYTES,
        }
    }

    /// Closes at the target whatever the guest left open.
    pub(crate) async fn release(&mut self) {
        let left: Vec<Open> = self.open.drain().collect();
        for open in left {
            close(&*self.files, open).await;
        }
    }

    /// The one door: a path becomes a place at the target only through here.
    async fn resolve(&self, path: &str, follow: FollowLinks) -> Result<Resolved, FilesError> {
        let Some(grant) = &self.grant else { return Err(refused("`files` was not granted".into())) };
        if !is_path(path) {
            let text = "the path is not absolute and plain, or longer than 4096 bytes".into();
            return Err(FilesError { code: FilesErrorCode::BadPath, text });
        }
        if !grant.covers(path) {
            return Err(refused(format!("`files` was not granted for `{}`", shown(path))));
        }
        let resolved = self.files.resolve(path, follow).await?;
        if let Some(what) = denied(&resolved.path) {
            return Err(refused(format!("`{}` holds {what}, which no grant opens", shown(&resolved.path))));
        }
        if !grant.covers(&resolved.path) {
            let (asked, found) = (shown(path), shown(&resolved.path));
            return Err(refused(format!("`{asked}` leads to `{found}`, for which `files` was not granted")));
        }
        Ok(resolved)
    }

    /// As [`Self::resolve`], for what takes a handle; `kind` is what it must be, judged before it is opened.
    async fn resolve_to_open(&self, path: &str, kind: FileKind) -> Result<Resolved, FilesError> {
        if !self.open.has_room() {
            let text = format!("{OPEN} files and directories are open already");
            return Err(FilesError { code: FilesErrorCode::OverBudget, text });
        }
        let resolved = self.resolve(path, FollowLinks::Yes).await?;
        if resolved.metadata.kind != kind {
            let wanted = if kind == FileKind::Directory { "directory" } else { "regular file" };
            let text = format!("`{}` is no {wanted}", shown(&resolved.path));
            return Err(FilesError { code: FilesErrorCode::WrongKind, text });
        }
        Ok(resolved)
    }

    fn file(&self, handle: &Resource<FileHandle>) -> Result<FileId, FilesError> {
        match self.open.get(handle.rep()) {
            Some(Open::File(file)) => Ok(*file),
            Some(Open::Scan(_)) | None => Err(closed()),
        }
    }

    async fn read(&mut self, handle: &Resource<FileHandle>, max: u32) -> Result<Vec<u8>, FilesError> {
        let file = self.file(handle)?;
        if self.bytes_left == 0 {
            let text = "the 64 MiB that one run may read are read".into();
            return Err(FilesError { code: FilesErrorCode::OverBudget, text });
        }
        let max = max.min(READ).min(u32::try_from(self.bytes_left).unwrap_or(u32::MAX));
        let mut bytes = self.files.read(file, max).await?;
        bytes.truncate(usize::try_from(max).unwrap_or(usize::MAX));
        self.bytes_left = self.bytes_left.saturating_sub(bytes.len() as u64);
        Ok(bytes)
    }

    async fn next(&mut self, handle: &Resource<ScanHandle>, max: u32, timeout_ms: u32) -> Result<Page, FilesError> {
        let max = max.min(ENTRIES);
        let Some(Open::Scan(scan)) = self.open.get_mut(handle.rep()) else { return Err(closed()) };
        if scan.rest.is_empty() && !scan.last && max > 0 {
            let pulling = scan.pulling.get_or_insert_with(|| {
                let (files, id) = (Arc::clone(&self.files), scan.id);
                tokio::spawn(async move { files.next(id, max).await })
            });
            let Some(pulled) = self.context.pull(timeout_ms, pulling).await else {
                return Ok(Page { entries: Vec::new(), last: false });
            };
            scan.pulling = None;
            let page =
                pulled.map_err(|cause| FilesError { code: FilesErrorCode::Other, text: cause.to_string() })??;
            (scan.rest, scan.last) = (page.entries, page.last);
        }
        let more = scan.rest.split_off(scan.rest.len().min(usize::try_from(max).unwrap_or(usize::MAX)));
        let entries = std::mem::replace(&mut scan.rest, more);
        Ok(Page { entries, last: scan.last && scan.rest.is_empty() })
    }
}

async fn close(files: &dyn Files, open: Open) {
    match open {
        Open::File(file) => files.close(file).await,
        Open::Scan(scan) => {
            if let Some(pulling) = scan.pulling {
                pulling.abort();
            }
            files.close_scan(scan.id).await;
        }
    }
}

/// Absolute and without parts that a grant's patterns could be fooled by.
fn is_path(path: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    path.len() <= PATH
        && !path.contains('\0')
        && path.strip_prefix('/').is_some_and(|inside| inside.is_empty() || inside.split('/').all(plain))
}

fn shown(path: &str) -> String {
    Cell(truncate_at_char(path, 512)).to_string()
}

fn refused(text: String) -> FilesError {
    FilesError { code: FilesErrorCode::Denied, text }
}

fn closed() -> FilesError {
    FilesError { code: FilesErrorCode::Closed, text: "the handle was closed".into() }
}

type Answer<T> = wasmtime::Result<Result<T, types::Error>>;

impl types::Host for FilesState {}

impl wit::Host for FilesState {
    async fn open(&mut self, path: String) -> Answer<Resource<FileHandle>> {
        let opened = async {
            let resolved = self.resolve_to_open(&path, FileKind::Regular).await?;
            self.files.open(&resolved).await
        };
        match opened.await {
            Ok(file) => Ok(Ok(Resource::new_own(self.open.insert(Open::File(file))?))),
            Err(error) => Ok(Err(error.into())),
        }
    }

    async fn stat(&mut self, path: String, follow: bool) -> Answer<types::Metadata> {
        let follow = if follow { FollowLinks::Yes } else { FollowLinks::No };
        Ok(self.resolve(&path, follow).await.map(|resolved| resolved.metadata.into()).map_err(Into::into))
    }

    async fn read_link(&mut self, path: String) -> Answer<String> {
        let read = async {
            let resolved = self.resolve(&path, FollowLinks::No).await?;
            if resolved.metadata.kind != FileKind::Symlink {
                let text = format!("`{}` is no symbolic link", shown(&resolved.path));
                return Err(FilesError { code: FilesErrorCode::WrongKind, text });
            }
            self.files.read_link(&resolved).await
        };
        Ok(read.await.map_err(Into::into))
    }

    async fn scan(&mut self, path: String) -> Answer<Resource<ScanHandle>> {
        let scanned = async {
            let resolved = self.resolve_to_open(&path, FileKind::Directory).await?;
            self.files.scan(&resolved).await
        };
        match scanned.await {
            Ok(id) => {
                let scan = Scan { id, pulling: None, rest: Vec::new(), last: false };
                Ok(Ok(Resource::new_own(self.open.insert(Open::Scan(scan))?)))
            }
            Err(error) => Ok(Err(error.into())),
        }
    }
}

impl wit::HostFile for FilesState {
    async fn read(&mut self, of: Resource<FileHandle>, max: u32) -> Answer<Vec<u8>> {
        Ok(FilesState::read(self, &of, max).await.map_err(Into::into))
    }

    async fn seek(&mut self, of: Resource<FileHandle>, offset: u64) -> Answer<()> {
        let seeked = async { self.files.seek(self.file(&of)?, offset.min(OFFSET)).await };
        Ok(seeked.await.map_err(Into::into))
    }

    async fn stat(&mut self, of: Resource<FileHandle>) -> Answer<types::Metadata> {
        let read = async { self.files.stat(self.file(&of)?).await };
        Ok(read.await.map(Into::into).map_err(Into::into))
    }

    async fn close(&mut self, of: Resource<FileHandle>) -> wasmtime::Result<()> {
        if let Some(open) = self.open.close(of.rep()) {
            close(&*self.files, open).await;
        }
        Ok(())
    }

    async fn drop(&mut self, of: Resource<FileHandle>) -> wasmtime::Result<()> {
        if let Some(open) = self.open.drop(of.rep()) {
            close(&*self.files, open).await;
        }
        Ok(())
    }
}

impl wit::HostEntries for FilesState {
    async fn next(&mut self, of: Resource<ScanHandle>, max: u32, timeout_ms: u32) -> Answer<wit::Page> {
        Ok(FilesState::next(self, &of, max, timeout_ms).await.map(Into::into).map_err(Into::into))
    }

    async fn close(&mut self, of: Resource<ScanHandle>) -> wasmtime::Result<()> {
        if let Some(open) = self.open.close(of.rep()) {
            close(&*self.files, open).await;
        }
        Ok(())
    }

    async fn drop(&mut self, of: Resource<ScanHandle>) -> wasmtime::Result<()> {
        if let Some(open) = self.open.drop(of.rep()) {
            close(&*self.files, open).await;
        }
        Ok(())
    }
}

impl From<FilesError> for types::Error {
    fn from(error: FilesError) -> Self {
        let code = match error.code {
            FilesErrorCode::Denied => types::ErrorCode::Denied,
            FilesErrorCode::NotFound => types::ErrorCode::NotFound,
            FilesErrorCode::WrongKind => types::ErrorCode::WrongKind,
            FilesErrorCode::BadPath => types::ErrorCode::BadPath,
            FilesErrorCode::OverBudget => types::ErrorCode::OverBudget,
            FilesErrorCode::Closed => types::ErrorCode::Closed,
            FilesErrorCode::Other => types::ErrorCode::Other,
        };
        Self { code, text: truncate_at_char(&error.text, 4096).to_owned() }
    }
}

impl From<FileKind> for types::FileKind {
    fn from(kind: FileKind) -> Self {
        match kind {
            FileKind::Regular => Self::Regular,
            FileKind::Directory => Self::Directory,
            FileKind::Symlink => Self::Symlink,
            FileKind::Block => Self::Block,
            FileKind::Character => Self::Character,
            FileKind::Fifo => Self::Fifo,
            FileKind::Socket => Self::Socket,
            FileKind::Unknown => Self::Unknown,
        }
    }
}

impl From<Metadata> for types::Metadata {
    fn from(of: Metadata) -> Self {
        let time =
            |time: dbg_capability::FileTime| types::Instant { seconds: time.seconds, nanoseconds: time.nanoseconds };
        Self {
            kind: of.kind.into(),
            size: of.size.min(OFFSET),
            mode: of.mode,
            uid: of.uid,
            gid: of.gid,
            links: of.links,
            modified: time(of.modified),
            changed: time(of.changed),
            device: of.device,
            inode: of.inode,
        }
    }
}

impl From<Page> for wit::Page {
    fn from(page: Page) -> Self {
        let entries = page.entries.into_iter().map(|entry| wit::Entry { name: entry.name, kind: entry.kind.into() });
        Self { entries: entries.collect(), last: page.last }
    }
}
