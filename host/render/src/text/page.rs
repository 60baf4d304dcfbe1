//! What is written on: width, colour, and how much is said.

use dbg_model::Severity;
use dbg_report::Verdict;

use super::measure::{fit, wrap};

/// Whether escape sequences may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Never: not a terminal, or the reader wants none.
    Never,
    /// Always. Nothing is said by colour alone.
    Always,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// The verdicts.
    Quiet,
    /// All that weighs; what passed in short, long values and tables cut.
    Normal,
    /// Everything.
    Verbose,
}

/// How a report is written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// Columns of the terminal; below 24 counts as 24.
    pub width: usize,
    /// Whether escape sequences may be written.
    pub colour: Colour,
    /// How much is said.
    pub verbosity: Verbosity,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { width: 80, colour: Colour::Never, verbosity: Verbosity::Normal }
    }
}

/// How a piece of text looks; its meaning is in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Bold,
    Faint,
    Good,
    Attention,
    Bad,
    Unsure,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Attention => "33",
            Self::Bad => "1;31",
            Self::Unsure => "35",
        }
    }
}

impl From<Verdict> for Ink {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Good,
            Verdict::Warn => Self::Attention,
            Verdict::Unknown => Self::Unsure,
            Verdict::Fail => Self::Bad,
        }
    }
}

impl From<Severity> for Ink {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Bold,
            weighed => Verdict::of(weighed).into(),
        }
    }
}

/// The text so far. What is given to it is escaped already.
pub(crate) struct Page {
    out: String,
    options: TextOptions,
}

impl Page {
    pub(crate) fn new(options: TextOptions) -> Self {
        Self { out: String::new(), options: TextOptions { width: options.width.clamp(24, 10_000), ..options } }
    }

    pub(crate) fn width(&self) -> usize {
        self.options.width
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.options.verbosity == Verbosity::Verbose
    }

    pub(crate) fn blank(&mut self) {
        self.out.push('\n');
    }

    /// One line, cut at the width; spaces at its end are left out.
    pub(crate) fn line(&mut self, ink: Ink, text: &str) {
        let painted = self.paint(ink, &fit(text.trim_end(), self.options.width));
        self.out.push_str(&painted);
        self.out.push('\n');
    }

    /// `lead` in its ink, then `text` wrapped beside it, further lines indented by `indent`.
    pub(crate) fn hanging(&mut self, ink: Ink, lead: &str, indent: usize, text: &str) {
        self.hanging_at_most(ink, lead, indent, text, usize::MAX);
    }

    /// As [`Page::hanging`], with a remark in place of what is beyond `max` lines.
    pub(crate) fn hanging_at_most(&mut self, ink: Ink, lead: &str, indent: usize, text: &str, max: usize) {
        let indent = indent.min(self.options.width * 3 / 4);
        let lines = wrap(text, self.options.width - indent);
        let shown = if lines.len() > max { max.saturating_sub(1) } else { lines.len() };
        let painted = self.paint(ink, lead);
        self.out.push_str(&painted);
        for (index, line) in lines.iter().take(shown.max(1)).enumerate() {
            if index > 0 {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
        if shown < lines.len() {
            let rest = lines.len() - shown.max(1);
            self.line(Ink::Faint, &format!("{:indent$}… {rest} more lines; `-o json` has them", ""));
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    fn paint(&self, ink: Ink, text: &str) -> String {
        match self.options.colour {
            Colour::Always if ink != Ink::Plain && !text.is_empty() => format!("\x1b[{}m{text}\x1b[0m", ink.code()),
            _ => text.to_owned(),
        }
    }
}
