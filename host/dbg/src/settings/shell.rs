//! What was typed after `dbg shell` becomes a target, a program and how far it may go.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::time::Duration;

use anyhow::anyhow;
use dbg_model::{Cell, ImageName, Target};
use dbg_placement::{ClusterSettings, ShellWish};

use super::cluster::{cluster_settings, pods, typed};
use crate::args::{self, Recording};
use crate::diagnostic::{Fault, hinted};

/// What `dbg shell` is to do.
#[derive(Debug)]
pub(crate) struct ShellSettings {
    /// Where, and how far it may go.
    pub(crate) wish: ShellWish,
    /// The program and its arguments; a shell without any.
    pub(crate) program: Vec<OsString>,
    /// How long it may last.
    pub(crate) lasting: Duration,
    /// Where the operator wants it recorded.
    pub(crate) recording: Recording,
    /// Which cluster its target is in.
    pub(crate) cluster: ClusterSettings,
    /// The same as it was typed, for checks at a prompt.
    pub(crate) typed: Vec<String>,
}

impl TryFrom<args::Shell> for ShellSettings {
    type Error = Fault;

    fn try_from(args: args::Shell) -> Result<Self, Fault> {
        let target: Target = args.target.parse().map_err(Fault::usage)?;
        let [target] = &*super::run::reach(vec![target], args.pid)? else {
            return Err(Fault::usage(anyhow!("a shell is at one target")));
        };
        // The image of a shell is no agent's.
        let mut cluster = cluster_settings(&args.cluster, None)?;
        let typed = typed(&args.cluster, &args.pod);
        let [target] = &*pods(&args.pod, &mut cluster, vec![target.clone()])? else {
            return Err(Fault::usage(anyhow!("a shell is at one target")));
        };
        let target = target.clone();
        let image = args.image.map(|image| image.parse::<ImageName>().map_err(Fault::usage));
        let image = image.transpose()?;
        if image.is_some() && !target.is_of_engine() && !target.is_in_pod() {
            let error = anyhow!("`--image` is for containers and pods, and `{}` is none", Cell(&target.to_string()));
            return Err(Fault::usage(hinted(
                error,
                "leave out `--image`, or write `--target isolated` or `--target host`",
            )));
        }
        if image.is_none() && !args.program.is_empty() && has_nothing(&target) {
            let error = anyhow!("`{}` has no programs of its own", Cell(&target.to_string()));
            return Err(Fault::usage(hinted(error, "name an image that the engine has: `--image IMAGE`")));
        }
        if args.program.iter().any(|word| word.as_bytes().contains(&0)) {
            return Err(Fault::usage(anyhow!("the program or an argument of it holds a zero byte")));
        }
        Ok(Self {
            wish: ShellWish { target, image, profile: args.profile.into() },
            program: args.program,
            lasting: args.lasting,
            recording: args.recording,
            cluster,
            typed,
        })
    }
}

impl ShellSettings {
    /// Whether there is no program to be had, so that the checks are all that can be offered.
    pub(crate) fn offers_checks_alone(&self) -> bool {
        self.wish.image.is_none() && has_nothing(&self.wish.target)
    }
}

/// A container of its own is made of the agent's image, which has no program but the agent.
fn has_nothing(target: &Target) -> bool {
    matches!(target, Target::Isolated | Target::Network(_))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::{Cli, Command};

    fn settings(line: &str) -> Result<ShellSettings, Fault> {
        let cli = Cli::try_parse_from(["dbg", "shell"].into_iter().chain(line.split(' '))).unwrap();
        let Command::Shell(args) = cli.command else { panic!() };
        ShellSettings::try_from(args)
    }

    #[test]
    fn what_cannot_be_is_refused_before_anything_is_looked_at() {
        for line in [
            "--target local --image shop",
            "--target netns/blue --image shop",
            "--target isolated --image ../shop",
            "--target isolated -- sh",
            "--target network/backend -- sh",
            "--target isolated --pid",
            "--target nowhere",
        ] {
            assert!(settings(line).is_err(), "{line}");
        }
    }

    #[test]
    fn where_there_is_no_program_the_checks_are_offered() {
        for (line, offers) in [
            ("--target isolated", true),
            ("--target network/backend", true),
            ("--target isolated --image shop", false),
            ("--target host", false),
            ("--target container/web", false),
            ("--target local", false),
        ] {
            assert_eq!(settings(line).unwrap().offers_checks_alone(), offers, "{line}");
        }
    }

    #[test]
    fn what_follows_two_dashes_is_the_programs() {
        let settings = settings("--target container/web -- ls -l --image").unwrap();
        assert_eq!(settings.program, ["ls", "-l", "--image"]);
        assert_eq!(settings.lasting, Duration::from_secs(8 * 3600));
    }
}
