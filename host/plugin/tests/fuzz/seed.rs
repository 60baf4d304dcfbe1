//! One good input for each parser, made from fixed keys.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use dbg_model::{Capability, Declaration, Digest, Parameter};
use dbg_plugin::trust::{
    Ceiling, Claim, Moment, PrivateKey, Revocations, Revoked, Role, RoleKey, Root, Unverified, VendorRoot, new_list,
    new_root, split,
};

use crate::parser::Parser;

pub(crate) const NOW: u64 = 1_800_000_000;

const CHECKS: &str = r#"{"declaration":1,"plugin":"sample","version":"1.0.0"}
{"check":"look","doc":"Looks.","grants":[{"capability":"sockets","bounds":["any:param:to","udp:resolvers","tcp:10.0.0.0/8:1-9"],"reason":"r"},{"capability":"files","bounds":["/etc/*"],"required":false,"reason":"r"}],"parameters":[{"name":"to","kind":"address","doc":"Whom."},{"name":"how","kind":"enum","doc":"How.","choices":["fast","slow"],"default":["fast"]},{"name":"for","kind":"duration","doc":"How long.","min":"1s","max":"1h"}]}
"#;

/// One of each kind, all of them text in the end.
const KINDS: [(&str, &str); 11] = [
    ("string", "text"),
    ("integer", "-7"),
    ("bool", "yes"),
    ("duration", "500ms"),
    ("size", "64KiB"),
    ("address", "[2001:db8::1]:53"),
    ("address-range", "10.0.0.0/8"),
    ("port-range", "1-1024"),
    ("endpoint", "db.test:5432"),
    ("string", "more text"),
    ("address", "host.test"),
];

pub(crate) fn of(parser: Parser) -> Vec<u8> {
    match parser {
        Parser::Section | Parser::Plugin => plugin().to_vec(),
        Parser::Envelope => split(&plugin()).unwrap().envelope.unwrap().to_vec(),
        Parser::Statement => statement(),
        Parser::Root => chain(),
        Parser::List => new_list(&revocations(), &key(1)).unwrap(),
        Parser::Floors => format!(
            "{{\"format\":1,\"plugins\":[{{\"vendor\":\"acme\",\"plugin\":\"sample\",\"keys\":\"{0}\",\"sequence\":7,\"digest\":\"{0}\"}}],\"roots\":[{{\"fingerprint\":\"{0}\",\"version\":1,\"digest\":\"{0}\"}}],\"lists\":[]}}",
            Digest::from_bytes([1; 32])
        )
        .into_bytes(),
        Parser::Key => key(1).public().to_pem().into_bytes(),
        Parser::Component => component().to_vec(),
        Parser::Declaration => CHECKS.as_bytes().to_vec(),
        Parser::Parameter => KINDS.map(|(_, typed)| typed).join("\n").into_bytes(),
        Parser::Target => b"netns/blue".to_vec(),
    }
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed([seed; 32])
}

fn role(seed: u8) -> Role {
    Role { threshold: 1, keys: vec![RoleKey { key: key(seed).public(), expires: None }] }
}

fn moment(days: u64) -> Moment {
    Moment::from_seconds(NOW).plus_days(days)
}

fn chain() -> Vec<u8> {
    let root = Root {
        vendor: "acme".parse().unwrap(),
        version: 1,
        issued: Moment::from_seconds(1),
        root: role(1),
        release: role(2),
        ceiling: Ceiling::new(Capability::ALL),
        revoked: Revoked::default(),
        minimum: BTreeMap::from([("sample".parse().unwrap(), 1)]),
    };
    new_root(&root, &key(1)).unwrap()
}

pub(crate) fn root() -> VendorRoot {
    VendorRoot::read(&chain()).unwrap()
}

pub(crate) fn revocations() -> Revocations {
    let revoked = Revoked { digests: BTreeSet::from([Digest::from_bytes([9; 32])]), ..Revoked::default() };
    Revocations { vendor: "acme".parse().unwrap(), version: 3, issued: moment(0), next: moment(30), revoked }
}

pub(crate) fn component() -> Bytes {
    let declaration =
        "{\"declaration\":1,\"plugin\":\"sample\",\"version\":\"1.0.0\"}\n{\"check\":\"look\",\"doc\":\"Looks.\"}\n";
    let escaped: String = declaration.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        "(component (core module (@custom \"dbg:checks\" \"{escaped}\")) (instance $guest) (export \"dbg:check/guest@0.1.0\" (instance $guest)))"
    );
    wat::parse_str(text).unwrap().into()
}

fn plugin() -> Bytes {
    let claim = Claim { vendor: "acme".parse().unwrap(), sequence: 1, issued: moment(0), expires: moment(300) };
    Unverified::read(&component()).unwrap().sign(claim, &key(2)).unwrap().into()
}

fn statement() -> Vec<u8> {
    let envelope = split(&plugin()).unwrap().envelope.unwrap();
    let envelope = dbg_plugin::trust::Envelope::parse(&envelope, dbg_plugin::trust::PayloadType::Statement).unwrap();
    envelope.payload().to_vec()
}

/// One parameter of each kind.
pub(crate) fn parameters() -> Vec<Parameter> {
    let parameter =
        |(at, (kind, _)): (usize, &(&str, &str))| format!("{{\"name\":\"p{at}\",\"kind\":\"{kind}\",\"doc\":\"It.\"}}");
    let all: Vec<String> = KINDS.iter().enumerate().map(parameter).collect();
    let text = format!(
        "{{\"declaration\":1,\"plugin\":\"sample\",\"version\":\"1.0.0\"}}\n{{\"check\":\"look\",\"doc\":\"Looks.\",\"parameters\":[{}]}}\n",
        all.join(",")
    );
    Declaration::parse(text.as_bytes()).unwrap().checks[0].parameters.clone()
}
