//! Writes the findings.

use dbg_sdk::{Run, Severity};

use super::problem::Problem;
use super::{Facts, Occurrence, collect, good, weight};
use crate::compare::{Apart, Disagreement, disagreements};
use crate::settings::Notice;

/// More lines than anybody reads; the table has all of them.
const MOST_LINES: usize = 12;

/// All findings of a run: what is wrong by server, where servers disagree, what is worth knowing, and `dns-ok` if nothing is wrong.
pub(crate) fn emit(facts: Facts<'_>, notices: &[Notice], run: &Run) {
    let mut worst = Severity::Pass;
    for notice in notices {
        worst = heavier(worst, tell_notice(notice, run));
    }
    let occurrences = collect::occurrences(facts);
    for server in 0..facts.servers.len() {
        for problem in Problem::ALL {
            let of_one = |one: &&Occurrence| one.server == server && one.problem == problem;
            let of_one: Vec<&Occurrence> = occurrences.iter().filter(of_one).collect();
            worst = heavier(worst, tell(facts, &of_one, run));
        }
    }
    for one in disagreements(facts.lookups, facts.survey) {
        worst = heavier(worst, tell_disagreement(facts, &one, run));
    }
    good::tell_searches(facts, run);
    if weight(worst) <= weight(Severity::Info) && !facts.servers.is_empty() {
        good::tell(facts, run);
    }
}

fn heavier(one: Severity, other: Severity) -> Severity {
    if weight(other) > weight(one) { other } else { one }
}

/// One problem of one server.
fn tell(facts: Facts<'_>, occurrences: &[&Occurrence], run: &Run) -> Severity {
    let Some(first) = occurrences.first() else { return Severity::Pass };
    let severity = occurrences.iter().fold(Severity::Pass, |worst, one| heavier(worst, one.severity));
    let server = facts.server(first.server).map(|server| server.address.to_string()).unwrap_or_default();
    let mut subjects: Vec<&str> = occurrences.iter().map(|one| one.subject.as_str()).collect();
    subjects.dedup();
    let what = match subjects.as_slice() {
        [one] => (*one).to_owned(),
        many => format!("{} of its questions", many.len()),
    };
    let mut finding = run
        .finding(first.problem.id(), severity, first.problem.sentence(&server, &what))
        .about(&server)
        .many(first.problem.many());
    for one in occurrences.iter().take(MOST_LINES) {
        finding = finding.evidence(&one.subject.replace('`', ""), &one.text);
    }
    if occurrences.len() > MOST_LINES {
        finding = finding.evidence("more", format!("{} of the same kind", occurrences.len() - MOST_LINES));
    }
    for step in first.problem.next_steps() {
        finding = finding.next_step(step);
    }
    if let Some(dig) = &first.dig {
        finding.next_step(format!("see it by hand: `{dig}`"));
    }
    severity
}

fn tell_disagreement(facts: Facts<'_>, one: &Disagreement, run: &Run) -> Severity {
    let Some(lookup) = facts.lookup(one.lookup) else { return Severity::Pass };
    let subject = format!("`{}` {}", lookup.typed, one.kind.name());
    let (severity, sentence, step) = match one.apart {
        Apart::Existence => (
            Severity::Fail,
            format!("the servers disagree on whether there is {subject}"),
            "find out which server is right: the others lack the zone, hold an old copy of it, or serve another view",
        ),
        Apart::Disjoint => (
            Severity::Warn,
            format!("the servers give different answers for {subject}"),
            "a content network or separate views do this on purpose; else one of the servers holds an old copy of the zone",
        ),
        Apart::Overlapping => (
            Severity::Warn,
            format!("the servers give partly different answers for {subject}"),
            "if the zone was just changed, ask again when the old records have expired; else compare the zone's serials: `dig SOA`",
        ),
    };
    let mut finding = run
        .finding("dns-disagree", severity, sentence)
        .many("have name servers that disagree")
        .about(format!("{} {}", lookup.typed, one.kind.name()));
    for (server, text) in &one.said {
        if let Some(server) = facts.server(*server) {
            finding = finding.evidence(&server.address.to_string(), text);
        }
    }
    finding.next_step(step);
    severity
}

fn tell_notice(notice: &Notice, run: &Run) -> Severity {
    match notice {
        Notice::NoConfiguration { why, needed: true } => {
            run.unknown(
                "dns-no-configuration",
                "the target's resolver configuration could not be read, and no server was given",
            )
            .many("have no resolver configuration that could be read")
            .evidence("reason", why)
            .next_step("name the servers to ask: `server=192.0.2.1`");
            Severity::Unknown
        }
        Notice::NoConfiguration { why, needed: false } => {
            run.info(
                "dns-no-configuration",
                "the target's resolver configuration could not be read: names are asked for as they were given",
            )
            .evidence("reason", why);
            Severity::Info
        }
        Notice::NoServers => {
            run.info("dns-no-nameserver", "the resolver configuration names no server, so programs ask 127.0.0.1")
                .next_step(
                    "see whether that is meant: a local cache, or a configuration that lost its `nameserver` lines",
                );
            Severity::Info
        }
        Notice::TooManyServers { all } => {
            run.info(
                "dns-too-many-nameservers",
                format!("the resolver configuration names {all} servers, and programs ask only the first 3"),
            )
            .next_step("take out the servers that are not needed");
            Severity::Info
        }
        Notice::Zone { address } => {
            run.unknown(
                "dns-zone-address",
                format!("{address} was not asked: a check cannot reach a link-local address with a zone"),
            )
            .about(address)
            .next_step(format!("ask it by hand: `dig @{address} . NS`"));
            Severity::Unknown
        }
        Notice::Unresolved { host, why } => {
            run.unknown("dns-server-unresolved", format!("`{host}`, given as a server, has no address"))
                .about(host)
                .evidence("reason", why)
                .next_step("give the server by its address");
            Severity::Unknown
        }
    }
}
