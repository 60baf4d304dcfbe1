use std::io::BufReader;
use std::os::unix::fs::{PermissionsExt, symlink};

use fs_err as fs;
use tempfile::TempDir;

use super::*;
use crate::{End, MAX_LINE, Seal, Walked, digest, walk};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("audit.log");
    (folder, path)
}

fn entry() -> Entry {
    Entry::Sealed(Sealed { torn: Torn { bytes: 0, digest: digest(b"") } })
}

/// Any line that is no seal.
fn outcome(run: &str) -> Entry {
    Entry::Outcome(Box::new(crate::Outcome {
        run: run.into(),
        verdict: None,
        error: None,
        exit_code: 0,
        took_ms: 1,
        sum: crate::Results::default(),
        targets: Vec::new(),
    }))
}

fn walked(path: &Path) -> Walked {
    walk(BufReader::new(fs::File::open(path).unwrap()), None, |_, _| {}).unwrap()
}

fn fault(path: &Path) -> LogFault {
    let appended = Log::open(path).and_then(|log| log.append("now", &outcome("x")));
    match appended {
        Err(AuditError::Log { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_log_is_created_for_its_writer_alone_and_its_lines_are_a_chain() {
    let (_folder, path) = folder();
    let log = Log::open(&path).unwrap();
    let first = log.append("now", &outcome("a")).unwrap();
    let second = Log::open(&path).unwrap().append("later", &outcome("b")).unwrap();
    assert_eq!((first.position.line, second.position.line), (1, 2));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(&format!("\"line\":2,\"previous\":\"{}\"", first.position.head)), "{text}");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(walked(&path), Walked { last: Some(second.position), seals: vec![], sealed: 0, end: End::Whole });
}

#[test]
fn what_others_can_write_and_what_is_no_file_is_refused() {
    let (folder, path) = folder();
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o620)).unwrap();
    assert!(matches!(fault(&path), LogFault::Writable { mode: 0o620, .. }));
    assert!(matches!(fault(folder.path()), LogFault::Kind));
    assert!(matches!(fault(Path::new("/dev/null")), LogFault::Kind | LogFault::Writable { .. }));
    assert!(matches!(fault(&path.join("below")), LogFault::Io { .. }));
    let (fifo, link) = (path.with_extension("fifo"), path.with_extension("link"));
    rustix::fs::mkfifoat(CWD, &fifo, Mode::RUSR | Mode::WUSR).unwrap();
    assert!(matches!(fault(&fifo), LogFault::Kind));
    symlink(&path, &link).unwrap();
    assert!(matches!(fault(&link), LogFault::Link));
    let folder_link = path.with_extension("folder");
    symlink(path.parent().unwrap(), &folder_link).unwrap();
    assert!(matches!(fault(&folder_link.join("new.log")), LogFault::Link));
    assert!(!path.with_file_name("new.log").exists());
}

#[test]
fn a_torn_line_is_sealed_by_the_next_writer_and_the_chain_goes_on() {
    for torn in [&b"{\"audit\":1,\"line\":2,\"prev"[..], b"{", b"\0\0\0\0", b"{\"audit\":1,\"line\":2\n"] {
        for before in [0, 1] {
            let (_folder, path) = folder();
            let log = Log::open(&path).unwrap();
            for _ in 0..before {
                log.append("now", &outcome("a")).unwrap();
            }
            let mut bytes = fs::read(&path).unwrap();
            bytes.extend(torn);
            fs::write(&path, &bytes).unwrap();
            let torn = Torn::of(torn.strip_suffix(b"\n").unwrap_or(torn));
            assert_eq!(walked(&path).end, End::Torn(torn));
            let appended = log.append("now", &outcome("b")).unwrap();
            assert_eq!((appended.position.line, appended.sealed), (before + 2, Some(torn)));
            let walked = walked(&path);
            assert_eq!((walked.last, walked.end), (Some(appended.position), End::Whole));
            assert_eq!(walked.seals, [Seal { line: before + 1, torn }]);
        }
    }
}

#[test]
fn a_whole_line_that_lacks_its_end_alone_is_kept() {
    let (_folder, path) = folder();
    let log = Log::open(&path).unwrap();
    log.append("now", &outcome("a")).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.pop();
    fs::write(&path, &bytes).unwrap();
    let appended = log.append("now", &outcome("b")).unwrap();
    assert_eq!((appended.position.line, appended.sealed), (2, None));
    assert_eq!(walked(&path).end, End::Whole);
}

#[test]
fn somebody_elses_file_is_left_as_it_is() {
    let (_folder, path) = folder();
    for (text, damaged) in [
        ("root:x:0:0::/root:/bin/sh\n".to_owned(), false),
        ("{}".to_owned(), false),
        ("a".repeat(MAX_LINE * 2), false),
        (format!("{}\n{}\n", "x".repeat(10), "y".repeat(10)), true),
    ] {
        fs::write(&path, &text).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        let fault = fault(&path);
        assert_eq!(matches!(fault, LogFault::Damaged), damaged, "{fault}");
        assert_eq!(matches!(fault, LogFault::NotALog), !damaged, "{fault}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn writers_at_once_make_one_chain() {
    let (_folder, path) = folder();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let log = Log::open(&path).unwrap();
                for _ in 0..25 {
                    log.append("now", &outcome("x")).unwrap();
                }
            });
        }
    });
    let walked = walked(&path);
    assert_eq!((walked.last.map(|last| last.line), walked.end), (Some(100), End::Whole));
}

#[test]
fn a_lock_that_is_never_let_go_is_told() {
    let (_folder, path) = folder();
    let log = Log::open(&path).unwrap();
    let _held = Lock::take(fs::File::open(&path).unwrap()).unwrap();
    let appended = log.append("now", &entry());
    assert!(matches!(appended, Err(AuditError::Log { fault: LogFault::Locked { .. }, .. })));
}
