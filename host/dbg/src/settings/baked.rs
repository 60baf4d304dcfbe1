//! A site's trust and policy as `dbg image save --trust` bakes them into the agent's image.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::anyhow;
use dbg_model::{Capability, Cell};
use dbg_placement::SiteRules;
use dbg_plugin::trust::{Grounds, Places, Privilege, TrustStore};

use super::policy::{Policy, Unsigned};
use super::reference_time;
use crate::diagnostic::{Fault, hinted};
use crate::stock;

/// What goes into the image.
pub(crate) struct Baked {
    pub(crate) rules: SiteRules,
    vendors: Vec<String>,
    unsigned: Option<BTreeSet<Capability>>,
}

/// Reads `policy.toml` and `trust.d` of a folder; either may be missing, both may not. What cannot be proved is an error: an image that trusts
/// fewer than it was meant to would be noticed late.
pub(crate) fn baked(folder: &Path) -> Result<Baked, Fault> {
    let (policy, trust) = (folder.join("policy.toml"), folder.join("trust.d"));
    if !policy.exists() && !trust.exists() {
        let error = anyhow!("`{}` has neither a `policy.toml` nor a `trust.d`", Cell(&folder.to_string_lossy()));
        return Err(Fault::usage(hinted(error, "name a folder that is laid out as `/etc/dbg` is")));
    }
    let policy = Policy::read_file(&policy)?.unwrap_or_default();
    let store = TrustStore::open(Places { system: trust, own: None }, Privilege::of_process()).map_err(Fault::usage)?;
    let loaded = store.load().map_err(Fault::usage)?;
    if let Some(problem) = loaded.problems.first() {
        let error = anyhow!("`{}` does not count: {}", Cell(&problem.path.to_string_lossy()), problem.fault);
        return Err(Fault::usage(hinted(error, "mend it or take it out, then save again")));
    }
    let time = reference_time();
    let (mut grounds, mut vendors) = (vec![within(stock::grounds(), &policy)], Vec::new());
    for (vendor, told) in loaded.grounds(time, policy.rules) {
        if policy.may_vendor(vendor).is_ok() {
            grounds.push(within(told, &policy));
            vendors.push(vendor.to_string());
        }
    }
    let unsigned = match policy.unsigned {
        // An agent cannot tell what an operator would hold; whoever has its image can.
        Unsigned::Never => None,
        Unsigned::Unprivileged | Unsigned::Anywhere => Some(policy.grants.clone()),
    };
    let rules = SiteRules::new(&grounds, unsigned.clone(), time.moment());
    Ok(Baked { rules, vendors, unsigned })
}

/// What the policy grants at most, whoever made it.
fn within(grounds: Grounds, policy: &Policy) -> Grounds {
    Grounds { ceiling: &grounds.ceiling & &policy.grants, ..grounds }
}

impl Baked {
    /// For whoever saved it.
    pub(crate) fn told(&self) -> String {
        let mut text = String::from("its agent runs the stock checks");
        if !self.vendors.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(text, ", plugins of {}", self.vendors.join(", "));
        }
        text.push_str(if self.unsigned.is_none() {
            ", and nothing unsigned\n"
        } else {
            ", and what an operator allows unsigned\n"
        });
        text
    }
}
