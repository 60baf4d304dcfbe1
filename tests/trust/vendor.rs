//! A vendor of the tests: its root, its releases, its revocations, and a home that trusts it. Made by the rooms' own code, from fixed seeds.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use dbg_model::{Capability, Digest};
use dbg_plugin::trust::{
    Ceiling, Claim, Moment, PrivateKey, Revocations, Revoked, Role, RoleKey, Root, Unverified, VendorRoot,
    countersign_list, countersign_root, new_list, new_root, next_root,
};
use dbg_tests::{Context, Home};

/// The moment so many days from when the tests began: one vendor has one root, however long they take.
pub(crate) fn day(offset: i64) -> Moment {
    static NOW: OnceLock<u64> = OnceLock::new();
    let now = NOW.get_or_init(|| SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs());
    Moment::from_seconds(now.checked_add_signed(offset * 24 * 60 * 60).expect("a moment"))
}

pub(crate) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed([seed; 32])
}

fn role(threshold: usize, seeds: &[u8]) -> Role {
    let keys = seeds.iter().map(|seed| RoleKey { key: key(*seed).public(), expires: None });
    Role { threshold, keys: keys.collect() }
}

/// A component that does nothing, with its declaration: each test changes a part.
#[derive(Clone)]
pub(crate) struct Plugin {
    pub(crate) name: &'static str,
    pub(crate) check: &'static str,
    pub(crate) version: &'static str,
    /// Of the one check, as JSON.
    pub(crate) grants: Vec<String>,
    /// Of the parameter `to`, as JSON.
    pub(crate) default: &'static str,
    /// Makes another content of it.
    pub(crate) salt: &'static str,
}

impl Default for Plugin {
    fn default() -> Self {
        Self { name: "my-check", check: "look", version: "1.0.0", grants: Vec::new(), default: "", salt: "" }
    }
}

/// A grant as a declaration has it.
pub(crate) fn grant(capability: &str, bounds: &[&str]) -> String {
    let bounds: Vec<String> = bounds.iter().map(|bound| format!("\"{bound}\"")).collect();
    format!(r#"{{"capability":"{capability}","bounds":[{}],"reason":"for the test"}}"#, bounds.join(","))
}

/// The same, without which the check can do.
pub(crate) fn optional(capability: &str, bounds: &[&str]) -> String {
    grant(capability, bounds).replace("\"reason\"", "\"required\":false,\"reason\"")
}

impl Plugin {
    pub(crate) fn wanting(grants: &[String]) -> Self {
        Self { grants: grants.to_vec(), ..Self::default() }
    }

    pub(crate) fn bytes(&self) -> Bytes {
        let Self { name, check, version, grants, default, salt } = self;
        let declaration = format!(
            "{{\"declaration\":1,\"plugin\":\"{name}\",\"version\":\"{version}\",\"doc\":\"{salt}\"}}\n\
             {{\"check\":\"{check}\",\"doc\":\"Looks.\",\"parameters\":[{{\"name\":\"to\",\"kind\":\"address\",\"doc\":\"\",\
             \"default\":[{default}]}}],\"grants\":[{}]}}\n",
            grants.join(",")
        );
        let mut imports = String::new();
        for (capability, interface) in [
            ("files", "dbg:files/file-tree@0.1.0"),
            ("resolver", "dbg:resolver/resolver-config@0.1.0"),
            ("sockets", "wasi:sockets/instance-network@0.2.6"),
        ] {
            if grants.iter().any(|grant| grant.contains(&format!("\"capability\":\"{capability}\""))) {
                write!(imports, "(import \"{interface}\" (instance))").expect("a string takes text");
            }
        }
        let escaped = declaration.bytes().fold(String::new(), |mut text, byte| {
            write!(text, "\\{byte:02x}").expect("a string takes text");
            text
        });
        let text = format!(
            r#"(component {imports} (@custom "dbg:checks" "{escaped}")
            (core module $module
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
                (func (export "run") (param i32 i32 i32 i32) (result i32) i32.const 16))
            (core instance $instance (instantiate $module))
            (type $scalar' (variant (case "text" string) (case "integer" s64) (case "boolean" bool) (case "real" f64)))
            (export $scalar "scalar" (type $scalar'))
            (type $arg' (record (field "name" string) (field "values" (list $scalar))))
            (export $arg "arg" (type $arg'))
            (type $code' (enum "no-such-check" "bad-arguments" "denied" "unsupported" "timed-out" "cancelled" "other"))
            (export $code "failure-code" (type $code'))
            (type $failure' (record (field "code" $code) (field "text" string)))
            (export $failure "failure" (type $failure'))
            (func $run (param "check" string) (param "args" (list $arg)) (result (result (error $failure)))
                (canon lift (core func $instance "run")
                    (memory (core memory $instance "memory")) (realloc (core func $instance "realloc"))))
            (instance $guest (export "run" (func $run)))
            (export "dbg:check/guest@0.1.0" (instance $guest)))"#
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}")).into()
    }

    pub(crate) fn digest(&self) -> Digest {
        let unverified = Unverified::read(&self.bytes()).expect("it is a plugin");
        unverified.component().digest()
    }
}

/// A vendor with the root keys 1, 2, 3 and the release keys 11, 12, 13, two of which must sign. Others have theirs elsewhere.
pub(crate) struct Vendor {
    name: &'static str,
    keys: u8,
}

pub(crate) const ACME: Vendor = Vendor { name: "acme", keys: 0 };
pub(crate) const GLOBEX: Vendor = Vendor { name: "globex", keys: 100 };

/// What a release is, besides its component.
#[derive(Clone, Copy)]
pub(crate) struct Release {
    pub(crate) sequence: u64,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
    /// Which of the release keys sign: 11 to 13, or any other.
    pub(crate) signers: &'static [u8],
}

impl Default for Release {
    fn default() -> Self {
        Self { sequence: 1, issued: -5, expires: 300, signers: &[11, 12] }
    }
}

impl Vendor {
    pub(crate) fn root(&self) -> Root {
        let of = |seeds: [u8; 3]| role(2, &seeds.map(|seed| seed + self.keys));
        Root {
            vendor: self.name.parse().expect("a name"),
            version: 1,
            issued: day(-50),
            root: of([1, 2, 3]),
            release: of([11, 12, 13]),
            ceiling: Ceiling::new(Capability::ALL),
            revoked: Revoked::default(),
            minimum: Default::default(),
        }
    }

    /// The file of version 1 of a root.
    pub(crate) fn root_file(&self, root: &Root) -> Vec<u8> {
        let first = new_root(root, &key(1 + self.keys)).expect("it is a root");
        countersign_root(&first, &key(2 + self.keys)).expect("a second key")
    }

    /// The file of roots with one more.
    pub(crate) fn next_root(&self, file: &[u8], root: &Root) -> Vec<u8> {
        let next = next_root(file, root, &key(1 + self.keys)).expect("it is the next");
        countersign_root(&next, &key(2 + self.keys)).expect("a second key")
    }

    pub(crate) fn list(&self, version: u64, digests: &[Digest]) -> Vec<u8> {
        let revoked = Revoked { digests: digests.iter().copied().collect(), ..Revoked::default() };
        let vendor = self.name.parse().expect("a name");
        let list = Revocations { vendor, version, issued: day(-3), next: day(30), revoked };
        self.list_file(&list)
    }

    pub(crate) fn list_file(&self, list: &Revocations) -> Vec<u8> {
        let first = new_list(list, &key(1 + self.keys)).expect("it is a list");
        countersign_list(&first, &key(2 + self.keys)).expect("a second key")
    }

    /// A plugin's file, signed.
    pub(crate) fn sign(&self, plugin: &Plugin, release: Release) -> Vec<u8> {
        let Release { sequence, issued, expires, signers } = release;
        let vendor = self.name.parse().expect("a name");
        let claim = Claim { vendor, sequence, issued: day(issued), expires: day(expires) };
        let (first, others) = signers.split_first().expect("somebody signs");
        let mut file = Unverified::read(&plugin.bytes())
            .and_then(|file| file.sign(claim, &key(first + self.keys)))
            .expect("signed");
        for signer in others {
            let bytes = Bytes::from(file);
            file =
                Unverified::read(&bytes).and_then(|file| file.countersign(&key(signer + self.keys))).expect("signed");
        }
        file
    }

    /// A file of this plugin's first release, in the context's home.
    pub(crate) fn file(&self, context: &Context, plugin: &Plugin) -> PathBuf {
        self.release(context, plugin, Release::default())
    }

    pub(crate) fn release(&self, context: &Context, plugin: &Plugin, release: Release) -> PathBuf {
        let name = format!("{}-{}-{}.wasm", plugin.name, plugin.version, release.sequence);
        context.home.write(&name, self.sign(plugin, release))
    }

    /// The user of a home trusts this vendor, by the root that the test wants.
    pub(crate) fn trust_by(&self, home: &Home, file: &[u8]) {
        put(home, &format!("{}.root.json", self.name), file);
    }

    pub(crate) fn trust(&self, home: &Home) {
        self.trust_by(home, &self.root_file(&self.root()));
    }

    /// The user of a home has this list.
    pub(crate) fn put_list(&self, home: &Home, list: &[u8]) {
        put(home, &format!("{}.revocations.json", self.name), list);
    }

    pub(crate) fn fingerprint(&self) -> Digest {
        VendorRoot::read(&self.root_file(&self.root())).expect("it is a root").fingerprint()
    }
}

/// Writes a file of trust as the store does: for the user alone.
fn put(home: &Home, name: &str, bytes: &[u8]) {
    let path = home.write(&format!("config/dbg/trust.d/{name}"), bytes);
    home.mode(&path, 0o600);
    for folder in path.ancestors().skip(1).take(3) {
        home.give(folder);
        home.mode(folder, 0o700);
    }
}

/// A context that trusts acme, and whose policy consents to everything a vendor asks for.
pub(crate) fn trusting() -> Context {
    let context = Context::new();
    ACME.trust(&context.home);
    consenting(&context);
    context
}

/// A policy that consents in a person's place.
pub(crate) fn consenting(context: &Context) {
    policy(
        context,
        "[consent]\nvendor = ['files', 'resolver', 'sockets']\nunsigned = ['files', 'resolver', 'sockets']\n\
         read-and-send = true\n",
    );
}

/// The user's own policy; there is no other where the tests run.
pub(crate) fn policy(context: &Context, text: &str) {
    let path = context.home.write("config/dbg/policy.toml", text);
    context.home.mode(&path, 0o600);
}

/// What the store has: every file, but its lock.
pub(crate) fn stored(context: &Context) -> Vec<String> {
    let of_store = |path: &String| path.contains("data/") && !path.ends_with("lock");
    context.home.kept().into_iter().filter(of_store).collect()
}
