//! How often `dbg run` runs its checks.

use std::time::Duration;

use clap::{Args, ValueEnum};

/// Repetition, in one session a target.
#[derive(Debug, Args)]
#[command(next_help_heading = "Repetition")]
pub(crate) struct Repeat {
    /// Begin a round of all checks this often, until Ctrl-C or one of the following; at least 100ms
    #[arg(long, value_name = "DURATION", value_parser = period)]
    pub(crate) every: Option<Duration>,

    /// Begin no round later than this after the first
    #[arg(long = "for", value_name = "DURATION", value_parser = duration, requires = "every")]
    pub(crate) lasting: Option<Duration>,

    /// Begin at most so many rounds on each target
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), requires = "every")]
    pub(crate) count: Option<u64>,

    /// Stop everything after the first round with this verdict or a worse one
    #[arg(long, value_enum, value_name = "VERDICT", requires = "every")]
    pub(crate) until: Option<Until>,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Until {
    /// A round in which something does not work
    Fail,
    /// A round in which something does not work or could not be checked
    Unknown,
    /// A round in which not all passes
    Warn,
    /// A round in which all passes, on every target: the verdict is then that of the last round
    Pass,
}

/// A shorter period would measure little but dbg itself.
const SHORTEST: Duration = Duration::from_millis(100);

fn period(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        every if every < SHORTEST => Err("it is shorter than `100ms`".to_owned()),
        every => Ok(every),
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match dbg_model::parse_duration(text).map_err(|error| error.to_string())? {
        Duration::ZERO => Err("it is no time at all".to_owned()),
        duration => Ok(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_duration_of_at_least_a_tenth_of_a_second() {
        assert_eq!(period("100ms"), Ok(SHORTEST));
        assert_eq!(period("5"), Ok(Duration::from_secs(5)));
        for (text, words) in
            [("99ms", "shorter"), ("1ns", "shorter"), ("0s", "no time"), ("5 parsecs", "unit"), ("-1s", "number")]
        {
            assert!(period(text).unwrap_err().contains(words), "{text}");
        }
        assert_eq!(duration("1ns"), Ok(Duration::from_nanos(1)));
    }
}
