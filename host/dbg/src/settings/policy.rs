//! What may be consented to without asking a person.
//!
//! `/etc/dbg/policy.toml` comes first; the user's file can only narrow it. Without any file nothing is covered.

use std::collections::BTreeSet;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use dbg_model::Capability;
use serde::Deserialize;

use super::Paths;
use super::paths::MACHINE_POLICY;
use crate::diagnostic::Fault;

/// The policy in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Policy {
    /// The capabilities that `dbg plugin add --yes` may grant to an unsigned plugin.
    pub(crate) unsigned: BTreeSet<Capability>,
}

/// The file's form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    #[serde(default)]
    consent: ConsentTable,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ConsentTable {
    #[serde(default)]
    unsigned: BTreeSet<Capability>,
}

/// The largest policy that makes sense.
const MAX_BYTES: u64 = 64 * 1024;

impl Policy {
    /// Reads the machine's and the user's policy.
    pub(crate) fn read(paths: &Paths) -> Result<Self, Fault> {
        let machine = read_file(Path::new(MACHINE_POLICY)).map_err(Fault::own)?;
        let user = paths.user_policy.as_deref().map(read_file).transpose().map_err(Fault::own)?.flatten();
        Ok(Self::narrowed(machine, user))
    }

    fn narrowed(machine: Option<Self>, user: Option<Self>) -> Self {
        match (machine, user) {
            (Some(machine), Some(user)) => Self { unsigned: &machine.unsigned & &user.unsigned },
            (Some(policy), None) | (None, Some(policy)) => policy,
            (None, None) => Self::default(),
        }
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let PolicyFile { consent: ConsentTable { unsigned } } = toml::from_str(text)?;
        Ok(Self { unsigned })
    }
}

fn read_file(path: &Path) -> anyhow::Result<Option<Policy>> {
    let file = match fs_err::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context("the policy cannot be read"),
    };
    let metadata = file.metadata()?;
    // Whoever can write the policy decides what runs without asking.
    let trusted_owner = [0, rustix::process::geteuid().as_raw()].contains(&metadata.uid());
    if !metadata.is_file() || metadata.mode() & 0o022 != 0 || !trusted_owner {
        bail!("the policy `{}` can be written by others than its owner, or belongs to somebody else", path.display());
    }
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        bail!("the policy `{}` has more than {MAX_BYTES} bytes", path.display());
    }
    Policy::parse(&text)
        .map(Some)
        .map_err(|error| anyhow!("{}", dbg_model::Escaped(&error.to_string())))
        .with_context(|| format!("the policy `{}` makes no sense", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_can_only_narrow_what_the_machine_allows() {
        let machine = Policy::parse("[consent]\nunsigned = ['resolver', 'files']").unwrap();
        let user = Policy::parse("[consent]\nunsigned = ['files', 'sockets']").unwrap();
        assert_eq!(Policy::narrowed(Some(machine), Some(user)).unsigned, BTreeSet::from([Capability::Files]));
        assert_eq!(Policy::narrowed(None, None).unsigned, BTreeSet::new());
    }

    #[test]
    fn unknown_words_in_a_policy_are_refused() {
        assert!(Policy::parse("[consent]\nunsigned = ['root']").is_err());
        assert!(Policy::parse("[consnet]\n").is_err());
    }

    #[test]
    fn a_policy_that_others_can_write_is_not_believed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        fs_err::write(&path, "[consent]\nunsigned = ['files']").unwrap();
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
        assert!(read_file(&path).is_err());
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(read_file(&path).unwrap().is_some());
    }
}
