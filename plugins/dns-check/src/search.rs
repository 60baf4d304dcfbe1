//! Which names are tried for a name that was typed, and in which order: as glibc does it.
//! Source: man 5 resolv.conf, `search` and `ndots`; glibc's `resolv/res_query.c`.

use crate::name::{self, BadName, DomainName};

/// No configuration has more; each costs every short name a query.
const MOST_DOMAINS: usize = 32;

/// A name that may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) name: DomainName,
    /// The search domain that completes it; none for the name as it was typed.
    pub(crate) domain: Option<String>,
}

/// How short names are completed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    pub(crate) domains: Vec<String>,
    /// A name with as many dots is first tried as it is.
    pub(crate) ndots: usize,
}

impl Search {
    /// The names to try, in order; never none. A name that ends with a dot is complete.
    pub(crate) fn candidates(&self, typed: &str) -> Result<Vec<Candidate>, BadName> {
        let as_typed = Candidate { name: name::parse(typed)?, domain: None };
        if typed.ends_with('.') {
            return Ok(vec![as_typed]);
        }
        let dots = typed.matches('.').count();
        // A name that gets too long with a domain is passed over, and so is a domain that is none.
        let mut candidates: Vec<Candidate> = self
            .domains
            .iter()
            .take(MOST_DOMAINS)
            .filter(|domain| !matches!(domain.as_str(), "" | "."))
            .filter_map(|domain| {
                let name = name::parse(&format!("{typed}.{domain}")).ok()?;
                Some(Candidate { name, domain: Some(domain.clone()) })
            })
            .collect();
        let position = if dots >= self.ndots { 0 } else { candidates.len() };
        candidates.insert(position, as_typed);
        Ok(candidates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(domains: &[&str], ndots: usize, typed: &str) -> Vec<String> {
        let search = Search { domains: domains.iter().map(|domain| (*domain).to_owned()).collect(), ndots };
        search.candidates(typed).unwrap().iter().map(|candidate| name::text(&candidate.name)).collect()
    }

    #[test]
    fn a_name_without_enough_dots_is_tried_in_each_domain_and_then_as_it_is() {
        assert_eq!(tried(&["a.test", "b.test"], 1, "shop"), ["shop.a.test", "shop.b.test", "shop"]);
        assert_eq!(tried(&["a.test"], 5, "shop.ns.svc"), ["shop.ns.svc.a.test", "shop.ns.svc"]);
    }

    #[test]
    fn a_name_with_enough_dots_is_tried_as_it_is_before_the_domains() {
        assert_eq!(tried(&["a.test"], 1, "shop.example"), ["shop.example", "shop.example.a.test"]);
        assert_eq!(tried(&["a.test"], 0, "shop"), ["shop", "shop.a.test"]);
    }

    #[test]
    fn a_name_that_ends_with_a_dot_is_complete() {
        assert_eq!(tried(&["a.test"], 5, "shop."), ["shop"]);
        assert_eq!(tried(&["a.test"], 5, "."), ["."]);
    }

    #[test]
    fn domains_that_are_none_or_too_long_are_passed_over() {
        let long = "abcdefgh.".repeat(27);
        assert_eq!(tried(&["", ".", &long, "a..b", "a.test"], 1, "host-name-x"), ["host-name-x.a.test", "host-name-x"]);
    }

    #[test]
    fn without_domains_the_name_itself_is_all() {
        assert_eq!(tried(&[], 1, "shop"), ["shop"]);
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        assert!(Search::default().candidates("a..b").is_err());
    }
}
