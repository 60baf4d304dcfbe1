//! An agent against everything that an operator must not do.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;

use super::{Script, Way, agent, code, encoded, plain, put, raw, run, trust};
use crate::bounds::{MAX_CODE, MAX_FILE, MAX_HELLO};
use crate::codec::Encoded;
use crate::handshake;
use crate::payload::Length;
use crate::wire::{CallId, Down};
use crate::{CodeId, Offence, SessionError};

/// What the operator does when it has said its frames.
#[derive(Debug, Clone, Copy)]
enum Then {
    Leaves,
    StaysSilent,
}

fn offence(offence: Offence) -> String {
    SessionError::Misbehaved(offence).to_string()
}

fn out_of_order(frame: &'static str) -> String {
    offence(Offence::OutOfOrder { frame })
}

#[tokio::test(start_paused = true)]
async fn each_offence_after_the_hello_has_its_name() {
    use Then::{Leaves, StaysSilent};
    let bytes = |bytes: &'static [u8]| encoded(&Down::CodeBytes { code: CodeId(0), bytes: Bytes::from_static(bytes) });
    let length = Length { plain: 9, packed: Some(3) };
    let packed = Down::Code { code: CodeId(0), component: super::digest(), file: length, native: plain(0) };
    let file = |file| Down::Code { code: CodeId(0), component: super::digest(), file: plain(file), native: plain(0) };
    let hello = encoded(&Down::Hello { build: String::new() });
    let answer = encoded(&Down::Answer { call: CallId(0), answer: Ok(Bytes::new()) });
    let too_long = Offence::FrameTooLong { length: 0xffff_ffff, max: crate::bounds::MAX_FRAME };
    let table: Vec<(&str, Vec<Encoded>, Then, String)> = vec![
        ("leaves", vec![], Leaves, SessionError::Gone.to_string()),
        ("is silent", vec![], StaysSilent, SessionError::Silent.to_string()),
        ("trust twice", vec![encoded(&trust())], StaysSilent, out_of_order("trust")),
        ("garbage", vec![raw(&[1, 0, 0, 0, 0xff])], StaysSilent, offence(Offence::Garbage)),
        ("an empty frame", vec![raw(&[0; 4])], StaysSilent, offence(Offence::Garbage)),
        ("a frame with bytes after it", vec![raw(&[2, 0, 0, 0, 8, 9])], StaysSilent, offence(Offence::Garbage)),
        ("a truncated frame", vec![raw(&[100, 0, 0, 0, 1, 2])], Leaves, SessionError::Gone.to_string()),
        ("a frame that stops", vec![raw(&[100, 0, 0, 0, 1, 2])], StaysSilent, SessionError::Silent.to_string()),
        ("an endless frame", vec![raw(&[0xff; 4])], StaysSilent, offence(too_long)),
        ("a second hello", vec![hello], StaysSilent, out_of_order("hello")),
        ("a run before its code", vec![encoded(&run(0, "one"))], StaysSilent, out_of_order("run")),
        ("bytes of no code", vec![bytes(b"a")], StaysSilent, out_of_order("code-bytes")),
        ("code twice", vec![encoded(&code(0)), encoded(&code(0))], StaysSilent, out_of_order("code")),
        ("code too long", vec![encoded(&code(2)), bytes(b"abc")], StaysSilent, offence(Offence::CodeLength)),
        ("code that does not unpack", vec![encoded(&packed), bytes(b"abc")], StaysSilent, offence(Offence::Unpackable)),
        ("a file above the bound", vec![encoded(&file(MAX_FILE + 1))], StaysSilent, offence(Offence::CodeLength)),
        ("a file too long", vec![encoded(&file(2)), bytes(b"abc")], StaysSilent, offence(Offence::CodeLength)),
        ("code above the bound", vec![encoded(&code(MAX_CODE + 1))], StaysSilent, offence(Offence::CodeLength)),
        (
            "a run twice",
            vec![encoded(&code(0)), encoded(&run(0, "wait")), encoded(&run(0, "wait"))],
            StaysSilent,
            out_of_order("run"),
        ),
        ("an answer to nothing", vec![answer], StaysSilent, offence(Offence::UnknownCall)),
        (
            "bye while a run goes on",
            vec![encoded(&code(0)), encoded(&run(0, "wait")), encoded(&Down::Bye)],
            StaysSilent,
            out_of_order("bye"),
        ),
        (
            "a frame after bye",
            vec![encoded(&Down::Bye), encoded(&Down::Cancel)],
            StaysSilent,
            offence(Offence::AfterBye { frame: "cancel" }),
        ),
        ("garbage after bye", vec![encoded(&Down::Bye), raw(&[1, 0, 0, 0, 0xff])], Leaves, offence(Offence::Garbage)),
    ];
    for way in Way::both() {
        for (name, frames, then, expected) in &table {
            let (stream, agent) = agent(way.agent(), &Arc::default());
            let (mut halves, _) = handshake::call(stream, way.operator(), "test").await.unwrap();
            put(&mut halves, &[encoded(&trust())]).await;
            put(&mut halves, frames).await;
            if let Then::Leaves = then {
                halves.outlet.shutdown().await.unwrap();
            }
            let ended = agent.await.unwrap().unwrap_err();
            assert_eq!(ended.to_string(), *expected, "{name}, {way:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn code_before_trust_ends_the_session() {
    let (stream, agent) = agent(Way::Process.agent(), &Arc::default());
    let (mut halves, _) = handshake::call(stream, Way::Process.operator(), "test").await.unwrap();
    put(&mut halves, &[encoded(&code(0))]).await;
    assert_eq!(agent.await.unwrap().unwrap_err().to_string(), out_of_order("code"));
}

#[tokio::test(start_paused = true)]
async fn each_offence_before_or_within_the_hello_has_its_name() {
    let plain = b"dbg\0\x01\0\0\0\0";
    let with = |bytes: &[u8]| [&plain[..], bytes].concat();
    let too_long = Offence::FrameTooLong { length: MAX_HELLO + 1, max: MAX_HELLO };
    let announced = u32::try_from(MAX_HELLO + 1).unwrap().to_le_bytes();
    let table: [(&str, Vec<u8>, Then, String); 9] = [
        ("leaves", vec![], Then::Leaves, SessionError::Gone.to_string()),
        ("is silent", vec![], Then::StaysSilent, SessionError::Silent.to_string()),
        ("speaks HTTP", b"GET / HTTP/1.1\r\n\r\n".to_vec(), Then::StaysSilent, SessionError::NotDbg.to_string()),
        ("half a preamble", plain[..6].to_vec(), Then::Leaves, SessionError::Gone.to_string()),
        ("stops within the preamble", plain[..6].to_vec(), Then::StaysSilent, SessionError::Silent.to_string()),
        ("no wrapping we know", b"dbg\0\x01\0\0\0\x07".to_vec(), Then::StaysSilent, SessionError::NotDbg.to_string()),
        ("a hello above the bound", with(&announced), Then::StaysSilent, offence(too_long)),
        ("another frame first", with(&[1, 0, 0, 0, 8]), Then::StaysSilent, out_of_order("cancel")),
        ("garbage for a hello", with(&[1, 0, 0, 0, 0xff]), Then::StaysSilent, offence(Offence::Garbage)),
    ];
    for (name, bytes, then, expected) in table {
        let runner = Arc::new(Script::default());
        let (mut stream, agent) = agent(Way::Process.agent(), &runner);
        stream.write_all(&bytes).await.unwrap();
        if let Then::Leaves = then {
            stream.shutdown().await.unwrap();
        }
        assert_eq!(agent.await.unwrap().unwrap_err().to_string(), expected, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn records_that_are_no_records_are_tampered_with_and_the_first_is_not_the_operators() {
    for record in [&[0, 0][..], &[16, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], &[17, 0], &[40, 0]] {
        let way = Way::noise();
        let (mut stream, agent) = agent(way.agent(), &Arc::default());
        let begin = crate::preamble::Preamble::Noise(super::run_id()).encode();
        stream.write_all(&[&begin[..], &[9; 32], record, &[1; 40]].concat()).await.unwrap();
        assert!(matches!(agent.await.unwrap(), Err(SessionError::NotTheOperator)), "{record:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn more_pieces_of_code_than_a_session_has_are_refused() {
    let (stream, agent) = agent(Way::Process.agent(), &Arc::default());
    let (mut halves, _) = handshake::call(stream, Way::Process.operator(), "test").await.unwrap();
    let feeding = tokio::spawn(async move {
        halves.outlet.put(&encoded(&trust())).await.unwrap();
        for number in 0..=u32::try_from(crate::bounds::MAX_CODES).unwrap() {
            let frame =
                Down::Code { code: CodeId(number), component: super::digest(), file: plain(1), native: plain(1) };
            halves.outlet.put(&encoded(&frame)).await.unwrap();
        }
        halves.outlet.flush().await.unwrap();
        halves
    });
    assert_eq!(agent.await.unwrap().unwrap_err().to_string(), offence(Offence::TooMany));
    feeding.await.unwrap();
}
