//! A vendor with its keys and its root, made by the commands that a vendor uses: what a test needs that wants something signed.

use std::path::{Path, PathBuf};

use crate::{Context, Guest, Invocation, exit};

/// The passphrase of every key that is made here.
pub const PASSPHRASE: &str = "correct horse battery";
const VARIABLE: &str = "DBG_TEST_PASSPHRASE";

/// A vendor on a machine of its own. Each of its keys signs roots and plugins alike, and each takes some 300 ms to make or use.
pub struct Vendor {
    /// Where its keys and its root are.
    pub machine: Context,
    name: String,
    keys: Vec<String>,
    fingerprint: String,
}

impl Vendor {
    /// A vendor with one key.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self::with_keys(name, &["a"], 1)
    }

    /// A vendor with these keys, of which `threshold` must sign. Its root is complete.
    #[must_use]
    pub fn with_keys(name: &str, keys: &[&str], threshold: usize) -> Self {
        let machine = Context::new();
        for key in keys {
            with_passphrase(machine.dbg(["key", "new", key])).run().exits(exit::PASS);
        }
        let mut new = machine.dbg(["trust", "root", "new", "--vendor", name, "--threshold", &threshold.to_string()]);
        for key in keys {
            new = new.arg("--key").arg(format!("{key}.pub"));
        }
        for key in keys.iter().take(threshold) {
            new = new.arg("--sign").arg(format!("{key}.key"));
        }
        let output = with_passphrase(new).run();
        output.exits(exit::PASS);
        let fingerprint = output.stdout().trim().to_owned();
        let keys = keys.iter().take(threshold).map(|key| format!("{key}.key")).collect();
        Self { machine, name: name.to_owned(), keys, fingerprint }
    }

    /// Its file of roots.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.machine.home.path().join(format!("{}.root.json", self.name))
    }

    /// What those who trust it are told by another way.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// A command on its machine, words split at spaces, with the passphrase of its keys.
    #[must_use]
    pub fn type_in(&self, line: &str) -> Invocation<'_> {
        with_passphrase(self.machine.type_in(line))
    }

    /// Signs a file of its machine in place, with as many keys as its root asks for.
    #[track_caller]
    pub fn sign(&self, file: &Path) {
        let mut sign = self.machine.dbg(["plugin", "sign", "--yes", "--vendor", &self.name]).arg(file);
        for key in &self.keys {
            sign = sign.arg("--key").arg(key);
        }
        with_passphrase(sign).run().exits(exit::PASS);
    }

    /// A guest that it signed, in the home of `context`.
    #[must_use]
    #[track_caller]
    pub fn signed(&self, guest: &str, context: &Context) -> PathBuf {
        let file = self.machine.home.write(&format!("{guest}.wasm"), Guest::named(guest).bytes());
        self.sign(&file);
        context.home.write(&format!("{guest}.wasm"), std::fs::read(file).expect("it was signed"))
    }

    /// Lets whoever uses `context` trust it.
    #[track_caller]
    pub fn is_trusted_in(&self, context: &Context) {
        let root =
            context.home.write(&format!("{}.root.json", self.name), std::fs::read(self.root()).expect("its root"));
        let add = context.dbg(["trust", "add", "--fingerprint", &self.fingerprint]).arg(root);
        add.run().exits(exit::PASS);
    }
}

/// A command that opens or makes keys, with the passphrase that all keys of tests have.
#[must_use]
pub fn with_passphrase(command: Invocation<'_>) -> Invocation<'_> {
    command.arg("--passphrase").arg(format!("env:{VARIABLE}")).variable(VARIABLE, PASSPHRASE)
}
