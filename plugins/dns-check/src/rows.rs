//! The table of all queries, a row each.

use dbg_sdk::table::{Missing, column};
use dbg_sdk::{Run, Unit};

use crate::answer::Meaning;
use crate::exchange::{Ending, Heard, Transport};
use crate::name;
use crate::query::{Checking, Extension};
use crate::settings::Server;
use crate::walk::{Entry, Outcome, Survey};

/// Writes the table.
pub(crate) fn write(servers: &[Server], survey: &Survey, run: &Run) {
    let columns = (
        column::text("server"),
        column::text("name"),
        column::text("type"),
        column::text("result"),
        column::text("flags"),
        column::text("answer"),
        column::integer("ttl").unit(Unit::Seconds),
        column::text("by"),
        column::integer("sent"),
        column::real("took").unit(Unit::Milliseconds),
    );
    let mut table = run.table("dns-queries", "Queries", columns);
    let mut entries: Vec<(usize, &Entry)> = survey.log.iter().enumerate().collect();
    // As they were asked: by look-up and server; within these the order in which they ended.
    entries.sort_unstable_by_key(|(position, entry)| (entry.lookup, entry.server, *position));
    for (_, entry) in entries {
        let server = servers.get(entry.server).map(|server| server.address.to_string()).unwrap_or_default();
        let (name, kind) = (name::text(&entry.question.name), entry.question.kind.name());
        let queries = entry.heard.sent;
        match &entry.heard.ending {
            Ending::Reply(reply) => {
                let ttl = (!reply.records.is_empty()).then(|| reply.records.ttl());
                let took = entry.heard.took.as_secs_f64() * 1_000.0;
                let (result, flags, answer) = (result(entry), reply.flags.to_string(), answer(entry));
                table.row((server, name, kind, result, flags, answer, ttl, by(&entry.heard), queries, took));
            }
            _ => table.row((
                server,
                name,
                kind,
                result(entry),
                Missing,
                Missing,
                Missing,
                by(&entry.heard),
                queries,
                Missing,
            )),
        }
    }
}

/// The response code as `dig` names it, or why there is none.
fn result(entry: &Entry) -> String {
    match (&entry.heard.ending, &entry.meaning) {
        (Ending::Reply(reply), Some(meaning)) => match (reply.rcode, meaning) {
            (0, Meaning::NoData) => "NODATA".to_owned(),
            (0, Meaning::Lame(_)) => "lame".to_owned(),
            (0, _) => "NOERROR".to_owned(),
            (1, _) => "FORMERR".to_owned(),
            (2, _) => "SERVFAIL".to_owned(),
            (3, _) => "NXDOMAIN".to_owned(),
            (4, _) => "NOTIMP".to_owned(),
            (5, _) => "REFUSED".to_owned(),
            (code, _) => format!("RCODE {code}"),
        },
        (ending, _) => Outcome::without_reply(ending, &entry.heard.strays).text(),
    }
}

fn answer(entry: &Entry) -> String {
    let Ending::Reply(reply) = &entry.heard.ending else { return String::new() };
    let mut parts: Vec<String> = reply.aliases.iter().map(|alias| format!("CNAME {}", name::text(alias))).collect();
    if !reply.records.is_empty() {
        parts.push(reply.records.text());
    }
    parts.join(", ")
}

/// How it travelled; none for one datagram with EDNS, the usual way.
fn by(heard: &Heard) -> Option<String> {
    let usual = matches!(heard.over, Transport::Udp);
    let mut words = vec![if usual { "udp" } else { "tcp" }];
    if heard.form.extension == Extension::Plain {
        words.push("no-edns");
    }
    if heard.form.checking == Checking::Disabled {
        words.push("cd");
    }
    (!usual || words.len() > 1).then(|| words.join(" "))
}
