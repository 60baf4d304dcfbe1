//! Ctrl-C, SIGTERM and SIGHUP: the first asks to end cleanly, the second ends at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::exit::Exit;

/// Turns true with the first signal.
pub(crate) type Cancelled = watch::Receiver<bool>;

/// Listens from now on. `release` gives back what this process does not hold alone, before the second signal ends it.
pub(crate) fn listen(release: impl FnOnce() + Send + 'static) -> io::Result<Cancelled> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        any(&mut interrupt, &mut terminate, &mut hangup).await;
        sender.send_replace(true);
        any(&mut interrupt, &mut terminate, &mut hangup).await;
        // Everything else is in this process or, as an agent, ended by the kernel with it.
        release();
        std::process::exit(i32::from(Exit::Interrupted.code()));
    });
    Ok(receiver)
}

async fn any(a: &mut Signal, b: &mut Signal, c: &mut Signal) {
    tokio::select! {
        _ = a.recv() => {}
        _ = b.recv() => {}
        _ = c.recv() => {}
    }
}

/// Waits for the first signal.
pub(crate) async fn first(mut cancelled: Cancelled) {
    if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
        // Nobody can send one any more.
        std::future::pending::<()>().await;
    }
}
