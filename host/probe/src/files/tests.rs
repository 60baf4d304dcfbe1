use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use dbg_capability::{FileKind, FilesErrorCode};
use rustix::fs::{CWD, FileType, Mode, RenameFlags};

use super::*;

struct Place {
    directory: tempfile::TempDir,
    files: LocalFiles,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let files = LocalFiles::new(Arc::new(Root::open(directory.path()).unwrap()));
        Self { directory, files }
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.directory.path().join(path)
    }

    fn write(&self, path: &str, content: &str) {
        fs_err::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs_err::write(self.path(path), content).unwrap();
    }

    async fn resolve(&self, path: &str) -> Resolved {
        self.files.resolve(path, FollowLinks::Yes).await.unwrap()
    }

    async fn content(&self, path: &str) -> Result<Vec<u8>, FilesErrorCode> {
        let code = |error: FilesError| error.code;
        let resolved = self.files.resolve(path, FollowLinks::Yes).await.map_err(code)?;
        let file = self.files.open(&resolved).await.map_err(code)?;
        self.files.read(file, 1 << 20).await.map_err(code)
    }
}

fn here() -> LocalFiles {
    LocalFiles::new(Arc::new(Root::open(Path::new("/")).unwrap()))
}

fn fifo(path: &Path) {
    rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::RUSR, 0).unwrap();
}

#[tokio::test]
async fn a_file_is_read_in_pieces_and_from_a_position() {
    let place = Place::new();
    place.write("etc/file", "0123456789");
    let resolved = place.resolve("/etc/file").await;
    assert_eq!(
        (resolved.path.as_str(), resolved.metadata.kind, resolved.metadata.size),
        ("/etc/file", FileKind::Regular, 10)
    );
    let file = place.files.open(&resolved).await.unwrap();
    assert_eq!(place.files.read(file, 4).await.unwrap(), b"0123");
    assert_eq!(place.files.read(file, 0).await.unwrap(), b"");
    assert_eq!(place.files.read(file, 100).await.unwrap(), b"456789");
    assert_eq!(place.files.read(file, 100).await.unwrap(), b"");
    place.files.seek(file, 8).await.unwrap();
    assert_eq!(place.files.read(file, 100).await.unwrap(), b"89");
    assert_eq!(place.files.stat(file).await.unwrap(), resolved.metadata);
    place.files.close(file).await;
    place.files.close(file).await;
    assert_eq!(place.files.read(file, 1).await.unwrap_err().code, FilesErrorCode::Closed);
}

#[tokio::test]
async fn a_fifo_a_socket_a_device_and_a_directory_are_not_opened() {
    let place = Place::new();
    fifo(&place.path("fifo"));
    let _socket = std::os::unix::net::UnixListener::bind(place.path("socket")).unwrap();
    place.write("directory/file", "");
    for (path, kind, text) in [
        ("/fifo", FileKind::Fifo, "`/fifo`: a FIFO and no regular file"),
        ("/socket", FileKind::Socket, "`/socket`: a socket and no regular file"),
        ("/directory", FileKind::Directory, "`/directory`: a directory and no regular file"),
    ] {
        let resolved = place.resolve(path).await;
        assert_eq!(resolved.metadata.kind, kind);
        let error = place.files.open(&resolved).await.unwrap_err();
        assert_eq!((error.code, error.text.as_str()), (FilesErrorCode::WrongKind, text));
    }
    let here = here();
    let null = here.resolve("/dev/null", FollowLinks::Yes).await.unwrap();
    assert_eq!(null.metadata.kind, FileKind::Character);
    assert_eq!(here.open(&null).await.unwrap_err().code, FilesErrorCode::WrongKind);
}

#[tokio::test]
async fn files_of_proc_have_no_size_and_can_be_read() {
    let here = here();
    let resolved = here.resolve("/proc/self/status", FollowLinks::Yes).await.unwrap();
    assert_eq!(resolved.metadata.size, 0);
    let file = here.open(&resolved).await.unwrap();
    assert!(here.read(file, 4096).await.unwrap().starts_with(b"Name:"));
    let magic = here.resolve("/proc/self/root/etc/passwd", FollowLinks::Yes).await.unwrap_err();
    assert_eq!(magic.code, FilesErrorCode::WrongKind);
}

#[tokio::test]
async fn how_full_a_file_system_is_is_told_without_opening_what_lies_there() {
    let folder = tempfile::tempdir().unwrap();
    fifo(&folder.path().join("fifo"));
    let path = format!("{}/fifo", folder.path().display());
    let resolved = here().resolve(&path, FollowLinks::Yes).await.unwrap();
    let usage = here().usage(&resolved).await.unwrap();
    assert!(usage.size > 0 && usage.available <= usage.size && usage.inodes_free <= usage.inodes, "{usage:?}");
    assert!(!usage.read_only);
    let proc = here().resolve("/proc", FollowLinks::Yes).await.unwrap();
    assert_eq!(here().usage(&proc).await.unwrap().size, 0);
}

#[tokio::test]
async fn one_read_is_bounded_and_a_file_that_grows_goes_on() {
    let place = Place::new();
    place.write("log", "a");
    let mut log = fs_err::OpenOptions::new().append(true).open(place.path("log")).unwrap();
    let resolved = place.resolve("/log").await;
    let file = place.files.open(&resolved).await.unwrap();
    assert_eq!(place.files.read(file, 10).await.unwrap(), b"a");
    assert_eq!(place.files.read(file, 10).await.unwrap(), b"");
    log.write_all(b"b").unwrap();
    assert_eq!(place.files.read(file, 10).await.unwrap(), b"b");
    log.set_len(1 << 40).unwrap();
    assert_eq!(place.files.read(file, u32::MAX).await.unwrap().len(), 1 << 20);
    place.files.seek(file, u64::MAX).await.unwrap_err();
}

#[tokio::test]
async fn names_of_any_bytes_can_be_listed_and_opened_again() {
    let place = Place::new();
    let names =
        [&b"plain"[..], b"back\\slash", b"\\x41", b"bytes\xff\xfe", b"caf\xc3\xa9", b"esc\x1b[31m", b"new\nline"];
    for name in names {
        fs_err::write(place.directory.path().join(OsStr::from_bytes(name)), name).unwrap();
    }
    let scan = place.files.scan(&place.resolve("/").await).await.unwrap();
    let page = place.files.next(scan, 100).await.unwrap();
    assert!(page.last);
    assert_eq!(page.entries.len(), names.len());
    for entry in page.entries {
        assert_eq!(entry.kind, FileKind::Regular);
        let content = place.content(&format!("/{}", entry.name)).await.unwrap();
        assert!(names.contains(&content.as_slice()));
        assert_eq!(path::escape(&content), entry.name);
    }
}

#[tokio::test]
async fn a_directory_comes_in_pages_and_the_last_one_says_so() {
    let place = Place::new();
    for name in ["a", "b", "c"] {
        place.write(name, "");
    }
    let scan = place.files.scan(&place.resolve("/").await).await.unwrap();
    assert_eq!(place.files.next(scan, 0).await.unwrap(), Page { entries: Vec::new(), last: false });
    let first = place.files.next(scan, 2).await.unwrap();
    assert_eq!((first.entries.len(), first.last), (2, false));
    let second = place.files.next(scan, 2).await.unwrap();
    assert_eq!((second.entries.len(), second.last), (1, true));
    assert_eq!(place.files.next(scan, 2).await.unwrap(), Page { entries: Vec::new(), last: true });
    place.files.close_scan(scan).await;
    assert_eq!(place.files.next(scan, 2).await.unwrap_err().code, FilesErrorCode::Closed);
    let error = place.files.scan(&place.resolve("/a").await).await.unwrap_err();
    assert_eq!(error.code, FilesErrorCode::WrongKind);
}

#[tokio::test]
async fn a_link_is_looked_at_or_followed_as_asked() {
    let place = Place::new();
    place.write("file", "x");
    symlink("/outside\\of", place.path("link")).unwrap();
    let link = place.files.resolve("/link", FollowLinks::No).await.unwrap();
    assert_eq!(link.metadata.kind, FileKind::Symlink);
    assert_eq!(place.files.read_link(&link).await.unwrap(), "/outside\\\\of");
    assert_eq!(place.files.open(&link).await.unwrap_err().code, FilesErrorCode::WrongKind);
    let dangling = place.files.resolve("/link", FollowLinks::Yes).await.unwrap_err();
    assert_eq!(dangling.code, FilesErrorCode::NotFound);
    let file = place.resolve("/file").await;
    assert_eq!(place.files.read_link(&file).await.unwrap_err().code, FilesErrorCode::WrongKind);
}

#[tokio::test]
async fn what_became_something_else_after_it_was_judged_is_not_opened() {
    let place = Place::new();
    place.write("a/b/file", "judged");
    place.write("secret/file", "secret");
    let resolved = place.resolve("/a/b/file").await;

    fs_err::rename(place.path("a/b"), place.path("a/old")).unwrap();
    symlink("/secret", place.path("a/b")).unwrap();
    let error = place.files.open(&resolved).await.unwrap_err();
    assert_eq!((error.code, error.text.as_str()), (FilesErrorCode::Other, "`/a/b/file`: leads elsewhere by now"));

    // A link to the very same directory is a link all the same.
    fs_err::remove_file(place.path("a/b")).unwrap();
    symlink("old", place.path("a/b")).unwrap();
    assert_eq!(place.files.open(&resolved).await.unwrap_err().code, FilesErrorCode::Other);

    fs_err::remove_file(place.path("a/b")).unwrap();
    place.write("a/b/file", "another");
    assert_eq!(place.files.open(&resolved).await.unwrap_err().code, FilesErrorCode::Other);

    fs_err::remove_file(place.path("a/b/file")).unwrap();
    fifo(&place.path("a/b/file"));
    assert_eq!(place.files.open(&resolved).await.unwrap_err().code, FilesErrorCode::Other);
    assert_eq!(place.files.scan(&resolved).await.unwrap_err().code, FilesErrorCode::Other);

    fs_err::remove_file(place.path("a/b/file")).unwrap();
    assert_eq!(place.files.open(&resolved).await.unwrap_err().code, FilesErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_swapped_without_end_never_leads_out_of_the_root() {
    for way in [|root: Root| root, Root::without_openat2] {
        let directory = tempfile::tempdir().unwrap();
        for path in ["root/inside/deep", "outside/deep"] {
            fs_err::create_dir_all(directory.path().join(path)).unwrap();
            fs_err::write(directory.path().join(path).join("file"), path).unwrap();
        }
        let (one, other) = (directory.path().join("root/inside"), directory.path().join("root/other"));
        symlink("../outside", &other).unwrap();
        let files = LocalFiles::new(Arc::new(way(Root::open(&directory.path().join("root")).unwrap())));
        let swapping = tokio::task::spawn_blocking(move || {
            for _ in 0..4_000 {
                rustix::fs::renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE).unwrap();
            }
        });
        let mut looked = 0;
        while !swapping.is_finished() || looked == 0 {
            looked += 1;
            let Ok(resolved) = files.resolve("/inside/deep/../deep/file", FollowLinks::Yes).await else { continue };
            let Ok(file) = files.open(&resolved).await else { continue };
            assert_eq!(files.read(file, 100).await.unwrap(), b"root/inside/deep");
            files.close(file).await;
        }
        swapping.await.unwrap();
    }
}

#[tokio::test]
async fn the_table_of_handles_has_an_end_and_recovers() {
    let place = Place::new();
    place.write("file", "");
    let resolved = place.resolve("/file").await;
    let mut open = Vec::new();
    let full = loop {
        match place.files.open(&resolved).await {
            Ok(file) => open.push(file),
            Err(error) => break error,
        }
    };
    assert_eq!((full.code, open.len()), (FilesErrorCode::OverBudget, 512));
    place.files.close(open[0]).await;
    let next = place.files.open(&resolved).await.unwrap();
    assert!(!open.contains(&next));
}

#[tokio::test]
async fn a_path_in_an_error_is_escaped_and_short() {
    let place = Place::new();
    let error = place.files.resolve("/\x1b[31m\u{202e}", FollowLinks::Yes).await.unwrap_err();
    assert_eq!(
        (error.code, error.text.as_str()),
        (FilesErrorCode::NotFound, "`/\\x1b[31m\\u{202e}`: no such file or directory")
    );
    let error = place.files.resolve(&format!("/{}", "\x1b".repeat(4_000)), FollowLinks::Yes).await.unwrap_err();
    assert_eq!(error.code, FilesErrorCode::BadPath);
    assert!(error.text.len() < 4_096);
    let error = place.files.resolve("relative", FollowLinks::Yes).await.unwrap_err();
    assert_eq!(error.code, FilesErrorCode::BadPath);
}
