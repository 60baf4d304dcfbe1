//! What there is to find out: each name with the types that are asked at once.

use std::net::IpAddr;

use crate::kind::Kind;
use crate::name::{self, BadName};
use crate::search::{Candidate, Search};

/// Why something is looked up: it decides how much a failure weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The operator named it.
    Name,
    /// To see whether the server resolves at all.
    Root,
    /// To see whether a search domain is of use.
    SearchDomain,
}

/// One name and the types that are asked at once: A and AAAA together, any other alone, as glibc does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lookup {
    pub(crate) purpose: Purpose,
    /// As the operator typed it.
    pub(crate) typed: String,
    pub(crate) kinds: Vec<Kind>,
    /// Never empty.
    pub(crate) candidates: Vec<Candidate>,
}

impl Lookup {
    /// The name and the types, for a person.
    pub(crate) fn text(&self) -> String {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.name()).collect();
        format!("`{}` {}", self.typed, kinds.join(" and "))
    }
}

/// The look-ups for names that were given. An address stands for its reverse name, and is asked for PTR whatever the types are.
pub(crate) fn of_names(names: &[String], kinds: &[Kind], search: &Search) -> Result<Vec<Lookup>, BadName> {
    let mut lookups = Vec::new();
    for typed in names {
        if let Ok(address) = typed.parse::<IpAddr>() {
            let candidates = search.candidates(&name::reverse(address))?;
            let typed = typed.clone();
            lookups.push(Lookup { purpose: Purpose::Name, typed, kinds: vec![Kind::Ptr], candidates });
            continue;
        }
        let candidates = search.candidates(typed)?;
        for kinds in groups(kinds) {
            let (typed, candidates) = (typed.clone(), candidates.clone());
            lookups.push(Lookup { purpose: Purpose::Name, typed, kinds, candidates });
        }
    }
    Ok(lookups)
}

/// The look-ups without any name: whether each server resolves at all, and whether the search domains are there.
pub(crate) fn of_configuration(search: &Search) -> Vec<Lookup> {
    let root = Candidate { name: name::root(), domain: None };
    let mut lookups =
        vec![Lookup { purpose: Purpose::Root, typed: ".".to_owned(), kinds: vec![Kind::Ns], candidates: vec![root] }];
    for domain in &search.domains {
        // A domain that is no name is passed over by the search as well.
        if let Ok(name) = name::parse(domain)
            && !name.is_root()
        {
            let candidates = vec![Candidate { name, domain: None }];
            let typed = domain.clone();
            lookups.push(Lookup { purpose: Purpose::SearchDomain, typed, kinds: vec![Kind::Soa], candidates });
        }
    }
    lookups
}

fn groups(kinds: &[Kind]) -> Vec<Vec<Kind>> {
    let mut groups: Vec<Vec<Kind>> = Vec::new();
    let addresses: Vec<Kind> = [Kind::A, Kind::Aaaa].into_iter().filter(|kind| kinds.contains(kind)).collect();
    for kind in kinds {
        let group = if kind.is_address() { addresses.clone() } else { vec![*kind] };
        // A type that was given twice is asked once.
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(names: &[&str], kinds: &[Kind]) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        of_names(&names, kinds, &Search::default()).unwrap().iter().map(Lookup::text).collect()
    }

    #[test]
    fn a_and_aaaa_are_asked_together_and_every_other_type_alone() {
        assert_eq!(planned(&["shop"], &[Kind::Aaaa, Kind::Mx, Kind::A, Kind::Mx]), ["`shop` A and AAAA", "`shop` MX"]);
        assert_eq!(planned(&["shop"], &[Kind::Aaaa]), ["`shop` AAAA"]);
    }

    #[test]
    fn an_address_is_looked_up_in_reverse() {
        let lookup = of_names(&["192.0.2.7".into()], &[Kind::A], &Search::default()).unwrap().remove(0);
        assert_eq!(lookup.kinds, [Kind::Ptr]);
        assert_eq!(name::text(&lookup.candidates[0].name), "7.2.0.192.in-addr.arpa");
    }

    #[test]
    fn without_a_name_the_root_and_each_search_domain_are_looked_up() {
        let search = Search { domains: vec!["shop.test".into(), ".".into(), "a..b".into()], ndots: 1 };
        let texts: Vec<String> = of_configuration(&search).iter().map(Lookup::text).collect();
        assert_eq!(texts, ["`.` NS", "`shop.test` SOA"]);
    }
}
