//! An operator against everything that an agent must not do.

use bytes::Bytes;
use dbg_model::Event;
use tokio::io::{AsyncWriteExt, duplex};
use tokio::sync::{mpsc, watch};

use super::{Ended, Way, encoded, ending, facts, order, progress, put, raw};
use crate::bounds::{MAX_CALL, MAX_CALLS, MAX_FRAME};
use crate::codec::Encoded;
use crate::handshake;
use crate::wire::{CallId, Down, Up};
use crate::{Offence, Operator, RunIndex, SessionError, Window};

#[derive(Debug, Clone, Copy)]
enum Then {
    Leaves,
    StaysSilent,
}

fn offence(offence: Offence) -> String {
    SessionError::Misbehaved(offence).to_string()
}

fn event(run: u32, event: Event) -> Encoded {
    encoded(&Up::Event { run: RunIndex(run), event })
}

fn request(run: u32, call: u32, length: usize) -> Encoded {
    encoded(&Up::Request { run: RunIndex(run), call: CallId(call), request: Bytes::from(vec![0; length]) })
}

/// What an operator with run 0 makes of an agent that says these frames.
async fn follow(way: &Way, frames: Vec<Encoded>, then: Then) -> Ended {
    let (near, far) = duplex(64 << 20);
    let security = way.agent();
    let fake = tokio::spawn(async move {
        let (mut halves, admission) = handshake::answer(far, security, super::facts("test")).await.unwrap();
        put(&mut halves, &frames).await;
        if let Then::Leaves = then {
            halves.outlet.shutdown().await.unwrap();
        }
        (halves, admission)
    });
    let (mut operator, _) = Operator::connect(near, way.operator(), "test").await.unwrap();
    operator.set_window(Window::shared_by(usize::MAX));
    operator.order(RunIndex(0), order("one"));
    // Nobody reads, so nothing is paid for.
    let (events, _reader) = mpsc::channel(1);
    let ended = operator.follow(events, watch::channel(false).1).await;
    fake.await.unwrap();
    ended
}

#[tokio::test(start_paused = true)]
async fn each_offence_has_its_name() {
    use Then::{Leaves, StaysSilent};
    let hello = encoded(&Up::Hello(facts("")));
    let too_long = Offence::FrameTooLong { length: 0xffff_ffff, max: MAX_FRAME };
    let long = progress(&"a".repeat(4000));
    let ended = || Event::Ended(ending());
    let table: Vec<(&str, Vec<Encoded>, Then, String)> = vec![
        ("leaves", vec![], Leaves, SessionError::Gone.to_string()),
        ("is silent", vec![], StaysSilent, SessionError::Silent.to_string()),
        ("garbage", vec![raw(&[1, 0, 0, 0, 0xff])], StaysSilent, offence(Offence::Garbage)),
        ("a truncated frame", vec![raw(&[100, 0, 0, 0, 1])], Leaves, SessionError::Gone.to_string()),
        ("a frame that stops", vec![raw(&[100, 0, 0, 0, 1])], StaysSilent, SessionError::Silent.to_string()),
        ("an endless frame", vec![raw(&[0xff; 4])], StaysSilent, offence(too_long)),
        ("a second hello", vec![hello], StaysSilent, offence(Offence::OutOfOrder { frame: "hello" })),
        ("busy after all", vec![encoded(&Up::Busy)], StaysSilent, offence(Offence::OutOfOrder { frame: "busy" })),
        ("bye too early", vec![encoded(&Up::Bye)], StaysSilent, offence(Offence::OutOfOrder { frame: "bye" })),
        ("another's event", vec![event(1, progress(""))], StaysSilent, offence(Offence::UnknownRun)),
        ("another's ending", vec![event(1, ended())], StaysSilent, offence(Offence::UnknownRun)),
        ("more than its credit", vec![event(0, long); 9], StaysSilent, offence(Offence::NoCredit)),
        ("another's request", vec![request(1, 0, 0)], StaysSilent, offence(Offence::UnknownRun)),
        ("a long request", vec![request(0, 0, MAX_CALL + 1)], StaysSilent, offence(Offence::TooManyCalls)),
        ("two endings", vec![event(0, ended()), event(0, ended())], StaysSilent, offence(Offence::UnknownRun)),
        ("no bye", vec![event(0, ended())], Leaves, SessionError::Gone.to_string()),
    ];
    for way in Way::both() {
        for (name, frames, then, expected) in &table {
            let ended = follow(&way, frames.clone(), *then).await.unwrap_err();
            assert_eq!(ended.to_string(), *expected, "{name}, {way:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_the_agents_bye_is_an_offence() {
    for (frame, expected) in
        [(event(0, progress("")), Offence::AfterBye { frame: "event" }), (raw(&[1, 0, 0, 0, 0xff]), Offence::Garbage)]
    {
        let (near, far) = duplex(64 * 1024);
        let fake = tokio::spawn(async move {
            let (mut halves, _) = handshake::answer(far, Way::Process.agent(), super::facts("test")).await.unwrap();
            put(&mut halves, &[event(0, Event::Ended(ending()))]).await;
            while halves.inlet.frame::<Down>(MAX_FRAME).await.unwrap().frame != Down::Bye {}
            put(&mut halves, &[encoded(&Up::Bye), frame]).await;
            halves
        });
        let (mut operator, _) = Operator::connect(near, Way::Process.operator(), "test").await.unwrap();
        operator.order(RunIndex(0), order("one"));
        let ended = operator.follow(mpsc::channel(1).0, watch::channel(false).1).await.unwrap_err();
        assert_eq!(ended.to_string(), offence(expected));
        fake.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn more_calls_at_once_than_allowed_or_one_twice_are_refused() {
    struct Never;
    #[async_trait::async_trait]
    impl crate::Answerer for Never {
        async fn answer(&self, _: RunIndex, _: Bytes) -> Result<Bytes, crate::Refusal> {
            std::future::pending().await
        }
    }
    let many = u32::try_from(MAX_CALLS).unwrap();
    let table = [
        ((0..=many).map(|call| request(0, call, 1)).collect::<Vec<_>>(), Offence::TooManyCalls),
        (vec![request(0, 0, 1); 2], Offence::OutOfOrder { frame: "request" }),
    ];
    for (frames, expected) in table {
        let (near, far) = duplex(64 * 1024);
        let fake = tokio::spawn(async move {
            let (mut halves, _) = handshake::answer(far, Way::Process.agent(), super::facts("test")).await.unwrap();
            put(&mut halves, &frames).await;
            halves
        });
        let (mut operator, _) = Operator::connect(near, Way::Process.operator(), "test").await.unwrap();
        operator.set_answerer(std::sync::Arc::new(Never));
        operator.order(RunIndex(0), order("one"));
        let ended = operator.follow(mpsc::channel(1).0, watch::channel(false).1).await.unwrap_err();
        assert_eq!(ended.to_string(), offence(expected));
        fake.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn each_offence_before_or_within_the_hello_has_its_name() {
    let plain = b"dbg\0\x01\0\0\0\0";
    let with = |bytes: &[u8]| [&plain[..], bytes].concat();
    let table: [(&str, Vec<u8>, Then, String); 7] = [
        ("leaves", vec![], Then::Leaves, SessionError::Gone.to_string()),
        ("is silent", vec![], Then::StaysSilent, SessionError::Silent.to_string()),
        ("prints", b"exec format error\n".to_vec(), Then::Leaves, SessionError::NotDbg.to_string()),
        ("half a preamble", plain[..6].to_vec(), Then::Leaves, SessionError::Gone.to_string()),
        (
            "endless hello",
            with(&[0xff; 4]),
            Then::StaysSilent,
            offence(Offence::FrameTooLong { length: 0xffff_ffff, max: 1024 }),
        ),
        ("garbage for a hello", with(&[1, 0, 0, 0, 0xff]), Then::StaysSilent, offence(Offence::Garbage)),
        (
            "another frame first",
            with(&[1, 0, 0, 0, 5]),
            Then::StaysSilent,
            offence(Offence::OutOfOrder { frame: "bye" }),
        ),
    ];
    for (name, bytes, then, expected) in table {
        let (near, mut far) = duplex(64 * 1024);
        far.write_all(&bytes).await.unwrap();
        if let Then::Leaves = then {
            far.shutdown().await.unwrap();
        }
        let met = Operator::connect(near, Way::Process.operator(), "test").await.map(|_| ());
        assert_eq!(met.unwrap_err().to_string(), expected, "{name}");
    }
}
