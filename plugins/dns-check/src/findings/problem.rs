//! The kinds of problems: their ids, what a person reads first, and what to do about each.

/// What can be wrong with a server or its answers. The order is the order in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Problem {
    NotGranted,
    Unreachable,
    Timeout,
    UpstreamTimeout,
    NoRoot,
    WrongSource,
    WrongId,
    WrongQuestion,
    Garbled,
    Refused,
    Lame,
    FormatError,
    NotImplemented,
    OtherCode,
    ServerFailed,
    Bogus,
    NoSuchName,
    NoData,
    AliasLoop,
    NoTcp,
    Truncated,
    PairLost,
    NoEdns,
    Slow,
    Retried,
    NotAsked,
}

impl Problem {
    pub(super) const ALL: [Self; 26] = [
        Self::NotGranted,
        Self::Unreachable,
        Self::Timeout,
        Self::UpstreamTimeout,
        Self::NoRoot,
        Self::WrongSource,
        Self::WrongId,
        Self::WrongQuestion,
        Self::Garbled,
        Self::Refused,
        Self::Lame,
        Self::FormatError,
        Self::NotImplemented,
        Self::OtherCode,
        Self::ServerFailed,
        Self::Bogus,
        Self::NoSuchName,
        Self::NoData,
        Self::AliasLoop,
        Self::NoTcp,
        Self::Truncated,
        Self::PairLost,
        Self::NoEdns,
        Self::Slow,
        Self::Retried,
        Self::NotAsked,
    ];

    /// Names the kind of finding across runs and versions.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::NotGranted => "dns-not-granted",
            Self::Unreachable => "dns-unreachable",
            Self::Timeout => "dns-timeout",
            Self::UpstreamTimeout => "dns-upstream-timeout",
            Self::NoRoot => "dns-no-root",
            Self::WrongSource => "dns-wrong-source",
            Self::WrongId => "dns-wrong-id",
            Self::WrongQuestion => "dns-wrong-question",
            Self::Garbled => "dns-garbled",
            Self::Refused => "dns-refused",
            Self::Lame => "dns-lame",
            Self::FormatError => "dns-formerr",
            Self::NotImplemented => "dns-notimp",
            Self::OtherCode => "dns-rcode",
            Self::ServerFailed => "dns-servfail",
            Self::Bogus => "dns-bogus",
            Self::NoSuchName => "dns-nxdomain",
            Self::NoData => "dns-nodata",
            Self::AliasLoop => "dns-cname-loop",
            Self::NoTcp => "dns-no-tcp",
            Self::Truncated => "dns-truncated",
            Self::PairLost => "dns-pair-lost",
            Self::NoEdns => "dns-no-edns",
            Self::Slow => "dns-slow",
            Self::Retried => "dns-retried",
            Self::NotAsked => "dns-not-asked",
        }
    }

    /// What a person reads first, of a server and what was asked.
    pub(super) fn sentence(self, server: &str, what: &str) -> String {
        match self {
            Self::NotGranted => format!("{server} was not asked: the run's grants do not cover it"),
            Self::Unreachable => format!("{server} cannot be reached"),
            Self::Timeout => format!("{server} does not answer {what}"),
            Self::UpstreamTimeout => format!("{server} is there, but has no answer in time to {what}"),
            Self::NoRoot => format!("{server} answers, but does not resolve the root"),
            Self::WrongSource => format!("the answer of {server} to {what} comes from another address"),
            Self::WrongId => format!("answers with a wrong number came from {server} to {what}"),
            Self::WrongQuestion => format!("answers to another question came from {server} to {what}"),
            Self::Garbled => format!("what {server} sends for {what} is no DNS message"),
            Self::Refused => format!("{server} refuses to answer {what}"),
            Self::Lame => format!("{server} does not resolve {what}: it only says whom else to ask, or nothing"),
            Self::FormatError => format!("{server} calls the query for {what} malformed"),
            Self::NotImplemented => format!("{server} does not know how to answer {what}"),
            Self::OtherCode => format!("{server} answers {what} with an unusual code"),
            Self::ServerFailed => format!("{server} fails to resolve {what}"),
            Self::Bogus => format!("{server} withholds {what}: DNSSEC says that it is forged"),
            Self::NoSuchName => format!("{server} says that there is no {what}"),
            Self::NoData => format!("{server} has no record for {what}"),
            Self::AliasLoop => format!("the aliases of {what} at {server} lead nowhere"),
            Self::NoTcp => format!("the answer of {server} to {what} needs TCP, and TCP does not work"),
            Self::Truncated => format!("the answer of {server} to {what} is cut off"),
            Self::PairLost => format!("{server} loses one of two queries that leave at once, for {what}"),
            Self::NoEdns => format!("{server} does not take EDNS, seen with {what}"),
            Self::Slow => format!("{server} is slow to answer {what}"),
            Self::Retried => format!("{server} answers {what} only when asked again"),
            Self::NotAsked => format!("{server} was not asked to the end for {what}"),
        }
    }

    /// Follows a count of targets.
    pub(super) const fn many(self) -> &'static str {
        match self {
            Self::NotGranted => "may not ask one of their name servers",
            Self::Unreachable => "cannot reach one of their name servers",
            Self::Timeout => "get no answer from one of their name servers",
            Self::UpstreamTimeout => "have a name server that gets no answers itself",
            Self::NoRoot => "have a name server that does not resolve the root",
            Self::WrongSource => "get answers from another address than they asked",
            Self::WrongId | Self::WrongQuestion | Self::Garbled => "get answers that answer nothing they asked",
            Self::Refused => "are refused by one of their name servers",
            Self::Lame => "have a name server that does not resolve",
            Self::FormatError | Self::NotImplemented | Self::OtherCode => {
                "have a name server that does not understand a query"
            }
            Self::ServerFailed => "have a name server that fails to resolve a name",
            Self::Bogus => "have a name withheld for DNSSEC",
            Self::NoSuchName => "look up a name that is not there",
            Self::NoData => "look up a name without such a record",
            Self::AliasLoop => "look up a name whose aliases lead nowhere",
            Self::NoTcp | Self::Truncated => "get an answer that is cut off",
            Self::PairLost => "lose one of two queries that leave at once",
            Self::NoEdns => "have a name server that does not take EDNS",
            Self::Slow => "have a slow name server",
            Self::Retried => "get an answer only when they ask again",
            Self::NotAsked => "were not asked to the end",
        }
    }

    /// What to do, the likeliest first.
    pub(super) const fn next_steps(self) -> &'static [&'static str] {
        match self {
            Self::NotGranted => {
                &["run again and consent to `sockets` for this address, or name a server with `server=`"]
            }
            Self::Unreachable => &[
                "see whether the name server runs and listens at this address, and whether a route leads there",
                "correct the address where it is configured, if the server has moved",
            ],
            Self::Timeout => &[
                "see whether the server is there and whether UDP port 53 is open on the way to it and back",
                "take it out of the configuration if it is gone: each look-up that asks it first waits for nothing",
            ],
            Self::UpstreamTimeout => {
                &["look at the server's forwarders and at its way to them: it answers what it knows by itself"]
            }
            Self::NoRoot => &[
                "nothing, where this site has no way to the Internet: give a name of the site instead, `name=`",
                "else look at the server's forwarders, and at its way to them",
            ],
            Self::WrongSource => &[
                "make the server answer from the address that is asked (several addresses, or NAT on the way back): programs ignore such answers",
            ],
            Self::WrongId | Self::WrongQuestion => &[
                "find out who answers: capture with `tcpdump -n port 53`; programs ignore such answers, and somebody may be forging them",
            ],
            Self::Garbled => &[
                "find out what listens there or changes the answers on their way: capture with `tcpdump -n -X port 53`",
            ],
            Self::Refused => &[
                "allow this machine at the server (`allow-query`, `allow-recursion`, `access-control`), or configure a server that serves it",
            ],
            Self::Lame => &[
                "configure a resolver here, or allow recursion for this machine at this server: it is authoritative for other names only",
            ],
            Self::FormatError | Self::NotImplemented | Self::OtherCode => {
                &["update or replace the server, or whatever stands before it: the query is an ordinary one"]
            }
            Self::ServerFailed => &[
                "look into the server's log for this name: its upstream or the zone's own servers fail",
                "follow the delegation from the root where that is possible: `dig +trace`",
            ],
            Self::Bogus => &[
                "look at the server's clock and trust anchor if many names are withheld",
                "else tell whoever runs the zone: its signatures are expired or broken; compare `dig +cd +dnssec`",
            ],
            Self::NoSuchName => &[
                "check the spelling and the search domains; a name that is new may be remembered as missing for a while",
            ],
            Self::NoData => &["add the record, or ask for another type: the name itself is there"],
            Self::AliasLoop => &["correct the CNAME records in the zone"],
            Self::NoTcp => {
                &["open TCP port 53 on the way to the server: what does not fit into a datagram cannot arrive without"]
            }
            Self::Truncated => &["let the check use TCP (`tcp=auto`); if it did, the server cuts off even there"],
            Self::PairLost => &[
                "count `insert_failed` in `conntrack -S` on the way: two datagrams from one port race there, and each loss costs a program 5 s",
                "until that is mended: `options single-request-reopen` or `use-vc` in `/etc/resolv.conf` (glibc), or a cache on this machine",
            ],
            Self::NoEdns => {
                &["update the server or the firewall before it: without EDNS each answer over 512 bytes needs TCP"]
            }
            Self::Slow => {
                &["ask twice: if only the first is slow, it is the server's upstream; else the server or the way to it"]
            }
            Self::Retried => &["look for lost datagrams on the way to the server: a program waits up to 5 s for each"],
            Self::NotAsked => {
                &["run again with fewer names, a shorter `timeout=` or without the servers that are silent"]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kebab_case_and_each_is_there_once() {
        let ids: std::collections::BTreeSet<&str> = Problem::ALL.iter().map(|problem| problem.id()).collect();
        assert_eq!(ids.len(), Problem::ALL.len());
        for problem in Problem::ALL {
            assert!(problem.id().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
            assert!(!problem.next_steps().is_empty() && problem.next_steps().len() < 8);
            assert!(!problem.sentence("192.0.2.1:53", "shop.test A").ends_with('.'));
        }
    }
}
