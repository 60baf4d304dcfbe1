//! What is wrong, one file a kind of trouble, and what is said when nothing is.

mod backlog;
mod close_wait;
mod gaps;
mod good;
mod ports;
mod queues;
mod retransmits;
mod syn;

use std::collections::BTreeMap;
use std::fmt::Display;

use dbg_sdk::Finding;
use dbg_sdk::prelude::*;

use crate::parameters::SockSummary;
use crate::survey::{Owner, Survey};

/// Of one kind; the largest come first, and those left out are counted.
const MOST: usize = 20;
/// In the evidence of one finding.
const SHOWN: usize = 5;

/// What one kind of trouble came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Found,
    None,
}

pub(crate) fn emit(survey: &Survey, parameters: &SockSummary, run: &Run) {
    let kinds = [
        close_wait::emit(survey, parameters, run),
        backlog::emit(survey, run),
        retransmits::emit(survey, parameters, run),
        ports::emit(survey, parameters, run),
        syn::emit_sent(survey, parameters, run),
        syn::emit_received(survey, parameters, run),
        queues::emit(survey, parameters, run),
    ];
    gaps::emit(survey, run);
    if kinds.iter().all(|trouble| *trouble == Trouble::None) {
        good::emit(survey, run);
    }
}

/// Says each of `found`, which are sorted, the worst first, up to the cap.
fn each<T>(run: &Run, id: &str, found: Vec<T>, mut say: impl FnMut(T)) -> Trouble {
    if found.is_empty() {
        return Trouble::None;
    }
    let more = found.len().saturating_sub(MOST);
    for one in found.into_iter().take(MOST) {
        say(one);
    }
    if more > 0 {
        run.info("sock-more", format!("{more} more of the kind `{id}` are left out")).about(id);
    }
    Trouble::Found
}

/// `10.0.0.7: 120, 10.0.0.8: 3, and 2 more`
fn counted<K: Ord + Display>(keys: impl Iterator<Item = K>) -> String {
    let mut counts: BTreeMap<K, u32> = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    let mut counts: Vec<(K, u32)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = counts.len().saturating_sub(SHOWN);
    let mut text: Vec<String> = counts.iter().take(SHOWN).map(|(key, count)| format!("{key}: {count}")).collect();
    if more > 0 {
        text.push(format!("and {more} more"));
    }
    text.join(", ")
}

/// Who it is, in as much detail as is known.
fn with_process(finding: Finding, survey: &Survey, owner: Owner) -> Finding {
    let Some(process) = survey.process(owner) else { return finding };
    let mut finding = finding;
    if !process.command_line.is_empty() {
        finding = finding.evidence("command line", &process.command_line);
    }
    if let Some(short) = process.container.get(..12) {
        finding = finding.evidence("container", short);
    }
    finding
}
