//! docs/protocol.md shows bytes: they are those that are sent.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use dbg_model::{Capability, RunId};

use super::{digest, encoded, progress};
use crate::payload::Length;
use crate::preamble::Preamble;
use crate::wire::{CallId, Down, Up};
use crate::{CodeId, Late, Refusal, RunIndex, Trust, TrustedVendor};

const DOCUMENT: &str = include_str!("../../../../docs/protocol.md");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn frame(frame: &impl serde::Serialize) -> String {
    let encoded = encoded(frame);
    hex(&[&encoded.head, &*encoded.body].concat())
}

#[test]
fn every_example_of_the_document_is_what_is_sent() {
    let run = RunIndex(1);
    let (call, bytes) = (CallId(2), Bytes::from_static(b"ab"));
    let code = CodeId(3);
    let vendor = TrustedVendor {
        root: bytes.clone(),
        list: None,
        ceiling: BTreeSet::from([Capability::Files]),
        time: 60,
        expired: Late::Refused,
        stale: Late::Told,
    };
    let trust = Trust { vendors: vec![vendor], unsigned: Vec::new() };
    let order = super::run(1, "x");
    let examples = [
        ("preamble, plain", hex(&Preamble::Plain.encode())),
        ("preamble, noise", hex(&Preamble::Noise(RunId::from_random([1; 8])).encode())),
        ("down hello", frame(&Down::Hello { build: "0.1.0".into() })),
        ("down trust", frame(&Down::Trust(trust))),
        (
            "down code",
            frame(&Down::Code {
                code,
                component: digest(),
                file: Length { plain: 200, packed: None },
                native: Length { plain: 300, packed: Some(80) },
            }),
        ),
        ("down code-bytes", frame(&Down::CodeBytes { code, bytes: bytes.clone() })),
        // An order grows with every capability: its kind and its run are what stays.
        ("down run", format!("{} …", hex(&encoded(&order).head[4..6]))),
        ("down credit", frame(&Down::Credit { bytes: 1000 })),
        ("down answer", frame(&Down::Answer { call, answer: Ok(bytes.clone()) })),
        ("down answer, refused", frame(&Down::Answer { call, answer: Err(Refusal::Denied) })),
        ("down deadline", frame(&Down::Deadline { left: Duration::from_secs(60) })),
        ("down cancel", frame(&Down::Cancel)),
        ("down ping", frame(&Down::Ping)),
        ("down bye", frame(&Down::Bye)),
        ("up hello", frame(&Up::Hello(super::facts("0.1.0")))),
        ("up busy", frame(&Up::Busy)),
        ("up event", frame(&Up::Event { run, event: progress("on") })),
        ("up request", frame(&Up::Request { run, call, request: bytes })),
        ("up ping", frame(&Up::Ping)),
        ("up bye", frame(&Up::Bye)),
    ];
    let lines = examples.map(|(name, bytes)| format!("| {name} | `{bytes}` |"));
    let lacking: Vec<_> = lines.into_iter().filter(|line| !DOCUMENT.lines().any(|one| one == line)).collect();
    assert!(lacking.is_empty(), "docs/protocol.md lacks these lines:\n{}", lacking.join("\n"));
}
