//! What one reply means.

use super::reply::{Authority, MOST_ALIASES, Reply};
use crate::name::DomainName;

/// Why a server that answers is of no use as a resolver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lame {
    /// It names the root servers: it knows nothing of the name.
    Upward,
    /// It names the servers of that zone and does not ask them itself.
    Referral(DomainName),
    /// It says nothing at all: neither an answer, nor that there is none.
    Nothing,
}

/// The meaning of one reply to its question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It has records of the asked type.
    Answers,
    /// The name is an alias, and the server did not follow it.
    Alias(DomainName),
    /// The name is there and has no record of the type.
    NoData,
    /// The name, or what it is an alias of, is not there.
    NoSuchName,
    ServerFailed,
    Refused,
    FormatError,
    NotImplemented,
    OtherCode(u16),
    /// The aliases come back to where they started.
    AliasLoop,
    /// More aliases in a row than anybody follows.
    TooManyAliases,
    Lame(Lame),
    /// It breaks off in the middle.
    Truncated,
}

/// Says what a reply means. Source: RFC 1035 section 4.1.1, RFC 2308 section 2.
pub(crate) fn judge(reply: &Reply) -> Meaning {
    if reply.flags.tc {
        return Meaning::Truncated;
    }
    // BIND shows the loop that it ran into and answers SERVFAIL: the cause is worth more than the code.
    if reply.looped {
        return Meaning::AliasLoop;
    }
    match reply.rcode {
        0 => {}
        1 => return Meaning::FormatError,
        2 => return Meaning::ServerFailed,
        3 => return Meaning::NoSuchName,
        4 => return Meaning::NotImplemented,
        5 => return Meaning::Refused,
        other => return Meaning::OtherCode(other),
    }
    if !reply.records.is_empty() {
        return Meaning::Answers;
    }
    if reply.aliases.len() >= MOST_ALIASES {
        return Meaning::TooManyAliases;
    }
    match (&reply.authority, reply.aliases.last()) {
        (Authority::Negative, _) => Meaning::NoData,
        (_, Some(last)) => Meaning::Alias(last.clone()),
        (_, None) if reply.flags.aa => Meaning::NoData,
        (Authority::Referral(zone), None) if zone.is_root() => Meaning::Lame(Lame::Upward),
        (Authority::Referral(zone), None) => Meaning::Lame(Lame::Referral(zone.clone())),
        // Forwarders such as dnsmasq leave the SOA out.
        (Authority::Silent, None) if reply.flags.ra => Meaning::NoData,
        (Authority::Silent, None) => Meaning::Lame(Lame::Nothing),
    }
}

/// Whether a server that refused a query with an OPT record may take it without. Source: RFC 6891 section 7.
pub(crate) fn may_dislike_edns(reply: &Reply) -> bool {
    const BADVERS: u16 = 16;
    matches!(reply.rcode, 1 | 4 | BADVERS)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, question};
    use super::*;
    use crate::kind::Kind;

    fn meaning(make: impl FnOnce(Sample) -> Sample) -> Meaning {
        let question = question("shop.test", Kind::A);
        let bytes = make(Sample::answering(&question)).bytes();
        judge(&Reply::read(&bytes, &question).unwrap())
    }

    #[test]
    fn each_code_of_the_header_has_its_own_meaning() {
        for (rcode, expected) in [
            (1, Meaning::FormatError),
            (2, Meaning::ServerFailed),
            (3, Meaning::NoSuchName),
            (4, Meaning::NotImplemented),
            (5, Meaning::Refused),
            (9, Meaning::OtherCode(9)),
        ] {
            assert_eq!(meaning(|sample| sample.rcode(rcode)), expected);
        }
    }

    #[test]
    fn records_of_the_type_are_an_answer_and_others_are_none() {
        assert_eq!(meaning(|sample| sample.a("shop.test", [192, 0, 2, 1])), Meaning::Answers);
        assert_eq!(meaning(|sample| sample.a("other.test", [192, 0, 2, 1])), Meaning::NoData);
    }

    #[test]
    fn nothing_with_an_soa_is_no_data_even_from_a_server_that_does_not_recurse() {
        assert_eq!(meaning(|sample| sample.recursion_available(false).soa("test")), Meaning::NoData);
    }

    #[test]
    fn a_referral_is_lame_and_one_to_the_root_is_upward() {
        let zone = crate::name::parse("shop.test").unwrap();
        let referral = |to: &'static str| meaning(move |sample| sample.recursion_available(false).referral(to));
        assert_eq!(referral("shop.test"), Meaning::Lame(Lame::Referral(zone)));
        assert_eq!(referral("."), Meaning::Lame(Lame::Upward));
    }

    #[test]
    fn nothing_from_a_server_that_neither_recurses_nor_is_authoritative_is_lame() {
        assert_eq!(meaning(|sample| sample.recursion_available(false)), Meaning::Lame(Lame::Nothing));
        assert_eq!(meaning(|sample| sample), Meaning::NoData);
    }

    #[test]
    fn an_alias_that_was_not_followed_is_told_from_one_without_data() {
        let target = crate::name::parse("real.test").unwrap();
        assert_eq!(meaning(|sample| sample.cname("shop.test", "real.test")), Meaning::Alias(target));
        assert_eq!(meaning(|sample| sample.cname("shop.test", "real.test").soa("test")), Meaning::NoData);
    }

    #[test]
    fn aliases_that_come_back_are_a_loop() {
        assert_eq!(
            meaning(|sample| sample.cname("shop.test", "b.test").cname("b.test", "shop.test")),
            Meaning::AliasLoop
        );
        assert_eq!(meaning(|sample| sample.cname("shop.test", "shop.test")), Meaning::AliasLoop);
    }

    #[test]
    fn a_failure_that_shows_a_loop_is_a_loop() {
        let meaning = meaning(|sample| sample.cname("shop.test", "b.test").cname("b.test", "shop.test").rcode(2));
        assert_eq!(meaning, Meaning::AliasLoop);
    }

    #[test]
    fn seventeen_aliases_in_a_row_are_too_many() {
        let meaning = meaning(|mut sample| {
            for number in 0..17 {
                let from = if number == 0 { "shop.test".to_owned() } else { format!("a{number}.test") };
                sample = sample.cname(&from, &format!("a{}.test", number + 1));
            }
            sample
        });
        assert_eq!(meaning, Meaning::TooManyAliases);
    }

    #[test]
    fn a_truncated_reply_says_nothing_else() {
        assert_eq!(meaning(|sample| sample.truncated().a("shop.test", [192, 0, 2, 1])), Meaning::Truncated);
    }
}
