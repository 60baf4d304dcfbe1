//! Another tool agrees: openssl verifies what is signed here and reads the keys that are made here.

#![expect(clippy::disallowed_methods, reason = "openssl is started to be compared with")]

use std::path::Path;
use std::process::{Command, Output};

use super::*;

fn openssl(folder: &Path, arguments: &[&str]) -> Option<Output> {
    match Command::new("openssl").current_dir(folder).args(arguments).output() {
        Ok(output) => Some(output),
        Err(_) => {
            skip("openssl");
            None
        }
    }
}

fn skip(tool: &str) {
    eprintln!("SKIPPED {}: `{tool}` is missing", std::thread::current().name().unwrap_or("a test"));
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    fs_err::write(folder.join(name), bytes).unwrap();
}

#[test]
fn openssl_verifies_a_signed_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let envelope = split(&good()).unwrap().envelope.unwrap();
    let envelope = Envelope::parse(&envelope, PayloadType::Statement).unwrap();
    write(folder, "message", &envelope.signed_bytes());
    write(folder, "signature", &envelope.signatures()[1].bytes);
    write(folder, "right.pem", key(12).public().to_pem().as_bytes());
    write(folder, "wrong.pem", key(13).public().to_pem().as_bytes());
    for (pem, expected) in [("right.pem", true), ("wrong.pem", false)] {
        let arguments =
            ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", pem, "-in", "message", "-sigfile", "signature"];
        let Some(output) = openssl(folder, &arguments) else { return };
        assert_eq!(output.status.success(), expected, "{pem}: {output:?}");
    }
}

/// The lines of docs/security.md, as they stand.
#[test]
fn the_lines_of_the_security_page_verify_a_file_and_refuse_a_changed_one() {
    let page = include_str!("../../../../../docs/security.md");
    let lines = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let mut changed = good().to_vec();
    let at = changed.windows(6).position(|it| it == b"Looks.").unwrap();
    changed[at] ^= 1;
    for (file, signer, expected) in [(good().to_vec(), 11, true), (good().to_vec(), 12, false), (changed, 11, false)] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "my-check.wasm", &file);
        write(folder.path(), "acme-release.pub.pem", key(signer).public().to_pem().as_bytes());
        for tool in ["python3", "openssl"] {
            if Command::new(tool).arg("--help").output().is_err() {
                return skip(tool);
            }
        }
        let output = Command::new("sh").args(["-ec", lines]).current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.success(), expected, "{output:?}");
        if expected {
            assert!(output.stdout.starts_with(b"acme/my-check\n"), "{output:?}");
        }
    }
}

#[test]
fn openssl_reads_an_encrypted_key_and_finds_its_public_half() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let key = key(5);
    write(folder, "key.pem", key.to_pem(b"a passphrase").unwrap().as_bytes());
    let pass = ["pkey", "-in", "key.pem", "-pubout", "-passin", "pass:a passphrase"];
    let Some(output) = openssl(folder, &pass) else { return };
    assert_eq!(String::from_utf8(output.stdout).unwrap(), key.public().to_pem(), "{:?}", output.stderr);
    let wrong = openssl(folder, &["pkey", "-in", "key.pem", "-pubout", "-passin", "pass:another"]).unwrap();
    assert!(!wrong.status.success());
}

#[test]
fn keys_that_openssl_encrypted_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let Some(made) = openssl(folder, &["genpkey", "-algorithm", "ed25519", "-out", "plain.pem"]) else { return };
    assert!(made.status.success());
    let public = openssl(folder, &["pkey", "-in", "plain.pem", "-pubout"]).unwrap().stdout;
    let public = PublicKey::from_pem(std::str::from_utf8(&public).unwrap()).unwrap();
    let scrypt = ["-scrypt", "-scrypt_N", "16384", "-scrypt_r", "8", "-scrypt_p", "5"].as_slice();
    for way in [scrypt, &["-v2", "aes-256-cbc"]] {
        let common = ["pkcs8", "-topk8", "-in", "plain.pem", "-out", "key.pem", "-passout", "pass:x"];
        let output = openssl(folder, &[&common, way].concat()).unwrap();
        assert!(output.status.success(), "{output:?}");
        let pem = fs_err::read(folder.join("key.pem")).unwrap();
        assert_eq!(PrivateKey::from_pem(&pem, b"x").unwrap().public(), public);
    }
    let plain = fs_err::read(folder.join("plain.pem")).unwrap();
    assert_eq!(PrivateKey::from_pem(&plain, b"x").unwrap_err(), PrivateKeyFault::Plain);
}
