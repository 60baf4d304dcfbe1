//! Findings: 1,000 a run, each with bounded evidence.

use dbg_model::{Evidence, EvidenceValue, Finding, Severity};

use super::{Mask, Slot};

const FINDINGS: usize = 1000;
const EVIDENCE: usize = 64;
const NEXT_STEPS: usize = 8;
const SENTENCE: usize = 1 << 10;
const LABEL: usize = 128;
const FACT: usize = 16 << 10;
const NEXT_STEP: usize = 1 << 10;
const MANY: usize = 1 << 10;
const ABOUT: usize = 512;

/// All texts of all findings of a run: every finding may have its 1 MiB of evidence, not all of them at once.
const BYTES: usize = 16 << 20;

#[derive(Debug, Default)]
pub(super) struct Findings {
    /// By number; none once it is closed.
    open: Vec<Option<Box<Finding>>>,
    bytes: usize,
    /// The worst of those over the budget, without its evidence: a failure must not be buried under what passes.
    buried: Option<Box<Finding>>,
}

impl Findings {
    pub(super) fn add(&mut self, mask: &mut Mask, id: String, severity: Severity, sentence: String) -> Slot {
        let over = self.open.len() >= FINDINGS;
        let buried = self.buried.as_ref().map_or(0, |buried| weight(buried.severity));
        if over && weight(severity) <= buried {
            return None;
        }
        let index = u32::try_from(self.open.len()).ok()?;
        let finding = Box::new(Finding {
            index,
            id: mask.name(id),
            severity,
            sentence: mask.text(sentence, SENTENCE),
            about: None,
            many: None,
            evidence: Vec::new(),
            next_steps: Vec::new(),
        });
        if over {
            self.buried = Some(finding);
            return None;
        }
        self.open.push(Some(finding));
        Some(index)
    }

    fn get(&mut self, finding: Slot) -> Option<&mut Finding> {
        self.open.get_mut(usize::try_from(finding?).ok()?)?.as_deref_mut()
    }

    /// Whether `more` bytes still fit into the run's budget.
    fn take(&mut self, more: usize) -> bool {
        let fits = self.bytes.saturating_add(more) <= BYTES;
        if fits {
            self.bytes += more;
        }
        fits
    }

    fn add_evidence(&mut self, finding: Slot, evidence: Evidence) -> bool {
        let size = match &evidence.value {
            EvidenceValue::Text(text) => text.len(),
            EvidenceValue::Bytes(bytes) => bytes.len(),
            EvidenceValue::Table(_) => 0,
        };
        if self.get(finding).is_none_or(|finding| finding.evidence.len() >= EVIDENCE)
            || !self.take(size + evidence.label.len())
        {
            return false;
        }
        self.get(finding).map(|finding| finding.evidence.push(evidence)).is_some()
    }

    pub(super) fn evidence(&mut self, mask: &mut Mask, finding: Slot, label: String, text: String) -> bool {
        // A mute or closed one must cost nothing.
        self.get(finding).is_some() && {
            let evidence =
                Evidence { label: mask.text(label, LABEL), value: EvidenceValue::Text(mask.text(text, FACT)) };
            self.add_evidence(finding, evidence)
        }
    }

    pub(super) fn evidence_bytes(&mut self, mask: &mut Mask, finding: Slot, label: String, bytes: Vec<u8>) -> bool {
        self.get(finding).is_some() && {
            let evidence =
                Evidence { label: mask.text(label, LABEL), value: EvidenceValue::Bytes(mask.bytes(bytes, FACT)) };
            self.add_evidence(finding, evidence)
        }
    }

    pub(super) fn evidence_table(&mut self, mask: &mut Mask, finding: Slot, label: String, table: Slot) -> bool {
        let Some(table) = table else { return false };
        self.get(finding).is_some() && {
            let evidence = Evidence { label: mask.text(label, LABEL), value: EvidenceValue::Table(table) };
            self.add_evidence(finding, evidence)
        }
    }

    pub(super) fn next_step(&mut self, mask: &mut Mask, finding: Slot, text: String) -> bool {
        let Some(finding) = self.get(finding).filter(|finding| finding.next_steps.len() < NEXT_STEPS) else {
            return false;
        };
        finding.next_steps.push(mask.text(text, NEXT_STEP));
        true
    }

    pub(super) fn many(&mut self, mask: &mut Mask, finding: Slot, fragment: String) -> bool {
        let Some(finding) = self.get(finding) else { return false };
        finding.many = Some(mask.text(fragment, MANY));
        true
    }

    pub(super) fn about(&mut self, mask: &mut Mask, finding: Slot, subject: String) -> bool {
        let Some(finding) = self.get(finding) else { return false };
        finding.about = Some(mask.text(subject, ABOUT));
        true
    }

    pub(super) fn close(&mut self, finding: Slot) -> Option<Finding> {
        self.open.get_mut(usize::try_from(finding?).ok()?)?.take().map(|finding| *finding)
    }

    /// Those still open, in order, and the worst of those over the budget.
    pub(super) fn finish(&mut self) -> impl Iterator<Item = Finding> {
        self.open.iter_mut().filter_map(Option::take).chain(self.buried.take()).map(|finding| *finding)
    }
}

/// What a finding over the budget weighs: those that change no verdict weigh nothing.
fn weight(severity: Severity) -> u8 {
    match severity {
        Severity::Pass | Severity::Info => 0,
        Severity::Warn => 1,
        Severity::Unknown => 2,
        Severity::Fail => 3,
    }
}
