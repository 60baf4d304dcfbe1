//! Sockets with a bad link between them: bytes come in pieces of a few, late, and never two pieces at once.

use std::sync::Arc;

use bytes::Bytes;
use dbg_model::Event;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, watch};

use super::{FLOOD, Numbers, Script, Way, digest, facts, order};
use crate::{CodeId, Operator, RunIndex, Runner, SessionError, serve};

/// Passes at most `limit` bytes on, in pieces of 1 to 700, each after some turns of everybody else; then cuts the link.
async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, seed: u64, limit: usize) {
    let mut numbers = Numbers::new(seed);
    let mut left = limit;
    while left > 0 {
        // Mostly single bytes and fragments of a header, now and then more.
        let length = if numbers.below(4) == 0 { 1 + numbers.below(700) } else { 1 + numbers.below(5) };
        let mut piece = vec![0; length.min(left)];
        let Ok(read @ 1..) = from.read(&mut piece).await else { break };
        for _ in 0..numbers.below(4) {
            tokio::task::yield_now().await;
        }
        if to.write_all(&piece[..read]).await.is_err() {
            break;
        }
        left -= read;
    }
    // An end that is closed already is closed.
    let _ = to.shutdown().await;
}

/// One whole session over a link that is cut after so many bytes in each direction.
async fn converse(way: &Way, seed: u64, limit: usize) -> (Result<usize, SessionError>, Result<(), SessionError>) {
    let (near, near_end) = UnixStream::pair().unwrap();
    let (far_end, far) = UnixStream::pair().unwrap();
    let ((from_operator, to_operator), (from_agent, to_agent)) = (split(near_end), split(far_end));
    tokio::spawn(pass(from_operator, to_agent, seed, limit));
    tokio::spawn(pass(from_agent, to_operator, seed + 1, limit));
    let (security, runner): (_, Arc<dyn Runner>) = (way.agent(), Arc::new(Script::default()));
    let agent = tokio::spawn(serve(far, security, facts("test"), runner));
    let operator = async {
        let (mut operator, _) = Operator::connect(near, way.operator(), "test").await?;
        operator.send_trust(crate::Trust::default()).await?;
        let (file, native) = (Bytes::from(vec![7; 20_000]), Bytes::from(vec![7; 50_000]));
        operator.send_code(CodeId(0), digest(), file, native).await?;
        operator.order(RunIndex(0), order("one"));
        operator.order(RunIndex(1), order("flood"));
        let (events, mut said) = mpsc::channel(4);
        let following = tokio::spawn(operator.follow(events, watch::channel(false).1));
        let mut bytes = 0;
        while let Some((_, event)) = said.recv().await {
            if let Event::Artifact(artifact) = event {
                bytes += artifact.bytes.len();
            }
        }
        following.await.unwrap().map(|()| bytes)
    };
    (operator.await, agent.await.unwrap())
}

#[tokio::test]
async fn a_link_that_splits_and_delays_changes_nothing() {
    for way in Way::both() {
        let (operator, agent) = converse(&way, 1, usize::MAX).await;
        assert_eq!(operator.unwrap(), FLOOD.0 * usize::try_from(FLOOD.1).unwrap());
        agent.unwrap();
    }
}

#[tokio::test]
async fn a_link_that_is_cut_anywhere_is_a_peer_that_is_gone() {
    let mut numbers = Numbers::new(3);
    for way in Way::both() {
        // Within the preamble, the handshake, the hellos; then anywhere.
        let early = (0..150).step_by(7);
        let later = (0..10).map(|_| 150 + numbers.below(40_000)).collect::<Vec<_>>();
        for limit in early.chain(later) {
            let (operator, agent) = converse(&way, 2, limit).await;
            for ended in [operator.map(|_| ()), agent] {
                assert!(matches!(ended, Err(SessionError::Gone)), "{way:?} {limit}: {ended:?}");
            }
        }
    }
}
