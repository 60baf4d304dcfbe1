//! Sets: saved at one site, carried, and loaded at another.

use std::path::PathBuf;

use dbg_model::Capability;
use dbg_plugin::trust::{Ceiling, Root};
use dbg_tests::{Context, Session, exit};

use crate::vendor::{ACME, GLOBEX, Plugin, Release, grant, policy, stored, trusting};

fn wanting() -> Plugin {
    Plugin::wanting(&[grant("resolver", &[])])
}

/// A site with a plugin of acme, saved as a set.
fn saved() -> (Context, Vec<u8>) {
    let context = trusting();
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &wanting())).run().exits(exit::PASS);
    let set = save(&context, "plugin save site.dbgset");
    (context, set)
}

fn save(context: &Context, words: &str) -> Vec<u8> {
    context.type_in(words).run().exits(exit::PASS);
    std::fs::read(context.home.path().join("site.dbgset")).expect("it was written")
}

/// Carries a set to another site.
fn carry(context: &Context, set: &[u8]) -> PathBuf {
    context.home.write("carried.dbgset", set)
}

/// The roots and lists that are there. What was seen may be remembered without anything being taken in.
fn trust_folder(context: &Context) -> Vec<(String, Vec<u8>)> {
    let folder = context.home.path().join("config/dbg/trust.d");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter(|entry| !["lock", "floors.json"].iter().any(|name| entry.file_name() == *name))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("our own")))
        .collect();
    files.sort();
    files
}

#[test]
fn an_approved_set_is_carried_to_a_site_that_trusts_its_vendor() {
    let (_, set) = saved();
    let there = trusting();
    let file = carry(&there, &set);
    let output = there.dbg(["plugin", "load", "--yes"]).arg(file).run();
    output.exits(exit::PASS).warns("signed by acme").warns("my-check 1.0.0 added");
    assert_ne!(there.type_in("run look").run().code(), Some(exit::USAGE));
    there.type_in("plugin list").run().says("added, signed by acme");
    there.nothing_is_left();
}

#[test]
fn a_set_is_the_same_bytes_each_time() {
    let (context, set) = saved();
    assert_eq!(save(&context, "plugin save site.dbgset my-check@1.0.0"), set);
}

#[test]
fn a_root_that_nobody_trusts_is_named_and_never_taken_in() {
    let (_, set) = saved();
    let there = Context::new();
    let output = there.dbg(["plugin", "load", "--yes"]).arg(carry(&there, &set)).run();
    output.exits(exit::USAGE).is_silent().warns("`acme` is not trusted here").warns(&ACME.fingerprint().to_string());
    output.warns("dbg trust add roots/acme.root.json --fingerprint …").warns("tar -xf ");
    assert!(stored(&there).is_empty() && trust_folder(&there).is_empty());
}

#[test]
fn another_root_under_the_name_of_a_trusted_vendor_is_refused() {
    let (_, set) = saved();
    let there = Context::new();
    let other = Root { ceiling: Ceiling::new([Capability::Files]), ..ACME.root() };
    ACME.trust_by(&there.home, &ACME.root_file(&other));
    let before = trust_folder(&there);
    let output = there.dbg(["plugin", "load", "--yes"]).arg(carry(&there, &set)).run();
    output.exits(exit::USAGE).warns("`acme` is trusted already, by another root");
    assert!(stored(&there).is_empty());
    assert_eq!(trust_folder(&there), before);
}

#[test]
fn newer_roots_and_lists_are_taken_in_and_older_ones_leave_the_newer() {
    let context = Context::new();
    let first = ACME.root_file(&ACME.root());
    let second = ACME.next_root(&first, &Root { version: 2, ..ACME.root() });
    ACME.trust_by(&context.home, &second);
    ACME.put_list(&context.home, &ACME.list(3, &[]));
    policy(&context, "[consent]\nvendor = ['resolver']\n");
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &wanting())).run().exits(exit::PASS);
    let set = save(&context, "plugin save site.dbgset");

    let there = Context::new();
    // A user's policy and an older trust, as a site had it before.
    ACME.trust_by(&there.home, &first);
    policy(&there, "[consent]\nvendor = ['resolver']\n");
    let output = there.dbg(["plugin", "load", "--yes"]).arg(carry(&there, &set)).run();
    output.exits(exit::PASS).warns("the root of `acme` is newer").warns("the list of revocations of `acme` is newer");
    there.type_in("plugin show my-check").run().says("version 2").says("list 3");

    let (_, older) = saved();
    let before = trust_folder(&there);
    let output = there.dbg(["plugin", "load"]).arg(carry(&there, &older)).run();
    output.exits(exit::PASS).warns("the root of `acme` is older than the one that is here, which stays");
    assert_eq!(trust_folder(&there), before);
}

#[test]
fn a_set_with_one_plugin_that_is_refused_adds_none() {
    let context = trusting();
    let other = Plugin { name: "other", check: "other", ..Plugin::default() };
    for plugin in [&wanting(), &other] {
        context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, plugin)).run().exits(exit::PASS);
    }
    let set = save(&context, "plugin save site.dbgset");
    let there = trusting();
    ACME.put_list(&there.home, &ACME.list(1, &[other.digest()]));
    let output = there.dbg(["plugin", "load", "--yes"]).arg(carry(&there, &set)).run();
    output.exits(exit::USAGE).warns("`acme` revoked it");
    assert!(stored(&there).is_empty());
}

#[test]
fn a_person_is_asked_once_for_all() {
    let context = trusting();
    for (name, check) in [("one", "one"), ("two", "two")] {
        let plugin = Plugin { name, check, ..wanting() };
        context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &plugin)).run().exits(exit::PASS);
    }
    let set = save(&context, "plugin save site.dbgset");
    let there = Context::new();
    ACME.trust(&there.home);
    let file = carry(&there, &set);
    there.dbg(["plugin", "load"]).arg(&file).run().exits(exit::USAGE).warns("nobody is here to be asked");
    for (answer, files) in [("\n", 0), ("y\n", 4)] {
        let mut session = Session::start(there.dbg(["plugin", "load"]).arg(&file).command());
        session.wait_for("[y/N]");
        session.type_in(answer);
        assert_eq!(session.code(), Some(exit::PASS), "{}", session.screen());
        assert_eq!(session.screen().matches("[y/N]").count(), 1, "{}", session.screen());
        assert_eq!(stored(&there).len(), files);
    }
}

#[test]
fn only_what_is_signed_and_counts_is_saved() {
    let context = trusting();
    let bare = Plugin { name: "bare", check: "bare", ..Plugin::default() };
    let file = context.home.write("bare.wasm", bare.bytes());
    context.dbg(["plugin", "add", "--allow-unsigned", "--yes"]).arg(file).run().exits(exit::PASS);
    context.type_in("plugin save site.dbgset").run().exits(exit::USAGE).warns("there is no plugin to save");
    context.type_in("plugin save site.dbgset bare").run().exits(exit::USAGE).warns("nobody signed the plugin `bare`");
    context.type_in("plugin save site.dbgset none").run().exits(exit::USAGE).warns("there is no plugin `none`");
    assert!(!context.home.path().join("site.dbgset").exists());
    context.dbg(["plugin", "add", "--yes"]).arg(ACME.file(&context, &wanting())).run().exits(exit::PASS);
    context
        .type_in("plugin save site.dbgset")
        .run()
        .exits(exit::PASS)
        .warns("bare 1.0.0 is left out: nobody signed it");
    context.type_in("plugin save missing/site.dbgset").run().exits(exit::ERROR).warns("cannot be written");
}

/// Headers and contents of a tar archive, by hand.
fn archive(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, content) in entries {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[108..116].copy_from_slice(b"0000000\0");
        header[116..124].copy_from_slice(b"0000000\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[148..156].copy_from_slice(b"        ");
        header[156] = *kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:07o}\0").as_bytes());
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

#[test]
fn hostile_sets_are_refused_each_with_its_own_error_and_nothing_changes() {
    let there = trusting();
    let (_, good) = saved();
    let before = trust_folder(&there);
    let format: (&str, u8, &[u8]) = ("dbgset.json", b'0', b"{\"format\":1}\n");
    let root = ACME.root_file(&ACME.root());
    let plugin = ACME.sign(&Plugin::default(), Release::default());
    let wrong = format!("plugins/{}.wasm", "0".repeat(64));
    let stranger = GLOBEX.sign(&Plugin::default(), Release::default());
    let of_stranger = format!("plugins/{}.wasm", Plugin::default().digest().hex());
    let mut changed = good.clone();
    let component = Plugin::wanting(&[grant("resolver", &[])]).bytes();
    let at = changed.windows(64).position(|window| *window == component[..64]).expect("the plugin is in it");
    changed[at + 30] ^= 1;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("is no set", b"site".to_vec()),
        ("is no set", vec![0; 10_240]),
        ("is no set", plugin.clone()),
        ("is damaged or cut off", good[..good.len() - 1500].to_vec()),
        ("something follows its end", [&good[..], b"more"].concat()),
        ("would lead out of the set", archive(&[format, ("../../etc/cron.d/x", b'0', b"x")])),
        ("would lead out of the set", archive(&[format, ("/etc/dbg/trust.d/x.root.json", b'0', b"x")])),
        ("is a symbolic link", archive(&[format, ("roots/acme.root.json", b'2', b"")])),
        ("is a hard link", archive(&[format, ("roots/acme.root.json", b'1', b"")])),
        ("is a sparse file", archive(&[format, ("roots/acme.root.json", b'S', b"")])),
        (
            "is there twice",
            archive(&[format, ("roots/acme.root.json", b'0', &root), ("roots/acme.root.json", b'0', &root)]),
        ),
        ("is none of a set", archive(&[format, ("roots/.bashrc", b'0', b"x")])),
        ("is no root of a vendor", archive(&[format, ("roots/acme.root.json", b'0', b"{}")])),
        ("its root of `globex` is `acme`'s", archive(&[format, ("roots/globex.root.json", b'0', &root)])),
        ("is another component", archive(&[format, (&wrong, b'0', &plugin)])),
        ("who is not trusted here", archive(&[format, (&of_stranger, b'0', &stranger)])),
        ("nobody signed it", archive(&[format, (&of_stranger, b'0', &Plugin::default().bytes())])),
        (
            "the list of revocations of `acme` is refused",
            archive(&[format, ("revocations/acme.revocations.json", b'0', b"{}")]),
        ),
        ("it was changed", changed),
    ];
    for (text, bytes) in cases {
        let output = there.dbg(["plugin", "load", "--yes"]).arg(carry(&there, &bytes)).run();
        output.exits(exit::USAGE).is_silent().warns(text);
        assert!(stored(&there).is_empty(), "{text}");
        assert_eq!(trust_folder(&there), before, "{text}");
    }
    let sparse = there.home.write("sparse.dbgset", b"");
    std::fs::OpenOptions::new().write(true).open(&sparse).expect("our own").set_len(1 << 40).expect("a sparse file");
    there.dbg(["plugin", "load"]).arg(sparse).run().exits(exit::USAGE).warns("a set has at most");
    there.type_in("plugin load none.dbgset").run().exits(exit::USAGE).warns("there is no file");
    there.type_in("plugin load /dev/zero").run().exits(exit::USAGE).warns("is a device");
}
