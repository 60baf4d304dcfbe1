//! What the policy says no to. Each refusal names the line that whoever decides for the site would change.

use anyhow::anyhow;
use dbg_model::{Cell, PluginName, Target, VendorName};
use dbg_placement::{Holding, ShellWish};

use super::{Policy, Unsigned};
use crate::diagnostic::{Fault, hinted};

impl Policy {
    /// Whether this vendor's plugins may run, trusted as it is.
    pub(crate) fn may_vendor(&self, vendor: &VendorName) -> Result<(), Fault> {
        match &self.vendors {
            Some(allowed) if !allowed.contains(vendor) => Err(refused(
                anyhow!("`{vendor}` signed it and is trusted, but this site's policy does not let its plugins run"),
                format!("\"{vendor}\" in `[vendors] allow`"),
            )),
            _ => Ok(()),
        }
    }

    /// Whether anything unsigned may be kept or run at all.
    pub(crate) fn may_unsigned(&self, plugin: &PluginName) -> Result<(), Fault> {
        match self.unsigned {
            Unsigned::Never => Err(refused(
                anyhow!("nobody signed the plugin `{plugin}`, and this site's policy lets no unsigned plugin run"),
                "`[unsigned] allow = \"unprivileged\"`",
            )),
            Unsigned::Unprivileged | Unsigned::Anywhere => Ok(()),
        }
    }

    /// Whether an unsigned plugin may run where a run would hold this.
    pub(crate) fn may_unsigned_hold(
        &self,
        plugin: &PluginName,
        target: &Target,
        holdings: &[Holding],
    ) -> Result<(), Fault> {
        match (self.unsigned, holdings.first()) {
            (Unsigned::Unprivileged, Some(holding)) => Err(Fault::usage(hinted(
                anyhow!(
                    "nobody signed the plugin `{plugin}`, and on `{}` it would run with {holding}, \
                     which this site's policy keeps from unsigned plugins",
                    Cell(&target.to_string())
                ),
                "run it as an ordinary user on what is yours, or run one that a trusted vendor signed",
            ))),
            _ => self.may_unsigned(plugin),
        }
    }

    /// Whether a shell may be opened here: on this kind of target, and as far as its profile goes.
    pub(crate) fn may_shell(&self, wish: &ShellWish) -> Result<(), Fault> {
        let text = wish.target.to_string();
        if let Some(line) = self.refuses_kind(&text) {
            return Err(refused(anyhow!("this site's policy lets no shell be opened on `{}`", Cell(&text)), line));
        }
        match &self.shell {
            Some(allowed) if !allowed.contains(wish.profile.word()) => Err(refused(
                anyhow!("this site's policy lets no shell of the profile `{}` be opened", wish.profile),
                format!("\"{}\" in `[shell] profiles`", wish.profile),
            )),
            _ => Ok(()),
        }
    }

    /// Whether checks may run on this kind of target.
    pub(crate) fn may_target(&self, target: &Target) -> Result<(), Fault> {
        let text = target.to_string();
        match self.refuses_kind(&text) {
            Some(line) => Err(refused(anyhow!("this site's policy lets no check run on `{}`", Cell(&text)), line)),
            None => Ok(()),
        }
    }

    /// The line that would let this kind of target be, where the policy does not.
    fn refuses_kind(&self, target: &str) -> Option<String> {
        let kind = target.split('/').next().unwrap_or_default();
        let is_refused = self.targets.as_ref().is_some_and(|allowed| !allowed.contains(kind));
        is_refused.then(|| format!("\"{kind}\" in `[targets] allow`"))
    }
}

fn refused(error: anyhow::Error, line: impl std::fmt::Display) -> Fault {
    Fault::usage(hinted(error, format!("whoever decides for this site may write {line} to the policy")))
}

#[cfg(test)]
mod tests {
    use super::super::file::parse;
    use super::*;

    fn policy(text: &str) -> Policy {
        parse(text).unwrap()
    }

    #[test]
    fn what_is_not_in_a_list_is_refused_and_without_a_list_nothing_is() {
        let acme: VendorName = "acme".parse().unwrap();
        for (text, may) in [("", true), ("[vendors]\nallow = []", false), ("[vendors]\nallow = ['acme']", true)] {
            assert_eq!(policy(text).may_vendor(&acme).is_ok(), may, "{text}");
        }
        for (text, may) in [
            ("", true),
            ("[targets]\nallow = []", false),
            ("[targets]\nallow = ['local']", false),
            ("[targets]\nallow = ['pid', 'local']", true),
        ] {
            assert_eq!(policy(text).may_target(&"pid/7".parse().unwrap()).is_ok(), may, "{text}");
        }
    }

    #[test]
    fn a_shell_is_judged_by_its_target_and_by_its_profile() {
        use dbg_placement::Profile;
        let may = |text: &str, target: &str, profile| {
            let wish = ShellWish { target: target.parse().unwrap(), image: None, profile };
            policy(text).may_shell(&wish).is_ok()
        };
        assert!(may("", "host", Profile::Sysadmin));
        assert!(!may("[targets]\nallow = ['local']", "host", Profile::Restricted));
        assert!(!may("[shell]\nprofiles = []", "local", Profile::Restricted));
        assert!(may("[shell]\nprofiles = ['baseline']", "host", Profile::Baseline));
        assert!(!may("[shell]\nprofiles = ['baseline']", "host", Profile::Sysadmin));
    }

    #[test]
    fn unsigned_plugins_are_judged_by_what_a_run_would_hold() {
        let plugin: PluginName = "sample".parse().unwrap();
        let rule = |word: &str| policy(&format!("[unsigned]\nallow = '{word}'"));
        for (word, ordinary, as_root) in
            [("never", false, false), ("unprivileged", true, false), ("anywhere", true, true)]
        {
            let may = |holdings: &[Holding]| rule(word).may_unsigned_hold(&plugin, &Target::Local, holdings).is_ok();
            assert_eq!((may(&[]), may(&[Holding::Root])), (ordinary, as_root), "{word}");
        }
    }
}
