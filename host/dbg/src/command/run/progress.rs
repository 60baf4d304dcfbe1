//! The live line on stderr: what is being done now, drawn over itself and gone at the end.

use std::time::{Duration, Instant};

use dbg_model::Progress;
use dbg_report::Series;

use crate::printer;
use crate::settings::Terminal;

/// No eye follows more than this.
const BETWEEN: Duration = Duration::from_millis(100);
/// Carriage return, then erase to the end of the line. Source: ECMA-48, EL.
const ERASE: &str = "\r\x1b[K";

/// The line, where a terminal can show one.
pub(super) struct Line {
    width: Option<usize>,
    drawn: Option<Instant>,
}

impl Line {
    pub(super) fn new(terminal: &Terminal) -> Self {
        Self { width: terminal.live.then_some(terminal.width), drawn: None }
    }

    /// Draws it, unless it was drawn just now.
    pub(super) fn draw(&mut self, target: &str, check: &str, progress: &Progress) {
        self.draw_line(|width| dbg_render::progress_line(target, check, progress, width));
    }

    /// Draws how the rounds of a check go, unless something was drawn just now.
    pub(super) fn draw_rounds(&mut self, target: &str, check: &str, series: &Series) {
        self.draw_line(|width| dbg_render::round_line(target, check, series, width));
    }

    fn draw_line(&mut self, line: impl FnOnce(usize) -> String) {
        let Some(width) = self.width else { return };
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < BETWEEN) {
            return;
        }
        self.drawn = Some(Instant::now());
        // A line that fills the last column would wrap on some terminals.
        printer::note_inline(&format!("{ERASE}{}", line(width.saturating_sub(1))));
    }

    /// Takes it away.
    pub(super) fn clear(&mut self) {
        if self.drawn.take().is_some() {
            printer::note_inline(ERASE);
        }
    }
}
