//! Agents that come in over pipes, up to the moment where the process would become one.

use std::ffi::CString;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;

use super::*;

fn agent() -> Vec<u8> {
    (0..3_000_000_u32).map(|at| u8::try_from(at.wrapping_mul(2_654_435_761) >> 27).unwrap()).collect()
}

/// Two frames, as the build packs an agent.
fn packed(agent: &[u8]) -> Vec<u8> {
    agent.chunks(1 << 20).flat_map(|piece| zstd::bulk::compress(piece, 3).unwrap()).collect()
}

fn header(packed: &[u8]) -> Header {
    Header { length: packed.len() as u64, digest: Sha256::digest(packed).into() }
}

fn fd(stream: &UnixStream) -> Fd {
    // SAFETY: a duplicate that the value alone closes.
    let own = unsafe { OwnedFd::from_raw_fd(libc::dup(stream.as_raw_fd())) };
    Fd::from_owned(own)
}

/// What the loader answers to these bytes, and how it ends.
fn loaded(folder: &std::path::Path, said: &[u8]) -> (Vec<u64>, Result<(), Fault>) {
    let (mut near, far) = UnixStream::pair().unwrap();
    let (folder, said) = (CString::new(folder.as_os_str().as_bytes()).unwrap(), said.to_vec());
    let mut writer = near.try_clone().unwrap();
    let writing = std::thread::spawn(move || {
        let _broken = writer.write_all(&said);
        let _gone = writer.shutdown(std::net::Shutdown::Write);
    });
    let loading = std::thread::spawn(move || {
        let ended = take(&folder, &fd(&far), &fd(&far)).map(drop);
        drop(far);
        ended
    });
    let mut answers = Vec::new();
    near.read_to_end(&mut answers).unwrap();
    writing.join().unwrap();
    let numbers = answers.chunks(8).map(|bytes| u64::from_be_bytes(bytes.try_into().unwrap())).collect();
    (numbers, loading.join().unwrap())
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn an_agent_comes_out_as_it_was_packed_and_each_piece_is_answered_for() {
    let (folder, packed) = (tempfile::tempdir().unwrap(), packed(&agent()));
    let header = header(&packed);
    let (answers, ended) = loaded(folder.path(), &[&header.to_bytes()[..], &packed].concat());
    assert_eq!(ended, Ok(()));
    assert_eq!((answers.first(), answers.last()), (Some(&0), Some(&header.length)));
    assert!(answers.len() > packed.len() / (2 * PIECE), "{answers:?}");
    let [name] = &names(folder.path())[..] else { panic!("{:?}", names(folder.path())) };
    let path = folder.path().join(name);
    #[expect(clippy::disallowed_methods, reason = "a file of this test")]
    let out = std::fs::read(&path).unwrap();
    assert!(out == agent());
    // The second time nothing has to come.
    assert_eq!(loaded(folder.path(), &header.to_bytes()), (vec![header.length], Ok(())));
}

#[test]
fn what_came_before_a_connection_broke_does_not_come_again() {
    let (folder, packed) = (tempfile::tempdir().unwrap(), packed(&agent()));
    let header = header(&packed);
    let half = packed.len() / 2;
    let (_, ended) = loaded(folder.path(), &[&header.to_bytes()[..], &packed[..half]].concat());
    assert_eq!(ended, Err(Fault::CutOff));
    let (answers, ended) = loaded(folder.path(), &[&header.to_bytes()[..], &packed[half..]].concat());
    assert_eq!((answers.first(), ended), (Some(&(half as u64)), Ok(())));
}

#[test]
fn what_is_not_what_was_announced_is_refused_and_leaves_nothing() {
    let packed = packed(&agent());
    let mut other = packed.clone();
    *other.last_mut().unwrap() ^= 1;
    let cut = &packed[..packed.len() - 1];
    for (header, bytes, fault) in [
        (header(&packed), &other[..], Fault::OtherDigest),
        (header(b"no frame"), b"no frame", Fault::Damaged),
        (header(cut), cut, Fault::Damaged),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (_, ended) = loaded(folder.path(), &[&header.to_bytes()[..], bytes].concat());
        assert_eq!((ended, names(folder.path())), (Err(fault), Vec::new()));
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(loaded(folder.path(), b"GET / HTTP/1.1\r\n").1, Err(Fault::CutOff));
    assert_eq!(loaded(folder.path(), &[b'x'; HEADER]).1, Err(Fault::NoHeader));
    let large = Header { length: MAX_PACKED + 1, digest: [0; 32] };
    assert_eq!(loaded(folder.path(), &large.to_bytes()).1, Err(Fault::NoHeader));
}
