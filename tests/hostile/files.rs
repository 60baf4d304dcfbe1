//! Guests that read what they should not, or without end.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use dbg_tests::{Context, Namespace, Output};

use crate::case::cases;

cases! {
    /// A file of the deny list, granted by name, by a user who could read it.
    reads_a_denied_file => |_| as_root(|context| {
        context.run_guest("hostile-files", &["reads", "path=/etc/shadow"]).as_root().run()
    });
    /// The same behind a link, and behind a link to its folder.
    reads_a_link_to_a_denied_file => |_| as_root(|context| {
        let link = context.home.path().join("link");
        symlink("/etc/shadow", &link).expect("our own folder");
        context.run_guest("hostile-files", &["reads", &format!("path={}", link.display())]).as_root().run()
    });
    reads_a_link_out_of_its_grant => |context| {
        let link = context.home.path().join("link");
        symlink("/etc/hostname", &link).expect("our own folder");
        reads(context, &link)
    };
    reads_what_was_not_granted => |context| {
        let granted = context.home.write("granted", "text");
        let sibling = context.home.write("granted-too", "text");
        vec![context.run_guest("hostile-files", &[
            "reads",
            &format!("path={}", granted.display()),
            &format!("instead={}", sibling.display()),
            &format!("instead={}/../granted-too", granted.display()),
            &format!("instead={}/x/../../granted-too", context.home.path().display()),
            "instead=/etc/hostname",
            "instead=/proc/self/environ",
            "instead=etc/hostname",
            "instead=../../../etc/hostname",
            "instead=/etc/\\xzz",
            &format!("instead=/{}", "a".repeat(5000)),
        ]).run()]
    };
    reads_a_fifo => |context| {
        let path = context.home.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::from_raw_mode(0o644)).expect("our own folder");
        context.home.give(&path);
        reads(context, &path)
    };
    reads_a_device => |context| reads(context, &PathBuf::from("/dev/zero"));
    reads_a_magic_link => |context| reads(context, &PathBuf::from("/proc/self/root/etc/hostname"));
    /// A file that is still growing has no end either: what is read is bounded by bytes, not by the file.
    reads_a_file_without_end => |context| {
        let path = context.home.write("endless", "");
        let file = std::fs::OpenOptions::new().write(true).open(&path).expect("our own file");
        file.set_len(1 << 40).expect("a hole takes no room");
        reads(context, &path)
    };
    uses_what_it_closed => |context| {
        let path = context.home.write("granted", "text");
        vec![context.run_guest("hostile-files", &["uses-what-it-closed", &format!("path={}", path.display())]).run()]
    };
    opens_all_files => |context| {
        let path = context.home.write("granted", "text");
        vec![context.run_guest("hostile-files", &["opens-all-files", &format!("path={}", path.display())]).run()]
    };
}

fn reads(context: &Context, path: &std::path::Path) -> Vec<Output> {
    vec![context.run_guest("hostile-files", &["reads", &format!("path={}", path.display())]).run()]
}

/// Runs `act` where root's own store and cache are hidden.
fn as_root(act: impl FnOnce(&Context) -> Output) -> Vec<Output> {
    let Some(namespace) = Namespace::with_empty_root_store() else { return Vec::new() };
    let context = Context::within(namespace);
    vec![act(&context)]
}
