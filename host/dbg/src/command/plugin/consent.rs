//! The one question: may this plugin have what it asks for? And, apart from it, whether a check may both read and send.

use std::collections::BTreeSet;
use std::io::{BufRead, Read};

use anyhow::anyhow;
use dbg_model::{Capability, Exposure};

use super::introduce::exposed;
use crate::diagnostic::{Fault, hinted};
use crate::printer;
use crate::settings::{Interaction, Policy, ReadAndSend, Terminal};

/// What has to be consented to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Question {
    /// What is given.
    pub(super) capabilities: BTreeSet<Capability>,
    /// Who could then carry away what they read.
    pub(super) exposures: Vec<Exposure>,
}

impl Question {
    /// One question for several plugins.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.capabilities.extend(&other.capabilities);
        self.exposures.extend(other.exposures.iter().cloned());
        self
    }
}

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

/// Whose plugins a policy is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nobody's.
    Unsigned,
    /// A trusted vendor's.
    Vendor,
}

impl Who {
    /// By the flag `--yes`.
    pub(super) fn of(yes: bool) -> Self {
        if yes { Self::Policy } else { Self::Person }
    }
}

impl Whose {
    fn covered(self, policy: &Policy) -> &BTreeSet<Capability> {
        match self {
            Self::Unsigned => &policy.consent.unsigned,
            Self::Vendor => &policy.consent.vendor,
        }
    }

    /// The lines of a policy that covers a question.
    fn policy_line(self, question: &Question) -> String {
        let words: Vec<String> = question.capabilities.iter().map(|capability| format!("\"{capability}\"")).collect();
        let key = match self {
            Self::Unsigned => "unsigned",
            Self::Vendor => "vendor",
        };
        let both = if question.exposures.is_empty() { "" } else { ", read-and-send = true" };
        format!("[consent] {key} = [{}]{both}", words.join(", "))
    }

    fn article(self) -> &'static str {
        match self {
            Self::Unsigned => "an unsigned",
            Self::Vendor => "a signed",
        }
    }
}

/// Asks a person; where there is none, or with `--yes`, the policy answers or nobody does.
pub(super) fn ask(
    question: &Question,
    whose: Whose,
    who: Who,
    policy: &Policy,
    terminal: &Terminal,
) -> Result<Answer, Fault> {
    match (who, terminal.interaction) {
        (Who::Person, Interaction::Person) => ask_person(question),
        (Who::Person, Interaction::Nobody) => Err(Fault::usage(hinted(
            anyhow!("nobody is here to be asked: stdin or stderr is no terminal"),
            format!(
                "run it in a terminal, or pass `--yes` where the policy covers it ({})",
                whose.policy_line(question)
            ),
        ))),
        (Who::Policy, _) => ask_policy(question, whose, policy),
    }
}

fn ask_policy(question: &Question, whose: Whose, policy: &Policy) -> Result<Answer, Fault> {
    let uncovered: Vec<&str> =
        question.capabilities.difference(whose.covered(policy)).map(|capability| capability.word()).collect();
    let error = if !uncovered.is_empty() {
        anyhow!(
            "no policy lets {} plugin have `{}` without a person's consent",
            whose.article(),
            uncovered.join("`, `")
        )
    } else if !question.exposures.is_empty() && policy.consent.read_and_send == ReadAndSend::Ask {
        let checks: Vec<&str> = question.exposures.iter().map(|exposure| exposure.check.as_str()).collect();
        anyhow!(
            "no policy consents to checks that read of the target and send to where they like: `{}`",
            checks.join("`, `")
        )
    } else {
        return Ok(Answer::Yes);
    };
    Err(Fault::usage(hinted(
        error,
        format!(
            "add it without `--yes` in a terminal, or write to `/etc/dbg/policy.toml`: {}",
            whose.policy_line(question)
        ),
    )))
}

fn ask_person(question: &Question) -> Result<Answer, Fault> {
    if yes_or_no("may it? [y/N] ")? == Answer::No {
        return Ok(Answer::No);
    }
    if question.exposures.is_empty() {
        return Ok(Answer::Yes);
    }
    printer::note("");
    for exposure in &question.exposures {
        printer::note_inline(&exposed(exposure));
    }
    yes_or_no("may it do both? [y/N] ")
}

fn yes_or_no(prompt: &str) -> Result<Answer, Fault> {
    printer::note_inline(prompt);
    let mut line = String::new();
    // Whatever is typed, the answer is in its first bytes.
    std::io::stdin().lock().take(64).read_line(&mut line).map_err(Fault::own)?;
    Ok(match line.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    })
}
