//! What reaches dbg as a signal while a program runs: the window's size, and that it is to end. With a raw terminal Ctrl-C is a key of the
//! program's and no signal.

use std::io;

use dbg_session::shell::Wish;
use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

use super::screen;

/// Listens since it was made.
pub(super) struct Signals {
    ended: watch::Receiver<Option<u8>>,
    wishes: mpsc::Receiver<Wish>,
}

impl Signals {
    /// The second signal that asks to end does so at once; `release` restores what is to be restored before.
    pub(super) fn listen(release: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let mut endings = Endings {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        };
        let mut window = signal(SignalKind::window_change())?;
        let (tell, ended) = watch::channel(None);
        let (wish, wishes) = mpsc::channel(8);
        let resizes = wish.clone();
        tokio::spawn(async move {
            while window.recv().await.is_some() {
                // A size that finds no room is followed by another, or was not worth it.
                let _ = resizes.try_send(Wish::Resize(screen::size()));
            }
        });
        tokio::spawn(async move {
            let first = endings.next().await;
            tell.send_replace(Some(first));
            let _ = wish.send(Wish::End(first)).await;
            let second = endings.next().await;
            release();
            std::process::exit(i32::from(super::SIGNALLED.saturating_add(second)));
        });
        Ok(Self { ended, wishes })
    }

    /// Waits for the first signal that asks to end.
    pub(super) async fn first(&self) {
        wait(self.ended.clone()).await;
    }

    /// What the program's session is told, and the first signal that asked to end.
    pub(super) fn split(self) -> (mpsc::Receiver<Wish>, watch::Receiver<Option<u8>>) {
        (self.wishes, self.ended)
    }
}

/// Waits for a signal that asks to end; which.
pub(super) async fn wait(mut ended: watch::Receiver<Option<u8>>) -> u8 {
    match ended.wait_for(Option::is_some).await.map(|signal| *signal) {
        Ok(Some(signal)) => signal,
        // Nobody can send one any more.
        Ok(None) | Err(_) => std::future::pending().await,
    }
}

struct Endings {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Endings {
    async fn next(&mut self) -> u8 {
        let number = tokio::select! {
            _ = self.interrupt.recv() => Number::INT,
            _ = self.terminate.recv() => Number::TERM,
            _ = self.hangup.recv() => Number::HUP,
        };
        u8::try_from(number.as_raw()).unwrap_or(u8::MAX)
    }
}
