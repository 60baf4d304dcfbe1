//! The zones that the tests ask about, on an authority and a validating resolver in front of it.

use super::named::{Content, Named};
use super::resolver;
use super::signed::Signed;

/// Two real servers.
pub struct World {
    /// Answers for its own zones, and for nothing else: no recursion.
    pub authority: Named,
    /// Recurses to the authority and validates `signed.test`.
    pub resolver: Named,
}

impl World {
    /// Starts both. `None`, said aloud, where bind9 is missing.
    #[must_use]
    pub fn start() -> Option<Self> {
        let signed = Signed::make()?;
        let authority = Named::start(&authority(&signed))?;
        let resolver = resolver::start(authority.address, &signed)?;
        Some(Self { authority, resolver })
    }
}

/// `shop.test` and its neighbours.
fn authority(signed: &Signed) -> Content {
    let mut zones = String::new();
    for (zone, file, more) in [
        ("shop.test", "shop.zone", ""),
        ("2.0.192.in-addr.arpa", "reverse.zone", ""),
        ("closed.test", "closed.zone", "allow-query { none; };"),
        // The file is missing: the zone is there and cannot be served.
        ("broken.test", "missing.zone", ""),
        ("signed.test", "signed.zone", ""),
    ] {
        zones.push_str(&format!("zone \"{zone}\" {{ type primary; file \"{file}\"; {more} }};\n"));
    }
    let files = [
        ("shop.zone", SHOP.to_owned() + &big()),
        ("reverse.zone", REVERSE.to_owned()),
        ("closed.zone", CLOSED.to_owned()),
        ("signed.zone", signed.zone.clone()),
    ];
    Content {
        options: "recursion no; dnssec-validation no;".to_owned(),
        zones,
        files: files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect(),
    }
}

const SHOP: &str = r#"$TTL 60
$ORIGIN shop.test.
@            SOA   ns admin 1 3600 600 86400 60
@            NS    ns
@            MX    10 mail
@            MX    20 mail2
@            CAA   0 issue "ca.test"
@            TXT   "v=spf1 -all"
ns           A     127.0.0.1
mail         A     192.0.2.25
mail2        A     192.0.2.26
www          A     192.0.2.10
www          A     192.0.2.11
www          AAAA  2001:db8::10
v4only       A     192.0.2.12
v6only       AAAA  2001:db8::12
alias        CNAME www
chain1       CNAME chain2
chain2       CNAME chain3
chain3       CNAME chain4
chain4       CNAME www
loop1        CNAME loop2
loop2        CNAME loop1
self         CNAME self
dangling     CNAME missing
outside      CNAME elsewhere.test.
*.wild       A     192.0.2.20
deep.empty   A     192.0.2.21
_http._tcp   SRV   0 5 8080 www
_none._tcp   SRV   0 0 0 .
escapes      TXT   "\027[2J\027[31mred" "\226\128\174txt.exe" "two\010lines"
lame         NS    ns.lame
ns.lame      A     127.0.0.2
"#;

const REVERSE: &str = "$TTL 60\n@ SOA ns.shop.test. admin.shop.test. 1 3600 600 86400 60\n@ NS ns.shop.test.\n\
                       10 PTR www.shop.test.\n25 PTR mail.shop.test.\n";

const CLOSED: &str = "$TTL 60\n@ SOA ns admin 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\nwww A 192.0.2.30\n";

/// More than a datagram holds.
fn big() -> String {
    let texts = (0..40).map(|number| format!("big TXT \"{number:02} {}\"\n", "x".repeat(200)));
    let addresses = (1..=90).map(|number| format!("many A 198.51.100.{number}\n"));
    texts.chain(addresses).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Dig;

    #[test]
    fn both_servers_answer_as_dig_expects() {
        let (Some(dig), Some(world)) = (Dig::new(), World::start()) else { return };
        let status = |server, name, options: &[&str]| dig.ask(server, name, "A", options).status;
        let authority = world.authority.address;
        assert_eq!(status(authority, "www.shop.test", &[]), "NOERROR");
        assert_eq!(status(authority, "missing.shop.test", &[]), "NXDOMAIN");
        assert_eq!(status(authority, "www.closed.test", &[]), "REFUSED");
        assert_eq!(status(authority, "www.broken.test", &[]), "SERVFAIL");
        assert_eq!(status(authority, "other.example", &[]), "REFUSED");
        assert!(dig.ask(authority, "big.shop.test", "TXT", &["+ignore"]).flags.contains("tc"));
        assert_eq!(dig.ask(authority, "big.shop.test", "TXT", &[]).answers.len(), 40);
        assert_eq!(dig.ask(authority, "10.2.0.192.in-addr.arpa", "PTR", &[]).data(), ["www.shop.test."]);

        let resolver = world.resolver.address;
        assert_eq!(status(resolver, "www.shop.test", &[]), "NOERROR");
        assert_eq!(status(resolver, "www.dead.test", &[]), "SERVFAIL");
        assert_eq!(status(resolver, "bogus.signed.test", &[]), "SERVFAIL");
        assert_eq!(status(resolver, "bogus.signed.test", &["+cd"]), "NOERROR");
        assert!(dig.ask(resolver, "good.signed.test", "A", &["+dnssec"]).flags.contains("ad"));
    }
}
