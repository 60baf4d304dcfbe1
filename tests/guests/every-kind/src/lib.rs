//! A well-behaved plugin: a parameter of every kind, echoed as it arrived.

use dbg_sdk::prelude::*;

/// Values of every kind.
#[derive(Parameters)]
struct EveryKind {
    /// Some text.
    #[parameter(default = "some text", min = 1, max = 64)]
    text: String,
    /// A whole number.
    #[parameter(default = -3, min = -10, max = 10)]
    integer: i64,
    /// Yes or no.
    boolean: bool,
    /// An amount of time.
    #[parameter(default = "1.5s", min = "10ms", max = "1m")]
    duration: Duration,
    /// An amount of bytes.
    #[parameter(default = "64KiB", max = "1MiB")]
    size: Size,
    /// An address.
    #[parameter(default_port = 53)]
    address: Option<Address>,
    /// A network.
    #[parameter(default = "10.0.0.0/8")]
    network: AddressRange,
    /// Ports.
    #[parameter(default = "1-1024")]
    ports: PortRange,
    /// Hosts with ports.
    #[parameter(default = "127.0.0.1:80")]
    endpoint: Endpoint,
    /// One of three.
    #[parameter(choices = ["red", "green", "blue"], default = "green")]
    colour: String,
    /// Any number of whole numbers.
    #[parameter(max_values = 3)]
    many: Vec<i64>,
}

/// Echoes its parameters.
#[check(name = "every-kind")]
fn every_kind(parameters: EveryKind, run: &Run) -> Result<(), Failure> {
    let address = parameters.address.map_or_else(|| "none".to_owned(), |address| address.to_string());
    run.finding("echo", Severity::Pass, "these arrived")
        .evidence("text", parameters.text)
        .evidence("integer", parameters.integer)
        .evidence("boolean", parameters.boolean)
        .evidence("duration", format!("{}ns", parameters.duration.as_nanos()))
        .evidence("size", parameters.size.bytes())
        .evidence("address", address)
        .evidence("network", parameters.network)
        .evidence("ports", format!("{}-{}", parameters.ports.first, parameters.ports.last))
        .evidence("endpoint", parameters.endpoint)
        .evidence("colour", parameters.colour)
        .evidence("many", format!("{:?}", parameters.many));
    Ok(())
}

/// What must be given.
#[derive(Parameters)]
struct Required {
    /// Some text.
    text: String,
    /// Numbers.
    #[parameter(required)]
    number: Vec<i64>,
}

/// Cannot do without its parameters.
#[check(name = "needs-all")]
fn needs_all(parameters: Required, run: &Run) -> Result<(), Failure> {
    run.pass("given", format!("{} and {} numbers", parameters.text, parameters.number.len()));
    Ok(())
}

/// What nobody should read.
#[derive(Parameters)]
struct Keeper {
    /// The secret.
    secret: Secret,
}

/// Gives its secret away in every way there is, by mistake.
#[check(name = "keeps-secret")]
fn keeps_secret(parameters: Keeper, run: &Run) -> Result<(), Failure> {
    let secret = parameters.secret.reveal();
    run.finding("secret", Severity::Pass, format!("its secret is {secret}"))
        .about(secret)
        .many(secret)
        .evidence("secret", secret)
        .evidence_bytes("secret as bytes", secret.as_bytes())
        .evidence("length", secret.len())
        .next_step(format!("use `{secret}`"));
    let mut table = run.table("secrets", "Secrets", (column::text("secret"),));
    table.row((secret,));
    run.metric("secret", Unit::Count, 1.0, &[("secret", secret)]);
    run.artifact("secret.txt", "text/plain").append(secret.as_bytes());
    run.progress(0, 0, format!("saying {secret}"));
    eprintln!("{secret}");
    Err(Failure::other(format!("gave {secret} away")))
}

dbg_sdk::plugin!(every_kind, needs_all, keeps_secret);
