//! Which names are asked for one that was typed. Source: man 5 resolv.conf, `search` and `ndots`.

use dbg_capability::Configuration;

/// Full names with their trailing dot, in the order in which the target asks. `typed` tells whether the name was full already.
pub(super) fn candidates(typed: &str, bare: &str, configuration: &Configuration) -> Vec<String> {
    let full = format!("{bare}.");
    if typed.ends_with('.') {
        return vec![full];
    }
    let dots = bare.bytes().filter(|byte| *byte == b'.').count();
    let enough = u32::try_from(dots).is_ok_and(|dots| dots >= configuration.ndots);
    let mut names: Vec<String> = configuration.search.iter().map(|domain| format!("{bare}.{domain}.")).collect();
    names.insert(if enough { 0 } else { names.len() }, full);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(typed: &str, ndots: u32) -> Vec<String> {
        let text = format!("search a.test b.test\noptions ndots:{ndots}\n");
        let configuration = crate::resolver::parse(text.into_bytes()).unwrap();
        candidates(typed, typed.trim_end_matches('.'), &configuration)
    }

    #[test]
    fn a_name_with_few_dots_is_searched_for_first() {
        assert_eq!(names("db", 1), ["db.a.test.", "db.b.test.", "db."]);
        assert_eq!(names("db.shop", 5), ["db.shop.a.test.", "db.shop.b.test.", "db.shop."]);
    }

    #[test]
    fn a_name_with_dots_enough_is_taken_as_it_is_first() {
        assert_eq!(names("db.shop", 1), ["db.shop.", "db.shop.a.test.", "db.shop.b.test."]);
        assert_eq!(names("db", 0), ["db.", "db.a.test.", "db.b.test."]);
    }

    #[test]
    fn a_full_name_is_not_searched_for() {
        assert_eq!(names("db.", 5), ["db."]);
    }
}
