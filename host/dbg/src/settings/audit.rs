//! What was typed and what the policy says become the places where a run is recorded.

use anyhow::anyhow;
use dbg_audit::{Sinks, Socket};
use dbg_model::Cell;

use super::policy::{AuditPolicy, SyslogRule};
use crate::args::Recording;
use crate::diagnostic::{Fault, hinted};

/// Where a run is recorded. The machine's file is never exchanged for another: a run that is not to stand there does not start.
pub(crate) fn sinks(typed: &Recording, policy: &AuditPolicy) -> Result<Sinks, Fault> {
    let log = match (&policy.machine, &typed.audit_log) {
        (Some(machine), Some(typed)) if machine != typed => {
            let machine = Cell(&machine.to_string_lossy()).to_string();
            let error = anyhow!("the policy of this machine records every run in `{machine}`");
            return Err(Fault::usage(hinted(error, "leave out `--audit-log`")));
        }
        (Some(machine), _) => Some(machine),
        (None, typed) => typed.as_ref().or(policy.user.as_ref()),
    };
    let syslog = (typed.audit_syslog || policy.syslog == SyslogRule::On).then_some(Socket::Usual);
    Ok(Sinks { log: log.cloned(), syslog })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(machine: Option<&str>, user: Option<&str>, typed: Option<&str>) -> Result<Option<String>, Fault> {
        let typed = Recording { audit_log: typed.map(Into::into), audit_syslog: false };
        let (machine, user) = (machine.map(Into::into), user.map(Into::into));
        let sinks = sinks(&typed, &AuditPolicy { machine, user, syslog: SyslogRule::Off })?;
        assert_eq!(sinks.syslog, None);
        Ok(sinks.log.map(|path| path.display().to_string()))
    }

    #[test]
    fn the_machines_log_counts_before_what_was_typed_and_that_before_the_users_own() {
        assert_eq!(log(None, None, None).unwrap(), None);
        assert_eq!(log(None, Some("/u"), None).unwrap().as_deref(), Some("/u"));
        assert_eq!(log(None, Some("/u"), Some("t")).unwrap().as_deref(), Some("t"));
        assert_eq!(log(Some("/m"), Some("/u"), None).unwrap().as_deref(), Some("/m"));
        assert_eq!(log(Some("/m"), None, Some("/m")).unwrap().as_deref(), Some("/m"));
        assert!(log(Some("/m"), None, Some("t")).is_err());
    }

    #[test]
    fn the_syslog_is_asked_for_by_either() {
        let typed = |audit_syslog| Recording { audit_log: None, audit_syslog };
        let policy = |syslog| AuditPolicy { syslog, ..AuditPolicy::default() };
        assert_eq!(sinks(&typed(true), &policy(SyslogRule::Off)).unwrap().syslog, Some(Socket::Usual));
        assert_eq!(sinks(&typed(false), &policy(SyslogRule::On)).unwrap().syslog, Some(Socket::Usual));
    }
}
