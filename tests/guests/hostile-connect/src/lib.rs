//! Checks that connect to whom they may not, or to more than anybody may, some by the raw bindings.

use dbg_sdk::bindings::dbg::connect::connect_errors::{Error, ErrorCode};
use dbg_sdk::bindings::dbg::connect::tcp_connects::{Attempts, Batch, Endpoint, Outcome, Page, open};
use dbg_sdk::prelude::*;

/// Where to go.
#[derive(Parameters)]
struct Destinations {
    /// Hosts and ports as `host port`, as text, so that no grant follows from them.
    #[parameter(required, max_values = 64)]
    to: Vec<String>,
}

/// Connects to addresses that were never granted.
#[check(name = "ungranted-connect", limits(time = "30s"), grant(capability = "connect",
    bounds = ["192.0.2.7:53", "[2001:db8::7]:53", "two-faced.test:4711", "harmless.localhost:4711"], reason = "connects to one server"))]
fn ungranted_connect(parameters: Destinations, run: &Run) -> Result<(), Failure> {
    let batch = open().map_err(failed)?;
    batch.set_rate(0);
    batch.set_timeout_ms(1_000);
    let mut endpoints = Vec::new();
    for text in &parameters.to {
        let (host, port) = text.split_once(' ').ok_or_else(|| Failure::bad_arguments("`host port`"))?;
        let port = port.parse().map_err(|_| Failure::bad_arguments("no port"))?;
        endpoints.push(Endpoint { host: host.to_owned(), port });
    }
    batch.add(&endpoints).map_err(failed)?;
    let attempts = batch.start().map_err(failed)?;
    for attempt in all(&attempts)? {
        let place = usize::try_from(attempt.endpoint).unwrap_or(usize::MAX);
        let to = parameters.to.get(place).map_or("nobody knows where", String::as_str);
        match attempt.outcome {
            // The name was granted, and so is where it leads; that nobody is there is not the point.
            _ if matches!(attempt.address.as_str(), "192.0.2.1" | "2001:db8::1") => {
                run.pass("allowed", format!("{to} {} was allowed", attempt.address))
            }
            Outcome::Denied => run.pass("refused", format!("{to} {} was refused", attempt.address)),
            Outcome::Unresolved => run.info("unresolved", format!("{to} was not found: {}", attempt.detail)),
            other => run.fail("tried", format!("{to} {} was tried: {other:?}", attempt.address)),
        };
    }
    Ok(())
}

/// Adds what is no endpoint, and more of them than it may.
#[check(name = "odd-endpoints", grant(capability = "connect", bounds = ["127.0.0.1:9"], reason = "connects to one server"))]
fn odd_endpoints(run: &Run) -> Result<(), Failure> {
    let batch = open().map_err(failed)?;
    let one = |host: &str, port| [Endpoint { host: host.to_owned(), port }];
    tell(run, "an empty batch", is(batch.start(), ErrorCode::BadRequest));
    tell(run, "a batch that was started", is(batch.add(&one("127.0.0.1", 9)), ErrorCode::Closed));
    batch.set_listen_ms(1);
    let batch = open().map_err(failed)?;
    let long = "a".repeat(1 << 20);
    for (what, host, port) in [
        ("port 0", "127.0.0.1", 0),
        ("no host", "", 80),
        ("a space", "a b", 80),
        ("a URL", "http://127.0.0.1", 80),
        ("a bracket", "[::1]", 80),
        ("a number", "2130706433", 80),
        ("a NUL", "a\0b", 80),
        ("a megabyte", &long, 80),
    ] {
        tell(run, what, is(batch.add(&one(host, port)), ErrorCode::BadRequest));
    }
    let many = |count| vec![Endpoint { host: "127.0.0.1".to_owned(), port: 9 }; count];
    tell(run, "10001 in one call", is(batch.add(&many(10_001)), ErrorCode::OverBudget));
    let full = (0..10).all(|_| batch.add(&many(10_000)).is_ok());
    tell(run, "100000 in a batch", full);
    tell(run, "one more", is(batch.add(&many(1)), ErrorCode::OverBudget));
    batch.set_rate(0);
    batch.set_parallel(u32::MAX);
    batch.set_timeout_ms(0);
    batch.set_listen_ms(u32::MAX);
    let attempts = batch.start().map_err(failed)?;
    let page = attempts.next(u32::MAX, u32::MAX).map_err(failed)?;
    tell(run, "a pull of everything", (1..=10_000).contains(&page.attempts.len()) && page.heard.is_empty());
    tell(run, "a pull of nothing", matches!(attempts.next(0, 0), Ok(Page { attempts, .. }) if attempts.is_empty()));
    let rest = all(&attempts)?.len() + page.attempts.len();
    tell(run, "all 100000", rest == 100_000);
    attempts.close();
    attempts.close();
    tell(run, "a closed pull", is(attempts.next(1, 0), ErrorCode::Closed));
    Ok(())
}

/// Opens and starts batches until there are no more.
#[check(name = "batches-without-end", limits(time = "30s"), grant(capability = "connect", bounds = ["127.0.0.1:9"],
    reason = "connects to one server"))]
fn batches_without_end(run: &Run) -> Result<(), Failure> {
    let mut open_ones = Vec::new();
    let error = loop {
        match open() {
            Ok(batch) => open_ones.push(batch),
            Err(error) => break error,
        }
        if open_ones.len() > 1_000 {
            return Err(Failure::other("opened 1000 batches"));
        }
    };
    tell(run, "one batch too many", error.code == ErrorCode::OverBudget && open_ones.len() == 8);
    open_ones.clear();
    let mut running = Vec::new();
    let error = loop {
        let batch = open().map_err(failed)?;
        batch.set_rate(1);
        batch.add(&vec![Endpoint { host: "127.0.0.1".to_owned(), port: 9 }; 1_000]).map_err(failed)?;
        match batch.start() {
            Ok(attempts) => running.push(attempts),
            Err(error) => break error,
        }
        if running.len() > 1_000 {
            return Err(Failure::other("started 1000 batches"));
        }
    };
    tell(run, "one that runs too many", error.code == ErrorCode::OverBudget && running.len() == 8);
    // Left running: the host stops them with the run.
    std::mem::forget(running);
    Ok(())
}

/// Uses handles that nobody gave it.
#[check(name = "batch-of-nobody", grant(capability = "connect", bounds = ["127.0.0.1:9"], reason = "connects"))]
fn batch_of_nobody(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    // SAFETY: none; the number goes to the host, which has to notice.
    let batch = unsafe { Batch::from_handle(4_711) };
    batch.set_rate(1);
    Err(Failure::other("the host took it"))
}

fn all(attempts: &Attempts) -> Result<Vec<dbg_sdk::bindings::dbg::connect::tcp_connects::Attempt>, Failure> {
    let mut found = Vec::new();
    loop {
        let page = attempts.next(10_000, 10_000).map_err(failed)?;
        found.extend(page.attempts);
        if page.last {
            return Ok(found);
        }
    }
}

fn is<T>(result: Result<T, Error>, code: ErrorCode) -> bool {
    result.is_err_and(|error| error.code == code && error.text.len() <= 4096)
}

fn failed(error: Error) -> Failure {
    Failure::other(error.text)
}

fn tell(run: &Run, what: &str, is_well: bool) {
    match is_well {
        true => run.pass("answered", format!("{what} was answered as it should be")),
        false => run.fail("odd", format!("{what} was answered oddly")),
    };
}

dbg_sdk::plugin!(ungranted_connect, odd_endpoints, batches_without_end, batch_of_nobody);
