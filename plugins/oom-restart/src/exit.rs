//! What exit codes and signals mean.

/// The signal that ended a program, by the code that a shell or a container runtime makes of it. Source: man 7 signal.
pub(crate) fn signal(code: i64) -> Option<&'static str> {
    Some(match code.checked_sub(128)? {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => return None,
    })
}

/// What usually ends a program like that, to follow "it".
pub(crate) fn meaning(code: i64) -> Option<&'static str> {
    Some(match code {
        0 => "ended by itself and said that all is well",
        125 => "was not started: the container runtime failed",
        126 => "was not started: its command may not be executed",
        127 => "was not started: its command was not found",
        134 => "aborted itself: a failed assertion, or memory that it could not get",
        137 => "was killed: by the kernel for memory, or by the kubelet after its grace period",
        139 => "reached for memory that is not its own: a fault in the program",
        143 => "was asked to end: a shutdown, a failed liveness probe, or a deletion",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_above_128_are_signals() {
        assert_eq!((signal(137), signal(143), signal(139)), (Some("SIGKILL"), Some("SIGTERM"), Some("SIGSEGV")));
        assert_eq!((signal(1), signal(128), signal(255)), (None, None, None));
        assert!(meaning(127).is_some_and(|text| text.contains("not found")) && meaning(3).is_none());
    }
}
