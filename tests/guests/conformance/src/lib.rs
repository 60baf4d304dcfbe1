//! The conformance check, as the SDK makes it: what those of other languages are compared with.

use dbg_sdk::prelude::*;
use dbg_sdk::resolver;
use dbg_sdk::table::Missing;

/// Of several kinds.
#[derive(Parameters)]
struct Conformance {
    /// Some text.
    #[parameter(default = "some text")]
    text: String,
    /// How many numbers.
    #[parameter(default = 3, min = 0, max = 1000)]
    count: i64,
    /// Yes or no.
    flag: bool,
    /// An amount of time.
    #[parameter(default = "1.5s")]
    wait: Duration,
    /// One of three.
    #[parameter(choices = ["red", "green", "blue"], default = "green")]
    colour: String,
    /// Any number of whole numbers.
    many: Vec<i64>,
    /// How to end.
    #[parameter(choices = ["well", "failure"], default = "well")]
    ending: String,
}

/// Echoes its parameters and tells the name servers.
#[check(
    grant(capability = "resolver", optional, reason = "tells which name servers are configured"),
    limits(time = "30s", memory = "128MiB")
)]
fn conformance(parameters: Conformance, run: &Run) -> Result<(), Failure> {
    let Conformance { text, count, flag, wait, colour, many, ending } = parameters;
    run.progress(1, 2, "echoing");
    let many: Vec<String> = many.iter().map(ToString::to_string).collect();
    run.pass("echo", "these arrived")
        .evidence("text", &text)
        .evidence("count", count)
        .evidence("flag", if flag { "yes" } else { "no" })
        .evidence("wait", format!("{}ns", wait.as_nanos()))
        .evidence("colour", &colour)
        .evidence("many", if many.is_empty() { "none".to_owned() } else { many.join(" ") })
        .evidence("target", run.target())
        .evidence("has time", if run.remaining().is_zero() { "no" } else { "yes" })
        .evidence("cancelled", if run.cancelled() { "yes" } else { "no" })
        .evidence_bytes("bytes", text.as_bytes())
        .next_step("run it again")
        .many("echo")
        .about(&colour);

    let columns = (column::integer("number"), column::real("half"), column::boolean("even"), column::text("name"));
    let mut table = run.table("numbers", "Numbers", columns);
    for number in 1..=count {
        let even = number % 2 == 0;
        let half = number as f64 / 2.0;
        match even {
            true => table.row((number, half, even, format!("number {number}"))),
            false => table.row((number, half, even, Missing)),
        }
    }
    run.info("numbers", "these are numbers").evidence_table("they are", &table);
    drop(table);

    let configuration = resolver::read()?;
    let servers = configuration.nameservers();
    let mut finding = run.pass("servers", format!("{} name servers", servers.len()));
    for server in &servers {
        finding = finding.evidence("server", format!("{} port {}", server.address, server.port));
    }
    drop(finding.evidence("ndots", configuration.ndots()));

    run.metric("numbers", Unit::Count, count as f64, &[("colour", &colour)]);
    run.artifact("notes.txt", "text/plain").append(format!("{text}\n").as_bytes());
    if ending == "failure" {
        return Err(Failure::other("asked to fail"));
    }
    Ok(())
}

dbg_sdk::plugin!(conformance);
