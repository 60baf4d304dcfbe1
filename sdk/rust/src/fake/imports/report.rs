//! `dbg:check/report`.

use crate::fake::state::with;
use crate::fake::{self, EvidenceValue, Report};

pub(crate) use super::table::{ColumnBatch, ColumnKind, Table, Values, add_table};

#[derive(Clone, Copy, Debug)]
pub enum Severity {
    Pass,
    Info,
    Warn,
    Fail,
    Unknown,
}

impl From<Severity> for crate::Severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Pass => Self::Pass,
            Severity::Info => Self::Info,
            Severity::Warn => Self::Warn,
            Severity::Fail => Self::Fail,
            Severity::Unknown => Self::Unknown,
        }
    }
}

/// The place in the report; none for a mute handle.
#[derive(Debug)]
pub(crate) struct Finding {
    at: Option<usize>,
}

pub(crate) fn add_finding(id: &str, severity: Severity, sentence: &str) -> Finding {
    let at = with(|state| {
        let report = &mut state.report;
        let at = report.findings.len();
        if !report.judge_count("findings", at, 1_000) {
            return None;
        }
        report.judge_name("finding", id);
        report.judge_sentence(id, sentence);
        report.findings.push(fake::Finding {
            id: id.to_owned(),
            severity: severity.into(),
            sentence: sentence.to_owned(),
            evidence: Vec::new(),
            next_steps: Vec::new(),
            many: None,
            about: None,
        });
        Some(at)
    });
    Finding { at: at.flatten() }
}

impl Finding {
    /// Judges, then changes the finding.
    fn change(&self, judge: impl FnOnce(&mut Report, usize) -> bool, change: impl FnOnce(&mut fake::Finding)) {
        with(|state| match self.at {
            Some(at) if judge(&mut state.report, at) => {
                if let Some(finding) = state.report.findings.get_mut(at) {
                    change(finding);
                }
            }
            Some(_) => {}
            None => state.report.dropped += 1,
        });
    }

    fn fact(&self, label: &str, value: EvidenceValue) {
        self.change(
            |report, at| {
                let count = report.findings.get(at).map_or(0, |finding| finding.evidence.len());
                report.judge_length("the label", label, 128);
                if let EvidenceValue::Text(text) = &value {
                    report.judge_length("the evidence", text, 16 * 1024);
                }
                report.judge_count("facts in one finding", count, 64)
            },
            |finding| finding.evidence.push(fake::Evidence { label: label.to_owned(), value: value.clone() }),
        );
    }

    pub(crate) fn evidence(&self, label: &str, text: &str) {
        self.fact(label, EvidenceValue::Text(text.to_owned()));
    }

    pub(crate) fn evidence_bytes(&self, label: &str, bytes: &[u8]) {
        self.fact(label, EvidenceValue::Bytes(bytes.to_vec()));
    }

    pub(crate) fn evidence_table(&self, label: &str, of: &Table) {
        self.fact(label, EvidenceValue::Table(of.name()));
    }

    pub(crate) fn next_step(&self, text: &str) {
        self.change(
            |report, at| {
                let count = report.findings.get(at).map_or(0, |finding| finding.next_steps.len());
                report.judge_length("the next step", text, 1024);
                report.judge_count("next steps in one finding", count, 8)
            },
            |finding| finding.next_steps.push(text.to_owned()),
        );
    }

    pub(crate) fn many(&self, fragment: &str) {
        self.change(
            |report, _| {
                report.judge_length("the fragment", fragment, 1024);
                true
            },
            |finding| finding.many = Some(fragment.to_owned()),
        );
    }

    pub(crate) fn about(&self, subject: &str) {
        self.change(
            |report, _| {
                report.judge_length("the subject", subject, 512);
                true
            },
            |finding| finding.about = Some(subject.to_owned()),
        );
    }
}

pub(crate) fn metric(name: &str, unit: &str, value: f64, labels: &[(String, String)]) {
    with(|state| {
        let report = &mut state.report;
        report.judge_name("metric", name);
        if !value.is_finite() {
            report.drop_call(format!("metric `{name}` is no finite number"));
            return;
        }
        if !report.judge_count("labels of one metric", labels.len(), 9) {
            return;
        }
        report.metrics.retain(|metric| metric.name != name || metric.labels != labels);
        if report.judge_count("metrics", report.metrics.len(), 1_000) {
            report.metrics.push(fake::Metric {
                name: name.to_owned(),
                unit: unit.to_owned(),
                value,
                labels: labels.to_vec(),
            });
        }
    });
}

/// The place in the report; none for a mute handle.
#[derive(Debug)]
pub(crate) struct Artifact {
    at: Option<usize>,
}

pub(crate) fn add_artifact(name: &str, media: &str) -> Artifact {
    let at = with(|state| {
        let report = &mut state.report;
        let at = report.artifacts.len();
        if !report.judge_count("artifacts", at, 16) {
            return None;
        }
        report.judge_length("artifact", name, 128);
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            report.mistakes.push(format!("artifact `{name}` is no plain file name"));
        }
        report.artifacts.push(fake::Artifact { name: name.to_owned(), media: media.to_owned(), bytes: Vec::new() });
        Some(at)
    });
    Artifact { at: at.flatten() }
}

impl Artifact {
    pub(crate) fn write(&self, bytes: &[u8]) {
        with(|state| {
            let report = &mut state.report;
            let total: usize = report.artifacts.iter().map(|artifact| artifact.bytes.len()).sum();
            if total + bytes.len() > 16 << 20 {
                report.drop_call("the artifacts of a run have more than 16 MiB".to_owned());
            } else if let Some(artifact) = self.at.and_then(|at| report.artifacts.get_mut(at)) {
                artifact.bytes.extend_from_slice(bytes);
            } else {
                report.dropped += 1;
            }
        });
    }
}

pub(crate) fn progress(done: u32, total: u32, text: &str) {
    with(|state| {
        state.report.judge_length("the progress", text, 256);
        state.report.progress.push(fake::Progress { done, total, text: text.to_owned() });
    });
}

pub(crate) fn dropped() -> u32 {
    with(|state| state.report.dropped).unwrap_or_default()
}
