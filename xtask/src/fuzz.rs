//! `cargo xtask fuzz`: the parsers of what comes from outside, against more inputs than a test of every day has time for.

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;
use crate::{shell, target};

/// Changes the kept inputs of all parsers for a while; what panics is a fault
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long, over all parsers: `90s` or `15m`
    #[arg(long = "for", value_name = "TIME", default_value = "60s", value_parser = seconds)]
    time: u64,
    /// Where to begin, to have a failure again
    #[arg(long)]
    seed: Option<u64>,
    /// Keep each input that got an answer which none got before
    #[arg(long)]
    keep: bool,
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let mut cargo = shell::cargo(&workspace.root);
    cargo.args(["test", "--release", "--target", &target::musl()?, "--package", "dbg-plugin", "--test", "fuzz"]);
    cargo.args(["--", "--exact", "as_long_as_it_is_told", "--nocapture"]);
    let seed = args.seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("seed {seed}");
    cargo.env("DBG_FUZZ_SECONDS", args.time.to_string()).env("DBG_FUZZ_SEED", seed.to_string());
    if args.keep {
        cargo.env("DBG_FUZZ_KEEP", "1");
    }
    shell::run(&mut cargo).with_context(|| format!("a parser fell; `cargo xtask fuzz --seed {seed}` has it again"))
}

fn seconds(text: &str) -> Result<u64> {
    let (number, unit) = match (text.strip_suffix('s'), text.strip_suffix('m')) {
        (Some(number), _) => (number, 1),
        (None, Some(number)) => (number, 60),
        (None, None) => bail!("a time is written as `90s` or `15m`"),
    };
    let number: u64 = number.parse().context("a time is written as `90s` or `15m`")?;
    Ok(number.saturating_mul(unit).clamp(1, 24 * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(seconds("90s").expect("a time"), 90);
        assert_eq!(seconds("15m").expect("a time"), 900);
        for wrong in ["90", "s", "-1s", "1h"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
