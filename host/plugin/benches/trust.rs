//! What it costs to know who vouches for a plugin. `cargo xtask bench trust` runs it.
//!
//! `trust make SMALL BIG` writes a plugin of 200 KB and one of 18 MB, each signed by two keys, and `root.json` beside them; `trust verify FILE` reads one and verifies it,
//! once, as a command does; `trust parts FILE` says what each part of that takes.
#![expect(clippy::print_stdout, reason = "its answer goes to stdout")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a measurement of something that did not work is none")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dbg_model::Capability;
use dbg_plugin::Component;
use dbg_plugin::trust::{
    Ceiling, Claim, Grounds, Moment, PrivateKey, ReferenceTime, Revoked, Role, RoleKey, Root, Rules, Told,
    TrustedState, Unverified, VendorRoot, VendorTrust, countersign_root, new_root, split, verify,
};
use fs_err as fs;
use sha2::{Digest as _, Sha256};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", small, big] => make(Path::new(small), Path::new(big)),
        ["verify", file] => println!("{}", once(Path::new(file)).as_nanos()),
        ["parts", file] => parts(Path::new(file)),
        _ => panic!("usage: trust make SMALL BIG | verify FILE | parts FILE"),
    }
}

fn time() -> Moment {
    Moment::from_seconds(1_800_000_000)
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed([seed; 32])
}

fn role(seeds: [u8; 2]) -> Role {
    Role { threshold: 2, keys: seeds.map(|seed| RoleKey { key: key(seed).public(), expires: None }).into() }
}

/// Two keys for each role, both needed.
fn root() -> Vec<u8> {
    let root = Root {
        vendor: "acme".parse().unwrap(),
        version: 1,
        issued: time(),
        root: role([1, 2]),
        release: role([3, 4]),
        ceiling: Ceiling::new(Capability::ALL),
        revoked: Revoked::default(),
        minimum: BTreeMap::new(),
    };
    countersign_root(&new_root(&root, &key(1)).unwrap(), &key(2)).unwrap()
}

fn make(small: &Path, big: &Path) {
    fs::write(root_of(small), root()).unwrap();
    for (path, functions, data) in [(small, 400, 60_000), (big, 30_000, 7_500_000)] {
        let claim =
            Claim { vendor: "acme".parse().unwrap(), sequence: 1, issued: time(), expires: time().plus_days(300) };
        let first = Unverified::read(&component(functions, data)).unwrap().sign(claim, &key(3)).unwrap();
        fs::write(path, Unverified::read(&first.into()).unwrap().countersign(&key(4)).unwrap()).unwrap();
    }
}

fn root_of(file: &Path) -> PathBuf {
    file.with_file_name("root.json")
}

/// Unsigned LEB128.
fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let part = (value & 0x7f) as u8;
        value >>= 7;
        bytes.push(if value == 0 { part } else { part | 0x80 });
        if value == 0 {
            return bytes;
        }
    }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id][..], &number(content.len()), content].concat()
}

/// A plugin with a core module of so many functions, 350 bytes each, and so much data: what interpreters and programs are made of.
fn component(functions: usize, data: usize) -> Bytes {
    // No locals; `i32.const 0`, `drop`, again and again; `end`.
    let body = [&[0][..], &[0x41, 0, 0x1a].repeat(116), &[0x0b]].concat();
    let body = [number(body.len()), body].concat();
    let listed = |count: usize, item: &[u8]| [number(count), item.repeat(count)].concat();
    let bytes: Vec<u8> = (0..data).map(|at| (at.wrapping_mul(0x9e37_79b9) >> 13) as u8).collect();
    let segment = [&[1, 0, 0x41, 0, 0x0b][..], &number(data), &bytes].concat();
    let declaration =
        "{\"declaration\":1,\"plugin\":\"sample\",\"version\":\"1.0.0\"}\n{\"check\":\"look\",\"doc\":\"Looks.\"}\n";
    let custom = [&number("dbg:checks".len())[..], b"dbg:checks", declaration.as_bytes()].concat();
    let module = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 0, 0]),
        section(3, &listed(functions, &[0])),
        section(5, &[&[1, 0][..], &number(data / 65_536 + 1)].concat()),
        section(10, &listed(functions, &body)),
        section(11, &segment),
        section(0, &custom),
    ]
    .concat();
    // An empty instance, exported as the interface of a guest.
    let name = "dbg:check/guest@0.1.0";
    let export = [&[1, 1][..], &number(name.len()), name.as_bytes(), &[5, 0, 0]].concat();
    let parts = [b"\0asm\x0d\0\x01\0".to_vec(), section(1, &module), section(5, &[1, 1, 0]), section(11, &export)];
    parts.concat().into()
}

fn state(file: &Path) -> TrustedState {
    let mut state = TrustedState::default();
    state.trust(VendorTrust::new(VendorRoot::read(&fs::read(root_of(file)).unwrap()).unwrap(), None)).unwrap();
    state
}

/// The file and its vendor's root are read and all of it is verified, for the first time in this process.
fn once(path: &Path) -> Duration {
    let start = Instant::now();
    let state = state(path);
    let file: Bytes = fs::read(path).unwrap().into();
    verify(&file, &state, ReferenceTime::new(time(), time()), Rules::default()).unwrap();
    start.elapsed()
}

fn parts(path: &Path) {
    say("all, the first time", &[once(path)]);
    let (root, file): (Bytes, Bytes) = (fs::read(root_of(path)).unwrap().into(), fs::read(path).unwrap().into());
    let (state, now) = (state(path), ReferenceTime::new(time(), time()));
    let component = split(&file).unwrap().component;
    let grounds = Grounds {
        root: root.clone(),
        list: None,
        ceiling: Capability::ALL.into(),
        time: time(),
        rules: Rules::default(),
    };
    let announced = Component::read(component.clone()).unwrap().digest();
    measured("read the file", || drop(fs::read(path).unwrap()));
    measured("the vendor's root, two signatures", || drop(VendorRoot::read(&root).unwrap()));
    measured("SHA-256 of the component", || {
        std::hint::black_box(Sha256::digest(&component));
    });
    measured("all that the operator verifies", || drop(verify(&file, &state, now, Rules::default()).unwrap()));
    measured("what the operator told", || drop(Told::new(std::slice::from_ref(&grounds), [])));
    let told = Told::new(std::slice::from_ref(&grounds), []);
    measured("all that an agent verifies", || drop(told.vouch(&file, announced).unwrap()));
}

fn measured(what: &str, mut work: impl FnMut()) {
    let times: Vec<Duration> = (0..21)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    say(what, &times);
}

fn say(what: &str, times: &[Duration]) {
    let mut sorted = times.to_vec();
    sorted.sort();
    let milliseconds = |at: usize| sorted.get(at).unwrap().as_secs_f64() * 1e3;
    println!("    {what}: median {:.3} ms, least {:.3} ms", milliseconds(sorted.len() / 2), milliseconds(0));
}
