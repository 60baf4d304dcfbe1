//! A plugin as an author writes it, natively: the macros, the parameters, the fake host.

use dbg_sdk::prelude::*;
use dbg_sdk::{fake, resolver};

/// What to look up.
#[derive(Debug, Parameters, PartialEq)]
pub struct Look {
    /// Names to look up.
    #[parameter(default = ["example.com"], max_values = 64)]
    name: Vec<String>,
    /// How long to wait for one answer.
    #[parameter(default = "1.5s", min = "10ms", max = "1m")]
    timeout: Duration,
    /// A server to ask instead of the configured ones.
    #[parameter(default_port = 53)]
    server: Vec<Address>,
    /// Record types.
    #[parameter(choices = ["A", "AAAA"], default = ["a", "AAAA"])]
    r#type: Vec<String>,
    /// How many at once.
    #[parameter(default = 4, min = 1)]
    at_once: u8,
    /// Ask without recursion.
    iterative: bool,
    /// A key.
    key: Option<Secret>,
}

/// Everything that has no default.
#[derive(Debug, Parameters, PartialEq)]
struct Kinds {
    /// Where to.
    to: Address,
    /// With a port.
    #[parameter(default = "[2001:db8::1]", default_port = 443)]
    via: Address,
    /// A network.
    #[parameter(default = "10.0.0.0/8")]
    network: AddressRange,
    /// Ports.
    #[parameter(default = "1-1024")]
    ports: PortRange,
    /// How much.
    #[parameter(default = "64KiB", max = "1MiB")]
    size: Size,
    /// A count below zero.
    #[parameter(default = -3)]
    offset: i64,
    /// A path.
    #[parameter(default = "/etc/hosts", max = 4096)]
    path: String,
    /// At least one.
    #[parameter(required)]
    many: Vec<i64>,
}

/// Looks names up.
///
/// And says so.
#[check(
    name = "look",
    grant(capability = "sockets", bounds = ["udp:resolvers", "any:param:server"], reason = "asks each name server"),
    grant(capability = "resolver", optional, reason = "finds the name servers"),
    limits(time = "30s", memory = "32MiB")
)]
fn look(parameters: Look, run: &Run) -> Result<(), Failure> {
    if parameters.server.is_empty() {
        resolver::read()?;
    }
    run.pass("looked", format!("{} names looked up", parameters.name.len()));
    Ok(())
}

/// Uses each kind.
#[check(grant(capability = "files", bounds = ["param:path"], reason = "reads it"))]
fn all_kinds(parameters: Kinds, run: &Run) -> Result<(), Failure> {
    run.info("to", parameters.to);
    Ok(())
}

/// Takes nothing.
#[check]
fn bare(run: &Run) -> Result<(), Failure> {
    run.pass("fine", "all is well");
    Ok(())
}

dbg_sdk::plugin!(look, all_kinds, bare);

#[test]
fn defaults_are_what_the_attributes_say() {
    assert_eq!(
        Look::defaults(),
        Look {
            name: vec!["example.com".into()],
            timeout: Duration::from_millis(1500),
            server: vec![],
            r#type: vec!["A".into(), "AAAA".into()],
            at_once: 4,
            iterative: false,
            key: None,
        }
    );
    let kinds = Kinds::defaults("db:5432".parse().expect("an address"), vec![1]);
    assert_eq!(kinds.via, Address::with_port("2001:db8::1", 443));
    assert_eq!(kinds.network.to_string(), "10.0.0.0/8");
    assert_eq!(
        (kinds.ports, kinds.size, kinds.offset),
        (PortRange { first: 1, last: 1024 }, Size::from_bytes(65_536), -3)
    );
    assert_eq!((kinds.path.as_str(), kinds.many.as_slice()), ("/etc/hosts", &[1][..]));
}

#[test]
fn a_check_runs_against_the_fake_host() {
    let report = fake::Host::new().run(|run| look(Look::defaults(), run));
    assert_eq!(report.failure.map(|failure| failure.code), Some(dbg_sdk::FailureCode::Denied));
    let report = fake::Host::new()
        .resolver(fake::Resolver::new().nameserver("192.0.2.1", 53))
        .run(|run| look(Look { name: vec![], ..Look::defaults() }, run));
    assert_eq!(report.finding("looked").map(|finding| finding.sentence.as_str()), Some("0 names looked up"));
    assert_eq!(fake::Host::new().run(bare).verdict(), Severity::Pass);
}

#[test]
fn the_declaration_of_each_check_is_a_json_object() {
    fn object<C: dbg_sdk::Check>(_: fn() -> Option<C>) -> serde_json::Value {
        serde_json::from_str(&C::DECLARATION.concat()).expect("JSON")
    }
    let value = object::<look>(|| None);
    assert_eq!(value["check"], "look");
    assert_eq!(value["doc"], "Looks names up.\n\nAnd says so.");
    assert_eq!(value["parameters"][1]["default"][0], "1.5s");
    assert_eq!(value["parameters"][3]["name"], "type");
    assert_eq!(value["parameters"][3]["default"][0], "A");
    assert_eq!(value["grants"][0]["bounds"][1], "any:param:server");
    assert_eq!(value["grants"][1]["required"], false);
    assert_eq!(value["limits"]["time"], "30s");
    let value = object::<bare>(|| None);
    assert_eq!(value["parameters"], serde_json::json!([]));
    assert_eq!(value["limits"], serde_json::json!({}));
}
