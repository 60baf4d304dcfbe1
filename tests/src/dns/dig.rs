//! What `dig` says of the same question: the peer that `dns-check` is compared with.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use crate::{LIMIT, Namespace, Running, tool};

/// The program.
pub struct Dig {
    program: PathBuf,
}

/// Nothing but the answer, and no retries of its own.
const QUIET: [&str; 7] = ["+noall", "+comments", "+answer", "+tries=1", "+time=1", "+nofail", "+nocookie"];

/// One answer as `dig` prints it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `NOERROR`, `NXDOMAIN`; empty when no valid answer came.
    pub status: String,
    /// `qr`, `aa`, `tc`, `rd`, `ra`, `ad`, `cd`.
    pub flags: BTreeSet<String>,
    /// The answer section: name, type and data, without time to live and class.
    pub answers: BTreeSet<(String, String, String)>,
}

impl Answer {
    /// The data of all answers.
    #[must_use]
    pub fn data(&self) -> Vec<&str> {
        self.answers.iter().map(|(_, _, data)| data.as_str()).collect()
    }

    fn parse(text: &str) -> Self {
        let mut answer = Self::default();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix(";; ->>HEADER<<-") {
                answer.status = between(rest, "status: ", ",").to_owned();
            } else if let Some(rest) = line.strip_prefix(";; flags: ") {
                answer.flags = between(rest, "", ";").split_whitespace().map(str::to_owned).collect();
            } else if !line.starts_with(';') {
                answer.answers.extend(record(line));
            }
        }
        answer
    }
}

impl Dig {
    /// `dig` of this machine, unless it is missing; the test is then skipped.
    #[must_use]
    pub fn new() -> Option<Self> {
        Some(Self { program: tool("dig", "bind9-dnsutils")? })
    }

    /// Asks one server once.
    #[must_use]
    pub fn ask(&self, server: SocketAddr, name: &str, kind: &str, options: &[&str]) -> Answer {
        let mut command = Command::new(&self.program);
        Self::complete(&mut command, server, name, kind, options);
        Answer::parse(&Running::start(command, None).wait(LIMIT).stdout())
    }

    /// Asks as the machine's configuration says, search list included, from within a namespace.
    #[must_use]
    pub fn search(&self, namespace: &Namespace, name: &str, kind: &str) -> Answer {
        let mut command = namespace.command(&self.program, false);
        command.args(["-q", name, "-t", kind, "+search"]).args(QUIET).env("HOME", "/nonexistent");
        Answer::parse(&Running::start(command, None).wait(LIMIT).stdout())
    }

    fn complete(command: &mut Command, server: SocketAddr, name: &str, kind: &str, options: &[&str]) {
        command.args([&format!("@{}", server.ip()), "-p", &server.port().to_string(), "-q", name, "-t", kind]);
        // Its own settings file and retries have no say.
        command.args(QUIET).args(options);
        command.env("HOME", "/nonexistent");
    }
}

fn between<'text>(text: &'text str, start: &str, end: &str) -> &'text str {
    let rest = text.split_once(start).map_or(text, |(_, rest)| rest);
    rest.split_once(end).map_or(rest, |(found, _)| found)
}

/// `name ttl IN type data…`
fn record(line: &str) -> Option<(String, String, String)> {
    let mut words = line.split_whitespace();
    let (name, _ttl, _class, kind) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some((name.to_owned(), kind.to_owned(), words.collect::<Vec<_>>().join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_flags_and_answers_are_read() {
        let text = ";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; flags: qr aa rd; QUERY: 1, ANSWER: 1\n\n;; ANSWER SECTION:\nwww.test.\t60\tIN\tA\t192.0.2.1\n";
        let answer = Answer::parse(text);
        assert_eq!(answer.status, "NOERROR");
        assert!(answer.flags.contains("aa") && !answer.flags.contains("ra"));
        assert_eq!(answer.data(), ["192.0.2.1"]);
    }

    #[test]
    fn silence_has_no_status() {
        assert_eq!(Answer::parse(";; connection timed out; no servers could be reached\n"), Answer::default());
    }
}
