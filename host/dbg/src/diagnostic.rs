//! The one renderer of errors: the message, what caused it, and a hint.

use std::fmt::Write as _;

use dbg_model::{GrantError, NameError, ParameterError, TargetError};

use crate::exit::Exit;
use crate::printer;

/// An error and the exit code it means.
#[derive(Debug)]
pub(crate) struct Fault {
    exit: Exit,
    error: anyhow::Error,
}

impl Fault {
    /// What was typed or given makes no sense.
    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Usage, error: error.into() }
    }

    /// dbg or the machine is at fault.
    pub(crate) fn own(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Own, error: error.into() }
    }

    /// The target is not there, or may not be entered.
    pub(crate) fn unreachable(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Unknown, error: error.into() }
    }

    /// A program was not started: as shells have it, with this code.
    pub(crate) fn program(code: u8, error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Program(code), error: error.into() }
    }

    /// The operator stopped it.
    pub(crate) fn interrupted() -> Self {
        Self { exit: Exit::Interrupted, error: anyhow::anyhow!("interrupted") }
    }

    /// Says what was being done.
    pub(crate) fn context(self, context: String) -> Self {
        Self { exit: self.exit, error: self.error.context(context) }
    }

    /// Tells the person of what is left out, and goes on.
    pub(crate) fn warn(&self) {
        printer::note(&render("warning", &self.error));
    }

    /// How it ends.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What it was, with its causes, in one line.
    pub(crate) fn line(&self) -> String {
        self.error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")
    }

    /// Tells the person, and how to end.
    pub(crate) fn report(&self) -> Exit {
        printer::note(&render("error", &self.error));
        self.exit
    }
}

/// An error with a hint of its own.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
struct Hinted {
    error: anyhow::Error,
    hint: String,
}

/// Adds a hint to an error that has none.
pub(crate) fn hinted(error: anyhow::Error, hint: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Hinted { error, hint: hint.into() })
}

fn render(word: &str, error: &anyhow::Error) -> String {
    let mut text = format!("{word}: {error}");
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        // An error whose text already tells its cause is not told twice.
        let cause = cause.to_string();
        if !said.contains(&cause) {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n  caused by: {cause}");
        }
        said = cause;
    }
    if let Some(hint) = error.chain().find_map(hint) {
        let _ = write!(text, "\n\nhint: {hint}");
    }
    text
}

/// The hint of whatever room the error is from.
fn hint(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    macro_rules! first {
        ($($kind:ty),* $(,)?) => {
            None$(.or_else(|| error.downcast_ref::<$kind>().and_then(|error| error.hint())))*
        };
    }
    if let Some(Hinted { hint, .. }) = error.downcast_ref() {
        return Some(hint.clone());
    }
    if let Some(NameError::Capability { nearest: Some(nearest), .. }) = error.downcast_ref() {
        return Some(format!("did you mean `{nearest}`?"));
    }
    first!(
        ParameterError,
        TargetError,
        GrantError,
        dbg_model::RedactPatternError,
        dbg_plugin::ComponentError,
        dbg_plugin::FileError,
        dbg_plugin::PackFileError,
        dbg_plugin::StoreError,
        dbg_plugin::set::SetError,
        dbg_plugin::trust::PrivateKeyFault,
        dbg_plugin::trust::SignError,
        dbg_plugin::trust::TrustError,
        dbg_plugin::trust::TrustStoreError,
        dbg_engine::EngineError,
        dbg_engine::CompileError,
        dbg_engine::LoadError,
        dbg_session::SessionError,
        dbg_placement::Refusal,
        dbg_placement::LaunchError,
        dbg_audit::AuditError,
        dbg_placement::EngineError,
        dbg_placement::ClusterError,
        dbg_placement::kube::ExpandError,
        dbg_placement::AgentsError,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_causes_and_the_hint_of_any_of_them() {
        let error = anyhow::Error::new("locla".parse::<dbg_model::Target>().unwrap_err()).context("cannot run");
        let text = render("error", &error);
        assert!(text.starts_with("error: cannot run\n  caused by: `locla` is no kind of target"), "{text}");
        assert!(text.ends_with("\n\nhint: did you mean `--target local`?"), "{text}");
    }

    #[test]
    fn a_cause_that_is_already_told_is_not_told_twice() {
        let error = anyhow::anyhow!("disk full").context("cannot write: disk full");
        assert_eq!(render("error", &error), "error: cannot write: disk full");
    }
}
