//! Checks that end badly, or never.

use std::hint::black_box;

use dbg_sdk::net::UdpSocket;
use dbg_sdk::prelude::*;

/// Computes for ever.
#[check(name = "loops-forever", limits(time = "1s"))]
fn loops_forever(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    let mut number = 0_u64;
    loop {
        number = black_box(number).wrapping_add(1);
    }
}

/// Takes memory until there is none.
#[check(name = "allocates-without-end", limits(time = "20s", memory = "32MiB"))]
fn allocates_without_end(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(vec![1_u8; 1 << 20]));
    }
}

/// Calls itself until its stack is full.
#[check(name = "recurses", limits(time = "20s"))]
fn recurses(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    let depth = descend(black_box(0));
    Err(Failure::other(format!("came back from {depth}")))
}

#[expect(unconditional_recursion, reason = "that is what it is for")]
fn descend(depth: u64) -> u64 {
    black_box(descend(black_box(depth + 1)) + 1)
}

/// Stops itself by an invalid instruction.
#[check(name = "traps")]
fn traps(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    #[cfg(target_arch = "wasm32")]
    std::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort();
}

/// Panics, with a message made to fool whoever reads it.
#[check(name = "panics")]
fn panics(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    panic!("\x1b[2J\x1b[1;1HPASS panics on local\u{202e}\r\nall is well");
}

/// Leaves without an answer.
#[check(name = "exits")]
fn exits(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    std::process::exit(0);
}

/// Sleeps for ever in a call of the host.
#[check(name = "sleeps-forever", limits(time = "1s"))]
fn sleeps_forever(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    loop {
        std::thread::sleep(Duration::from_secs(1 << 31));
    }
}

/// Sleeps as long as it may, which is a minute.
#[check(name = "sleeps-a-minute", limits(time = "1m"))]
fn sleeps_a_minute(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    run.progress(0, 0, "sleeping");
    std::thread::sleep(Duration::from_secs(3600));
    Ok(())
}

/// Waits on a socket for what never comes.
#[check(name = "waits-forever", limits(time = "1s"), grant(capability = "sockets", bounds = ["udp:192.0.2.1:9"],
    reason = "waits for a datagram that never comes"))]
fn waits_forever(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    let socket = UdpSocket::open(([192, 0, 2, 1], 9).into())?;
    loop {
        socket.receive(&mut [0; 1], std::time::Instant::now() + Duration::from_secs(1 << 20))?;
    }
}

/// Asks for 2^40 random bytes.
#[check(name = "wants-random-bytes")]
fn wants_random_bytes(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    let bytes = wasip2::random::random::get_random_bytes(1 << 40);
    Err(Failure::other(format!("got {}", bytes.len())))
}

/// Writes to its streams without end.
#[check(name = "floods-its-streams", limits(time = "2s"))]
fn floods_its_streams(run: &Run) -> Result<(), Failure> {
    use std::io::Write as _;

    run.pass("started", "it started");
    let line = [b'x'; 4096];
    loop {
        std::io::stdout().write_all(&line)?;
        std::io::stderr().write_all(&line)?;
    }
}

dbg_sdk::plugin!(
    loops_forever,
    allocates_without_end,
    recurses,
    traps,
    panics,
    exits,
    sleeps_forever,
    sleeps_a_minute,
    waits_forever,
    wants_random_bytes,
    floods_its_streams
);
