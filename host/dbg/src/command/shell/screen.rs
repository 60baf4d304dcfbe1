//! The operator's own terminal: raw while a program has it, and as it was before on every ending.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dbg_session::shell::{Size, Streams};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// Where nobody says how large it is.
const USUAL: Size = Size { columns: 80, rows: 24 };

/// The terminal, or that there is none. Dropping it restores the terminal.
pub(super) struct Screen {
    before: Restorer,
}

/// What a terminal was before. Its clones restore the same one, once.
#[derive(Clone)]
pub(super) struct Restorer(Option<Arc<Before>>);

struct Before {
    modes: Termios,
    is_raw: AtomicBool,
}

impl Screen {
    /// Looks whether stdin and stdout are a terminal. Nothing is changed yet.
    pub(super) fn look() -> Self {
        let (stdin, stdout) = (std::io::stdin(), std::io::stdout());
        let is_there = stdin.is_terminal() && stdout.is_terminal();
        let modes = is_there.then(|| tcgetattr(&stdin).ok()).flatten();
        let before = modes.map(|modes| Arc::new(Before { modes, is_raw: AtomicBool::new(false) }));
        Self { before: Restorer(before) }
    }

    /// What the program's streams are to be.
    pub(super) fn streams(&self) -> Streams {
        match self.before.0 {
            Some(_) => Streams::Terminal(size()),
            None => Streams::Pipes,
        }
    }

    /// Every key is the program's from now on, also Ctrl-C.
    pub(super) fn make_raw(&self) -> rustix::io::Result<()> {
        let Restorer(Some(before)) = &self.before else { return Ok(()) };
        let mut raw = before.modes.clone();
        raw.make_raw();
        before.is_raw.store(true, Ordering::SeqCst);
        tcsetattr(std::io::stdin(), OptionalActions::Now, &raw)
    }

    /// As it was before.
    pub(super) fn restore(&self) {
        self.before.restore();
    }

    /// Restores it for somebody who cannot have it.
    pub(super) fn restorer(&self) -> Restorer {
        self.before.clone()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.restore();
    }
}

impl Restorer {
    /// As it was before, unless it is.
    pub(super) fn restore(&self) {
        if let Some(before) = &self.0
            && before.is_raw.swap(false, Ordering::SeqCst)
        {
            // One that is closed has nobody before it.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &before.modes);
        }
    }
}

/// How large the terminal is now.
pub(super) fn size() -> Size {
    match tcgetwinsize(std::io::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Size { columns: size.ws_col, rows: size.ws_row },
        _ => USUAL,
    }
}
