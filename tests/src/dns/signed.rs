//! A zone signed by `dnssec-signzone`, in which one record was changed after signing.

use std::path::Path;
use std::process::Command;

use crate::{LIMIT, Running, tool};

/// `signed.test`: `good` is as it was signed, `bogus` is not.
pub(super) struct Signed {
    /// The zone's text, with its signatures.
    pub(super) zone: String,
    /// The key as a trust anchor says it: flags, protocol, algorithm, quoted key.
    pub(super) key: String,
}

const PLAIN: &str = "$TTL 60\n@ SOA ns admin 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\ngood A 192.0.2.65\n\
                     bogus A 192.0.2.66\n";

impl Signed {
    /// Makes a key, signs, and breaks one signature.
    pub(super) fn make() -> Option<Self> {
        let (keygen, signzone) = (tool("dnssec-keygen", "bind9-utils")?, tool("dnssec-signzone", "bind9-utils")?);
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("plain"), PLAIN).expect("our own folder");
        let name = run(&keygen, folder.path(), &["-q", "-a", "ECDSAP256SHA256", "-f", "KSK", "signed.test"]);
        // One key signs all (-z), and is put into the zone (-S).
        run(&signzone, folder.path(), &["-q", "-S", "-z", "-P", "-o", "signed.test", "-f", "signed", "plain"]);
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("the tools wrote it");
        let zone = read("signed").replace("192.0.2.66", "192.0.2.67");
        let record = read(&format!("{}.key", name.trim()));
        Some(Self { zone, key: anchor(&record)? })
    }
}

/// `signed.test. IN DNSKEY 257 3 13 AAAA BBBB` → `257 3 13 "AAAABBBB"`
fn anchor(record: &str) -> Option<String> {
    let line = record.lines().find(|line| !line.starts_with(';'))?;
    let mut words = line.split_whitespace().skip_while(|word| *word != "DNSKEY").skip(1);
    let (flags, protocol, algorithm) = (words.next()?, words.next()?, words.next()?);
    Some(format!("{flags} {protocol} {algorithm} \"{}\"", words.collect::<String>()))
}

fn run(program: &Path, folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments);
    let output = Running::start(command, None).wait(LIMIT);
    output.exits(0);
    output.stdout()
}
