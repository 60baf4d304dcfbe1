//! What the agent was told to do.

use std::ffi::OsString;

use dbg_session::{AgentToken, TokenError};
use lexopt::{Arg, Parser, ValueExt as _};

/// What the agent is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// One session on stdin and stdout, with whoever holds the key of this run.
    Serve(AgentToken),
    /// As `Serve`, in a container that was made as this says.
    ServeContained(AgentToken, String),
    /// Go where this entry says, and serve whoever started it.
    Enter(String),
    /// A shell on stdin and stdout, with whoever holds the key of this run, at this place.
    Shell(AgentToken, String),
    /// A shell at this place, for whoever started it.
    EnterShell(String),
    /// Wait for so many seconds, as a container's first process.
    Park(u64),
    /// Say what it is.
    Version,
    /// Say how it is called.
    Help,
}

/// Why a command line is none of the agent's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    /// No verb.
    #[error("it is not said what to do")]
    NoVerb,
    /// A verb that there is not.
    #[error("there is no verb `{0}`")]
    UnknownVerb(String),
    /// `serve` without a token.
    #[error("`serve` takes the run's token, `RUN.KEY`")]
    NoToken,
    /// `enter` without an entry.
    #[error("`enter`, `shell` and `enter-shell` take the entry that `dbg` wrote")]
    NoEntry,
    /// `park` without a time.
    #[error("`park` takes how many seconds it waits")]
    NoTime,
    /// `serve` with what is no token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// An option that there is not, a word too many, or text that is no UTF-8.
    #[error(transparent)]
    Words(#[from] lexopt::Error),
}

/// Reads a command line, beginning with the program's name.
pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Verb, UsageError> {
    let mut parser = Parser::from_iter(words.into_iter().collect::<Vec<_>>());
    let verb = match parser.next()? {
        None => return Err(UsageError::NoVerb),
        Some(Arg::Long("version")) => Verb::Version,
        Some(Arg::Long("help") | Arg::Short('h')) => Verb::Help,
        Some(Arg::Value(word)) if word == "serve" => match parser.next()? {
            None => return Err(UsageError::NoToken),
            Some(Arg::Value(token)) => {
                let token = token.string()?.parse()?;
                match parser.next()? {
                    None => return Ok(Verb::Serve(token)),
                    Some(Arg::Value(place)) => Verb::ServeContained(token, place.string()?),
                    Some(other) => return Err(other.unexpected().into()),
                }
            }
            Some(other) => return Err(other.unexpected().into()),
        },
        Some(Arg::Value(word)) if word == "enter" => match parser.next()? {
            None => return Err(UsageError::NoEntry),
            Some(Arg::Value(entry)) => Verb::Enter(entry.string()?),
            Some(other) => return Err(other.unexpected().into()),
        },
        Some(Arg::Value(word)) if word == "shell" => match parser.next()? {
            None => return Err(UsageError::NoToken),
            Some(Arg::Value(token)) => {
                let token = token.string()?.parse()?;
                match parser.next()? {
                    None => return Err(UsageError::NoEntry),
                    Some(Arg::Value(place)) => Verb::Shell(token, place.string()?),
                    Some(other) => return Err(other.unexpected().into()),
                }
            }
            Some(other) => return Err(other.unexpected().into()),
        },
        Some(Arg::Value(word)) if word == "enter-shell" => match parser.next()? {
            None => return Err(UsageError::NoEntry),
            Some(Arg::Value(place)) => Verb::EnterShell(place.string()?),
            Some(other) => return Err(other.unexpected().into()),
        },
        Some(Arg::Value(word)) if word == "park" => match parser.next()? {
            None => return Err(UsageError::NoTime),
            Some(Arg::Value(seconds)) => Verb::Park(seconds.parse()?),
            Some(other) => return Err(other.unexpected().into()),
        },
        Some(Arg::Value(word)) => return Err(UsageError::UnknownVerb(word.string()?)),
        Some(other) => return Err(other.unexpected().into()),
    };
    match parser.next()? {
        None => Ok(verb),
        Some(more) => Err(more.unexpected().into()),
    }
}

#[cfg(test)]
mod tests {
    use dbg_model::RunId;
    use dbg_session::RunKey;

    use super::*;

    fn typed(words: &[&str]) -> Result<Verb, UsageError> {
        read(["dbg-agent"].iter().chain(words).map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn each_verb_is_read_with_what_it_takes() {
        let token = RunKey::generate(RunId::from_random([1; 8])).unwrap().public();
        assert_eq!(typed(&["serve", &token.to_string()]).unwrap(), Verb::Serve(token.clone()));
        let contained = Verb::ServeContained(token.clone(), "{}".to_owned());
        assert_eq!(typed(&["serve", &token.to_string(), "{}"]).unwrap(), contained);
        assert!(matches!(typed(&["serve", &token.to_string(), "{}", "more"]), Err(UsageError::Words(_))));
        assert_eq!(typed(&["enter", "{}"]).unwrap(), Verb::Enter("{}".to_owned()));
        let shell = Verb::Shell(token.clone(), "{}".to_owned());
        assert_eq!(typed(&["shell", &token.to_string(), "{}"]).unwrap(), shell);
        assert_eq!(typed(&["enter-shell", "{}"]).unwrap(), Verb::EnterShell("{}".to_owned()));
        assert!(matches!(typed(&["shell", &token.to_string()]), Err(UsageError::NoEntry)));
        assert_eq!(typed(&["park", "600"]).unwrap(), Verb::Park(600));
        assert!(matches!(typed(&["park"]), Err(UsageError::NoTime)));
        assert!(matches!(typed(&["park", "-1"]), Err(UsageError::Words(_))));
        assert_eq!(typed(&["--version"]).unwrap(), Verb::Version);
        assert_eq!(typed(&["--help"]).unwrap(), Verb::Help);
    }

    #[test]
    fn what_is_no_command_line_of_an_agent_is_refused_by_its_fault() {
        assert!(matches!(typed(&[]), Err(UsageError::NoVerb)));
        assert!(matches!(typed(&["fly"]), Err(UsageError::UnknownVerb(verb)) if verb == "fly"));
        assert!(matches!(typed(&["serve"]), Err(UsageError::NoToken)));
        assert!(matches!(typed(&["enter"]), Err(UsageError::NoEntry)));
        assert!(matches!(typed(&["serve", "one"]), Err(UsageError::Token(TokenError::Form))));
        for words in [&["--fly"][..], &["--version", "more"], &["serve", "--fly"]] {
            assert!(matches!(typed(words), Err(UsageError::Words(_))), "{words:?}");
        }
    }
}
