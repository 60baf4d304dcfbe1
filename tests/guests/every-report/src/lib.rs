//! A well-behaved plugin: everything a report can hold, each once.

use dbg_sdk::net;
use dbg_sdk::prelude::*;
use dbg_sdk::table::Missing;

/// Says everything that can be said.
///
/// Its verdict is what it is asked for.
#[check(name = "every-report")]
fn every_report(parameters: Wanted, run: &Run) -> Result<(), Failure> {
    let mut table = run.table(
        "things",
        "Things of every kind",
        (
            column::text("name"),
            column::integer("count").unit(Unit::Count),
            column::real("took").unit(Unit::Milliseconds),
            column::boolean("well"),
            column::bytes("raw"),
        ),
    );
    table.row(("first", 3, 1.5, true, b"\x00\xff".as_slice()));
    table.row(("second", 12_345, 1_234.5, false, b"text".as_slice()));
    table.row(("third", Missing, Missing, Missing, Missing));
    table.flush();
    run.finding("looked", parameters.severity(), "it was looked at")
        .about("the thing itself")
        .many("were looked at")
        .evidence("answer", "forty-two")
        .evidence_bytes("bytes", b"\xde\xad\xbe\xef")
        .evidence_table("things", &table)
        .next_step("do nothing");
    run.info("note", "this is only a note");
    run.metric("things", Unit::Count, 3.0, &[("kind", "all")]);
    run.artifact("note.txt", "text/plain").append(b"an artifact\n");
    run.progress(1, 1, "done");
    match parameters.verdict.as_str() {
        "failure" => Err(Failure::other("it was asked to fail")),
        _ => Ok(()),
    }
}

/// What it should come to.
#[derive(Parameters)]
struct Wanted {
    /// The verdict.
    #[parameter(choices = ["pass", "warn", "fail", "unknown", "failure"], default = "pass")]
    verdict: String,
}

impl Wanted {
    fn severity(&self) -> Severity {
        match self.verdict.as_str() {
            "warn" => Severity::Warn,
            "fail" => Severity::Fail,
            "unknown" => Severity::Unknown,
            _ => Severity::Pass,
        }
    }
}

/// Says nothing.
#[check(name = "says-nothing")]
fn says_nothing(_: &Run) -> Result<(), Failure> {
    Ok(())
}

/// Waits until it is told to stop, and then says what it knows.
#[check(name = "waits-politely", limits(time = "1m"), grant(capability = "sockets", bounds = ["udp:192.0.2.1:9"],
    reason = "waits for a datagram that never comes"))]
fn waits_politely(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    let socket = net::UdpSocket::open(([192, 0, 2, 1], 9).into())?;
    while !run.cancelled() && !run.remaining().is_zero() {
        socket.receive(&mut [0; 1], run.until(Duration::from_millis(20)))?;
    }
    run.info("stopped", "it was told to stop");
    Err(Failure::cancelled("stopped before the end"))
}

dbg_sdk::plugin!(every_report, says_nothing, waits_politely);
