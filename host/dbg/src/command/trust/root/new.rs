//! `dbg trust root new`: the first version of a root, which everything later is traced back to.

use std::path::PathBuf;

use anyhow::anyhow;
use dbg_model::{Capability, VendorName};
use dbg_plugin::trust::{Ceiling, Moment, Revoked, Role, RoleKey, Root, new_root, root_versions};

use super::{conclude, countersign, signers, words};
use crate::args::RootNew;
use crate::command::print;
use crate::command::signing::{Keyring, Passphrases, create, is_private, refuse_taken, shown};
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Terminal, signing};

pub(super) fn new(args: &RootNew, terminal: &Terminal) -> Result<Exit, Fault> {
    let vendor: VendorName = args.vendor.parse().map_err(Fault::usage)?;
    let output = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{vendor}.root.json")));
    refuse_taken(&output)?;
    let mut keyring = Keyring::new(Passphrases::new(&args.passphrases.sources, terminal)?);
    let sign = who_signs(args)?;
    let root = root(args, vendor, &mut keyring, signing::now())?;
    root.judge().map_err(|fault| {
        Fault::usage(hinted(
            anyhow::Error::new(fault),
            "give each key once by `--key`, and a `--threshold` of at least 1 and at most their number",
        ))
    })?;
    printer::note(&words::root(&root));
    if args.ceiling.is_empty() {
        printer::note("the ceiling is all that this dbg has, because no `--ceiling` was given\n");
    }
    let keys = signers(&sign, &mut keyring, &[&root.root])?;
    let (first, others) = keys.split_first().ok_or_else(nobody)?;
    let file = new_root(&root, first).and_then(|file| countersign(file, others)).map_err(Fault::usage)?;
    create(&output, &file, 0o644)?;
    conclude(&file, &shown(&output))?;
    let versions = root_versions(&file).map_err(Fault::own)?;
    let fingerprint = versions.first().map(|version| version.digest.to_string()).unwrap_or_default();
    print(&format!("{fingerprint}\n"))
}

/// Who was named, or else the private ones among the root keys.
fn who_signs(args: &RootNew) -> Result<Vec<PathBuf>, Fault> {
    if !args.sign.is_empty() {
        return Ok(args.sign.clone());
    }
    let mut private = Vec::new();
    for file in &args.keys {
        if is_private(file)? {
            private.push(file.clone());
        }
    }
    if private.is_empty() { Err(nobody()) } else { Ok(private) }
}

fn nobody() -> Fault {
    Fault::usage(hinted(
        anyhow!("nobody signs it: all keys that are given are public"),
        "name the private key of one of them: `--sign a.key`; others sign after that, by `dbg trust root sign`",
    ))
}

fn root(args: &RootNew, vendor: VendorName, keyring: &mut Keyring, now: Moment) -> Result<Root, Fault> {
    let keys = args.keys.iter().map(|file| Ok(RoleKey { key: keyring.public(file)?, expires: None }));
    let root = role(keys.collect::<Result<_, Fault>>()?, args.threshold);
    let release = match args.release_keys.as_slice() {
        [] => Role { threshold: args.release_threshold.unwrap_or(root.threshold), ..root.clone() },
        texts => role(super::next::release_keys(texts, keyring, now)?, args.release_threshold),
    };
    let ceiling = match args.ceiling.as_slice() {
        [] => Ceiling::new(Capability::ALL),
        words => signing::ceiling(words)?,
    };
    Ok(Root {
        vendor,
        version: 1,
        issued: now,
        root,
        release,
        ceiling,
        revoked: Revoked::default(),
        minimum: std::collections::BTreeMap::new(),
    })
}

/// More than half of the keys, unless it is said: so that no two groups can both decide, and a lost key of three is no end.
fn role(keys: Vec<RoleKey>, threshold: Option<usize>) -> Role {
    Role { threshold: threshold.unwrap_or(keys.len() / 2 + 1), keys }
}
