//! The check itself: settings, survey, report.

use std::time::{Duration, Instant};

use dbg_sdk::prelude::*;

use crate::exchange::{Exchange, Manner};
use crate::findings::{self, Facts};
use crate::parameters::DnsCheck;
use crate::settings::{Server, Settings};
use crate::walk::{self, Survey};
use crate::{lookup, rows};

/// What the report needs of the run's time.
const FOR_THE_REPORT: Duration = Duration::from_millis(500);
/// Fewer look-ups are done before anybody could read how far they are.
const WORTH_PROGRESS: usize = 16;

/// Asks every name server of the target, and says which of them a person should act on.
///
/// Each server is asked for every name and type, all at once, over UDP with EDNS and over TCP where an answer does not fit. Names are
/// completed by the target's search domains as glibc does it. Told apart: no answer, slow answer, refusal, failure, failure of DNSSEC,
/// missing name, missing record, alias loop, lame server, forged or misdirected answer, truncation without TCP, a lost half of an A and
/// AAAA pair, and servers that disagree.
#[check(
    name = "dns-check",
    grant(
        capability = "sockets",
        bounds = ["udp:resolvers", "tcp:resolvers", "udp:param:server", "tcp:param:server"],
        reason = "asks the target's own name servers, or those given with `server`"
    ),
    grant(
        capability = "resolver",
        optional,
        reason = "knows from the target's resolver configuration which servers to ask and how names are completed"
    ),
    limits(time = "2m", memory = "64MiB")
)]
pub fn dns_check(parameters: DnsCheck, run: &Run) -> Result<(), Failure> {
    let settings = Settings::new(&parameters, run)?;
    let lookups = if parameters.name.is_empty() {
        lookup::of_configuration(&settings.search)
    } else {
        lookup::of_names(&parameters.name, &settings.kinds, &settings.search).map_err(Failure::bad_arguments)?
    };
    let survey = if settings.servers.is_empty() { Survey::default() } else { ask(&settings, &lookups, run) };
    rows::write(&settings.servers, &survey, run);
    let facts = Facts { lookups: &lookups, servers: &settings.servers, survey: &survey, slow: parameters.slow };
    findings::emit(facts, &settings.notices, run);
    slowest(&settings.servers, &survey, run);
    Ok(())
}

fn ask(settings: &Settings, lookups: &[lookup::Lookup], run: &Run) -> Survey {
    let addresses: Vec<_> = settings.servers.iter().map(|server| server.address).collect();
    let manner = Manner {
        timeout: settings.timeout,
        attempts: settings.attempts,
        tcp: settings.tcp,
        deadline: Instant::now() + run.remaining().saturating_sub(FOR_THE_REPORT),
    };
    let cancelled = || run.cancelled();
    let mut exchange = Exchange::new(&addresses, manner, &cancelled);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    walk::survey(lookups, addresses.len(), settings.dnssec, &mut exchange, |done, total| {
        if total >= WORTH_PROGRESS {
            run.progress(count(done), count(total), "asking name servers");
        }
    })
}

/// The longest wait for an answer, by server: what to watch over many runs.
fn slowest(servers: &[Server], survey: &Survey, run: &Run) {
    for (position, server) in servers.iter().enumerate() {
        let answered = survey.log.iter().filter(|entry| entry.server == position && entry.heard.answered.is_some());
        if let Some(took) = answered.map(|entry| entry.heard.took).max() {
            let server = server.address.to_string();
            run.metric("dns-slowest-answer", Unit::Milliseconds, took.as_secs_f64() * 1_000.0, &[("server", &server)]);
        }
    }
}

#[cfg(test)]
mod tests;
