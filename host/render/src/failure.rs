//! The words for why a check could not be done.

use dbg_model::FailureCode;

/// The word of a code, as in JSON and JUnit.
pub(crate) fn code_word(code: FailureCode) -> &'static str {
    match code {
        FailureCode::NoSuchCheck => "no-such-check",
        FailureCode::BadArguments => "bad-arguments",
        FailureCode::Denied => "denied",
        FailureCode::Unsupported => "unsupported",
        FailureCode::TimedOut => "timed-out",
        FailureCode::Cancelled => "cancelled",
        FailureCode::Other => "other",
        FailureCode::Trapped => "trapped",
        FailureCode::OutOfMemory => "out-of-memory",
        FailureCode::NotLoadable => "not-loadable",
        FailureCode::Refused => "refused",
        FailureCode::Disconnected => "disconnected",
        FailureCode::Unreachable => "unreachable",
    }
}

/// What a person reads before the failure's own text.
pub(crate) fn code_phrase(code: FailureCode) -> &'static str {
    match code {
        FailureCode::NoSuchCheck => "the plugin has no such check",
        FailureCode::BadArguments => "the arguments do not go together",
        FailureCode::Denied => "a needed grant was not given",
        FailureCode::Unsupported => "the target lacks what the check looks at",
        FailureCode::TimedOut => "the time was up",
        FailureCode::Cancelled => "it was stopped",
        FailureCode::Other => "it could not be done",
        FailureCode::Trapped => "the plugin stopped by a fault of its own",
        FailureCode::OutOfMemory => "the plugin wanted more memory than it may have",
        FailureCode::NotLoadable => "the plugin could not be started",
        FailureCode::Refused => "the agent refused to run it",
        FailureCode::Disconnected => "the connection to the agent broke",
        FailureCode::Unreachable => "the target could not be reached",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_model() {
        for code in [FailureCode::NoSuchCheck, FailureCode::TimedOut, FailureCode::OutOfMemory, FailureCode::Other] {
            let model = serde_json::to_value(code).unwrap();
            assert_eq!(model, code_word(code));
        }
    }
}
