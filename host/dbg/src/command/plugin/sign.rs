//! `dbg plugin sign`: shows what is vouched for, asks once, and signs in place, whole or not at all.

use std::rc::Rc;

use anyhow::anyhow;
use bytes::Bytes;
use dbg_model::{Cell, VendorName};
use dbg_plugin::Component;
use dbg_plugin::trust::{Claim, Moment, PrivateKey, Statement, Unverified, plugin_progress};
use semver::Version;

use crate::args::PluginSign;
use crate::command::signing::{Answer, Consent, Document, Keyring, Kind, Passphrases, confirm, refuse_taken, shown};
use crate::command::trust::{Known, claimed, progress};
use crate::describe;
use crate::diagnostic::{Fault, hinted};
use crate::exit::Exit;
use crate::printer;
use crate::settings::{Paths, Terminal, signing};

pub(super) fn sign(args: &PluginSign, paths: &Paths, terminal: &Terminal) -> Result<Exit, Fault> {
    let document = Document::read(&args.file, Kind::Plugin)?;
    let file = document.shown();
    let unverified = Unverified::read(&document.bytes)
        .map_err(|error| Fault::usage(error).context(format!("`{file}` cannot be signed")))?;
    if let Some(output) = &args.output {
        refuse_taken(output)?;
    }
    let mut keyring = Keyring::new(Passphrases::new(&args.passphrases.sources, terminal)?);
    let named = args.root.as_deref().map(Known::of_file).transpose()?;
    let request = match unverified.statement() {
        Some(statement) => Request::further(args, statement, named.as_ref())?,
        None => Request::first(args, &unverified, named.as_ref(), &mut keyring, paths)?,
    };
    let known = named.or_else(|| Known::trusted(request.vendor(), paths));
    if let Some(known) = &known {
        objections(known, &unverified, request.sequence())?;
    }
    printer::note(&vouched(&unverified, &request));
    if confirm("sign this?", Consent::of(args.yes), terminal)? == Answer::No {
        printer::note("nothing was signed");
        return Ok(Exit::Pass);
    }
    let keys = signers(args, &mut keyring, known.as_ref())?;
    let signed = request.sign(unverified, &keys).map_err(|fault| fault.context(format!("`{file}` is not signed")))?;
    match &args.output {
        Some(output) => document.write_to(output, &signed)?,
        None => document.replace(&signed)?,
    }
    conclude(&signed, &args.output.as_deref().map_or(file, shown), known.as_ref())?;
    Ok(Exit::Pass)
}

/// What is to be signed.
enum Request {
    /// A first signature, over this; with a word on where the sequence comes from.
    First(Claim, &'static str),
    /// A further one, over what is there.
    Further(Box<Statement>),
}

impl Request {
    fn first(
        args: &PluginSign,
        unverified: &Unverified,
        named: Option<&Known>,
        keyring: &mut Keyring,
        paths: &Paths,
    ) -> Result<Self, Fault> {
        let issued = signing::now();
        let expires = signing::time_to_come(args.expires.as_deref().unwrap_or("1y"), issued)?;
        let (sequence, whence) = match args.sequence {
            Some(sequence) => (sequence, "as given"),
            None => (sequence_of(&unverified.component().declaration().version)?, "made of the version"),
        };
        let vendor = vendor(args, named, keyring, paths)?;
        Ok(Self::First(Claim { vendor, sequence, issued, expires }, whence))
    }

    fn further(args: &PluginSign, statement: &Statement, named: Option<&Known>) -> Result<Self, Fault> {
        if args.sequence.is_some() || args.expires.is_some() {
            return Err(Fault::usage(hinted(
                anyhow!(
                    "it is signed already: a further signature is over the same statement, whose sequence and dates stand"
                ),
                "leave `--sequence` and `--expires` out, or sign the file that was built",
            )));
        }
        let typed: Option<VendorName> = args.vendor.as_deref().map(str::parse).transpose().map_err(Fault::usage)?;
        let root = named.map(|known| known.root.vendor().clone());
        match typed.into_iter().chain(root).find(|vendor| *vendor != statement.vendor) {
            None => Ok(Self::Further(Box::new(statement.clone()))),
            Some(other) => Err(Fault::usage(anyhow!(
                "it is signed already, in the name of `{}` and not of `{other}`",
                statement.vendor
            ))),
        }
    }

    fn vendor(&self) -> &VendorName {
        match self {
            Self::First(claim, _) => &claim.vendor,
            Self::Further(statement) => &statement.vendor,
        }
    }

    fn sequence(&self) -> u64 {
        match self {
            Self::First(claim, _) => claim.sequence,
            Self::Further(statement) => statement.sequence,
        }
    }

    /// The file with the signatures of all keys.
    fn sign(self, unverified: Unverified, keys: &[Rc<PrivateKey>]) -> Result<Bytes, Fault> {
        let mut keys = keys.iter();
        let (mut unverified, mut signed) = match self {
            Self::Further(_) => (unverified, Bytes::new()),
            Self::First(claim, _) => {
                let first = keys.next().ok_or_else(|| Fault::usage(anyhow!("nobody signs it")))?;
                let signed = Bytes::from(unverified.sign(claim, first).map_err(Fault::usage)?);
                (Unverified::read(&signed).map_err(Fault::own)?, signed)
            }
        };
        for key in keys {
            signed = unverified.countersign(key).map_err(Fault::usage)?.into();
            unverified = Unverified::read(&signed).map_err(Fault::own)?;
        }
        Ok(signed)
    }
}

/// A later version has a higher number, and two builds of one version have the same, of which only one is then taken.
fn sequence_of(version: &Version) -> Result<u64, Fault> {
    let fault = |why: &str| {
        Fault::usage(hinted(
            anyhow!("no sequence can be made of version `{}`: {why}", Cell(&version.to_string())),
            "give one by `--sequence`, higher than that of the release before",
        ))
    };
    let Version { major, minor, patch, pre, build } = version;
    if !pre.is_empty() || !build.is_empty() {
        return Err(fault("only of three plain numbers"));
    }
    // Up to 900000.99999.99999 it is below 2^53.
    if *major > 900_000 || *minor > 99_999 || *patch > 99_999 {
        return Err(fault("its numbers are too large"));
    }
    match major * 10_000_000_000 + minor * 100_000 + patch {
        0 => Err(fault("it would be 0")),
        sequence => Ok(sequence),
    }
}

/// Who was named, or else the only vendor that a root names the key for.
fn vendor(args: &PluginSign, named: Option<&Known>, keyring: &mut Keyring, paths: &Paths) -> Result<VendorName, Fault> {
    let typed: Option<VendorName> = args.vendor.as_deref().map(str::parse).transpose().map_err(Fault::usage)?;
    let root = named.map(|known| known.root.vendor().clone());
    match (typed, root) {
        (Some(typed), Some(root)) if typed != root => {
            Err(Fault::usage(anyhow!("the root is `{root}`'s, and it is to be signed for `{typed}`")))
        }
        (Some(vendor), _) | (None, Some(vendor)) => Ok(vendor),
        (None, None) => {
            let first = args.keys.first().ok_or_else(|| Fault::usage(anyhow!("nobody signs it")))?;
            let id = keyring.private(first)?.public().id();
            let found = Known::of_release_key(&id, paths);
            found.map(|known| known.root.vendor().clone()).ok_or_else(|| {
                Fault::usage(hinted(
                    anyhow!("whose plugin it is was not said, and no one root that is trusted here names this key"),
                    "give `--vendor NAME`, or the vendor's root by `--root FILE`",
                ))
            })
        }
    }
}

/// What the root would refuse this for, whoever signs.
fn objections(known: &Known, unverified: &Unverified, sequence: u64) -> Result<(), Fault> {
    let root = known.root.current();
    let declaration = unverified.component().declaration();
    for check in &declaration.checks {
        let beyond = check.grants.iter().find(|grant| grant.required && !root.ceiling.allows(grant.capability));
        known.object(beyond.map(|grant| {
            format!("`{}` needs `{}`, which is beyond the ceiling of `{}`", check.check, grant.capability, root.vendor)
        }))?;
    }
    let digest = unverified.component().digest();
    let revoked = root.revoked.digests.contains(&digest);
    known.object(revoked.then(|| format!("the component {} is revoked", digest.short())))?;
    let minimum = root.minimum.get(&declaration.plugin).filter(|minimum| sequence < **minimum);
    known.object(minimum.map(|minimum| format!("sequence {sequence} is below the least that counts, {minimum}")))
}

/// The private keys, each one that the root lets sign plugins.
fn signers(args: &PluginSign, keyring: &mut Keyring, known: Option<&Known>) -> Result<Vec<Rc<PrivateKey>>, Fault> {
    let now = signing::now();
    let open = |file: &std::path::PathBuf| {
        let key = keyring.private(file)?;
        if let Some(known) = known {
            let (id, root) = (key.public().id(), known.root.current());
            let role = root.release.keys.iter().find(|known| known.key.id() == id);
            let what = match role {
                None => Some("none that signs plugins"),
                Some(_) if root.revoked.keys.contains(&id) => Some("revoked"),
                Some(role) if role.expires.is_some_and(|expires| expires <= now) => Some("expired"),
                Some(_) => None,
            };
            let (file, vendor) = (shown(file), &root.vendor);
            known.object(what.map(|what| format!("`{file}` is the key {} of `{vendor}`, {what}", id.short())))?;
        }
        Ok(key)
    };
    args.keys.iter().map(open).collect()
}

/// Everything that the signature stands for, in words.
fn vouched(unverified: &Unverified, request: &Request) -> String {
    let component: &Component = unverified.component();
    let declaration = component.declaration();
    let version = Cell(&declaration.version.to_string()).to_string();
    let mut text = format!("{}/{} {version}\n", request.vendor(), declaration.plugin);
    text.push_str(&format!("  component     {}, {} bytes\n", component.digest(), component.bytes().len()));
    let dates = |issued: Moment, expires: Moment| format!("  issued        {issued}, expires {expires}\n");
    match request {
        Request::First(claim, whence) => {
            text.push_str(&format!("  sequence      {} ({whence})\n", claim.sequence));
            text.push_str(&dates(claim.issued, claim.expires));
        }
        Request::Further(statement) => {
            text.push_str(&format!("  sequence      {}\n", statement.sequence));
            text.push_str(&dates(statement.issued, statement.expires));
            if statement.expires <= signing::now() {
                text.push_str("  EXPIRED       what is signed now is refused wherever dates count\n");
            }
            text.push_str(&format!("  signed by     {}, as it says\n", claimed(&unverified.signers())));
        }
    }
    for check in &declaration.checks {
        text.push_str(&format!("\n{}: {}\nit asks to\n", check.check, Cell(check.summary())));
        text.push_str(&describe::requests(check));
    }
    text
}

fn conclude(signed: &Bytes, file: &str, known: Option<&Known>) -> Result<(), Fault> {
    let state = known.map(|known| plugin_progress(signed, &known.root)).transpose().map_err(Fault::own)?.flatten();
    printer::note(&match state {
        Some(state) if state.missing() > 0 => format!(
            "`{file}` is signed; {}\n\nnext: whoever has another of these keys: dbg plugin sign {file} --key KEY",
            progress(&state)
        ),
        Some(state) => format!("`{file}` is signed; {}", progress(&state)),
        None => format!("`{file}` is signed; whether that suffices is told by the vendor's root: `--root FILE`"),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_version_has_a_higher_sequence_and_what_cannot_be_ordered_has_none() {
        let sequence = |text: &str| sequence_of(&text.parse().unwrap()).ok();
        assert_eq!(sequence("1.2.3"), Some(10_000_200_003));
        let versions = ["0.0.1", "0.1.0", "0.99999.99999", "1.0.0", "1.2.3", "1.10.0", "900000.99999.99999"];
        let numbers: Vec<_> = versions.iter().map(|version| sequence(version).unwrap()).collect();
        assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
        assert!(numbers.iter().all(|number| *number <= 1 << 53));
        for none in ["0.0.0", "1.2.3-rc.1", "1.2.3+build", "1.100000.0", "900001.0.0"] {
            assert_eq!(sequence(none), None, "{none}");
        }
    }
}
