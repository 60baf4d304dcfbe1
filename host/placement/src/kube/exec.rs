//! A program in a pod, over exec: its stdin and stdout as one stream, what it says on stderr kept apart, and how it ended.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures::future::{BoxFuture, Shared};
use futures::{Future as _, FutureExt as _};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::Api;
use kube::api::{AttachParams, AttachedProcess};
use tokio::io::{AsyncRead, AsyncReadExt as _, ReadBuf};
use tokio::task::JoinHandle;

use super::connect::Cluster;
use super::error::ClusterError;
use crate::docker::Words;
use crate::launch::{Ending, Stream};

/// What a program may say on stderr; the rest is read and dropped, so that it never waits for us.
const WORDS: usize = 4096;
/// What waits in each direction: what a pipe of the kernel holds.
const WAITING: usize = 64 * 1024;

/// Ready once nothing more comes: with the status, or without one when the stream was cut.
type Ended = Shared<BoxFuture<'static, Option<Status>>>;

/// A program that runs in a pod. Dropping it cuts its streams.
pub(super) struct Exec {
    said: Arc<Mutex<Vec<u8>>>,
    status: Ended,
    reader: JoinHandle<()>,
    _process: AttachedProcess,
}

impl std::fmt::Debug for Exec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exec").finish_non_exhaustive()
    }
}

impl Drop for Exec {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Starts a program.
pub(super) async fn exec(
    cluster: &Cluster,
    namespace: &str,
    pod: &str,
    container: &str,
    command: Vec<String>,
) -> Result<(Stream, Exec), ClusterError> {
    let doing = "start the agent in its pod";
    let parameters = AttachParams {
        container: Some(container.to_owned()),
        stdin: true,
        stdout: true,
        stderr: true,
        max_stdin_buf_size: Some(WAITING),
        max_stdout_buf_size: Some(WAITING),
        max_stderr_buf_size: Some(WORDS),
        ..AttachParams::default()
    };
    let pods: Api<Pod> = Api::namespaced(cluster.client().clone(), namespace);
    let mut process = cluster.ask(doing, pods.exec(pod, command, &parameters)).await?;
    let missing = || ClusterError::Garbage { doing, reason: Words::of("it gives no streams") };
    let stdout = process.stdout().ok_or_else(missing)?;
    let stdin = process.stdin().ok_or_else(missing)?;
    let mut stderr = process.stderr().ok_or_else(missing)?;
    let status = process.take_status().ok_or_else(missing)?.boxed().shared();
    let said = Arc::new(Mutex::new(Vec::new()));
    let reader = tokio::spawn({
        let said = Arc::clone(&said);
        async move {
            let mut piece = [0; 1024];
            while let Ok(read) = stderr.read(&mut piece).await {
                if read == 0 {
                    return;
                }
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                let room = WORDS.saturating_sub(said.len());
                said.extend(piece.iter().take(read.min(room)));
            }
        }
    });
    let stdout = UntilCut { stdout, ended: status.clone() };
    Ok((Box::new(tokio::io::join(stdout, stdin)), Exec { said, status, reader, _process: process }))
}

/// What a program writes. The client's pipe has no end when its stream was cut: then this has.
struct UntilCut<R> {
    stdout: R,
    ended: Ended,
}

impl<R: AsyncRead + Unpin> AsyncRead for UntilCut<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Poll::Ready(read) = Pin::new(&mut self.stdout).poll_read(cx, buffer) {
            return Poll::Ready(read);
        }
        if Pin::new(&mut self.ended).poll(cx).is_pending() {
            return Poll::Pending;
        }
        // What came last may be there by now; behind it nothing is.
        match Pin::new(&mut self.stdout).poll_read(cx, buffer) {
            Poll::Pending => Poll::Ready(Ok(())),
            read => read,
        }
    }
}

impl Exec {
    /// What it said on stderr until now.
    pub(super) fn said(&self) -> Vec<u8> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for its end.
    pub(super) async fn ended(&mut self) -> Ending {
        self.status.clone().await.map_or(Ending::Unknown, |status| of_status(&status))
    }
}

/// A program that ended with a code is a failure with that code among its causes.
fn of_status(status: &Status) -> Ending {
    if status.status.as_deref() == Some("Success") {
        return Ending::Code(0);
    }
    let causes = status.details.as_ref().and_then(|details| details.causes.as_deref()).unwrap_or_default();
    let code = causes.iter().find(|cause| cause.reason.as_deref() == Some("ExitCode"));
    match code.and_then(|cause| cause.message.as_ref()?.parse().ok()) {
        Some(code @ 129..=192) => Ending::Signal(code - 128),
        Some(code) => Ending::Code(code),
        None => Ending::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn a_stream_that_was_cut_ends_behind_what_had_come() {
        let (stdout, mut pipe) = tokio::io::duplex(64);
        let (cut, status) = tokio::sync::oneshot::channel::<Status>();
        let ended = async { status.await.ok() }.boxed().shared();
        let mut reader = UntilCut { stdout, ended };
        pipe.write_all(b"the last").await.unwrap();
        drop(cut);
        let mut all = Vec::new();
        reader.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"the last");
        drop(pipe);
    }

    fn of(text: &str) -> Ending {
        of_status(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn the_code_of_a_program_is_among_the_causes() {
        assert_eq!(of(r#"{"status":"Success"}"#), Ending::Code(0));
        let code = |code: &str| {
            format!(r#"{{"status":"Failure","details":{{"causes":[{{"reason":"ExitCode","message":"{code}"}}]}}}}"#)
        };
        assert_eq!((of(&code("1")), of(&code("137"))), (Ending::Code(1), Ending::Signal(9)));
        assert_eq!(of(r#"{"status":"Failure","message":"container not found"}"#), Ending::Unknown);
    }
}
