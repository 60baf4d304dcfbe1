//! What the operator reads first.

use std::collections::{BTreeMap, BTreeSet};

use dbg_sdk::prelude::*;

use crate::judge::{Judgement, Problem};
use crate::ranges;
use crate::state::State;
use crate::survey::{Seen, Survey};

/// Lines of evidence of one finding.
const SHOWN: usize = 12;

/// Writes all of them.
pub(crate) fn write(survey: &Survey, judgement: &Judgement, run: &Run) {
    for (problem, seen) in &judgement.problems {
        of_problem(*problem, seen, survey, run);
    }
    for place in &judgement.scans {
        of_scan(*place, survey, run);
    }
    if !judgement.well.is_empty() {
        well(&judgement.well, survey, run);
    }
    if survey.missing > 0 {
        let sentence = match survey.missing {
            1 => "one endpoint was not tried: the run's time was up, or it was stopped".to_owned(),
            many => format!("{many} endpoints were not tried: the run's time was up, or it was stopped"),
        };
        run.unknown("tcp-not-tried", sentence)
            .next_step("give fewer endpoints, a shorter `timeout`, or a higher `rate` (0 for no limit)");
    }
}

fn of_problem(problem: Problem, seen: &[Seen], survey: &Survey, run: &Run) {
    let (id, severity, one, many) = words(problem);
    let asked: BTreeSet<usize> = seen.iter().map(|seen| seen.asked).collect();
    let name = |place: &usize| survey.asked.get(*place).map(|asked| asked.text.as_str()).unwrap_or_default();
    let sentence = match (seen, asked.first()) {
        ([_], Some(place)) => format!("{} {one}", name(place)),
        (_, Some(place)) if asked.len() == 1 => format!("{} {one} ({})", name(place), counted(seen.len())),
        _ => format!("{} {many}", counted(seen.len())),
    };
    let mut finding = run.finding(id, severity, sentence).many(many);
    if let (1, Some(place)) = (asked.len(), asked.first()) {
        finding = finding.about(name(place));
    }
    for (what, ports) in by_address(seen, survey).into_iter().take(SHOWN) {
        finding = finding.evidence(&what, ranges::ports(&ports));
    }
    for (detail, count) in details(seen, survey).into_iter().take(SHOWN) {
        let detail = if seen.len() == 1 { detail.to_owned() } else { format!("{detail} ({count} of {})", seen.len()) };
        finding = finding.evidence("because", detail);
    }
    let example = seen.first();
    let address = example.map(|seen| survey.address(seen)).unwrap_or_default();
    let port = example.map(|seen| seen.port).unwrap_or_default();
    let host = asked.first().and_then(|place| survey.asked.get(*place)).map(|asked| asked.endpoint.hosts.clone());
    let host = match host {
        Some(dbg_sdk::Hosts::One(host)) => host,
        _ => address.to_owned(),
    };
    for step in next_steps(problem, &host, address, port) {
        finding = finding.next_step(step);
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "1 connect".to_owned() } else { format!("{count} connects") }
}

/// Identifier, weight, and what is said of one endpoint and of several.
fn words(problem: Problem) -> (&'static str, Severity, &'static str, &'static str) {
    use Severity::{Fail, Unknown, Warn};
    match problem {
        Problem::Reset => ("tcp-reset", Fail, "accepts and resets at once", "were accepted and reset at once"),
        Problem::Closed => ("tcp-closed", Fail, "accepts and closes at once", "were accepted and closed at once"),
        Problem::Refused => ("tcp-refused", Fail, "refuses connections: nobody listens there", "were refused"),
        Problem::Filtered => ("tcp-filtered", Fail, "does not answer", "got no answer"),
        Problem::Unreachable => ("tcp-unreachable", Fail, "cannot be reached", "could not reach their host"),
        Problem::Unresolved => ("tcp-unresolved", Fail, "has no address", "had no address to go to"),
        Problem::Unexpected => {
            ("tcp-unexpectedly-open", Fail, "is open and should be closed", "were answered and should not be")
        }
        Problem::SomeAddresses => (
            "tcp-some-addresses",
            Warn,
            "is open at one of its addresses and not at another",
            "failed at one address of a name and not at another",
        ),
        Problem::Denied => ("tcp-not-granted", Unknown, "was not tried: it is not granted", "were not granted"),
        Problem::Unknown => ("tcp-not-known", Unknown, "could not be tried", "could not be made"),
    }
}

fn next_steps(problem: Problem, host: &str, address: &str, port: u16) -> Vec<String> {
    match problem {
        Problem::Reset | Problem::Closed => vec![
            format!(
                "look behind {address}: a proxy or load balancer without a backend, or a TCP wrapper or list of addresses \
                 that does not want this one"
            ),
            format!("look for a full accept queue there, Recv-Q above Send-Q: `ss -ltn 'sport = :{port}'`"),
        ],
        Problem::Refused => vec![
            format!(
                "look on {address} whether the service runs and listens on this address: `ss -ltnp 'sport = :{port}'`"
            ),
            "a refusal is an answer: the way there is well".to_owned(),
        ],
        Problem::Filtered => vec![
            format!(
                "look whether the host is up, and for a firewall that drops: compare with another port of {address}"
            ),
            format!("see how far it goes: `traceroute -T -p {port} {address}`"),
        ],
        Problem::Unreachable => vec![
            format!("look at the route from here: `ip route get {address}`"),
            "where a router or firewall says so, it is named above: look there".to_owned(),
        ],
        Problem::Unresolved => vec![format!("ask its name servers: `dbg run dns-check name={host}`")],
        Problem::Unexpected => {
            vec![format!("see who listens: `ss -ltnp 'sport = :{port}'` on {address}; close it, or filter it")]
        }
        Problem::SomeAddresses => vec![
            format!("start the service on {address} too, or take that address out of the name's records"),
            "programs that try only the first address fail now and then, others start slowly".to_owned(),
        ],
        Problem::Denied if address.is_empty() => vec!["give an endpoint that the grant covers".to_owned()],
        Problem::Denied => vec![format!("if that is meant, give the address: `to={}`", literal(address, port))],
        Problem::Unknown => {
            vec!["see the reason above; where connection tracking is full, look at `conntrack -S`".to_owned()]
        }
    }
}

/// An address and a port as they are typed.
fn literal(address: &str, port: u16) -> String {
    match address.parse() {
        Ok(std::net::IpAddr::V6(ip)) if ip.is_unicast_link_local() => format!("[{ip}%INTERFACE]:{port}"),
        Ok(std::net::IpAddr::V6(ip)) => format!("[{ip}]:{port}"),
        _ => format!("{address}:{port}"),
    }
}

/// Of each address its ports; where there is none, of what was asked.
fn by_address(seen: &[Seen], survey: &Survey) -> Vec<(String, Vec<u16>)> {
    let mut found: BTreeMap<(usize, usize), Vec<u16>> = BTreeMap::new();
    for seen in seen {
        found.entry((seen.asked, seen.address)).or_default().push(seen.port);
    }
    let mut texts = Vec::new();
    for seen_ports in found {
        let ((asked, address), mut ports) = seen_ports;
        ports.sort_unstable();
        let one = seen.iter().find(|seen| seen.asked == asked && seen.address == address);
        let address = one.map(|seen| survey.address(seen)).unwrap_or_default();
        let asked = survey.asked.get(asked).map(|asked| asked.text.as_str()).unwrap_or_default();
        texts.push((if address.is_empty() { asked.to_owned() } else { address.to_owned() }, ports));
        if texts.len() == SHOWN {
            break;
        }
    }
    texts
}

/// The details there are, the commonest first.
fn details<'a>(seen: &[Seen], survey: &'a Survey) -> Vec<(&'a str, usize)> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for seen in seen {
        let detail = survey.detail(seen);
        if !detail.is_empty() {
            *found.entry(detail).or_default() += 1;
        }
    }
    let mut found: Vec<(&str, usize)> = found.into_iter().collect();
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    found
}

/// A range or a network: what is there, without an opinion; nothing at all is worth a look.
fn of_scan(place: usize, survey: &Survey, run: &Run) {
    let Some(asked) = survey.asked.get(place) else { return };
    let mut counts: BTreeMap<State, usize> = BTreeMap::new();
    let mut open: BTreeMap<usize, Vec<u16>> = BTreeMap::new();
    let mut addresses: BTreeMap<usize, &str> = BTreeMap::new();
    for seen in survey.seen.iter().filter(|seen| seen.asked == place) {
        *counts.entry(seen.state).or_default() += 1;
        if seen.state == State::Open {
            open.entry(seen.address).or_default().push(seen.port);
            addresses.insert(seen.address, survey.address(seen));
        }
    }
    let listed: Vec<String> = counts.iter().map(|(state, count)| format!("{count} {}", state.word())).collect();
    let sentence = format!("{}: {}", asked.text, listed.join(", "));
    if open.is_empty() {
        run.warn("tcp-none-open", sentence)
            .about(&asked.text)
            .many("have nothing open in the range")
            .next_step("see the table; where nothing answers at all, try one port that must be open");
        return;
    }
    let mut finding = run.pass("tcp-scanned", sentence).about(&asked.text).many("have open ports in the range");
    for (address, mut ports) in open.into_iter().take(SHOWN) {
        ports.sort_unstable();
        let address = addresses.get(&address).copied().unwrap_or_default();
        finding = finding.evidence(&format!("open at {address}"), ranges::ports(&ports));
    }
}

fn well(places: &[usize], survey: &Survey, run: &Run) {
    let names: Vec<&str> =
        places.iter().filter_map(|place| survey.asked.get(*place)).map(|asked| &*asked.text).collect();
    let open = survey.seen.iter().any(|seen| seen.state == State::Open && places.contains(&seen.asked));
    let state = if open { "open" } else { "closed, as it should be" };
    let sentence = match &*names {
        [one] => format!("{one} is {state}"),
        many => format!("all of {} endpoints are {state}", many.len()),
    };
    let finding = run.pass("tcp-as-expected", sentence).many("are as they should be");
    if names.len() > 1 {
        let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(SHOWN);
        let shown = if more == 0 { shown } else { format!("{shown} and {more} more") };
        finding.evidence("endpoints", shown);
    }
}
