//! What kind of terminal there is.

use std::io::IsTerminal;

use dbg_render::{Colour, TextOptions};

use crate::env;

/// Whether a person is there to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interaction {
    /// stdin and stderr are a terminal.
    Person,
    /// They are not.
    Nobody,
}

/// What the streams can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terminal {
    /// Columns for text.
    pub(crate) width: usize,
    /// Whether stdout shows colour.
    pub(crate) colour: bool,
    /// Whether a line on stderr may be drawn again and again.
    pub(crate) live: bool,
    /// Whether what changes while a run goes on may be told on stderr.
    pub(crate) told: bool,
    /// Whether a person is there to be asked.
    pub(crate) interaction: Interaction,
}

impl Terminal {
    /// Looks once.
    pub(crate) fn look(no_progress: bool) -> Self {
        let (stdin, stdout, stderr) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
        let dumb = env::TERM.read().is_some_and(|term| term == "dumb");
        let typed = || env::COLUMNS.read().and_then(|text| text.to_str()?.parse().ok());
        let asked = || rustix::termios::tcgetwinsize(&stdout).ok().map(|size| usize::from(size.ws_col));
        let width = if stdout.is_terminal() { asked() } else { typed() };
        Self {
            // Below 40 no table makes sense, above 250 no line can be followed.
            width: width.filter(|width| *width > 0).unwrap_or(80).clamp(40, 250),
            colour: stdout.is_terminal() && !dumb && env::NO_COLOR.read().is_none(),
            live: stderr.is_terminal() && !dumb && !no_progress,
            told: !no_progress,
            interaction: if stdin.is_terminal() && stderr.is_terminal() {
                Interaction::Person
            } else {
                Interaction::Nobody
            },
        }
    }

    /// How text is to be laid out.
    pub(crate) fn text_options(&self) -> TextOptions {
        let colour = if self.colour { Colour::Always } else { Colour::Never };
        TextOptions { width: self.width, colour, ..TextOptions::default() }
    }
}
