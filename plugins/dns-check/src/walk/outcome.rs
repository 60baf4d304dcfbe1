//! What a look-up came to.

use crate::answer::{Lame, Meaning, Records, Reply};
use crate::exchange::{Cut, Ending, Strays, Trouble};
use crate::kind::Kind;
use crate::lookup::Lookup;
use crate::name::DomainName;

/// What one kind of one candidate came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answers(Records),
    NoData,
    NoSuchName,
    ServerFailed,
    /// Failed, and answered when DNSSEC was not to be checked.
    Bogus,
    Refused,
    FormatError,
    NotImplemented,
    OtherCode(u16),
    AliasLoop,
    TooManyAliases,
    Lame(Lame),
    /// Truncated, and nobody may ask over TCP, or over TCP too.
    Truncated,
    /// Truncated, and TCP does not work.
    NoStream(Trouble),
    Silent,
    /// Something came in answer, and nobody can read it.
    Garbled,
    /// Not asked, because the server is silent.
    GivenUp,
    Unreachable(Trouble),
    Cut(Cut),
}

impl Outcome {
    pub(super) fn of(meaning: Meaning, reply: &Reply) -> Self {
        match meaning {
            Meaning::Answers => Self::Answers(reply.records.clone()),
            // Followed by the walk until nothing is left to follow.
            Meaning::Alias(_) | Meaning::AliasLoop => Self::AliasLoop,
            Meaning::NoData => Self::NoData,
            Meaning::NoSuchName => Self::NoSuchName,
            Meaning::ServerFailed => Self::ServerFailed,
            Meaning::Refused => Self::Refused,
            Meaning::FormatError => Self::FormatError,
            Meaning::NotImplemented => Self::NotImplemented,
            Meaning::OtherCode(code) => Self::OtherCode(code),
            Meaning::TooManyAliases => Self::TooManyAliases,
            Meaning::Lame(how) => Self::Lame(how),
            Meaning::Truncated => Self::Truncated,
        }
    }

    pub(crate) fn without_reply(ending: &Ending, strays: &Strays) -> Self {
        match ending {
            Ending::Silent if strays.garbled > 0 => Self::Garbled,
            Ending::Reply(_) | Ending::Silent => Self::Silent,
            Ending::GivenUp => Self::GivenUp,
            Ending::Unreachable(trouble) => Self::Unreachable(trouble.clone()),
            Ending::NoStream(trouble) => Self::NoStream(trouble.clone()),
            Ending::Cut(cut) => Self::Cut(*cut),
        }
    }

    /// In a word or two, by the names that `dig` uses.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Answers(_) => "answered".to_owned(),
            Self::NoData => "NODATA".to_owned(),
            Self::NoSuchName => "NXDOMAIN".to_owned(),
            Self::ServerFailed => "SERVFAIL".to_owned(),
            Self::Bogus => "DNSSEC bogus".to_owned(),
            Self::Refused => "REFUSED".to_owned(),
            Self::FormatError => "FORMERR".to_owned(),
            Self::NotImplemented => "NOTIMP".to_owned(),
            Self::OtherCode(code) => format!("RCODE {code}"),
            Self::AliasLoop => "CNAME loop".to_owned(),
            Self::TooManyAliases => "too many CNAMEs".to_owned(),
            Self::Lame(_) => "lame".to_owned(),
            Self::Truncated => "truncated".to_owned(),
            Self::NoStream(_) => "no TCP".to_owned(),
            Self::Silent => "timeout".to_owned(),
            Self::Garbled => "garbled".to_owned(),
            Self::GivenUp | Self::Cut(_) => "not asked".to_owned(),
            Self::Unreachable(_) => "unreachable".to_owned(),
        }
    }

    /// Whether glibc goes on to the next candidate.
    const fn leaves_it_open(&self) -> bool {
        matches!(self, Self::NoData | Self::NoSuchName | Self::ServerFailed | Self::Bogus)
    }

    /// Of the candidates that all failed, which one is told.
    const fn weight(&self) -> u8 {
        match self {
            Self::NoSuchName => 0,
            Self::ServerFailed | Self::Bogus => 1,
            Self::NoData => 2,
            Self::Answers(_) => 4,
            _ => 3,
        }
    }
}

/// One kind's outcome, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
    /// The aliases that led there.
    pub(crate) aliases: Vec<DomainName>,
    /// Position in the log of what decided it.
    pub(crate) entry: usize,
}

/// One candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Position in the look-up's candidates.
    pub(crate) candidate: usize,
    /// One a kind.
    pub(crate) verdicts: Vec<Verdict>,
}

impl Step {
    pub(super) fn goes_on(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.outcome.leaves_it_open())
    }

    /// The outcomes of all kinds, once where they are the same.
    pub(crate) fn text(&self) -> String {
        let mut texts: Vec<String> = self.verdicts.iter().map(|verdict| verdict.outcome.text()).collect();
        texts.dedup();
        if let [text] = texts.as_slice() {
            return text.clone();
        }
        let with_kind =
            self.verdicts.iter().map(|verdict| format!("{} {}", verdict.kind.name(), verdict.outcome.text()));
        with_kind.collect::<Vec<_>>().join(", ")
    }
}

/// Two questions that were asked at once, of which one was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) lost: Kind,
    /// Whether a second pair lost one again; none when that was not asked, or when nothing of it was answered.
    pub(crate) again: Option<bool>,
}

/// A look-up at one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Walk {
    pub(crate) server: usize,
    pub(crate) lookup: usize,
    /// The candidates that were tried, in order.
    pub(crate) steps: Vec<Step>,
    pub(crate) pair: Option<Pair>,
}

impl Walk {
    /// The step that a program's look-up would end with; of equals the name as it was typed.
    pub(crate) fn decided(&self, lookup: &Lookup) -> Option<&Step> {
        self.steps.iter().max_by_key(|step| {
            let weight = step.verdicts.iter().map(|verdict| verdict.outcome.weight()).max();
            let as_typed = lookup.candidates.get(step.candidate).is_some_and(|candidate| candidate.domain.is_none());
            (weight, as_typed)
        })
    }
}
