//! `dbg key new` and `dbg key show`.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use dbg_tests::signing::{PASSPHRASE, with_passphrase};
use dbg_tests::{Context, exit, tool};

use crate::{bytes, listed};

#[test]
fn a_key_is_two_files_that_openssl_reads() {
    let Some(openssl) = tool("openssl", "openssl") else { return };
    let context = Context::new();
    let output = with_passphrase(context.type_in("key new acme-release")).run();
    output.exits(exit::PASS).says("sha256:");
    assert_eq!(listed(&context), ["acme-release.key", "acme-release.pub"]);
    let (private, public) =
        (context.home.path().join("acme-release.key"), context.home.path().join("acme-release.pub"));
    for (path, mode) in [(&private, 0o600), (&public, 0o644)] {
        assert_eq!(path.metadata().expect("it was made").permissions().mode() & 0o7777, mode, "{}", path.display());
    }

    let pem = Command::new(&openssl)
        .args(["pkey", "-pubout", "-passin", &format!("pass:{PASSPHRASE}"), "-in"])
        .arg(&private)
        .output()
        .expect("openssl starts");
    assert_eq!(String::from_utf8_lossy(&pem.stdout), String::from_utf8_lossy(&bytes(&public)), "{pem:?}");
    let digest = Command::new("sh")
        .args(["-c", "openssl pkey -pubin -outform DER -in \"$0\" | sha256sum"])
        .arg(&public)
        .output()
        .expect("a shell starts");
    let digits: String = String::from_utf8_lossy(&digest.stdout).chars().take(64).collect();
    assert_eq!(output.stdout().trim(), format!("sha256:{digits}"));

    let shown = context.type_in("key show acme-release.pub").run();
    shown.exits(exit::PASS).says(&digits).says("public").says("BEGIN PUBLIC KEY");
    let shown = with_passphrase(context.type_in("key show acme-release.key")).run();
    shown.exits(exit::PASS).says(&digits).says("private").says("BEGIN PUBLIC KEY");
}

#[test]
fn a_key_of_openssl_can_be_used() {
    let Some(openssl) = tool("openssl", "openssl") else { return };
    let context = Context::new();
    let key = Command::new(openssl)
        .args(["genpkey", "-algorithm", "ed25519", "-aes-256-cbc", "-pass", &format!("pass:{PASSPHRASE}")])
        .output()
        .expect("openssl starts");
    let key = context.home.write("theirs.key", key.stdout);
    context.home.mode(&key, 0o600);
    with_passphrase(context.type_in("key show theirs.key")).run().exits(exit::PASS).says("private");
}

#[test]
fn nothing_is_overwritten_and_half_a_pair_is_never_made() {
    let context = Context::new();
    context.home.write("a.pub", "mine");
    context.home.write("b.key", "mine");
    for name in ["a", "b"] {
        let output = with_passphrase(context.dbg(["key", "new", name])).run();
        output.exits(exit::USAGE).is_silent().warns("nothing is overwritten");
    }
    assert_eq!(listed(&context), ["a.pub", "b.key"]);
    assert_eq!(bytes(&context.home.path().join("b.key")), b"mine");
}

#[test]
fn what_makes_no_key_leaves_nothing_and_says_what_to_do() {
    let context = Context::new();
    context.home.write("short", "1234567\n");
    context.home.write("empty", "\n");
    for (line, said) in [
        // Nobody can type it here.
        ("key new a", "--passphrase @FILE"),
        ("key new a --passphrase @short", "at least 8"),
        ("key new a --passphrase @empty", "is empty"),
        ("key new a --passphrase @none", "none"),
        ("key new a --passphrase @/dev/zero", "more than 4096"),
        ("key new a --passphrase env:DBG_NOT_SET", "is not set"),
        ("key new a --passphrase - --passphrase -", "only one"),
        ("key new ../a --passphrase @short", "no name for a key"),
        ("key new a --out none --passphrase @short", "no folder `none`"),
    ] {
        context.type_in(line).run().exits(exit::USAGE).is_silent().warns(said);
        assert_eq!(listed(&context), ["empty", "short"], "{line}");
    }
}

#[test]
fn a_passphrase_that_was_typed_is_refused_and_not_repeated() {
    let context = Context::new();
    let output = context.type_in("key new a --passphrase hunter2-hunter2").run();
    output.exits(exit::USAGE).is_silent().hides("hunter2").warns("history");
    context.type_in("key new a --passphrase -").input("from stdin alone\n").run().exits(exit::PASS);
    assert_eq!(listed(&context), ["a.key", "a.pub"]);
}

#[test]
fn a_private_key_is_shown_to_nobody_without_its_passphrase() {
    let context = Context::new();
    with_passphrase(context.type_in("key new a")).run().exits(exit::PASS);
    context.type_in("key show a.key").run().exits(exit::USAGE).is_silent().warns("--passphrase");
    context.home.write("wrong", "another one\n");
    let wrong = context.type_in("key show a.key --passphrase @wrong").run();
    wrong.exits(exit::USAGE).is_silent().warns("passphrase");
    for mode in [0o640, 0o604, 0o620] {
        context.home.mode(&context.home.path().join("a.key"), mode);
        let open = with_passphrase(context.type_in("key show a.key")).run();
        open.exits(exit::USAGE).is_silent().warns("others can get at").warns("chmod 600");
    }
}

#[test]
fn what_is_no_key_is_named_for_what_it_is() {
    let context = Context::new();
    let plain = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n-----END PRIVATE KEY-----\n";
    let small = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----\n";
    for (name, text, said) in [
        ("plain.key", plain, "without a passphrase"),
        ("small.pub", small, "small order"),
        ("text", "hello\n", "no encrypted private key"),
        ("long", &"x".repeat(9000), "at most 8192"),
    ] {
        let path = context.home.write(name, text);
        context.home.mode(&path, 0o600);
        with_passphrase(context.dbg(["key", "show", name])).run().exits(exit::USAGE).is_silent().warns(said);
    }
    with_passphrase(context.type_in("key show /dev/zero")).run().exits(exit::USAGE).warns("no plain file");
    with_passphrase(context.type_in("key show none")).run().exits(exit::USAGE).warns("no file `none`");
}
