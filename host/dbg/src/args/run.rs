//! `dbg run`

use std::path::PathBuf;

use clap::Args;

use super::{ClusterArgs, Making, PodArgs, Recording, Repeat, ReportFormat, Selection};
use crate::exit::FailOn;

/// Run checks on targets and report a verdict
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dbg run dns-check\n  dbg run dns-check name=example.test server=127.0.0.1:5353 type=A,AAAA\n  \
                        dbg run dns-check -o json\n  dbg run --target pid/1234 sock-summary\n  \
                        dbg run --target container/web --pid sock-summary\n  dbg run --target isolated --target host dns-check\n  \
                        dbg run --target node/n1 dns-check sock-summary\n  dbg run --target nodes -l role=worker sock-summary\n  \
                        dbg run --target pod/cart-7d9 -n shop -c app dns-check\n  dbg run --target deploy/cart -n shop --via node sock-summary\n  \
                        dbg run --target netns/blue --target local dns-check name=db.test tcp-reach to=10.1.0.2:80\n  \
                        dbg run tcp-reach to=db:5432 --every 5s --for 1h --until fail\n  dbg run --plugin ./my-check.wasm --allow-unsigned my-check limit=3\n\n\
                        Parameters follow their check. `dbg check show CHECK` lists them. A secret is given as `token=@file`,\n\
                        `token=env:NAME` or `token=-` (stdin)"
)]
pub(crate) struct Run {
    /// What to run the checks on; may be repeated
    #[arg(short, long = "target", value_name = "TARGET", default_value = "local")]
    pub(crate) targets: Vec<String>,

    /// Of a target `container/NAME`, look at its processes and files too
    #[arg(long)]
    pub(crate) pid: bool,

    #[command(flatten)]
    pub(crate) making: Making,

    #[command(flatten)]
    pub(crate) selection: Selection,

    /// How to print the report
    #[arg(short, long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) output: ReportFormat,

    /// From which verdict on to end with a code other than 0
    #[arg(long, value_enum, default_value_t = FailOn::Warn)]
    pub(crate) fail_on: FailOn,

    /// Write what checks keep beside the report, such as captures, into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) artifacts: Option<PathBuf>,

    /// Print how long loading and running took, on stderr
    #[arg(long)]
    pub(crate) timings: bool,

    #[command(flatten)]
    pub(crate) repeat: Repeat,

    #[command(flatten)]
    pub(crate) recording: Recording,

    /// Of the target `nodes`, those with these labels, such as `role=worker`
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub(crate) selector: Option<String>,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,

    #[command(flatten)]
    pub(crate) pod: PodArgs,

    /// Checks, each followed by its parameters
    #[arg(required = true, value_name = "CHECK [KEY=VALUE]...")]
    pub(crate) words: Vec<String>,
}
