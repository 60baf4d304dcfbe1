//! Who may speak to whom, over a wire that an attacker reads, writes and records.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::sync::{mpsc, watch};

use super::{Ended, Script, Way, agent, operator, order, run_id};
use crate::{Gate, Operator, PROTOCOL, Protocol, RunIndex, RunKey, Security, SessionError, Wrapping};

/// Connects an operator to an agent; what each made of the other.
async fn meet(ours: Security<&RunKey>, theirs: Security<Gate>) -> (Ended, Ended) {
    let (stream, agent) = agent(theirs, &Arc::default());
    let met = match Operator::connect(stream, ours, "test").await {
        Ok((operator, _)) => operator.follow(mpsc::channel(1).0, watch::channel(false).1).await,
        Err(error) => Err(error),
    };
    (met, agent.await.unwrap())
}

#[tokio::test(start_paused = true)]
async fn an_operator_with_another_key_of_the_same_run_is_not_the_operator() {
    let (ours, theirs) = (RunKey::generate(run_id()).unwrap(), RunKey::generate(run_id()).unwrap());
    let (operator, agent) = meet(Security::Noise(&ours), Security::Noise(Gate::new(theirs.public()))).await;
    assert!(matches!(operator, Err(SessionError::NotTheAgent)));
    // This operator noticed first and went; one that goes on is the next test.
    assert!(matches!(agent, Err(SessionError::Gone)));
}

/// A thief who has the agent's arguments, and so the public key, but not the private one, and who goes on whatever the agent says.
#[tokio::test(start_paused = true)]
async fn a_valid_hello_from_somebody_else_is_refused_and_learns_nothing() {
    let Way::Noise(real) = Way::noise() else { unreachable!() };
    let thief = RunKey::generate(run_id()).unwrap();
    let (stream, agent) = agent(Security::Noise(Gate::new(real.public())), &Arc::default());
    let (mut from, mut to) = split(stream);
    // The handshake of the thief with an agent of its own gives records that are sealed well, by the wrong key.
    let (own, wire) = recorded(Security::Noise(&thief), Security::Noise(Gate::new(thief.public()))).await;
    own.unwrap();
    to.write_all(&wire).await.unwrap();
    assert!(matches!(agent.await.unwrap(), Err(SessionError::NotTheOperator)));
    let mut heard = Vec::new();
    from.read_to_end(&mut heard).await.unwrap();
    // The preamble, a fresh key and a tag; no hello.
    assert_eq!(heard.len(), 4 + 4 + 1 + 1 + run_id().as_str().len() + 32 + 16);
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_answers_without_the_runs_key_is_not_the_agent() {
    let Way::Noise(key) = Way::noise() else { unreachable!() };
    let (near, mut far) = duplex(1024);
    let fake = tokio::spawn(async move {
        let mut first = [0; 58];
        far.read_exact(&mut first).await.unwrap();
        // The same preamble, then something like a key and a tag.
        far.write_all(&first[..26]).await.unwrap();
        far.write_all(&[9; 48]).await.unwrap();
        far
    });
    let met = Operator::connect(near, Security::Noise(&key), "test").await.map(|_| ());
    assert!(matches!(met, Err(SessionError::NotTheAgent)));
    fake.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn another_run_is_refused_by_both_sides_with_both_names() {
    let ours = RunKey::generate("ours".parse().unwrap()).unwrap();
    let theirs = RunKey::generate("theirs".parse().unwrap()).unwrap();
    let (operator, agent) = meet(Security::Noise(&ours), Security::Noise(Gate::new(theirs.public()))).await;
    let names = |ended: Ended| match ended {
        Err(SessionError::OtherRun { theirs, ours }) => (theirs.to_string(), ours.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(names(operator), ("theirs".into(), "ours".into()));
    assert_eq!(names(agent), ("ours".into(), "theirs".into()));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_talked_out_of_encryption() {
    let Way::Noise(key) = Way::noise() else { unreachable!() };
    let (operator, agent) = meet(Security::Process, Security::Noise(Gate::new(key.public()))).await;
    for ended in [operator, agent] {
        assert!(matches!(ended, Err(SessionError::OtherWrapping { .. })), "{ended:?}");
    }
    let (operator, agent) = meet(Security::Noise(&key), Security::Process).await;
    let expected = SessionError::OtherWrapping { theirs: Wrapping::Plain, ours: Wrapping::Noise };
    assert_eq!(operator.unwrap_err().to_string(), expected.to_string());
    assert!(matches!(agent, Err(SessionError::OtherWrapping { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_peer_of_another_version_is_too_old_or_too_new_on_either_side() {
    for way in Way::both() {
        for version in [PROTOCOL.0 - 1, PROTOCOL.0 + 1] {
            let preamble = [&b"dbg\0"[..], &version.to_le_bytes()].concat();
            let expect = |ended: Ended| match ended {
                Err(SessionError::TooOld { theirs: Protocol(theirs) }) => {
                    assert_eq!((theirs, theirs < PROTOCOL.0), (version, true))
                }
                Err(SessionError::TooNew { theirs: Protocol(theirs) }) => {
                    assert_eq!((theirs, theirs > PROTOCOL.0), (version, true))
                }
                other => panic!("{other:?}"),
            };
            let (mut stream, agent) = agent(way.agent(), &Arc::default());
            stream.write_all(&preamble).await.unwrap();
            let mut answer = [0; 8];
            stream.read_exact(&mut answer).await.unwrap();
            // The other side can name it too.
            assert_eq!(answer, *[&b"dbg\0"[..], &PROTOCOL.0.to_le_bytes()].concat());
            expect(agent.await.unwrap());

            let (near, mut far) = duplex(1024);
            far.write_all(&preamble).await.unwrap();
            expect(Operator::connect(near, way.operator(), "test").await.map(|_| ()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_client_with_the_key_is_told_that_a_session_is_on_and_the_first_goes_on() {
    let Way::Noise(key) = Way::noise() else { unreachable!() };
    let gate = Gate::new(key.public());
    let runner = Arc::new(Script::default());
    let (stream, first) = agent(Security::Noise(gate.clone()), &runner);
    let (operator, _) = Operator::connect(stream, Security::Noise(&key), "test").await.unwrap();
    let (second, refused) = meet(Security::Noise(&key), Security::Noise(gate.clone())).await;
    assert!(matches!(second, Err(SessionError::Busy)) && matches!(refused, Err(SessionError::Busy)));
    operator.follow(mpsc::channel(1).0, watch::channel(false).1).await.unwrap();
    first.await.unwrap().unwrap();
    // And after it, the next one is welcome.
    let (third, served) = meet(Security::Noise(&key), Security::Noise(gate)).await;
    third.unwrap();
    served.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_without_the_key_does_not_keep_the_operator_out() {
    let Way::Noise(key) = Way::noise() else { unreachable!() };
    let gate = Gate::new(key.public());
    let (mut squatter, _squatted) = agent(Security::Noise(gate.clone()), &Arc::default());
    let begin = crate::preamble::Preamble::Noise(run_id()).encode();
    squatter.write_all(&[&begin[..], &[9; 32]].concat()).await.unwrap();
    let mut answer = [0; 26 + 48];
    squatter.read_exact(&mut answer).await.unwrap();
    let (operator, served) = meet(Security::Noise(&key), Security::Noise(gate)).await;
    operator.unwrap();
    served.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_played_back_is_refused_by_name_or_at_its_first_record() {
    let Way::Noise(key) = Way::noise() else { unreachable!() };
    let gate = Gate::new(key.public());
    let (served, wire) = recorded(Security::Noise(&key), Security::Noise(gate.clone())).await;
    served.unwrap();
    // The agent that served it, and another agent of the same run.
    for (gate, by_name) in [(gate, true), (Gate::new(key.public()), false)] {
        let runner = Arc::new(Script::default());
        let (mut stream, agent) = agent(Security::Noise(gate), &runner);
        stream.write_all(&wire).await.unwrap();
        match agent.await.unwrap() {
            Err(SessionError::Replayed) => assert!(by_name),
            Err(SessionError::NotTheOperator) => assert!(!by_name),
            other => panic!("{other:?}"),
        }
        assert!(runner.loaded.lock().unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_changed_or_missing_ends_the_session() {
    for (change, mid_way) in [(true, false), (false, true)] {
        let Way::Noise(key) = Way::noise() else { unreachable!() };
        let (near, wire) = duplex(64 * 1024);
        let (stream, agent) = agent(Security::Noise(Gate::new(key.public())), &Arc::default());
        let relay = tokio::spawn(relay(wire, stream, move |record, bytes| {
            // The third record is the first after the hello.
            if record == 1 && change {
                bytes[0] ^= 1;
            }
            !(record == 1 && mid_way)
        }));
        let (operator, _) = Operator::connect(near, Security::Noise(&key), "test").await.unwrap();
        // Credit and bye are two flights: when the first is gone, the second does not fit.
        let mut operator = operator;
        operator.order(RunIndex(0), order("one"));
        let _ = operator.send_trust(crate::Trust::default()).await;
        let _ = operator.send_code(crate::CodeId(0), super::digest(), bytes::Bytes::new(), bytes::Bytes::new()).await;
        tokio::task::yield_now().await;
        let _ = operator.follow(mpsc::channel(8).0, watch::channel(false).1).await;
        assert!(matches!(agent.await.unwrap(), Err(SessionError::Tampered)), "{change}");
        relay.abort();
    }
}

/// The build of the operator, the check and the target of its order.
const SAID: [&str; 3] = ["test", "one", "local"];

#[tokio::test(start_paused = true)]
async fn nothing_that_was_said_is_on_the_wire() {
    let Way::Noise(key) = Way::noise() else { unreachable!() };
    let (served, wire) = recorded(Security::Noise(&key), Security::Noise(Gate::new(key.public()))).await;
    served.unwrap();
    for said in SAID {
        assert!(!wire.windows(said.len()).any(|part| part == said.as_bytes()), "{said}");
    }
    // The very same without a key, to be sure that the search finds what is there.
    let (served, wire) = recorded(Security::Process, Security::Process).await;
    served.unwrap();
    for said in SAID {
        assert!(wire.windows(said.len()).any(|part| part == said.as_bytes()), "{said}");
    }
}

/// What an operator said in a whole session with one run, as the wire had it.
async fn recorded(security: Security<&RunKey>, gate: Security<Gate>) -> (Ended, Vec<u8>) {
    let (near, wire) = duplex(64 * 1024);
    let (stream, agent) = agent(gate, &Arc::default());
    let tape = Arc::new(Mutex::new(Vec::new()));
    let recording = Arc::clone(&tape);
    let relay = tokio::spawn(async move {
        let (mut from_operator, mut to_operator) = split(wire);
        let (mut from_agent, mut to_agent) = split(stream);
        let down = async {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = from_operator.read(&mut bytes).await {
                recording.lock().unwrap().extend_from_slice(&bytes[..length]);
                to_agent.write_all(&bytes[..length]).await.unwrap();
            }
            to_agent.shutdown().await.unwrap();
        };
        let (_, copied) = tokio::join!(down, async {
            let copied = tokio::io::copy(&mut from_agent, &mut to_operator).await;
            to_operator.shutdown().await.unwrap();
            copied
        });
        copied.unwrap();
    });
    let (mut operator, _) = Operator::connect(near, security, "test").await.unwrap();
    operator.send_trust(crate::Trust::default()).await.unwrap();
    operator.send_code(crate::CodeId(0), super::digest(), bytes::Bytes::new(), bytes::Bytes::new()).await.unwrap();
    operator.order(RunIndex(0), order("one"));
    operator.follow(mpsc::channel(8).0, watch::channel(false).1).await.unwrap();
    let served = agent.await.unwrap();
    relay.await.unwrap();
    let wire = tape.lock().unwrap().clone();
    (served, wire)
}

/// Passes everything on; what the operator says, record by record after the handshake, through `pass`, which may change or drop it.
async fn relay(wire: DuplexStream, stream: DuplexStream, mut pass: impl FnMut(usize, &mut [u8]) -> bool) {
    let (mut from_operator, mut to_operator) = split(wire);
    let (mut from_agent, mut to_agent) = split(stream);
    let down = async {
        let mut begin = [0; 26 + 32];
        from_operator.read_exact(&mut begin).await.unwrap();
        to_agent.write_all(&begin).await.unwrap();
        for record in 0.. {
            let Ok(length) = from_operator.read_u16_le().await else { return };
            let mut bytes = vec![0; usize::from(length)];
            from_operator.read_exact(&mut bytes).await.unwrap();
            if pass(record, &mut bytes) {
                let written = to_agent.write_all(&[&length.to_le_bytes()[..], &bytes].concat()).await;
                if written.is_err() {
                    return;
                }
            }
        }
    };
    let up = tokio::io::copy(&mut from_agent, &mut to_operator);
    let (_, _) = tokio::join!(down, up);
}

#[tokio::test(start_paused = true)]
async fn every_refusal_that_a_person_can_act_on_has_a_hint() {
    let (operator, agent) = operator(&Way::Process, &Arc::default()).await;
    drop(operator);
    assert_eq!(agent.await.unwrap().unwrap_err().hint(), None);
    for error in [
        SessionError::TooOld { theirs: Protocol(0) },
        SessionError::TooNew { theirs: Protocol(9) },
        SessionError::NotTheAgent,
        SessionError::NotTheOperator,
        SessionError::Replayed,
        SessionError::Busy,
    ] {
        assert!(error.hint().is_some(), "{error}");
    }
}
