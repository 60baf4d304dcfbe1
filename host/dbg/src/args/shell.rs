//! `dbg shell`

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, ValueEnum};
use dbg_placement::Profile;

use super::{ClusterArgs, PodArgs, Recording, duration};

/// Open a terminal where the trouble is
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dbg shell --target container/web\n  dbg shell --target container/web -- cat /etc/resolv.conf\n  \
                        dbg shell --target container/web --image debug-tools\n  dbg shell --target host --profile sysadmin\n  \
                        dbg shell --target node/n1\n  dbg shell --target pod/cart-7d9 -n shop -c app\n  \
                        dbg shell --target isolated --image debug-tools -- dig db.test\n  sudo dbg shell --target netns/blue --profile netadmin\n\n\
                        Without a program it is the first shell that is there: of the image, or of the target. Where there is none, the checks are\n\
                        offered at a prompt. The program's exit code is dbg's: 126 for one that cannot be started, 127 for one that is not there, 128 and\n\
                        the signal's number for one that a signal ended. An error of dbg's own is told on stderr, with 1, 2 or 5"
)]
pub(crate) struct Shell {
    /// Where
    #[arg(short, long, value_name = "TARGET")]
    pub(crate) target: String,

    /// Of a target `container/NAME`, join its processes too; without `--image` they are joined anyway
    #[arg(long)]
    pub(crate) pid: bool,

    /// Have the files and programs of this image: the engine has to have it, none is pulled; of a pod, one with a shell, as its node has or pulls it
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,

    /// How far the program may go
    #[arg(long, value_enum, default_value_t = ShellProfile::General)]
    pub(crate) profile: ShellProfile,

    /// End it after this long
    #[arg(long = "for", value_name = "DURATION", value_parser = duration, default_value = "8h")]
    pub(crate) lasting: Duration,

    #[command(flatten)]
    pub(crate) recording: Recording,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,

    #[command(flatten)]
    pub(crate) pod: PodArgs,

    /// The program and its arguments
    #[arg(last = true, value_name = "PROGRAM")]
    pub(crate) program: Vec<OsString>,
}

/// How far a program may go, as users of `kubectl debug` know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellProfile {
    /// Root as in any container, who may also look into processes
    General,
    /// Root as in any container
    Baseline,
    /// Nobody, without any right
    Restricted,
    /// Root as in any container, who may also change the network
    Netadmin,
    /// All rights and devices; files of the machine can be written
    Sysadmin,
}

impl From<ShellProfile> for Profile {
    fn from(profile: ShellProfile) -> Self {
        match profile {
            ShellProfile::General => Self::General,
            ShellProfile::Baseline => Self::Baseline,
            ShellProfile::Restricted => Self::Restricted,
            ShellProfile::Netadmin => Self::Netadmin,
            ShellProfile::Sysadmin => Self::Sysadmin,
        }
    }
}
