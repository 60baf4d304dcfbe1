//! Everything in the zones, asked by `dns-check` and by `dig`: the same code, the same flags, the same records.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use dbg_tests::dns::{Dig, World};

use crate::answer::run_alone;

/// What the authority knows, and does not.
const AUTHORITY: [(&str, &str); 32] = [
    ("shop.test", "SOA"),
    ("shop.test", "NS"),
    ("shop.test", "MX"),
    ("shop.test", "TXT"),
    ("shop.test", "CAA"),
    ("www.shop.test", "A"),
    ("www.shop.test", "AAAA"),
    ("v4only.shop.test", "A"),
    ("v4only.shop.test", "AAAA"),
    ("v6only.shop.test", "A"),
    ("alias.shop.test", "A"),
    ("alias.shop.test", "AAAA"),
    ("alias.shop.test", "CNAME"),
    ("chain1.shop.test", "A"),
    ("dangling.shop.test", "A"),
    ("any.wild.shop.test", "A"),
    ("wild.shop.test", "A"),
    ("empty.shop.test", "A"),
    ("deep.empty.shop.test", "A"),
    ("missing.shop.test", "A"),
    ("missing.shop.test", "TXT"),
    ("_http._tcp.shop.test", "SRV"),
    ("_none._tcp.shop.test", "SRV"),
    ("many.shop.test", "A"),
    ("big.shop.test", "TXT"),
    ("escapes.shop.test", "TXT"),
    ("10.2.0.192.in-addr.arpa", "PTR"),
    ("11.2.0.192.in-addr.arpa", "PTR"),
    ("host.lame.shop.test", "A"),
    ("www.closed.test", "A"),
    ("www.broken.test", "A"),
    ("elsewhere.example", "A"),
];

/// What the resolver makes of it.
const RESOLVER: [(&str, &str); 7] = [
    ("www.shop.test", "A"),
    ("chain1.shop.test", "AAAA"),
    ("missing.shop.test", "A"),
    ("www.dead.test", "A"),
    ("good.signed.test", "A"),
    ("bogus.signed.test", "A"),
    ("www.broken.test", "A"),
];

#[test]
fn the_authority_is_seen_as_dig_sees_it() {
    let (Some(dig), Some(world)) = (Dig::new(), World::start()) else { return };
    compare(&dig, world.authority.address, &AUTHORITY);
}

#[test]
fn the_resolver_is_seen_as_dig_sees_it() {
    let (Some(dig), Some(world)) = (Dig::new(), World::start()) else { return };
    compare(&dig, world.resolver.address, &RESOLVER);
}

fn compare(dig: &Dig, server: SocketAddr, questions: &[(&str, &str)]) {
    for (name, kind) in questions {
        let expected = dig.ask(server, name, kind, &["+noadflag"]);
        // A dot at the end: the machine's own search list has no say.
        let report =
            run_alone(&[&format!("name={name}."), &format!("type={kind}"), &format!("server={server}"), "timeout=10s"]);
        let place = format!("{name} {kind}\n{expected:?}\n{}", report.output);
        let result = match report.cell(kind, "result").as_str() {
            "NODATA" | "lame" => "NOERROR".to_owned(),
            other => other.to_owned(),
        };
        assert_eq!(result, expected.status, "{place}");
        let flags = report.cell(kind, "flags");
        for flag in ["aa", "ra"] {
            assert_eq!(
                flags.split_whitespace().any(|word| word == flag),
                expected.flags.contains(flag),
                "{flag}: {place}"
            );
        }
        let told = report.cell(kind, "answer");
        let (shown, left_out) = match told.rsplit_once(" and ").map(|(shown, rest)| (shown, rest.strip_suffix(" more")))
        {
            Some((shown, Some(count))) => (shown, count.parse().unwrap_or(0)),
            _ => (told.as_str(), 0),
        };
        let shown: BTreeSet<String> = shown.split(", ").map(|item| plain(item.trim_start_matches("CNAME "))).collect();
        let missing: Vec<&str> = expected
            .answers
            .iter()
            .filter(|record| !shown.contains(&plain(&record.2)))
            .map(|record| record.2.as_str())
            .collect();
        assert_eq!(missing.len(), left_out, "{missing:?} lacking: {place}");
    }
}

/// Without what is spelling only: quotes, escapes, dots at the end of names.
fn plain(text: &str) -> String {
    let text = text.replace(['"', '\\'], "");
    text.split([' ', ','])
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
