//! A report as text for people, and as JSON, NDJSON and JUnit for programs.
//!
//! This room knows how things look. It must never know where a report comes from or goes: it is given a writer, reads no clock, environment
//! or terminal, and decides nothing that a program would have to read from its text. All foreign text passes `Escaped` or `Cell`
//! before a person or an XML reader sees it; JSON keeps it as data, with what could deceive the eye spelled as `\u…`.

mod failure;
mod json;
mod junit;
mod ndjson;
mod progress;
mod safe_json;
mod schema;
mod text;
mod time;

pub use json::write_json;
pub use junit::write_junit;
pub use ndjson::NdjsonWriter;
pub use progress::{change_line, progress_line, round_line};
pub use safe_json::to_json_lines;
pub use schema::{event_schema, report_schema};
pub use text::{Colour, TextOptions, Verbosity, write_text};

#[cfg(test)]
mod sample;
