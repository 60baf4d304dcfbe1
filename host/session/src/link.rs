//! Two tasks that keep a session's stream moving, whatever its owner is busy with: one reads, one writes and pings.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::SessionError;
use crate::bounds::{FRAMES_IN_FLIGHT, MAX_FRAME, PING};
use crate::codec::{Encoded, Frame};
use crate::handshake::Halves;
use crate::inlet::{Inlet, Received};
use crate::outlet::Outlet;

/// A session's stream with its tasks. Dropping it ends both, and closes the stream.
pub(crate) struct Link<In> {
    /// Every frame but pings, then the one error that ended it.
    pub(crate) incoming: mpsc::Receiver<Result<Received<In>, SessionError>>,
    pub(crate) outgoing: mpsc::Sender<Encoded>,
    fault: oneshot::Receiver<SessionError>,
    _tasks: JoinSet<()>,
}

/// What is left of a link that sends nothing more.
pub(crate) struct Leaving<In> {
    pub(crate) incoming: mpsc::Receiver<Result<Received<In>, SessionError>>,
    fault: oneshot::Receiver<SessionError>,
    _tasks: JoinSet<()>,
}

impl<In: Frame> Link<In> {
    pub(crate) fn new<Out: Frame, S>(halves: Halves<S>) -> Result<Self, SessionError>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (into, incoming) = mpsc::channel(FRAMES_IN_FLIGHT);
        let (outgoing, queue) = mpsc::channel(FRAMES_IN_FLIGHT);
        let (tell, fault) = oneshot::channel();
        let ping = Encoded::new(&Out::PING)?;
        let Halves { inlet, outlet } = halves;
        let mut tasks = JoinSet::new();
        tasks.spawn(read(inlet, into));
        tasks.spawn(async move {
            if let Err(error) = write(outlet, queue, ping).await {
                // An owner that is gone needs no reason.
                let _ = tell.send(error);
            }
        });
        Ok(Self { incoming, outgoing, fault, _tasks: tasks })
    }

    /// Why nothing can be sent any more. Called when sending failed.
    pub(crate) async fn fault(&mut self) -> SessionError {
        (&mut self.fault).await.unwrap_or(SessionError::Gone)
    }

    /// Sends what is under way, then tells the stream that no more will come.
    pub(crate) fn leave(self) -> Leaving<In> {
        let Self { incoming, outgoing: _, fault, _tasks } = self;
        Leaving { incoming, fault, _tasks }
    }
}

impl<In> Leaving<In> {
    /// Waits until everything is sent.
    pub(crate) async fn sent(&mut self) -> Result<(), SessionError> {
        // The writer that drops the other end without a word has sent everything.
        (&mut self.fault).await.map_or(Ok(()), Err)
    }
}

async fn read<In: Frame>(
    mut inlet: Inlet<impl AsyncRead + Unpin>,
    into: mpsc::Sender<Result<Received<In>, SessionError>>,
) {
    loop {
        let frame = inlet.frame::<In>(MAX_FRAME).await;
        let last = match &frame {
            Ok(received) if received.frame.is_ping() => continue,
            Ok(_) => false,
            Err(_) => true,
        };
        if into.send(frame).await.is_err() || last {
            return;
        }
    }
}

async fn write(
    mut outlet: Outlet<impl AsyncWrite + Unpin>,
    mut queue: mpsc::Receiver<Encoded>,
    ping: Encoded,
) -> Result<(), SessionError> {
    loop {
        match timeout(PING, queue.recv()).await {
            Ok(Some(frame)) => outlet.put(&frame).await?,
            Ok(None) => return outlet.shutdown().await,
            Err(_) => outlet.put(&ping).await?,
        }
        while let Ok(frame) = queue.try_recv() {
            outlet.put(&frame).await?;
        }
        outlet.flush().await?;
    }
}
