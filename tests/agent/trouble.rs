//! Sessions that end badly: the agent is gone each time, has said why in one line, and has said nothing on stdout but the protocol.

use std::process::{Command, Stdio};

use dbg_session::{Operator, Security, SessionError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::ARCHITECTURES;
use crate::operator::{Agent, Gone, key};

/// It ended with 1 and one line that says this.
#[track_caller]
fn gave_up(gone: &Gone, reason: &str) {
    assert_eq!(gone.code, Some(1), "{gone:?}");
    assert!(gone.stderr.lines().count() == 1 && gone.stderr.ends_with('\n'), "{gone:?}");
    assert!(gone.stderr.starts_with("dbg-agent: ") && gone.stderr.contains(reason), "{gone:?}");
}

fn own() -> Agent {
    Agent::serving(std::env::consts::ARCH).expect("the own agent is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_stdin_is_closed_is_gone() {
    for architecture in ARCHITECTURES {
        let Some(agent) = Agent::reading(architecture, Stdio::null()) else { continue };
        let gone = agent.gone().await;
        gave_up(&gone, "the other side is gone without a word");
        assert!(gone.stdout.is_empty(), "{gone:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_stdin_is_closed_in_the_middle_of_a_session_is_gone() {
    let mut agent = own();
    let stream = agent.stream();
    let (operator, _) = Operator::connect(stream, Security::Noise(&agent.key), "test").await.expect("it answers");
    drop(operator);
    gave_up(&agent.gone().await, "the other side is gone without a word");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_operator_is_killed_is_gone() {
    // A process that holds the only other end of the agent's stdin, as an operator does.
    let mut holder = Command::new("cat");
    let mut holder = holder.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("`cat` is there");
    let pipe = holder.stdout.take().expect("it is piped");
    let agent = Agent::reading(std::env::consts::ARCH, pipe.into()).expect("the own agent is there");
    holder.kill().expect("our own child");
    holder.wait().expect("our own child");
    gave_up(&agent.gone().await, "the other side is gone without a word");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_of_another_key_hears_that_the_agent_is_not_of_its_run() {
    let mut agent = own();
    let stream = agent.stream();
    let refused = Operator::connect(stream, Security::Noise(&key()), "test").await;
    assert!(matches!(refused, Err(SessionError::NotTheAgent)));
    gave_up(&agent.gone().await, "the other side is gone without a word");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_on_without_the_key_is_told_nothing_and_not_served() {
    let (near, mut far) = tokio::io::duplex(1024);
    let calling = tokio::spawn(async move { Operator::connect(near, Security::Noise(&key()), "test").await.err() });
    let mut begin = vec![0; 1024];
    let length = far.read(&mut begin).await.expect("an operator speaks first");
    drop(far);
    calling.await.expect("it ends");

    let mut agent = own();
    let mut stream = agent.stream();
    stream.write_all(&begin[..length]).await.expect("the agent listens");
    // A record that nobody sealed: its length and its bytes.
    stream.write_all(&[32, 0]).await.expect("the agent listens");
    stream.write_all(&[0; 32]).await.expect("the agent listens");
    let (mut stdout, _stdin) = stream.into_inner();
    let mut said = Vec::new();
    stdout.read_to_end(&mut said).await.expect("a pipe can be read");
    // Its own first bytes, which say no more than the operator's, then a fresh key and a tag.
    assert_eq!(said.len(), length - 32 + 48, "{said:?}");
    gave_up(&agent.gone().await, "whoever connected does not hold the key of this run");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_no_encryption_is_not_served() {
    let mut agent = own();
    let stream = agent.stream();
    let refused = Operator::connect(stream, Security::Process, "test").await;
    assert!(matches!(refused, Err(SessionError::OtherWrapping { .. })));
    gave_up(&agent.gone().await, "unencrypted");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_no_session() {
    let mut agent = own();
    let mut stream = agent.stream();
    // An agent that has gone takes the rest of it no more.
    let _ = stream.write_all(&b"GET / HTTP/1.1\r\nHost: agent\r\n\r\n".repeat(100)).await;
    let (mut stdout, _stdin) = stream.into_inner();
    let mut said = Vec::new();
    stdout.read_to_end(&mut said).await.expect("a pipe can be read");
    assert!(said.is_empty(), "{said:?}");
    gave_up(&agent.gone().await, "the other side is no dbg");
}
