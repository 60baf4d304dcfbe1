//! `dbg trust root next`: what changes from one version to the next.

use anyhow::anyhow;
use dbg_plugin::trust::{KeyId, Moment, Role, RoleKey, Root, VendorRoot, next_root};

use super::{conclude, countersign, signers, versions, words};
use crate::args::RootNext;
use crate::command::signing::{Document, Keyring, Kind, Passphrases, refuse_taken, shown};
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::signing::{KeyReference, KeyUntil};
use crate::settings::{Terminal, signing};

pub(super) fn next(args: &RootNext, terminal: &Terminal) -> Result<Exit, Fault> {
    let document = Document::read(&args.file, Kind::Root)?;
    if let Some(output) = &args.output {
        refuse_taken(output)?;
    }
    let current = current(&document)?;
    let mut keyring = Keyring::new(Passphrases::new(&args.passphrases.sources, terminal)?);
    let root = changed(args, &current, &mut keyring)?;
    root.judge().map_err(|fault| {
        Fault::usage(hinted(
            anyhow::Error::new(fault),
            "a threshold stays as it was unless `--threshold` or `--release-threshold` says otherwise",
        ))
    })?;
    printer::note(&words::root(&root));
    let keys = signers(&args.sign, &mut keyring, &[&current.root, &root.root])?;
    let (first, others) = keys.split_first().ok_or_else(|| Fault::usage(anyhow!("nobody signs it")))?;
    let file = next_root(&document.bytes, &root, first).and_then(|file| countersign(file, others));
    let file = file.map_err(Fault::usage)?;
    match &args.output {
        Some(output) => document.write_to(output, &file)?,
        None => document.replace(&file)?,
    }
    conclude(&file, &args.output.as_deref().map_or_else(|| document.shown(), shown))?;
    Ok(Exit::Pass)
}

/// The newest version, of a file that is complete.
fn current(document: &Document) -> Result<Root, Fault> {
    let file = document.shown();
    if let Some(newest) = versions(document)?.last().filter(|version| !version.is_complete()) {
        let version = newest.root.version;
        return Err(Fault::usage(hinted(
            anyhow!("version {version} in `{file}` still lacks signatures, and a next one would stand on it"),
            format!("first sign it: dbg trust root sign {file} --key KEY"),
        )));
    }
    let root = VendorRoot::read(&document.bytes);
    let root = root.map_err(|fault| Fault::usage(fault).context(format!("`{file}` is no file of roots")))?;
    Ok(root.current().clone())
}

fn changed(args: &RootNext, current: &Root, keyring: &mut Keyring) -> Result<Root, Fault> {
    // Their clock may be behind that of whoever signed before.
    let now = signing::now().max(current.issued);
    let mut root = Root { version: current.version + 1, issued: now, ..current.clone() };
    let plain = |files: &[std::path::PathBuf], keyring: &mut Keyring| {
        let keys = files.iter().map(|file| Ok(RoleKey { key: keyring.public(file)?, expires: None }));
        keys.collect::<Result<Vec<_>, Fault>>()
    };
    let change = Change {
        all: plain(&args.keys, keyring)?,
        added: plain(&args.add_keys, keyring)?,
        removed: ids(&args.remove_keys, keyring)?,
        threshold: args.threshold,
    };
    change.apply(&mut root.root, "root")?;
    let change = Change {
        all: release_keys(&args.release_keys, keyring, now)?,
        added: release_keys(&args.add_release_keys, keyring, now)?,
        removed: ids(&args.remove_release_keys, keyring)?,
        threshold: args.release_threshold,
    };
    change.apply(&mut root.release, "release")?;
    if !args.ceiling.is_empty() {
        root.ceiling = signing::ceiling(&args.ceiling)?;
    }
    root.revoked.keys.extend(ids(&args.revoke_keys, keyring)?);
    for text in &args.revoke {
        root.revoked.digests.insert(signing::digest(text, "`dbg plugin show FILE` prints it")?);
    }
    root.minimum.extend(signing::minimums(&args.minimum)?);
    if (Root { version: current.version, issued: current.issued, ..root.clone() }) == *current {
        return Err(Fault::usage(hinted(
            anyhow!("nothing is different in this version"),
            "say what is: keys, thresholds, `--ceiling`, `--revoke-key`, `--revoke`, `--minimum`",
        )));
    }
    Ok(root)
}

/// How a role's keys change.
struct Change {
    /// These instead of all before, unless there are none.
    all: Vec<RoleKey>,
    added: Vec<RoleKey>,
    removed: Vec<KeyId>,
    threshold: Option<usize>,
}

impl Change {
    fn apply(self, role: &mut Role, name: &str) -> Result<(), Fault> {
        let Self { all, added, removed, threshold } = self;
        if !all.is_empty() {
            role.keys = all;
        }
        for id in removed {
            let place = role.keys.iter().position(|key| key.key.id() == id).ok_or_else(|| {
                Fault::usage(hinted(
                    anyhow!("the key {} is none of the {name} keys", id.short()),
                    "`dbg trust root show FILE` lists them",
                ))
            })?;
            role.keys.remove(place);
        }
        role.keys.extend(added);
        role.threshold = threshold.unwrap_or(role.threshold);
        Ok(())
    }
}

/// The ids of keys that are given by file or id.
pub(in crate::command::trust) fn ids(texts: &[String], keyring: &mut Keyring) -> Result<Vec<KeyId>, Fault> {
    let id = |text: &String| match KeyReference::parse(text)? {
        KeyReference::Id(id) => Ok(id),
        KeyReference::File(file) => keyring.public(&file).map(|key| key.id()),
    };
    texts.iter().map(id).collect()
}

/// Keys that sign plugins, each with its date.
pub(super) fn release_keys(texts: &[String], keyring: &mut Keyring, now: Moment) -> Result<Vec<RoleKey>, Fault> {
    let key = |text: &String| {
        let KeyUntil { file, expires } = KeyUntil::parse(text, now)?;
        Ok(RoleKey { key: keyring.public(&file)?, expires })
    };
    texts.iter().map(key).collect()
}
