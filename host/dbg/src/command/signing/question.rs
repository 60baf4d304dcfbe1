//! The one question before something is signed that others made.

use std::io::{BufRead as _, Read as _};

use anyhow::anyhow;

use crate::diagnostic::{Fault, hinted};
use crate::printer;
use crate::settings::{Interaction, Terminal};

/// Whether it was consented to on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// `--yes`.
    Given,
    /// A person is to be asked.
    Asked,
}

impl Consent {
    /// By the flag.
    pub(crate) fn of(yes: bool) -> Self {
        if yes { Self::Given } else { Self::Asked }
    }
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Go on.
    Yes,
    /// Leave it.
    No,
}

/// Asks once. Everything but `y` and `yes` is a no.
pub(crate) fn confirm(question: &str, consent: Consent, terminal: &Terminal) -> Result<Answer, Fault> {
    match (consent, terminal.interaction) {
        (Consent::Given, _) => Ok(Answer::Yes),
        (Consent::Asked, Interaction::Nobody) => Err(Fault::usage(hinted(
            anyhow!("nobody is here to be asked: stdin or stderr is no terminal"),
            "run it in a terminal, or pass `--yes` when you have seen what is to be signed",
        ))),
        (Consent::Asked, Interaction::Person) => {
            printer::note_inline(&format!("{question} [y/N] "));
            let mut line = String::new();
            // Whatever is typed, the answer is in its first bytes.
            std::io::stdin().lock().take(64).read_line(&mut line).map_err(Fault::own)?;
            Ok(match line.trim().to_ascii_lowercase().as_str() {
                "y" | "yes" => Answer::Yes,
                _ => Answer::No,
            })
        }
    }
}
