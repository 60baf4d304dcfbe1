//! Trust as a session carries it, and as a plugin's verification takes it.

use dbg_plugin::trust::{Grounds, Moment, Rule, Rules, Told};
use dbg_session::{Late, Trust, TrustedVendor};

/// What an operator says so that an agent can judge for itself: these vendors, and the components of `unsigned` without any.
#[must_use]
pub fn tell<'a>(
    vendors: impl IntoIterator<Item = &'a Grounds>,
    unsigned: impl IntoIterator<Item = dbg_model::Digest>,
) -> Trust {
    Trust { vendors: vendors.into_iter().map(vendor).collect(), unsigned: unsigned.into_iter().collect() }
}

fn vendor(grounds: &Grounds) -> TrustedVendor {
    let Grounds { root, list, ceiling, time, rules: Rules { expiry, stale } } = grounds;
    let late = |rule: &Rule| match rule {
        Rule::Strict => Late::Refused,
        Rule::Warn => Late::Told,
    };
    TrustedVendor {
        root: root.clone(),
        list: list.clone(),
        ceiling: ceiling.clone(),
        time: time.seconds(),
        expired: late(expiry),
        stale: late(stale),
    }
}

/// What an agent makes of what its operator said.
pub(crate) fn read(trust: Trust) -> Told {
    let Trust { vendors, unsigned } = trust;
    let grounds: Vec<Grounds> = vendors.into_iter().map(grounds).collect();
    Told::new(&grounds, unsigned)
}

fn grounds(vendor: TrustedVendor) -> Grounds {
    let TrustedVendor { root, list, ceiling, time, expired, stale } = vendor;
    let rule = |late| match late {
        Late::Refused => Rule::Strict,
        Late::Told => Rule::Warn,
    };
    Grounds {
        root,
        list,
        ceiling,
        time: Moment::from_seconds(time),
        rules: Rules { expiry: rule(expired), stale: rule(stale) },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use dbg_model::Capability;

    use super::*;

    #[test]
    fn grounds_arrive_as_they_were_told() {
        for (expiry, stale) in [(Rule::Strict, Rule::Warn), (Rule::Warn, Rule::Strict)] {
            let told = Grounds {
                root: "root".into(),
                list: Some("list".into()),
                ceiling: BTreeSet::from([Capability::Files]),
                time: Moment::from_seconds(7),
                rules: Rules { expiry, stale },
            };
            let Trust { vendors, .. } = tell([&told], []);
            let [vendor] = vendors.try_into().unwrap();
            assert_eq!(grounds(vendor), told);
        }
    }
}
