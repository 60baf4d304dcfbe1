//! Sets as they are written, and hostile ones: each with its own error.

use super::*;
use crate::set::entry::{BLOCK, Entry};
use crate::trust::Revoked;
use crate::trust::tests::{chain, component, good, list_file, revocations, root};

fn sample() -> PluginSet {
    let list = list_file(&revocations(1, Revoked::default()));
    PluginSet {
        roots: BTreeMap::from([("acme".parse().unwrap(), chain(&[(&root(), &[1, 2])]).into())]),
        lists: BTreeMap::from([("acme".parse().unwrap(), list.into())]),
        plugins: BTreeMap::from([(crate::component::digest(&component()), good())]),
    }
}

fn parse(bytes: &[u8]) -> Result<PluginSet, SetError> {
    PluginSet::parse(&Bytes::copy_from_slice(bytes))
}

/// An archive of these headers and contents, after a good first entry.
fn archive(entries: &[(tar::Header, &[u8])]) -> Vec<u8> {
    let mut bytes = PluginSet::default().to_bytes().unwrap();
    bytes.truncate(2 * BLOCK);
    for (header, content) in entries {
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    }
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

fn header(name: &str, size: u64, kind: tar::EntryType) -> tar::Header {
    let mut header = Entry::Root("acme".parse().unwrap()).header(size).unwrap();
    header.as_mut_bytes()[..100].fill(0);
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_cksum();
    header
}

fn plain(name: &str, size: u64) -> tar::Header {
    header(name, size, tar::EntryType::Regular)
}

#[test]
fn a_set_is_read_as_it_was_written_and_always_written_alike() {
    let set = sample();
    let bytes = set.to_bytes().unwrap();
    assert_eq!(parse(&bytes).unwrap(), set);
    assert_eq!(sample().to_bytes().unwrap(), bytes);
}

#[test]
fn other_tools_can_take_a_set_apart() {
    let bytes = sample().to_bytes().unwrap();
    let mut archive = tar::Archive::new(bytes.as_slice());
    let names: Vec<String> =
        archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string()).collect();
    assert_eq!(names[..3], ["dbgset.json", "roots/acme.root.json", "revocations/acme.revocations.json"]);
    assert!(names[3].starts_with("plugins/") && names[3].ends_with(".wasm"));
}

#[test]
fn hostile_sets_are_refused_each_by_its_name() {
    use tar::EntryType as Kind;
    let root = "roots/acme.root.json";
    let good = sample().to_bytes().unwrap();
    type Is = fn(&SetError) -> bool;
    let mut odd_mode = plain(root, 2);
    odd_mode.set_mode(0o4755);
    odd_mode.set_cksum();
    let mut long_number = plain(root, 2);
    long_number.as_mut_bytes()[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    long_number.set_cksum();
    let cases: Vec<(&str, Vec<u8>, Is)> = vec![
        ("empty", Vec::new(), |e| matches!(e, SetError::NotASet)),
        ("zeros", vec![0; 4096], |e| matches!(e, SetError::NotASet)),
        ("a text", vec![b'x'; 4096], |e| matches!(e, SetError::NotASet)),
        ("no format first", good[2 * BLOCK..].to_vec(), |e| matches!(e, SetError::NotASet)),
        ("cut off", good[..good.len() - 600].to_vec(), |e| matches!(e, SetError::Damaged { .. })),
        ("cut in an entry", good[..5 * BLOCK + 7].to_vec(), |e| matches!(e, SetError::Damaged { .. })),
        ("more behind it", [&good[..], b"x"].concat(), |e| matches!(e, SetError::After { .. })),
        ("zeros behind it", [&good[..], &[0; 512]].concat(), |e| matches!(e, SetError::After { .. })),
        ("twice", archive(&[(plain(root, 2), b"{}"), (plain(root, 2), b"{}")]), |e| {
            matches!(e, SetError::Twice { .. })
        }),
        ("two formats", archive(&[(plain("dbgset.json", 2), b"{}")]), |e| matches!(e, SetError::Twice { .. })),
        ("up", archive(&[(plain("roots/../../x", 2), b"{}")]), |e| matches!(e, SetError::Traversal { .. })),
        ("absolute", archive(&[(plain("/etc/passwd", 2), b"{}")]), |e| matches!(e, SetError::Traversal { .. })),
        ("unknown", archive(&[(plain("notes.txt", 2), b"{}")]), |e| matches!(e, SetError::Unknown { .. })),
        ("a folder in between", archive(&[(plain("roots/x/acme.root.json", 2), b"{}")]), |e| {
            matches!(e, SetError::Unknown { .. })
        }),
        ("upper-case digits", archive(&[(plain(&format!("plugins/{}.wasm", "A".repeat(64)), 2), b"{}")]), |e| {
            matches!(e, SetError::Unknown { .. })
        }),
        ("a symbolic link", archive(&[(header(root, 0, Kind::Symlink), b"")]), |e| {
            matches!(e, SetError::Kind { kind: "a symbolic link", .. })
        }),
        ("a hard link", archive(&[(header(root, 0, Kind::Link), b"")]), |e| {
            matches!(e, SetError::Kind { kind: "a hard link", .. })
        }),
        ("a device", archive(&[(header(root, 0, Kind::Char), b"")]), |e| matches!(e, SetError::Kind { .. })),
        ("a folder", archive(&[(header("roots/", 0, Kind::Directory), b"")]), |e| matches!(e, SetError::Kind { .. })),
        ("a sparse terabyte", archive(&[(header(root, 1 << 30, Kind::GNUSparse), b"")]), |e| {
            matches!(e, SetError::Kind { kind: "a sparse file", .. })
        }),
        ("a long name", archive(&[(header("././@LongLink", 9, Kind::GNULongName), b"roots/x")]), |e| {
            matches!(e, SetError::Kind { .. })
        }),
        ("a header of pax", archive(&[(header("x", 9, Kind::XHeader), b"9 size=1\n")]), |e| {
            matches!(e, SetError::Kind { .. })
        }),
        ("eight gigabytes", archive(&[(plain(root, (1 << 33) - 1), b"{}")]), |e| {
            matches!(e, SetError::EntryTooLarge { bytes: 8_589_934_591, .. })
        }),
        ("longer than there is", archive(&[(plain(root, 900_000), b"{}")]), |e| matches!(e, SetError::Damaged { .. })),
        ("another mode", archive(&[(odd_mode, b"{}")]), |e| matches!(e, SetError::Form { .. })),
        ("a number in another form", archive(&[(long_number, b"{}")]), |e| matches!(e, SetError::Form { .. })),
        (
            "something in the padding",
            {
                let mut bytes = archive(&[(plain(root, 2), b"{}")]);
                bytes[3 * BLOCK + 9] = b'x';
                bytes
            },
            |e| matches!(e, SetError::Form { .. }),
        ),
        (
            "a wrong sum",
            {
                let mut bytes = archive(&[(plain(root, 2), b"{}")]);
                bytes[2 * BLOCK + 150] = b'9';
                bytes
            },
            |e| matches!(e, SetError::Damaged { .. }),
        ),
        (
            "a later format",
            {
                let mut bytes = PluginSet::default().to_bytes().unwrap();
                bytes[BLOCK + 10] = b'2';
                bytes
            },
            |e| matches!(e, SetError::Format),
        ),
        ("a terminal's commands", archive(&[(plain("roots/\u{1b}[2J", 2), b"{}")]), |e| {
            matches!(e, SetError::Unknown { .. }) && !e.to_string().contains('\u{1b}')
        }),
    ];
    for (what, bytes, is) in cases {
        let error = parse(&bytes).unwrap_err();
        assert!(is(&error), "{what}: {error:?}");
        assert!(error.hint().is_some(), "{what}");
    }
}

#[test]
fn more_entries_than_a_site_has_are_not_read() {
    let names: Vec<String> = (0..600).map(|index| format!("roots/v{index}.root.json")).collect();
    let entries: Vec<_> = names.iter().map(|name| (plain(name, 2), b"{}".as_slice())).collect();
    assert!(matches!(parse(&archive(&entries)), Err(SetError::TooMany)));
}

#[test]
fn a_sparse_file_of_terabytes_is_refused_before_a_byte_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.dbgset");
    fs_err::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(PluginSet::read(&path), Err(SetError::TooLarge { bytes }) if bytes == 1 << 40));
}

#[test]
fn no_byte_of_a_set_makes_the_reader_panic() {
    let good = sample().to_bytes().unwrap();
    for at in (0..good.len()).step_by(7) {
        for bit in [1, 0x80] {
            let mut bytes = good.clone();
            bytes[at] ^= bit;
            let _ = parse(&bytes);
        }
        let _ = parse(&good[..at]);
    }
}
