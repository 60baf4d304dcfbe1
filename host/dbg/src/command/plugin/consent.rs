//! The one question: may this plugin have what it asks for?

use std::collections::BTreeSet;
use std::io::{BufRead, Read};

use anyhow::anyhow;
use dbg_model::Capability;
use dbg_plugin::Component;

use crate::diagnostic::{Fault, hinted};
use crate::printer;
use crate::settings::{Interaction, Policy, Terminal};

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It may.
    Yes,
    /// It may not.
    No,
}

/// Who is to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// The person at the terminal.
    Person,
    /// The policy alone: `--yes`.
    Policy,
}

/// Asks a person; where there is none, or with `--yes`, the policy answers or nobody does.
pub(super) fn ask(component: &Component, who: Who, policy: &Policy, terminal: &Terminal) -> Result<Answer, Fault> {
    let wanted = component.declaration().capabilities();
    match (who, terminal.interaction) {
        (Who::Person, Interaction::Person) => ask_person(),
        (Who::Person, Interaction::Nobody) => Err(Fault::usage(hinted(
            anyhow!("nobody is here to be asked: stdin or stderr is no terminal"),
            format!("run it in a terminal, or pass `--yes` where the policy covers it ({})", policy_line(&wanted)),
        ))),
        (Who::Policy, _) => {
            let uncovered: Vec<&str> =
                wanted.difference(&policy.consent.unsigned).map(|capability| capability.word()).collect();
            if uncovered.is_empty() {
                return Ok(Answer::Yes);
            }
            Err(Fault::usage(hinted(
                anyhow!(
                    "no policy lets an unsigned plugin have `{}` without a person's consent",
                    uncovered.join("`, `")
                ),
                format!(
                    "add it without `--yes` in a terminal, or write to `/etc/dbg/policy.toml`: {}",
                    policy_line(&wanted)
                ),
            )))
        }
    }
}

/// The lines of a policy that covers these capabilities.
fn policy_line(wanted: &BTreeSet<Capability>) -> String {
    let words: Vec<String> = wanted.iter().map(|capability| format!("\"{capability}\"")).collect();
    format!("[consent] unsigned = [{}]", words.join(", "))
}

fn ask_person() -> Result<Answer, Fault> {
    printer::note_inline("may it? [y/N] ");
    let mut line = String::new();
    // Whatever is typed, the answer is in its first bytes.
    std::io::stdin().lock().take(64).read_line(&mut line).map_err(Fault::own)?;
    Ok(match line.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    })
}
