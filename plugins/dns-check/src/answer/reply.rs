//! A reply that belongs to its question, read to the end.

use std::fmt;

use domain::base::iana::{Class, Rtype};
use domain::base::{Message, ParsedName};
use domain::rdata::Cname;

use super::records::{data, read};
use super::{Garbled, Records};
use crate::name::DomainName;
use crate::query::Question;

/// More aliases than anybody needs in a row; BIND and Unbound stop at 11.
pub(crate) const MOST_ALIASES: usize = 16;

/// The bits of the header, by their names in `dig`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) aa: bool,
    pub(crate) tc: bool,
    pub(crate) rd: bool,
    pub(crate) ra: bool,
    pub(crate) ad: bool,
    pub(crate) cd: bool,
}

impl fmt::Display for Flags {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all =
            [(self.aa, "aa"), (self.tc, "tc"), (self.rd, "rd"), (self.ra, "ra"), (self.ad, "ad"), (self.cd, "cd")];
        let set: Vec<&str> = all.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
        formatter.write_str(&set.join(" "))
    }
}

/// What the authority section says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Authority {
    /// Nothing of use.
    #[default]
    Silent,
    /// The zone's SOA: the server knows that there is nothing.
    Negative,
    /// Name servers of that zone: ask there.
    Referral(DomainName),
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// With the upper bits of the OPT record, where there is one.
    pub(crate) rcode: u16,
    pub(crate) flags: Flags,
    /// The aliases from the question's name on, in order; empty for most.
    pub(crate) aliases: Vec<DomainName>,
    /// Whether the aliases come back to a name that was there already.
    pub(crate) looped: bool,
    /// What was asked for, of the last alias.
    pub(crate) records: Records,
    pub(crate) authority: Authority,
    pub(crate) edns: bool,
    /// Why it failed, in the server's own words. Source: RFC 8914.
    pub(crate) reason: Option<String>,
}

impl Reply {
    /// Reads a message that is known to answer the question.
    pub(crate) fn read(bytes: &[u8], question: &Question) -> Result<Self, Garbled> {
        let message = Message::from_slice(bytes).map_err(|_| Garbled)?;
        let header = message.header();
        let flags = Flags {
            aa: header.aa(),
            tc: header.tc(),
            rd: header.rd(),
            ra: header.ra(),
            ad: header.ad(),
            cd: header.cd(),
        };
        // A truncated message may break off anywhere: what is whole in it counts.
        let section = |read: Result<(), Garbled>| if flags.tc { Ok(()) } else { read };
        let mut links = Vec::new();
        let mut answered = Vec::new();
        section(read_answers(message, question, &mut links, &mut answered))?;
        let mut authority = Authority::Silent;
        section(read_authority(message, &mut authority))?;

        let (aliases, looped) = follow(&question.name, &links);
        let last = aliases.last().unwrap_or(&question.name);
        let records = answered.into_iter().filter(|(owner, ..)| owner == last).map(|(_, text, ttl)| (text, ttl));
        let opt = message.opt();
        Ok(Self {
            rcode: message.opt_rcode().to_int(),
            flags,
            records: Records::new(records),
            aliases,
            looped,
            authority,
            edns: opt.is_some(),
            reason: opt.and_then(|opt| opt.opt().extended_error().map(|error| reason(&error))),
        })
    }
}

fn read_answers(
    message: &Message<[u8]>,
    question: &Question,
    links: &mut Vec<(DomainName, DomainName)>,
    answered: &mut Vec<(DomainName, String, u32)>,
) -> Result<(), Garbled> {
    for record in message.answer().map_err(|_| Garbled)? {
        let record = record.map_err(|_| Garbled)?;
        let wanted = record.rtype() == question.kind.code();
        if record.class() != Class::IN || !(wanted || record.rtype() == Rtype::CNAME) {
            continue;
        }
        let owner = own(&record.owner());
        if wanted {
            answered.push((owner, data(&record, question.kind).ok_or(Garbled)?, record.ttl().as_secs()));
        } else {
            let alias: Cname<ParsedName<&[u8]>> = read(&record).ok_or(Garbled)?;
            links.push((owner, own(alias.cname())));
        }
    }
    Ok(())
}

fn read_authority(message: &Message<[u8]>, authority: &mut Authority) -> Result<(), Garbled> {
    for record in message.authority().map_err(|_| Garbled)? {
        let record = record.map_err(|_| Garbled)?;
        match record.rtype() {
            Rtype::SOA => *authority = Authority::Negative,
            Rtype::NS if *authority == Authority::Silent => *authority = Authority::Referral(own(&record.owner())),
            _ => {}
        }
    }
    Ok(())
}

/// Walks the aliases from a name on, at most [`MOST_ALIASES`]. The links may be in any order, and more of them than a name has.
fn follow(from: &DomainName, links: &[(DomainName, DomainName)]) -> (Vec<DomainName>, bool) {
    let mut aliases: Vec<DomainName> = Vec::new();
    while aliases.len() < MOST_ALIASES {
        let last = aliases.last().unwrap_or(from);
        let Some((_, target)) = links.iter().find(|(owner, _)| owner == last) else { break };
        let looped = target == from || aliases.contains(target);
        aliases.push(target.clone());
        if looped {
            return (aliases, true);
        }
    }
    (aliases, false)
}

fn own(name: &impl domain::base::name::ToName) -> DomainName {
    name.to_vec()
}

fn reason<Octs: AsRef<[u8]>>(error: &domain::base::opt::ExtendedError<Octs>) -> String {
    let code = error.code();
    let known =
        code.to_mnemonic_str().map_or_else(|| format!("extended error {}", code.to_int()), str::to_ascii_lowercase);
    match error.text_slice() {
        // The server's own words, which may be long and anything.
        Some(text) if !text.is_empty() => {
            format!("{known}: {}", String::from_utf8_lossy(text.get(..text.len().min(200)).unwrap_or_default()))
        }
        _ => known,
    }
}

#[cfg(test)]
mod tests;
