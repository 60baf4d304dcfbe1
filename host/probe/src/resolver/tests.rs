use std::os::unix::fs::symlink;

use super::*;

fn place() -> (tempfile::TempDir, LocalResolver) {
    let directory = tempfile::tempdir().unwrap();
    fs_err::create_dir_all(directory.path().join("etc")).unwrap();
    let resolver = LocalResolver::new(Arc::new(Root::open(directory.path()).unwrap()));
    (directory, resolver)
}

#[tokio::test]
async fn a_configuration_behind_a_link_is_read_beneath_the_root() {
    let (directory, resolver) = place();
    fs_err::create_dir_all(directory.path().join("run")).unwrap();
    fs_err::write(directory.path().join("run/stub.conf"), "nameserver 192.0.2.1\n").unwrap();
    symlink("/run/stub.conf", directory.path().join("etc/resolv.conf")).unwrap();
    let configuration = resolver.read().await.unwrap();
    assert_eq!(configuration.nameservers.len(), 1);
    assert_eq!(configuration.raw, b"nameserver 192.0.2.1\n");
}

#[tokio::test]
async fn what_cannot_be_a_configuration_is_told_apart() {
    let (directory, resolver) = place();
    let path = directory.path().join("etc/resolv.conf");
    let code = async || resolver.read().await.unwrap_err().code;
    assert_eq!(code().await, ResolverErrorCode::NotFound);
    fs_err::write(&path, vec![b'#'; LIMIT + 1]).unwrap();
    assert_eq!(code().await, ResolverErrorCode::Malformed);
    fs_err::write(&path, vec![b'#'; LIMIT]).unwrap();
    resolver.read().await.unwrap();
    fs_err::write(&path, vec![0; 10]).unwrap();
    assert_eq!(code().await, ResolverErrorCode::Malformed);
    fs_err::remove_file(&path).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    let error = resolver.read().await.unwrap_err();
    assert_eq!(error.code, ResolverErrorCode::Other);
    assert_eq!(error.text, "`/etc/resolv.conf`: a FIFO and no regular file");
}
