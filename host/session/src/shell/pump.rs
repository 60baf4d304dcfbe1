//! Bytes on their way out: written by a task of their own, so that whoever is slow to take them holds up nothing else.

use bytes::Bytes;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// What became of what was given to a [`Writing`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// So many bytes were written, or thrown away since nobody takes them any more.
    Bytes(u32),
    /// Nobody takes any more. Told once.
    Broken,
}

/// A stream that is written to. Its queue is bounded by the window of who fills it.
pub(super) struct Writing {
    queue: Option<mpsc::UnboundedSender<Bytes>>,
    task: JoinHandle<()>,
}

impl Writing {
    /// Writes to `stream`, and tells `taken`.
    pub(super) fn to(stream: impl AsyncWrite + Send + Unpin + 'static, taken: mpsc::UnboundedSender<Taken>) -> Self {
        let (queue, queued) = mpsc::unbounded_channel();
        Self { queue: Some(queue), task: tokio::spawn(write(stream, queued, taken)) }
    }

    /// Queues what is next.
    pub(super) fn put(&self, bytes: Bytes) {
        // After the end there is nothing to put; that is the other side's fault, and harmless.
        if let Some(queue) = &self.queue {
            let _ = queue.send(bytes);
        }
    }

    /// Nothing more comes: the stream is closed once all is written.
    pub(super) fn end(&mut self) {
        self.queue = None;
    }

    /// Waits until all is written.
    pub(super) async fn finished(mut self) {
        self.end();
        // A task that broke off has written what it could.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn write(
    mut stream: impl AsyncWrite + Unpin,
    mut queued: mpsc::UnboundedReceiver<Bytes>,
    taken: mpsc::UnboundedSender<Taken>,
) {
    let mut is_broken = false;
    while let Some(bytes) = queued.recv().await {
        if !is_broken {
            is_broken = match stream.write_all(&bytes).await {
                Ok(()) => stream.flush().await.is_err(),
                Err(_) => true,
            };
            if is_broken {
                // Whoever no longer listens has no use for it.
                let _ = taken.send(Taken::Broken);
            }
        }
        let _ = taken.send(Taken::Bytes(u32::try_from(bytes.len()).unwrap_or(u32::MAX)));
    }
    let _ = stream.shutdown().await;
}
