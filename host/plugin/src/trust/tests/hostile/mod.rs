//! The table of hostile input: each case has a name, what came of it, and the one thing that may come of it.

mod circumstance;
mod envelope;
mod key;
mod list;
mod root;
mod section;
mod statement;

use super::{acme, good, state_of, verify_now};
use crate::trust::*;
use bytes::Bytes;

/// What came of a hostile input.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It passed, which only a few inputs are meant to do.
    Passed,
    File(TrustError),
    Root(ChainFault),
    List(ListFault),
    Key(KeyFault),
    State(StateFault),
}

/// One hostile input.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    pub(super) as_expected: bool,
}

/// A case: its name, its outcome, and the pattern of what is expected.
macro_rules! case {
    ($name:expr, $outcome:expr, $expected:pat $(if $guard:expr)?) => {{
        let outcome: Outcome = $outcome.into();
        let as_expected = matches!(&outcome, $expected $(if $guard)?);
        Case { name: $name, outcome, as_expected }
    }};
}
pub(super) use case;

impl<T> From<Result<Verified<T>, TrustError>> for Outcome {
    fn from(result: Result<Verified<T>, TrustError>) -> Self {
        result.map_or_else(Self::File, |_| Self::Passed)
    }
}

impl From<Result<VendorRoot, ChainFault>> for Outcome {
    fn from(result: Result<VendorRoot, ChainFault>) -> Self {
        result.map_or_else(Self::Root, |_| Self::Passed)
    }
}

impl From<Result<RevocationList, ListFault>> for Outcome {
    fn from(result: Result<RevocationList, ListFault>) -> Self {
        result.map_or_else(Self::List, |_| Self::Passed)
    }
}

impl From<Result<PublicKey, KeyFault>> for Outcome {
    fn from(result: Result<PublicKey, KeyFault>) -> Self {
        result.map_or_else(Self::Key, |_| Self::Passed)
    }
}

impl From<Result<(), StateFault>> for Outcome {
    fn from(result: Result<(), StateFault>) -> Self {
        result.map_or_else(Self::State, |()| Self::Passed)
    }
}

/// Asserts each case of a table; the first wrong one is named with what came of it.
pub(super) fn judge(cases: Vec<Case>, at_least: usize) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| !case.as_expected)
        .map(|case| format!("{}: {:?}", case.name, case.outcome))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: std::collections::BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    assert!(cases.len() >= at_least, "{} cases", cases.len());
    for case in &cases {
        if let Outcome::File(error) = &case.outcome {
            assert!(error.hint().is_some() || error.step() == Step::Component, "{}: {error}", case.name);
        }
    }
}

/// What comes of a file, for whom `acme` is trusted.
fn verified(file: impl Into<Bytes>) -> Outcome {
    verify_now(&file.into(), &state_of(acme())).into()
}

/// The envelope of a good file.
fn envelope() -> Vec<u8> {
    split(&good()).unwrap().envelope.unwrap().to_vec()
}
