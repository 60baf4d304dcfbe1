//! What a run leaves in the audit log: its intent before anything is created, and how it came out.

use std::time::Instant as Clock;

use anyhow::Context as _;
use dbg_audit::{
    AuditError, Check, Dbg, Entry, Escalated, Intent, LogFault, Outcome, Plan, Reason, Recorder, Results, Sinks,
    TargetOutcome, Who, digest_of,
};
use dbg_model::{FailureCode, Redactor, Target, truncate_at_char};
use dbg_placement::{Explanation, Placed, Refusal, explain};
use dbg_plugin::trust::Moment;
use dbg_report::{AuditMark, CheckResult, Report, RunId};

use super::select::Selected;
use crate::diagnostic::Fault;
use crate::env;
use crate::exit::Exit;
use crate::printer;

/// A longer argument or claim is cut: a line says which run it was, not all that was typed.
const LONGEST: usize = 1 << 10;

/// A run on its way into the log; nothing where nobody wants it recorded.
pub(in crate::command) struct Recording {
    recorder: Option<Recorder>,
    run: RunId,
    began: Clock,
    mark: Option<AuditMark>,
}

/// What is about to be run.
pub(super) struct About<'a> {
    pub(super) run: &'a RunId,
    pub(super) targets: &'a [Target],
    pub(super) checks: &'a [Selected],
    pub(super) placed: &'a [Result<Placed, Refusal>],
    pub(super) redactor: &'a Redactor,
}

impl Recording {
    /// Writes the intent and waits until the disk has it. Without that nothing may be started.
    pub(super) fn begin(sinks: &Sinks, about: &About<'_>) -> Result<Self, Fault> {
        let recorder = Recorder::open(sinks).map_err(Fault::own)?;
        let mut recording = Self { recorder, run: about.run.clone(), began: Clock::now(), mark: None };
        if recording.recorder.is_some() {
            let intent = intent(about)?;
            recording.record(&Entry::Intent(Box::new(intent))).map_err(Fault::own)?;
        }
        Ok(recording)
    }

    /// As [`Recording::begin`], for a shell: its target, how it is reached or why it is not, and its program.
    pub(in crate::command) fn begin_shell(
        sinks: &Sinks,
        run: &RunId,
        target: &Target,
        plan: Result<Explanation, String>,
        shell: dbg_audit::Shell,
    ) -> Result<Self, Fault> {
        let recorder = Recorder::open(sinks).map_err(Fault::own)?;
        let mut recording = Self { recorder, run: run.clone(), began: Clock::now(), mark: None };
        if recording.recorder.is_some() {
            let plan = match plan {
                Ok(explanation) => way(explanation),
                Err(refused) => Plan { refused: Some(refused), ..nowhere(target.to_string()) },
            };
            let intent = Intent {
                run: run.to_string(),
                who: who(),
                dbg: own_dbg()?,
                targets: vec![target.to_string()],
                checks: Vec::new(),
                plans: vec![plan],
                shell: Some(dbg_audit::Shell {
                    program: shell.program.iter().map(|word| cut(word)).collect(),
                    ..shell
                }),
            };
            recording.record(&Entry::Intent(Box::new(intent))).map_err(Fault::own)?;
        }
        Ok(recording)
    }

    /// Writes with which code a shell's program ended.
    pub(in crate::command) fn end_shell(&mut self, exit: Exit) -> Result<(), Fault> {
        if self.recorder.is_none() {
            return Ok(());
        }
        let outcome = self.outcome(exit);
        self.record_outcome(outcome).map_err(Fault::own)
    }

    /// Writes how it came out, and puts the place of that into the report. The report keeps the place of the intent when that fails.
    pub(super) fn end(&mut self, report: &mut Report, exit: Exit) -> Result<(), Fault> {
        if self.recorder.is_none() {
            return Ok(());
        }
        let targets: Vec<TargetOutcome> = report.results.iter().map(target_outcome).collect();
        let outcome =
            Outcome { verdict: Some(report.verdict().to_string()), sum: sum(&targets), targets, ..self.outcome(exit) };
        let recorded = self.record_outcome(outcome);
        report.audit.clone_from(&self.mark);
        recorded.map_err(Fault::own)
    }

    /// Writes that it came to no report.
    pub(in crate::command) fn fail(&mut self, fault: &Fault) -> Result<(), Fault> {
        if self.recorder.is_none() {
            return Ok(());
        }
        let outcome = Outcome { error: Some(cut(&fault.line())), ..self.outcome(fault.exit()) };
        self.record_outcome(outcome).map_err(Fault::own)
    }

    fn outcome(&self, exit: Exit) -> Outcome {
        Outcome {
            run: self.run.to_string(),
            verdict: None,
            error: None,
            exit_code: exit.code(),
            took_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            sum: Results::default(),
            targets: Vec::new(),
        }
    }

    /// Of more targets than fit a line the sum alone is written.
    fn record_outcome(&mut self, outcome: Outcome) -> Result<(), AuditError> {
        let shorter = Outcome { targets: Vec::new(), ..outcome.clone() };
        match self.record(&Entry::Outcome(Box::new(outcome))) {
            Err(
                AuditError::Log { fault: LogFault::TooLong { .. }, .. } | AuditError::Line(LogFault::TooLong { .. }),
            ) => self.record(&Entry::Outcome(Box::new(shorter))),
            recorded => recorded,
        }
    }

    fn record(&mut self, entry: &Entry) -> Result<(), AuditError> {
        let Some(recorder) = &mut self.recorder else { return Ok(()) };
        let recorded = recorder.record(&Moment::from(std::time::SystemTime::now()).to_string(), entry)?;
        if let Some(torn) = recorded.sealed {
            printer::note(&format!(
                "warning: the last line of the audit log was torn, by a crash or on a full disk; its {} bytes were sealed",
                torn.bytes
            ));
        }
        let (line, head) = (recorded.position.line, recorded.position.head);
        self.mark = Some(AuditMark { log: recorder.path().map(ToOwned::to_owned), line, head });
        Ok(())
    }
}

fn intent(about: &About<'_>) -> Result<Intent, Fault> {
    let About { run, targets, checks, placed, redactor } = about;
    let plan = |(target, placed): (&Target, &Result<Placed, Refusal>)| match placed {
        Ok(placed) => way(explain(&placed.plan)),
        Err(refusal) => Plan { refused: Some(refusal.to_string()), ..nowhere(target.to_string()) },
    };
    Ok(Intent {
        run: run.to_string(),
        who: who(),
        dbg: own_dbg()?,
        targets: targets.iter().map(ToString::to_string).collect(),
        checks: checks.iter().map(|each| check(each, redactor)).collect(),
        plans: targets.iter().zip(placed.iter()).map(plan).collect(),
        shell: None,
    })
}

fn own_dbg() -> Result<Dbg, Fault> {
    Ok(Dbg {
        version: concat!(env!("CARGO_PKG_VERSION"), " (", env!("DBG_BUILD"), ")").to_owned(),
        digest: fs_err::File::open("/proc/self/exe")
            .and_then(digest_of)
            .context("the digest of dbg's own file cannot be recorded")
            .map_err(Fault::own)?,
    })
}

fn who() -> Who {
    let text = |variable: env::Variable| variable.read().map(|value| cut(&value.to_string_lossy()));
    let sudo = Escalated { uid: text(env::SUDO_UID).and_then(|uid| uid.parse().ok()), user: text(env::SUDO_USER) };
    let login = fs_err::read_to_string("/proc/self/loginuid").ok().and_then(|uid| uid.trim().parse().ok());
    Who {
        uid: rustix::process::getuid().as_raw(),
        euid: rustix::process::geteuid().as_raw(),
        // Of a process that nobody logged in for it is -1.
        login_uid: login.filter(|uid| *uid != u32::MAX),
        claims: text(env::USER),
        sudo: (sudo.uid.is_some() || sudo.user.is_some()).then_some(sudo),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
    }
}

fn check(check: &Selected, redactor: &Redactor) -> Check {
    let facts = check.facts();
    let argument = |(name, values): (String, Vec<String>)| cut(&format!("{name}={}", values.join(",")));
    Check {
        check: check.declaration.check.to_string(),
        plugin: facts.name.to_string(),
        version: facts.version.to_string(),
        digest: facts.digest,
        provenance: facts.provenance.to_string(),
        arguments: check.shown_arguments(redactor).into_iter().map(argument).collect(),
        granted: check.granted(),
        withheld: check.withheld(),
    }
}

fn nowhere(target: String) -> Plan {
    let none = Vec::new;
    Plan { target, refused: None, place: None, joins: none(), enters_with: none(), keeps: none(), creates: none() }
}

fn way(explanation: Explanation) -> Plan {
    let Explanation { target, runs, joins, enters_with, keeps, creates, .. } = explanation;
    let words = |items: Vec<dbg_placement::Item>| items.into_iter().map(|item| item.what).collect();
    Plan {
        target,
        refused: None,
        place: Some(Reason { what: runs.what, reason: runs.reason }),
        joins: words(joins),
        enters_with: words(enters_with),
        keeps: words(keeps),
        creates: words(creates),
    }
}

fn target_outcome(result: &CheckResult) -> TargetOutcome {
    let counts = &result.counts;
    TargetOutcome {
        target: result.subject.target.clone(),
        check: result.subject.check.to_string(),
        verdict: result.verdict().to_string(),
        failure: result.failure.as_ref().map(|failure| word(failure.code)),
        rounds: result.series.as_ref().map(|series| series.tally.rounds()),
        results: Results {
            touched: counts.touched,
            refused: counts.refused,
            redacted: counts.redacted,
            lost: counts.dropped.saturating_add(counts.cut),
        },
    }
}

fn word(code: FailureCode) -> String {
    // A code is a word in every form.
    serde_json::to_value(code).ok().and_then(|word| word.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}

fn sum(targets: &[TargetOutcome]) -> Results {
    targets.iter().fold(Results::default(), |sum, target| Results {
        touched: sum.touched.saturating_add(target.results.touched),
        refused: sum.refused.saturating_add(target.results.refused),
        redacted: sum.redacted.saturating_add(target.results.redacted),
        lost: sum.lost.saturating_add(target.results.lost),
    })
}

fn cut(text: &str) -> String {
    truncate_at_char(text, LONGEST).to_owned()
}
