use std::os::unix::fs::symlink;

use super::*;

/// The same root walked by the kernel and by us.
fn both(path: &Path) -> [Root; 2] {
    [Root::open(path).unwrap(), Root::open(path).unwrap().without_openat2()]
}

fn path_of(root: &Root, path: &str, links: Links) -> Result<String, Refusal> {
    root.find(path.as_bytes(), links).map(|found| String::from_utf8(found.path).unwrap())
}

/// `outside/secret` beside `root`, and a few links within it.
fn tree() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let at = |path: &str| directory.path().join(path);
    for path in ["outside", "root/etc/deep", "root/run"] {
        fs_err::create_dir_all(at(path)).unwrap();
    }
    for path in ["outside/secret", "root/etc/file", "root/run/real"] {
        fs_err::write(at(path), path).unwrap();
    }
    for (text, path) in [
        (at("outside/secret").to_str().unwrap(), "root/absolute"),
        ("../../../../../outside/secret", "root/upwards"),
        ("/etc/file", "root/run/by-root"),
        ("../run/real", "root/etc/relative"),
        ("by-root", "root/run/twice"),
        ("/etc", "root/directory"),
        ("deep/../../run/", "root/etc/winding"),
        ("circle-b", "root/circle-a"),
        ("circle-a", "root/circle-b"),
        ("/nowhere", "root/broken"),
        ("..", "root/parent"),
    ] {
        symlink(text, at(path)).unwrap();
    }
    directory
}

#[test]
fn links_lead_where_the_target_would_go_and_never_out_of_the_root() {
    let tree = tree();
    for root in both(&tree.path().join("root")) {
        for (path, end) in [
            ("/", "/"),
            ("/../../..", "/"),
            ("/etc/../../etc/./file", "/etc/file"),
            ("//etc///file", "/etc/file"),
            ("/etc/", "/etc"),
            ("/run/by-root", "/etc/file"),
            ("/run/twice", "/etc/file"),
            ("/etc/relative", "/run/real"),
            ("/directory/relative", "/run/real"),
            ("/directory/", "/etc"),
            ("/etc/winding/real", "/run/real"),
            ("/etc/winding", "/run"),
            ("/parent/parent/etc/file", "/etc/file"),
        ] {
            assert_eq!(path_of(&root, path, Links::Follow).as_deref(), Ok(end), "{path} {:?}", root.way);
        }
        for path in ["/absolute", "/upwards", "/../outside/secret", "/broken", "/none", "/etc/none/.."] {
            let expected = Err(Refusal::Kernel(Errno::NOENT));
            assert_eq!(path_of(&root, path, Links::Follow), expected, "{path} {:?}", root.way);
        }
        for path in ["/etc/file/", "/etc/file/.", "/etc/file/..", "/etc/file/x", "/run/by-root/"] {
            let expected = Err(Refusal::Kernel(Errno::NOTDIR));
            assert_eq!(path_of(&root, path, Links::Follow), expected, "{path} {:?}", root.way);
        }
        assert_eq!(path_of(&root, "/circle-a", Links::Follow), Err(Refusal::Kernel(Errno::LOOP)));
    }
}

#[test]
fn a_link_at_the_end_is_kept_when_asked_for() {
    let tree = tree();
    for root in both(&tree.path().join("root")) {
        for path in ["/run/twice", "/directory/relative", "/broken", "/circle-a"] {
            let found = root.find(path.as_bytes(), Links::KeepLast).unwrap();
            assert_eq!(kind(&found.stat), FileType::Symlink, "{path}");
        }
        let found = root.find(b"/directory/relative", Links::KeepLast).unwrap();
        assert_eq!(found.path, b"/etc/relative");
        assert_eq!(root.read_link(&found).unwrap(), b"../run/real");
        assert_eq!(path_of(&root, "/directory/", Links::KeepLast).as_deref(), Ok("/etc"));
    }
}

#[test]
fn no_link_is_followed_where_none_may_be() {
    let tree = tree();
    for root in both(&tree.path().join("root")) {
        assert_eq!(path_of(&root, "/directory/file", Links::None), Err(Refusal::Kernel(Errno::LOOP)));
        assert_eq!(path_of(&root, "/etc/file", Links::None).as_deref(), Ok("/etc/file"));
    }
}

#[test]
fn magic_links_are_refused() {
    for root in both(Path::new("/")) {
        for path in
            ["/proc/self/root/etc", "/proc/self/cwd", "/proc/self/exe", "/proc/self/fd/0", "/proc/thread-self/root"]
        {
            assert_eq!(path_of(&root, path, Links::Follow), Err(Refusal::Kernel(Errno::LOOP)), "{path} {:?}", root.way);
        }
        let own = format!("/proc/{}/status", std::process::id());
        assert_eq!(path_of(&root, "/proc/self/status", Links::Follow), Ok(own), "{:?}", root.way);
    }
}

#[test]
fn a_file_is_opened_without_proc_too() {
    let tree = tree();
    for root in both(&tree.path().join("root")) {
        let found = root.find(b"/run/twice", Links::Follow).unwrap();
        let open = reopen::by_name(&root, &found).unwrap();
        assert!(same(&rustix::fs::fstat(&open).unwrap(), &found.stat));
        assert_eq!(content::read(&open, 100), Ok(Content::Whole(b"root/etc/file".to_vec())));
    }
}

#[test]
fn what_was_unlinked_or_renamed_after_the_pin_is_not_given_a_wrong_path() {
    let tree = tree();
    let directory = tree.path().join("root");
    let root = Root::open(&directory).unwrap();
    let pin = kernel::pin(root.directory.as_fd(), b"/etc/file", Links::Follow).unwrap();
    let stat = rustix::fs::fstat(&pin).unwrap();
    fs_err::remove_file(directory.join("etc/file")).unwrap();
    assert_eq!(kernel::path_of(root.directory.as_fd(), &pin, &stat), None);
    fs_err::write(directory.join("etc/file (deleted)"), "decoy").unwrap();
    assert_eq!(kernel::path_of(root.directory.as_fd(), &pin, &stat), None);
}

#[test]
fn a_deep_path_ends_in_an_error_and_not_in_a_lack_of_descriptors() {
    let directory = tempfile::tempdir().unwrap();
    let root = Root::open(directory.path()).unwrap().without_openat2();
    let deep = "a/".repeat(300);
    fs_err::create_dir_all(directory.path().join(&deep)).unwrap();
    assert_eq!(path_of(&root, &format!("/{deep}"), Links::Follow), Err(Refusal::Kernel(Errno::NAMETOOLONG)));
}

#[test]
fn a_file_larger_than_the_bound_is_read_to_the_bound() {
    let directory = tempfile::tempdir().unwrap();
    let file = fs_err::File::create(directory.path().join("large")).unwrap();
    file.set_len(1 << 40).unwrap();
    let root = Root::open(directory.path()).unwrap();
    assert_eq!(root.read_start(b"/large", 100_000), Ok(Content::Start(vec![0; 100_000])));
    file.set_len(100).unwrap();
    assert_eq!(root.read_start(b"/large", 100), Ok(Content::Whole(vec![0; 100])));
    assert_eq!(root.read_start(b"/large", 99), Ok(Content::Start(vec![0; 99])));
}

#[test]
fn a_root_that_is_none_is_named() {
    let error = Root::open(Path::new("/nowhere/at/all")).unwrap_err();
    assert_eq!(error.to_string(), "cannot open the root `/nowhere/at/all`");
    assert!(Root::open(Path::new("/etc/passwd")).is_err());
}

#[test]
fn an_open_directory_is_a_root_and_an_open_file_is_none() {
    let tree = tree();
    let open = |path: &str| std::os::fd::OwnedFd::from(fs_err::File::open(tree.path().join(path)).unwrap().into_file());
    let root = Root::from_directory(open("root")).unwrap();
    assert_eq!(path_of(&root, "/run/by-root", Links::Follow).as_deref(), Ok("/etc/file"));
    assert!(matches!(Root::from_directory(open("root/etc/file")), Err(ProbeError::NoDirectory)));
}

#[test]
fn a_file_of_the_other_etc_stands_for_the_one_of_etc_where_it_is_there() {
    let directory = tempfile::tempdir().unwrap();
    fs_err::create_dir_all(directory.path().join("etc/netns/blue")).unwrap();
    for (path, text) in [("resolv.conf", "own"), ("hosts", "own"), ("vpn.conf", "other"), ("motd", "own")] {
        fs_err::write(directory.path().join("etc").join(path), text).unwrap();
    }
    symlink("/etc/vpn.conf", directory.path().join("etc/netns/blue/resolv.conf")).unwrap();
    let read = |etc: &str, path: &str| {
        let root = Root::open(directory.path()).unwrap().with_etc_of(etc);
        root.read_start(path.as_bytes(), 100).map(|content| match content {
            Content::Whole(bytes) | Content::Start(bytes) => String::from_utf8(bytes).unwrap(),
        })
    };
    assert_eq!(read("/etc/netns/blue", "/etc/resolv.conf").as_deref(), Ok("other"));
    assert_eq!(read("/etc/netns/blue", "/etc/hosts").as_deref(), Ok("own"));
    assert_eq!(read("/etc/netns/red", "/etc/resolv.conf").as_deref(), Ok("own"));
    fs_err::create_dir(directory.path().join("etc/netns/blue/hosts")).unwrap();
    assert_eq!(read("/etc/netns/blue", "/etc/hosts"), Err(Refusal::NotRegular(FileType::Directory)));
}

#[test]
fn where_the_links_of_etc_lead_is_among_the_system_directories() {
    let directory = tempfile::tempdir().unwrap();
    for path in ["etc/netns/blue", "proc", "nix/static", "mnt/wsl"] {
        fs_err::create_dir_all(directory.path().join(path)).unwrap();
    }
    for (path, link) in [("nix/static/hosts", "etc/hosts"), ("mnt/wsl/resolv.conf", "etc/netns/blue/resolv.conf")] {
        fs_err::write(directory.path().join(path), "").unwrap();
        symlink(format!("/{path}"), directory.path().join(link)).unwrap();
    }
    let inodes = |etc: Option<&str>| {
        let root = Root::open(directory.path()).unwrap();
        let root = match etc {
            Some(etc) => root.with_etc_of(etc),
            None => root,
        };
        root.system_directories().iter().map(|open| rustix::fs::fstat(open).unwrap().st_ino).collect::<Vec<_>>()
    };
    let inode = |path: &str| rustix::fs::stat(directory.path().join(path)).unwrap().st_ino;
    let [etc, proc, nix, wsl] = ["etc", "proc", "nix/static", "mnt/wsl"].map(inode);
    assert_eq!(inodes(None), [etc, proc, nix]);
    assert_eq!(inodes(Some("/etc/netns/blue")), [etc, proc, wsl, nix]);
}
