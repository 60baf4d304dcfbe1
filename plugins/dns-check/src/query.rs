//! What is sent.

use domain::base::iana::Class;
use domain::base::message_builder::{MessageBuilder, PushError};

use crate::kind::Kind;
use crate::name::DomainName;

/// What fits through every path without fragments. Source: DNS flag day 2020.
const UDP_SIZE: u16 = 1232;

/// A name and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) name: DomainName,
    pub(crate) kind: Kind,
}

/// Whether the server shall resolve the name, or only say what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recursion {
    Desired,
    NotDesired,
}

/// Whether the server shall withhold what fails DNSSEC (the CD bit says no).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checking {
    Enabled,
    Disabled,
}

/// Whether the query carries an OPT record. Source: RFC 6891.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extension {
    Edns,
    Plain,
}

/// How a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) recursion: Recursion,
    pub(crate) checking: Checking,
    pub(crate) extension: Extension,
}

impl Form {
    /// As a stub resolver asks.
    pub(crate) const USUAL: Self =
        Self { recursion: Recursion::Desired, checking: Checking::Enabled, extension: Extension::Edns };
    /// The same, and the answer even if DNSSEC says that it is forged.
    pub(crate) const UNCHECKED: Self = Self { checking: Checking::Disabled, ..Self::USUAL };
    /// Needs no work of the server: a living one answers at once, whatever the state of its upstream.
    pub(crate) const LIVENESS: Self = Self { recursion: Recursion::NotDesired, ..Self::USUAL };

    /// For a server that does not take OPT records.
    pub(crate) const fn plain(self) -> Self {
        Self { extension: Extension::Plain, ..self }
    }
}

/// The query on the wire, without the length that precedes it over TCP.
pub(crate) fn encode(question: &Question, form: Form, id: u16) -> Result<Vec<u8>, PushError> {
    let mut message = MessageBuilder::new_vec();
    let header = message.header_mut();
    header.set_id(id);
    header.set_rd(form.recursion == Recursion::Desired);
    header.set_cd(form.checking == Checking::Disabled);
    // As `dig` does: asks to be told whether the server validated. Source: RFC 6840 section 5.7.
    header.set_ad(true);
    let mut message = message.question();
    message.push((&question.name, question.kind.code(), Class::IN))?;
    let mut message = message.additional();
    if form.extension == Extension::Edns {
        message.opt(|opt| {
            opt.set_udp_payload_size(UDP_SIZE);
            Ok(())
        })?;
    }
    Ok(message.finish())
}

#[cfg(test)]
mod tests {
    use domain::base::Message;

    use super::*;

    fn question() -> Question {
        Question { name: crate::name::parse("shop.test").unwrap(), kind: Kind::Aaaa }
    }

    #[test]
    fn the_usual_query_desires_recursion_and_offers_edns() {
        let bytes = encode(&question(), Form::USUAL, 0x1234).unwrap();
        let message = Message::from_octets(&bytes).unwrap();
        let header = message.header();
        assert_eq!((header.id(), header.qr(), header.rd(), header.cd()), (0x1234, false, true, false));
        assert_eq!(message.opt().unwrap().udp_payload_size(), 1232);
        let asked = message.sole_question().unwrap();
        assert_eq!((asked.qname().to_string().as_str(), asked.qtype()), ("shop.test", Kind::Aaaa.code()));
    }

    #[test]
    fn a_plain_query_has_no_opt_record() {
        let bytes = encode(&question(), Form::UNCHECKED.plain(), 7).unwrap();
        let message = Message::from_octets(&bytes).unwrap();
        assert!(message.opt().is_none());
        assert!(message.header().cd());
        assert_eq!(message.header_counts().arcount(), 0);
    }
}
