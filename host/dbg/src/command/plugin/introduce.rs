//! A plugin in words, for whoever is asked: who signed it, what it may do and why, and what of it is new.

use std::fmt::Write as _;

use dbg_model::{Cell, Exposure, Widening};
use dbg_plugin::Provenance;

use super::candidate::{Before, Candidate};
use super::signature::{short, signed_by};
use crate::describe;
use crate::settings::Trust;

/// All that a person needs to answer.
pub(super) fn introduce(candidate: &Candidate, trust: &Trust) -> String {
    let component = candidate.admitted.component();
    let declaration = component.declaration();
    let signer = match candidate.admitted.provenance() {
        Provenance::Vendor(facts) => format!("signed by {}", facts.statement.vendor),
        Provenance::Unsigned => "unsigned".to_owned(),
        Provenance::Stock => "stock".to_owned(),
    };
    let mut text = format!("{} {}, {signer}, {}\n", declaration.plugin, declaration.version, component.digest());
    if let Provenance::Vendor(facts) = candidate.admitted.provenance() {
        text.push_str(&signed_by(facts, trust));
    }
    for check in &declaration.checks {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{}: {}\nit asks to\n", check.check, Cell(check.summary()));
        text.push_str(&describe::grants(check, &candidate.allowed));
    }
    if let Some(before) = &candidate.before {
        text.push('\n');
        text.push_str(&compared(before, candidate.question.is_some()));
    }
    for exposure in candidate.question.iter().flat_map(|question| &question.exposures) {
        text.push('\n');
        text.push_str(&exposed(exposure));
    }
    text
}

/// The same in a line, where several are told.
pub(super) fn title(candidate: &Candidate) -> String {
    let component = candidate.admitted.component();
    let declaration = component.declaration();
    format!("{} {}, {}", declaration.plugin, declaration.version, short(component.digest()))
}

/// What is new against what was consented to.
fn compared(before: &Before, asks: bool) -> String {
    let Before { version, widenings, withheld } = before;
    let mut text = String::new();
    if widenings.is_empty() {
        let _ = writeln!(text, "it asks for no more than version {version}, which was consented to");
    } else {
        let _ = writeln!(text, "it asks for more than version {version}, which was consented to:");
        widenings.iter().for_each(|widening| text.push_str(&widening_line(widening)));
    }
    for capability in withheld {
        let _ = writeln!(text, "it stays without `{capability}`, which was withheld");
    }
    if !asks {
        text.push_str("nothing has to be asked\n");
    }
    text
}

fn widening_line(widening: &Widening) -> String {
    let Widening { check, capability, bounds } = widening;
    format!("  + {check}: {capability}: {}\n", describe::permission(*capability, bounds))
}

/// That a check could carry away what it reads.
pub(super) fn exposed(exposure: &Exposure) -> String {
    let Exposure { check, reads, sends } = exposure;
    let reads: Vec<String> = reads.iter().map(|capability| format!("`{capability}`")).collect();
    let sends: Vec<String> = sends.iter().map(|bound| describe::bound_in_words(bound)).collect();
    format!(
        "CAUTION: `{check}` could carry away what it reads: it may read {} and reach {}, whom it chooses itself\n",
        reads.join(", "),
        sends.join(", ")
    )
}
