//! Why a guest was ended, in one line that an operator can act on.

use dbg_model::{Failure, FailureCode, format_size, truncate_at_char};
use wasmtime::Trap;
use wasmtime_wasi::I32Exit;

use crate::limiter::Refused;

/// The failure for an error out of wasmtime: a trap, or a refusal to start. `said` is the last line of the guest's stderr.
pub(crate) fn failure(error: &wasmtime::Error, refused: Option<Refused>, said: Option<&str>) -> Failure {
    let trap = error.downcast_ref::<Trap>();
    // Where a memory may not grow, allocators abort; where it may not even begin, there is no instance and no trap.
    let gave_up = matches!(trap, None | Some(Trap::UnreachableCodeReached)) && !error.is::<I32Exit>();
    if let Some(Refused { wanted, limit }) = refused.filter(|_| gave_up) {
        let (wanted, limit) = (format_size(wanted), format_size(limit));
        let text = format!("the check went over its memory limit of {limit}: it asked for {wanted} in all");
        return Failure { code: FailureCode::OutOfMemory, text };
    }
    let reason = match (trap, error.downcast_ref::<I32Exit>()) {
        (Some(trap), _) => reason(*trap),
        (None, Some(I32Exit(status))) => format!("it exited with status {status} instead of returning"),
        (None, None) => refusal(&error.root_cause().to_string()),
    };
    let said = said.map(|line| format!("; it last said: {line}")).unwrap_or_default();
    Failure { code: FailureCode::Trapped, text: format!("the check was ended by a fault of its own: {reason}{said}") }
}

fn reason(trap: Trap) -> String {
    match trap {
        Trap::StackOverflow => "its call stack is full (endless recursion?)".into(),
        Trap::UnreachableCodeReached => "it gave up (a panic or an abort)".into(),
        Trap::MemoryOutOfBounds => "it accessed memory out of bounds".into(),
        Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature => {
            "it called a function that does not exist".into()
        }
        Trap::IntegerDivisionByZero => "it divided by zero".into(),
        Trap::IntegerOverflow | Trap::BadConversionToInteger => "a number did not fit its type".into(),
        Trap::CannotEnterComponent => "it was entered a second time".into(),
        other => {
            let text = other.to_string();
            text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned()
        }
    }
}

/// Why a call of the guest was refused: our own words where we know the engine's, else its own.
fn refusal(cause: &str) -> String {
    const KNOWN: [(&str, &str); 3] = [
        ("fuel allocated for hostcalls", "one call of it carried more than 128 MiB"),
        ("store handle limit exceeded", "it held more than 1000000 handles at once"),
        ("requested len", "it asked for more than 1 MiB of random bytes in one call"),
    ];
    match KNOWN.iter().find(|(theirs, _)| cause.contains(theirs)) {
        Some((_, ours)) => (*ours).to_owned(),
        None => truncate_at_char(cause.lines().next().unwrap_or("no reason is known"), 512).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_growth_explains_an_abort_and_no_other_fault() {
        let refused = Some(Refused { wanted: 65 << 20, limit: 64 << 20 });
        let abort = failure(&wasmtime::Error::from(Trap::UnreachableCodeReached), refused, None);
        assert_eq!(abort.code, FailureCode::OutOfMemory);
        assert!(abort.text.contains("64MiB"), "{}", abort.text);
        let other = failure(&wasmtime::Error::from(Trap::IntegerDivisionByZero), refused, None);
        assert_eq!(other.code, FailureCode::Trapped);
    }

    #[test]
    fn the_guests_last_word_is_in_the_reason() {
        let failure = failure(&wasmtime::Error::from(Trap::UnreachableCodeReached), None, Some("index out of bounds"));
        assert!(failure.text.ends_with("it last said: index out of bounds"), "{}", failure.text);
    }

    #[test]
    fn an_exit_is_told_with_its_status() {
        let failure = failure(&wasmtime::Error::from(I32Exit(3)), None, None);
        assert!(failure.text.contains("exited with status 3"), "{}", failure.text);
    }
}
