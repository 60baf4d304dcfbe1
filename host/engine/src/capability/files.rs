//! `dbg:files`: the grant is judged on the path as asked, before anything is touched, and again on where it really leads.

use std::sync::Arc;

use dbg_capability::{
    Entry, FileId, FileKind, Files, FilesError, FilesErrorCode, FollowLinks, Metadata, Page, Resolved, ScanId, Usage,
};
use dbg_model::{Cell, Effective, FilesGrant, truncate_at_char};
use tokio::task::JoinHandle;
use wasmtime::component::{HasData, Resource};

use super::context::Context;
use super::denied::denied;
use super::handles::Handles;
use super::masked::MaskedBytes;
use crate::bindings::dbg::files::{file_tree as wit, files_types as types};
use crate::resources::{FileHandle, ScanHandle};

/// Files and directories open at once.
const OPEN: usize = 64;
/// Bytes that one read gives.
const READ: u32 = 1 << 20;
/// Bytes that are read at once at least.
const LEAST: u32 = 4 << 10;
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
    File(OpenFile),
    Scan(Scan),
}

/// A file being read.
struct OpenFile {
    id: FileId,
    bytes: MaskedBytes,
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
        let resolved = self.judge(path, follow).await;
        match &resolved {
            Err(error) if error.code == FilesErrorCode::Denied => self.context.tally().refuse(),
            _ => self.context.tally().touch(),
        }
        resolved
    }

    async fn judge(&self, path: &str, follow: FollowLinks) -> Result<Resolved, FilesError> {
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
            Some(Open::File(file)) => Ok(file.id),
            Some(Open::Scan(_)) | None => Err(closed()),
        }
    }

    async fn read(&mut self, handle: &Resource<FileHandle>, max: u32) -> Result<Vec<u8>, FilesError> {
        let Some(Open::File(file)) = self.open.get_mut(handle.rep()) else { return Err(closed()) };
        let asked = usize::try_from(max.min(READ)).unwrap_or(usize::MAX);
        loop {
            if let Some(bytes) = file.bytes.take(asked) {
                return Ok(bytes);
            }
            if asked == 0 {
                return Ok(Vec::new());
            }
            if self.bytes_left == 0 {
                let text = "the 64 MiB that one run may read are read".into();
                return Err(FilesError { code: FilesErrorCode::OverBudget, text });
            }
            // Lines are looked at whole, so a guest that asks for few bytes does not make many calls of it.
            let max = max.clamp(LEAST, READ).min(u32::try_from(self.bytes_left).unwrap_or(u32::MAX));
            let mut read = self.files.read(file.id, max).await?;
            read.truncate(usize::try_from(max).unwrap_or(usize::MAX));
            self.bytes_left = self.bytes_left.saturating_sub(read.len() as u64);
            let is_end = read.is_empty();
            self.context.tally().redact(file.bytes.put(read, self.context.redactor()));
            if is_end {
                return Ok(file.bytes.take(asked).unwrap_or_default());
            }
        }
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
        Open::File(file) => files.close(file.id).await,
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
            Ok(id) => {
                let file = OpenFile { id, bytes: MaskedBytes::default() };
                Ok(Ok(Resource::new_own(self.open.insert(Open::File(file)))))
            }
            Err(error) => Ok(Err(error.into())),
        }
    }

    async fn stat(&mut self, path: String, follow: bool) -> Answer<types::Metadata> {
        let follow = if follow { FollowLinks::Yes } else { FollowLinks::No };
        Ok(self.resolve(&path, follow).await.map(|resolved| resolved.metadata.into()).map_err(Into::into))
    }

    async fn disk_usage(&mut self, path: String) -> Answer<types::Usage> {
        let read = async {
            let resolved = self.resolve(&path, FollowLinks::Yes).await?;
            self.files.usage(&resolved).await
        };
        Ok(read.await.map(Into::into).map_err(Into::into))
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
                Ok(Ok(Resource::new_own(self.open.insert(Open::Scan(scan)))))
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
        let seeked = async {
            self.files.seek(self.file(&of)?, offset.min(OFFSET)).await?;
            if let Some(Open::File(file)) = self.open.get_mut(of.rep()) {
                file.bytes.forget();
            }
            Ok::<_, FilesError>(())
        };
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

impl From<Usage> for types::Usage {
    fn from(of: Usage) -> Self {
        Self {
            size: of.size.min(OFFSET),
            available: of.available.min(OFFSET),
            inodes: of.inodes.min(OFFSET),
            inodes_free: of.inodes_free.min(OFFSET),
            read_only: of.read_only,
        }
    }
}

impl From<Page> for wit::Page {
    fn from(page: Page) -> Self {
        let entries = page.entries.into_iter().map(|entry| wit::Entry { name: entry.name, kind: entry.kind.into() });
        Self { entries: entries.collect(), last: page.last }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use dbg_capability::FileTime;
    use dbg_model::Grant;
    use tokio::sync::{Notify, watch};
    use tokio::time::Instant;

    use super::*;

    /// A target where `/log/link` leads to `/etc/shadow`, `/log/out` to `/etc/passwd`, `/log/fifo` is a FIFO, `/log` a directory,
    /// and every file is endless. It remembers what it was asked to open.
    #[derive(Default)]
    struct Target {
        asked: Mutex<Vec<String>>,
        opened: Mutex<Vec<String>>,
        page: Notify,
    }

    #[async_trait::async_trait]
    impl Files for Target {
        async fn resolve(&self, path: &str, _follow: FollowLinks) -> Result<Resolved, FilesError> {
            self.asked.lock().unwrap().push(path.to_owned());
            let (path, kind) = match path {
                "/log/link" => ("/etc/shadow", FileKind::Regular),
                "/log/out" => ("/etc/passwd", FileKind::Regular),
                "/log/fifo" => (path, FileKind::Fifo),
                "/log" => (path, FileKind::Directory),
                other => (other, FileKind::Regular),
            };
            let time = FileTime { seconds: 0, nanoseconds: 0 };
            let metadata = Metadata {
                kind,
                size: u64::MAX,
                mode: 0,
                uid: 0,
                gid: 0,
                links: 1,
                modified: time,
                changed: time,
                device: "8:1".into(),
                inode: "1".into(),
            };
            Ok(Resolved { path: path.to_owned(), metadata })
        }

        async fn open(&self, resolved: &Resolved) -> Result<FileId, FilesError> {
            self.opened.lock().unwrap().push(resolved.path.clone());
            Ok(FileId(1))
        }

        async fn read(&self, _file: FileId, max: u32) -> Result<Vec<u8>, FilesError> {
            Ok(vec![0; max as usize])
        }

        async fn seek(&self, _file: FileId, _offset: u64) -> Result<(), FilesError> {
            Ok(())
        }

        async fn stat(&self, _file: FileId) -> Result<Metadata, FilesError> {
            Err(closed())
        }

        async fn usage(&self, resolved: &Resolved) -> Result<Usage, FilesError> {
            self.opened.lock().unwrap().push(resolved.path.clone());
            let size = u64::MAX;
            Ok(Usage { size, available: size, inodes: size, inodes_free: size, read_only: false })
        }

        async fn read_link(&self, resolved: &Resolved) -> Result<String, FilesError> {
            Ok(resolved.path.clone())
        }

        async fn scan(&self, _resolved: &Resolved) -> Result<ScanId, FilesError> {
            Ok(ScanId(1))
        }

        async fn next(&self, _scan: ScanId, max: u32) -> Result<Page, FilesError> {
            self.page.notified().await;
            let entry = |number| Entry { name: format!("{number}"), kind: FileKind::Regular };
            Ok(Page { entries: (0..max).map(entry).collect(), last: true })
        }

        async fn close(&self, _file: FileId) {}

        async fn close_scan(&self, _scan: ScanId) {}
    }

    fn state(patterns: &[&str]) -> (Arc<Target>, FilesState) {
        let target = Arc::new(Target::default());
        let files: Arc<dyn Files> = Arc::clone(&target) as _;
        let patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let grants = Effective { grants: vec![Grant::Files(FilesGrant { patterns })], withheld: Vec::new() };
        let (_, cancel) = watch::channel(false);
        let context = Context::new("local", Instant::now() + Duration::from_secs(60), cancel);
        (target, FilesState::new(&grants, &files, context))
    }

    async fn refused(state: &mut FilesState, path: &str) -> types::ErrorCode {
        wit::Host::open(state, path.to_owned()).await.unwrap().unwrap_err().code
    }

    #[tokio::test]
    async fn what_was_not_granted_is_refused_before_the_target_is_asked() {
        let (target, mut state) = state(&["/log/**"]);
        for path in ["/etc/passwd", "/logs", "/"] {
            assert_eq!(refused(&mut state, path).await, types::ErrorCode::Denied, "{path}");
        }
        for path in
            ["", "log/a", "/log/../etc/passwd", "/log//a", "/log/./a", "/log/a/", "/log/a\0", &"/a".repeat(10_000)]
        {
            assert_eq!(refused(&mut state, path).await, types::ErrorCode::BadPath, "{path}");
        }
        assert!(target.asked.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_granted_path_that_leads_away_is_never_opened() {
        let (target, mut state) = state(&["/log/**", "/**"]);
        assert_eq!(refused(&mut state, "/log/link").await, types::ErrorCode::Denied, "no grant opens it");
        assert_eq!(refused(&mut state, "/etc/shadow").await, types::ErrorCode::Denied);
        assert_eq!(refused(&mut state, "/log/fifo").await, types::ErrorCode::WrongKind);
        assert_eq!(refused(&mut state, "/log").await, types::ErrorCode::WrongKind);
        let (narrow, mut state) = self::state(&["/log/**"]);
        assert_eq!(refused(&mut state, "/log/out").await, types::ErrorCode::Denied, "it leads out of the grant");
        assert!(target.opened.lock().unwrap().is_empty() && narrow.opened.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn how_full_a_file_system_is_takes_a_grant_and_fits_every_language() {
        let (target, mut state) = state(&["/log/**"]);
        for path in ["/etc/hosts", "/log/link", "/log/out"] {
            let error = wit::Host::disk_usage(&mut state, path.into()).await.unwrap().unwrap_err();
            assert_eq!(error.code, types::ErrorCode::Denied, "{path}");
        }
        assert!(target.opened.lock().unwrap().is_empty());
        let usage = wit::Host::disk_usage(&mut state, "/log/a".into()).await.unwrap().unwrap();
        assert_eq!((usage.size, usage.inodes_free), (OFFSET, OFFSET));
    }

    #[tokio::test]
    async fn a_file_without_end_stops_at_the_budget_of_the_run() {
        let (_target, mut state) = state(&["/log/**"]);
        let file = wit::Host::open(&mut state, "/log/a".into()).await.unwrap().unwrap();
        let mut bytes = 0;
        let error = loop {
            match state.read(&file, u32::MAX).await {
                Ok(read) => {
                    assert_eq!(read.len(), READ as usize);
                    bytes += read.len() as u64;
                }
                Err(error) => break error,
            }
        };
        assert_eq!((bytes, error.code), (BYTES, FilesErrorCode::OverBudget));
    }

    #[tokio::test]
    async fn sixty_four_are_open_at_once_and_a_closed_one_makes_room() {
        let (_target, mut state) = state(&["/log/**"]);
        let mut files = Vec::new();
        for _ in 0..OPEN {
            files.push(wit::Host::open(&mut state, "/log/a".into()).await.unwrap().unwrap());
        }
        assert_eq!(refused(&mut state, "/log/a").await, types::ErrorCode::OverBudget);
        wit::HostFile::close(&mut state, files.pop().unwrap()).await.unwrap();
        assert!(wit::Host::open(&mut state, "/log/a".into()).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_pull_that_ran_out_of_time_loses_no_entry() {
        let (target, mut state) = state(&["/log/**"]);
        let scan = wit::Host::scan(&mut state, "/log".into()).await.unwrap().unwrap();
        let page = state.next(&scan, 3, 0).await.unwrap();
        assert!(page.entries.is_empty() && !page.last);
        target.page.notify_one();
        let page = state.next(&scan, 2, 10_000).await.unwrap();
        assert_eq!((page.entries.len(), page.last), (2, false));
        let page = state.next(&scan, 2, 10_000).await.unwrap();
        assert_eq!((page.entries.len(), page.last), (1, true));
    }

    #[tokio::test]
    async fn without_a_grant_everything_is_denied() {
        let target: Arc<dyn Files> = Arc::new(Target::default());
        let (_, cancel) = watch::channel(false);
        let context = Context::new("local", Instant::now() + Duration::from_secs(60), cancel);
        let mut state = FilesState::new(&Effective::default(), &target, context);
        assert_eq!(refused(&mut state, "/log/a").await, types::ErrorCode::Denied);
        let stat = wit::Host::stat(&mut state, "/log/a".into(), true).await.unwrap();
        assert_eq!(stat.unwrap_err().code, types::ErrorCode::Denied);
    }
}
