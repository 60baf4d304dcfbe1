//! `dbg target …`

use clap::{Args, Subcommand};

use super::{ClusterArgs, ListFormat, Making, ObjectFormat, PodArgs, Selection};

/// See which targets can be reached from here, and how
#[derive(Debug, Subcommand)]
pub(crate) enum TargetCommand {
    /// List the kinds of target and what is reachable from here
    #[command(after_help = "Examples:\n  dbg target list\n  dbg target list -o json")]
    List {
        /// How to print the list
        #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
        output: ListFormat,

        #[command(flatten)]
        cluster: ClusterArgs,
    },
    /// Print the role that a target in a cluster takes, for who may give it
    Rbac(TargetRbac),
    /// Say how a target would be reached, with which rights, and why, without running anything
    Explain(TargetExplain),
}

/// Say how a target would be reached, with which rights, and why, without running anything
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dbg target explain pid/1234 sock-summary\n  dbg target explain netns/blue dns-check name=db.test -o json\n  \
                        dbg target explain pid/1234 sock-summary --security\n\n\
                        Without a check the plan is that for checks that need no rights"
)]
pub(crate) struct TargetExplain {
    /// The target, as `dbg target list` lists them
    pub(crate) target: String,

    /// Say also what a security officer asks: the digest of dbg, what each check may do and why, and what those who watch
    /// the machine would notice
    #[arg(long)]
    pub(crate) security: bool,

    /// Of a target `container/NAME`, look at its processes and files too
    #[arg(long)]
    pub(crate) pid: bool,

    #[command(flatten)]
    pub(crate) making: Making,

    #[command(flatten)]
    pub(crate) selection: Selection,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,

    #[command(flatten)]
    pub(crate) pod: PodArgs,

    /// How to print the plan
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) output: ListFormat,

    /// Checks, each followed by its parameters
    #[arg(value_name = "CHECK [KEY=VALUE]...")]
    pub(crate) words: Vec<String>,
}

/// Print the role that a target in a cluster takes, for who may give it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dbg target rbac node/n1 sock-summary\n  dbg target rbac ns/shop dns-check -o json\n\n\
                  It is the least that is enough; `kubectl apply -f -` takes it"
)]
pub(crate) struct TargetRbac {
    /// The target, as `dbg target list` lists them
    pub(crate) target: String,

    #[command(flatten)]
    pub(crate) selection: Selection,

    /// An image with the agent in it, for a pod
    #[arg(long, value_name = "REF")]
    pub(crate) image: Option<String>,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,

    #[command(flatten)]
    pub(crate) pod: PodArgs,

    /// How to print it
    #[arg(short, long, value_enum, default_value_t = ObjectFormat::Yaml)]
    pub(crate) output: ObjectFormat,

    /// Checks, each followed by its parameters
    #[arg(value_name = "CHECK [KEY=VALUE]...")]
    pub(crate) words: Vec<String>,
}
