//! The policy as it is written, and the reading of it.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use dbg_model::{Capability, KubeName, MAX_REDACT_PATTERNS, RedactPattern, Target, VendorName};
use dbg_placement::Profile;
use dbg_plugin::trust::{Rule, Rules};
use serde::Deserialize;

use super::{AuditPolicy, Consent, Policy, ReadAndSend, SyslogRule, Unsigned};

/// The largest policy that makes sense.
const MAX_BYTES: u64 = 64 * 1024;

/// The machine's and the user's together are still looked for, all of them.
const MAX_PATTERNS: usize = MAX_REDACT_PATTERNS / 2;

/// The file's form. What is not said does not narrow.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Written {
    vendors: Vendors,
    grants: Grants,
    targets: Targets,
    shell: ShellTable,
    dates: Dates,
    unsigned: UnsignedTable,
    consent: ConsentTable,
    audit: AuditTable,
    cluster: ClusterTable,
    redact: RedactTable,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Vendors {
    allow: Option<BTreeSet<VendorName>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Grants {
    most: Option<BTreeSet<Capability>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Targets {
    allow: Option<BTreeSet<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ShellTable {
    profiles: Option<BTreeSet<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Dates {
    expiry: Option<RuleWord>,
    revocations: Option<RuleWord>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum RuleWord {
    Strict,
    Warn,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct UnsignedTable {
    allow: UnsignedWord,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "kebab-case")]
enum UnsignedWord {
    Never,
    Unprivileged,
    #[default]
    Anywhere,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ConsentTable {
    unsigned: BTreeSet<Capability>,
    vendor: BTreeSet<Capability>,
    #[serde(rename = "read-and-send")]
    read_and_send: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct AuditTable {
    log: Option<PathBuf>,
    syslog: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ClusterTable {
    #[serde(rename = "node-namespace")]
    node_namespace: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RedactTable {
    patterns: Vec<RedactPattern>,
}

impl From<RuleWord> for Rule {
    fn from(word: RuleWord) -> Self {
        match word {
            RuleWord::Strict => Self::Strict,
            RuleWord::Warn => Self::Warn,
        }
    }
}

impl From<UnsignedWord> for Unsigned {
    fn from(word: UnsignedWord) -> Self {
        match word {
            UnsignedWord::Never => Self::Never,
            UnsignedWord::Unprivileged => Self::Unprivileged,
            UnsignedWord::Anywhere => Self::Anywhere,
        }
    }
}

/// A policy, when the file is there. One that others than root and its reader can write is refused: it decides what runs without asking.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<Policy>> {
    let file = match fs_err::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context("the policy cannot be read"),
    };
    let metadata = file.metadata()?;
    let trusted_owner = [0, rustix::process::geteuid().as_raw()].contains(&metadata.uid());
    if !metadata.is_file() || metadata.mode() & 0o022 != 0 || !trusted_owner {
        bail!("the policy `{}` can be written by others than its owner, or belongs to somebody else", path.display());
    }
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        bail!("the policy `{}` has more than {MAX_BYTES} bytes", path.display());
    }
    parse(&text).map(Some).with_context(|| format!("the policy `{}` makes no sense", path.display()))
}

/// What a text says.
pub(super) fn parse(text: &str) -> anyhow::Result<Policy> {
    let Written { vendors, grants, targets, shell, dates, unsigned, consent, audit, cluster, redact } =
        toml::from_str(text).map_err(|error| anyhow!("{}", dbg_model::Escaped(&error.to_string())))?;
    let kinds = || Target::kinds().iter().map(|kind| kind.word);
    if let Some(unknown) = targets.allow.iter().flatten().find(|word| !kinds().any(|kind| kind == word.as_str())) {
        let known: Vec<&str> = kinds().collect();
        bail!("`{}` is no kind of target; there is {}", dbg_model::Cell(unknown), known.join(", "));
    }
    if let Some(unknown) = shell.profiles.iter().flatten().find(|word| word.parse::<Profile>().is_err()) {
        let known = Profile::ALL.map(Profile::word).join(", ");
        bail!("`{}` is no profile of a shell; there is {known}", dbg_model::Cell(unknown));
    }
    if let Some(log) = audit.log.as_ref().filter(|log| !log.is_absolute()) {
        bail!("the audit log `{}` is no absolute path", dbg_model::Cell(&log.to_string_lossy()));
    }
    let redact = redact.patterns;
    if redact.len() > MAX_PATTERNS {
        bail!("it has {} patterns to be masked, and {MAX_PATTERNS} are the most", redact.len());
    }
    let node_namespace = match cluster.node_namespace.as_deref().map(str::parse::<KubeName>) {
        Some(Err(error)) => bail!("`[cluster] node-namespace`: {error}"),
        Some(Ok(name)) => Some(name),
        None => None,
    };
    let default = Rules::default();
    Ok(Policy {
        vendors: vendors.allow,
        grants: grants.most.unwrap_or_else(|| BTreeSet::from(Capability::ALL)),
        targets: targets.allow,
        shell: shell.profiles,
        rules: Rules {
            expiry: dates.expiry.map_or(default.expiry, Rule::from),
            stale: dates.revocations.map_or(default.stale, Rule::from),
        },
        unsigned: unsigned.allow.into(),
        consent: Consent {
            unsigned: consent.unsigned,
            vendor: consent.vendor,
            read_and_send: if consent.read_and_send { ReadAndSend::Consented } else { ReadAndSend::Ask },
        },
        audit: AuditPolicy {
            machine: audit.log,
            user: None,
            syslog: if audit.syslog { SyslogRule::On } else { SyslogRule::Off },
        },
        node_namespace,
        redact,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_in_a_policy_are_refused() {
        for text in [
            "[consent]\nunsigned = ['root']",
            "[consnet]\n",
            "[targets]\nallow = ['moon']",
            "[shell]\nprofiles = ['root']",
            "[dates]\nexpiry = 'lax'",
            "[unsigned]\nallow = true",
            "[vendors]\nallow = ['ACME']",
            "[redact]\npatterns = ['(']",
            "[redact]\npatterns = ['a*']",
            "[audit]\nlog = 'dbg.log'",
            "[audit]\nsyslog = 'yes'",
            "[cluster]\nnode-namespace = 'a/b'",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_policy_that_others_can_write_is_not_believed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        fs_err::write(&path, "[consent]\nunsigned = ['files']").unwrap();
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
        assert!(read(&path).is_err());
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(read(&path).unwrap().is_some());
    }
}
