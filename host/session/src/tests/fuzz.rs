//! Random bytes, and valid conversations with something changed: whatever comes, both halves end with a typed error or as they should,
//! and nothing panics. The seeds are fixed, so a failure can be had again.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex, split};
use tokio::sync::{mpsc, watch};

use super::{Numbers, Script, Way, code, encoded, ending, facts, order, progress, run, run_id};
use crate::bounds::MAX_FRAME;
use crate::codec::{self, Frame};
use crate::inlet::Inlet;
use crate::preamble::{self, Preamble};
use crate::wire::{CallId, Down, Up};
use crate::{CodeId, Operator, Refusal, RunIndex, Runner, SessionError, serve};

fn bytes_of(frame: &impl serde::Serialize) -> Vec<u8> {
    let encoded = encoded(frame);
    [&encoded.head, &*encoded.body].concat()
}

fn downs() -> Vec<Down> {
    vec![
        Down::Hello { build: "0.1.0".into() },
        super::trust(),
        code(3),
        Down::CodeBytes { code: CodeId(0), bytes: b"abc".as_slice().into() },
        Down::Credit { bytes: 1 << 16 },
        Down::Deadline { left: std::time::Duration::from_millis(1500) },
        run(0, "one"),
        run(1, "wait"),
        Down::Ping,
        Down::Answer { call: CallId(3), answer: Err(Refusal::Denied) },
        Down::Cancel,
        Down::Bye,
    ]
}

fn ups() -> Vec<Up> {
    vec![
        Up::Hello(facts("0.1.0")),
        Up::Event { run: RunIndex(0), event: progress("one") },
        Up::Request { run: RunIndex(0), call: CallId(0), request: b"ask".as_slice().into() },
        Up::Ping,
        Up::Event { run: RunIndex(0), event: dbg_model::Event::Ended(ending()) },
        Up::Busy,
        Up::Bye,
    ]
}

/// Changes a few things anywhere.
fn mutate(numbers: &mut Numbers, bytes: &mut Vec<u8>) {
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len() + 1);
        match numbers.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, numbers.bytes(1)[0]),
            2 => {
                let end = (at + numbers.below(20)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            3 => {
                let end = (at + numbers.below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = 0xff;
                }
            }
        }
    }
}

/// What decodes, decodes to the same again after it was encoded.
fn decode<T: Frame + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(frame) = codec::decode::<T>(bytes) {
        let again = bytes_of(&frame);
        let again = codec::decode::<T>(&again[4..]).unwrap();
        // Not a number is not equal to itself, and may stand in a table or a metric.
        assert!(again == frame || format!("{frame:?}").contains("NaN"), "{frame:?}");
    }
}

async fn all_frames<T: Frame>(bytes: &[u8]) -> SessionError {
    let mut inlet = Inlet::new(bytes, None);
    loop {
        if let Err(error) = inlet.frame::<T>(MAX_FRAME).await {
            return error;
        }
    }
}

#[test]
fn random_and_changed_frames_are_decoded_or_refused() {
    let mut numbers = Numbers::new(1);
    let valid: Vec<Vec<u8>> = downs().iter().map(bytes_of).chain(ups().iter().map(bytes_of)).collect();
    for round in 0..40_000 {
        let length = numbers.below(60);
        let mut bytes = if round % 2 == 0 {
            // The first byte is the kind: mostly one that there is.
            let kind = u8::try_from(numbers.below(12)).unwrap();
            [vec![kind], numbers.bytes(length)].concat()
        } else {
            valid[numbers.below(valid.len())][4..].to_vec()
        };
        if round % 2 == 1 {
            mutate(&mut numbers, &mut bytes);
        }
        decode::<Down>(&bytes);
        decode::<Up>(&bytes);
    }
}

#[tokio::test(start_paused = true)]
async fn random_and_changed_streams_of_frames_are_read_to_their_end_or_refused() {
    let mut numbers = Numbers::new(2);
    let valid: Vec<u8> = downs().iter().flat_map(bytes_of).collect();
    for round in 0..4_000 {
        let length = numbers.below(200);
        let mut bytes = if round % 4 == 0 { numbers.bytes(length) } else { valid.clone() };
        mutate(&mut numbers, &mut bytes);
        for error in [all_frames::<Down>(&bytes).await, all_frames::<Up>(&bytes).await] {
            assert!(matches!(error, SessionError::Gone | SessionError::Misbehaved(_)), "{error:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn random_and_changed_preambles_are_read_or_refused() {
    let mut numbers = Numbers::new(3);
    for round in 0..20_000 {
        let mut bytes = match round % 3 {
            0 => numbers.bytes(20),
            1 => Preamble::Plain.encode(),
            _ => Preamble::Noise(run_id()).encode(),
        };
        mutate(&mut numbers, &mut bytes);
        let mut stream = &*bytes;
        let read = match preamble::read_version(&mut stream).await {
            Ok(_) => Preamble::read_rest(&mut stream).await.map(|_| ()),
            Err(error) => Err(error),
        };
        assert!(matches!(read, Ok(()) | Err(SessionError::Gone | SessionError::NotDbg)), "{read:?}");
    }
}

/// A whole session at the agent, with what a real operator would say, changed.
#[tokio::test(start_paused = true)]
async fn an_agent_ends_whatever_its_operator_says() {
    for (seed, way) in (4..).zip(Way::both()) {
        let mut numbers = Numbers::new(seed);
        let preamble = match way {
            Way::Process => Preamble::Plain.encode(),
            Way::Noise(_) => [Preamble::Noise(run_id()).encode(), vec![9; 32], vec![40, 0], vec![1; 40]].concat(),
        };
        let mut ended_well = 0;
        for round in 0..800 {
            let mut bytes = [
                preamble.clone(),
                downs().iter().filter(|it| !matches!(it, Down::Answer { .. })).flat_map(bytes_of).collect(),
            ]
            .concat();
            if round > 0 {
                mutate(&mut numbers, &mut bytes);
            }
            let (near, far) = duplex(64 * 1024);
            let runner: Arc<dyn Runner> = Arc::new(Script::default());
            let agent = tokio::spawn(serve(far, way.agent(), facts("test"), runner));
            let (mut from, mut to) = split(near);
            // An agent that has refused us takes nothing more.
            let _ = to.write_all(&bytes).await;
            let mut heard = Vec::new();
            // Half of the peers stay, without a word.
            if round % 2 == 0 {
                let _ = to.shutdown().await;
            }
            from.read_to_end(&mut heard).await.unwrap();
            let ended = agent.await.unwrap();
            // Bye comes before the runs have ended, so even the unchanged one is an offence.
            assert!(round > 0 || ended.is_err());
            ended_well += usize::from(ended.is_ok());
        }
        // A change can take out just the run that waits.
        assert!(ended_well < 8, "{ended_well}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_operator_ends_whatever_its_agent_says() {
    let mut numbers = Numbers::new(6);
    let mut ended_well = 0;
    for round in 0..800 {
        let mut bytes = Preamble::Plain.encode();
        bytes.extend(ups().iter().filter(|it| !matches!(it, Up::Busy | Up::Bye)).flat_map(bytes_of));
        if round > 0 {
            mutate(&mut numbers, &mut bytes);
        }
        let (near, mut far) = duplex(64 * 1024);
        let fake = tokio::spawn(async move {
            far.write_all(&bytes).await.unwrap();
            // By then the operator has said its own.
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            let _ = far.write_all(&bytes_of(&Up::Bye)).await;
            far
        });
        let ended = match Operator::connect(near, Way::Process.operator(), "test").await {
            Ok((mut operator, _)) => {
                operator.order(RunIndex(0), order("one"));
                operator.follow(mpsc::channel(16).0, watch::channel(false).1).await
            }
            Err(error) => Err(error),
        };
        ended_well += usize::from(ended.is_ok());
        fake.await.unwrap();
        if round == 0 {
            ended.unwrap();
        }
    }
    assert!(ended_well > 1, "a change within a text is no offence");
}
