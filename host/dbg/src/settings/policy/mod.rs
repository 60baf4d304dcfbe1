//! What this site allows. docs/security.md has the file; `/etc/dbg/policy.toml` comes first, and the user's file can only narrow it.

mod file;
mod judge;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dbg_model::{Capability, KubeName, RedactPattern, VendorName};
use dbg_plugin::trust::{Rule, Rules};

use super::Paths;
use super::paths::MACHINE_POLICY;
use crate::diagnostic::Fault;

/// The policy in force. Without any file everybody who is trusted may run, on every target, and nothing is consented to but by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    /// The vendors whose plugins may run; all that are trusted, when it is not said.
    pub(crate) vendors: Option<BTreeSet<VendorName>>,
    /// What a check may be granted at most, whoever made it.
    pub(crate) grants: BTreeSet<Capability>,
    /// The kinds of target that checks may run on, by their words; all, when it is not said.
    pub(crate) targets: Option<BTreeSet<String>>,
    /// The profiles of shells that may be opened; all, when it is not said.
    pub(crate) shell: Option<BTreeSet<String>>,
    /// What is done about dates that are past.
    pub(crate) rules: Rules,
    /// Where what nobody signed may run.
    pub(crate) unsigned: Unsigned,
    /// What `dbg plugin add --yes` may consent to in a person's place.
    pub(crate) consent: Consent,
    /// Where runs are recorded.
    pub(crate) audit: AuditPolicy,
    /// The namespace of pods that look at nodes, where `-n` names none; the machine's word comes first.
    pub(crate) node_namespace: Option<KubeName>,
    /// What is masked in reports besides what is built in: the machine's and the user's patterns together.
    pub(crate) redact: Vec<RedactPattern>,
}

/// Where runs are recorded. What the machine's policy says nobody turns off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct AuditPolicy {
    /// The machine's file.
    pub(crate) machine: Option<PathBuf>,
    /// The user's own; it counts where the machine has none and no other was typed.
    pub(crate) user: Option<PathBuf>,
    /// Whether either wants the machine's syslog to have it.
    pub(crate) syslog: SyslogRule,
}

/// Whether the machine's syslog is to have each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum SyslogRule {
    /// No.
    #[default]
    Off,
    /// Yes, or nothing runs.
    On,
}

/// Where unsigned plugins may run, from the narrowest on. Judged by what the run would hold, not by the target's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unsigned {
    /// Nowhere.
    Never,
    /// Where the run holds no rights beyond those of an ordinary user.
    Unprivileged,
    /// Wherever the operator says so.
    Anywhere,
}

/// What may be consented to without asking a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Consent {
    /// The capabilities that an unsigned plugin may have.
    pub(crate) unsigned: BTreeSet<Capability>,
    /// The capabilities that a trusted vendor's plugin may have.
    pub(crate) vendor: BTreeSet<Capability>,
    /// A check that may both read of the target and send to where it likes.
    pub(crate) read_and_send: ReadAndSend,
}

/// Whether a policy consents to checks that could carry away what they read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum ReadAndSend {
    /// A person has to.
    #[default]
    Ask,
    /// It does.
    Consented,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            vendors: None,
            grants: BTreeSet::from(Capability::ALL),
            targets: None,
            shell: None,
            rules: Rules::default(),
            unsigned: Unsigned::Anywhere,
            consent: Consent::default(),
            audit: AuditPolicy::default(),
            node_namespace: None,
            redact: Vec::new(),
        }
    }
}

impl Policy {
    /// Reads the machine's and the user's policy.
    pub(crate) fn read(paths: &Paths) -> Result<Self, Fault> {
        let machine = file::read(Path::new(MACHINE_POLICY)).map_err(Fault::own)?;
        let user = paths.user_policy.as_deref().map(file::read).transpose().map_err(Fault::own)?.flatten();
        let user = user.map(Self::of_user);
        Ok(match (machine, user) {
            (Some(machine), Some(user)) => machine.narrowed(user),
            (Some(policy), None) | (None, Some(policy)) => policy,
            (None, None) => Self::default(),
        })
    }

    /// Reads one file, where it is there.
    pub(crate) fn read_file(path: &Path) -> Result<Option<Self>, Fault> {
        file::read(path).map_err(Fault::usage)
    }

    /// A user's log is theirs to choose.
    fn of_user(self) -> Self {
        let AuditPolicy { machine, user: _, syslog } = self.audit;
        Self { audit: AuditPolicy { machine: None, user: machine, syslog }, ..self }
    }

    /// What both allow.
    fn narrowed(self, user: Self) -> Self {
        Self {
            vendors: both(self.vendors, user.vendors),
            grants: &self.grants & &user.grants,
            targets: both(self.targets, user.targets),
            shell: both(self.shell, user.shell),
            rules: Rules {
                expiry: stricter(self.rules.expiry, user.rules.expiry),
                stale: stricter(self.rules.stale, user.rules.stale),
            },
            unsigned: self.unsigned.min(user.unsigned),
            consent: Consent {
                unsigned: &self.consent.unsigned & &user.consent.unsigned,
                vendor: &self.consent.vendor & &user.consent.vendor,
                read_and_send: self.consent.read_and_send.min(user.consent.read_and_send),
            },
            audit: AuditPolicy {
                machine: self.audit.machine,
                user: user.audit.user,
                syslog: self.audit.syslog.max(user.audit.syslog),
            },
            node_namespace: self.node_namespace.or(user.node_namespace),
            redact: together(self.redact, user.redact),
        }
    }
}

/// A list that is not there allows everything.
fn both<T: Ord + Clone>(one: Option<BTreeSet<T>>, other: Option<BTreeSet<T>>) -> Option<BTreeSet<T>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(&one & &other),
        (one, other) => one.or(other),
    }
}

/// Each pattern once, the machine's first.
fn together(mut machine: Vec<RedactPattern>, user: Vec<RedactPattern>) -> Vec<RedactPattern> {
    for pattern in user {
        if !machine.contains(&pattern) {
            machine.push(pattern);
        }
    }
    machine
}

fn stricter(one: Rule, other: Rule) -> Rule {
    if [one, other].contains(&Rule::Strict) { Rule::Strict } else { Rule::Warn }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed(machine: &str, user: &str) -> Policy {
        file::parse(machine).unwrap().narrowed(file::parse(user).unwrap().of_user())
    }

    #[test]
    fn the_user_can_only_narrow_what_the_machine_allows() {
        let machine = "[consent]\nunsigned = ['resolver', 'files']\nvendor = ['files']\n[unsigned]\nallow = 'unprivileged'\n\
                       [dates]\nexpiry = 'warn'\nrevocations = 'strict'\n[vendors]\nallow = ['acme', 'globex']\n\
                       [shell]\nprofiles = ['restricted', 'netadmin']";
        let user = "[consent]\nunsigned = ['files', 'sockets']\n[unsigned]\nallow = 'anywhere'\n[dates]\nexpiry = 'strict'\n\
                    revocations = 'warn'\n[vendors]\nallow = ['acme', 'lumon']\n[grants]\nmost = ['files']\n[targets]\nallow = ['local']\n[shell]\nprofiles = ['general', 'restricted']";
        let Policy { vendors, grants, targets, shell, rules, unsigned, consent, .. } = narrowed(machine, user);
        assert_eq!(vendors, Some(BTreeSet::from(["acme".parse().unwrap()])));
        assert_eq!(grants, BTreeSet::from([Capability::Files]));
        assert_eq!(targets, Some(BTreeSet::from(["local".to_owned()])));
        assert_eq!(shell, Some(BTreeSet::from(["restricted".to_owned()])));
        assert_eq!(rules, Rules { expiry: Rule::Strict, stale: Rule::Strict });
        assert_eq!(unsigned, Unsigned::Unprivileged);
        let unsigned = BTreeSet::from([Capability::Files]);
        assert_eq!(consent, Consent { unsigned, ..Consent::default() });
        let consented = "[consent]\nread-and-send = true";
        assert_eq!(narrowed(consented, "").consent.read_and_send, ReadAndSend::Ask);
        assert_eq!(narrowed(consented, consented).consent.read_and_send, ReadAndSend::Consented);
    }

    #[test]
    fn a_user_adds_a_log_and_patterns_and_never_takes_the_machines_away() {
        let both = narrowed("[audit]\nlog = '/var/log/dbg.log'\nsyslog = true", "[audit]\nlog = '/home/ann/dbg.log'");
        let (machine, user) = (Some("/var/log/dbg.log".into()), Some("/home/ann/dbg.log".into()));
        assert_eq!(both.audit, AuditPolicy { machine, user, syslog: SyslogRule::On });
        let redact =
            narrowed("[redact]\npatterns = ['ACME-[0-9]+']", "[redact]\npatterns = ['ann[0-9]+', 'ACME-[0-9]+']")
                .redact;
        assert_eq!(redact.iter().map(RedactPattern::as_str).collect::<Vec<_>>(), ["ACME-[0-9]+", "ann[0-9]+"]);
        assert_eq!(narrowed("", "[audit]\nsyslog = true").audit.syslog, SyslogRule::On);
        assert_eq!(narrowed("[audit]\nsyslog = true", "[audit]\nsyslog = false").audit.syslog, SyslogRule::On);
    }

    #[test]
    fn pods_for_nodes_are_where_the_machine_says_and_else_where_the_user_does() {
        let of = |machine: &str, user: &str| narrowed(machine, user).node_namespace.map(|name| name.to_string());
        let namespace = |name: &str| format!("[cluster]\nnode-namespace = '{name}'");
        assert_eq!(of(&namespace("ops"), &namespace("mine")).as_deref(), Some("ops"));
        assert_eq!(of("", &namespace("mine")).as_deref(), Some("mine"));
        assert_eq!(of("", ""), None);
    }

    #[test]
    fn an_empty_file_allows_what_no_file_does() {
        assert_eq!(file::parse("").unwrap(), Policy::default());
        assert_eq!(Policy::default().consent, Consent::default());
    }
}
