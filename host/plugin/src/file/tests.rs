use super::*;
use crate::component::samples::{GUEST, PLAIN, component, nested};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_component_is_read_from_a_file_and_through_a_link() {
    let folder = folder();
    let path = folder.path().join("sample.wasm");
    fs_err::write(&path, component(&format!("{} {GUEST}", nested(PLAIN)))).unwrap();
    let link = folder.path().join("link.wasm");
    fs_err::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(read_file(&path).unwrap().digest(), read_file(&link).unwrap().digest());
}

#[test]
fn what_is_no_plain_file_is_refused_without_opening_it() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for (path, expected) in [
        (folder.path(), FileKind::Directory),
        (pipe.as_path(), FileKind::Pipe),
        (socket.as_path(), FileKind::Socket),
        (Path::new("/dev/zero"), FileKind::Device),
    ] {
        assert!(matches!(read_file(path), Err(FileError::Kind { kind, .. }) if kind == expected), "{expected}");
    }
}

#[test]
fn a_missing_file_is_called_missing() {
    let folder = folder();
    assert!(matches!(read_file(&folder.path().join("no.wasm")), Err(FileError::Missing { .. })));
    let dangling = folder.path().join("dangling");
    fs_err::os::unix::fs::symlink("nowhere", &dangling).unwrap();
    assert!(matches!(read_file(&dangling), Err(FileError::Missing { .. })));
}

#[test]
fn a_gigabyte_of_zeros_is_refused_by_its_length_alone() {
    let folder = folder();
    let path = folder.path().join("zeros");
    fs_err::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let error = read_file(&path).unwrap_err();
    assert!(
        matches!(error, FileError::Component { source: ComponentError::TooLarge { bytes }, .. } if bytes == 1 << 30),
        "{error:?}"
    );
}

#[test]
fn a_file_that_says_it_is_empty_and_never_ends_is_cut_off() {
    // Files of /proc have length 0 and content all the same.
    let fault = read_regular(Path::new("/proc/self/maps"), 16, Links::Follow).unwrap_err();
    assert!(matches!(fault, ReadFault::TooLarge { bytes: 17 }), "{fault:?}");
}

#[test]
fn a_link_is_not_followed_where_that_is_asked_for() {
    let folder = folder();
    let link = folder.path().join("link");
    fs_err::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
    let fault = read_regular(&link, 1 << 20, Links::Refuse).unwrap_err();
    assert!(matches!(fault, ReadFault::Kind(FileKind::Link)), "{fault:?}");
}

#[test]
fn the_hint_for_a_bad_component_is_the_component_s() {
    let folder = folder();
    let path = folder.path().join("notes.txt");
    fs_err::write(&path, "notes").unwrap();
    let error = read_file(&path).unwrap_err();
    assert!(matches!(&error, FileError::Component { source: ComponentError::Text { .. }, .. }));
    assert!(error.hint().is_some());
}
