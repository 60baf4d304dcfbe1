//! The outside of a datagram: enough to say whose answer it is.

use domain::base::Message;
use domain::base::iana::{Class, Rcode};

use super::Garbled;
use crate::query::Question;

/// A datagram that has a DNS header.
pub(crate) struct Envelope<'a> {
    message: &'a Message<[u8]>,
}

impl<'a> Envelope<'a> {
    /// Looks at the header alone.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, Garbled> {
        let message = Message::from_slice(bytes).map_err(|_| Garbled)?;
        Ok(Self { message })
    }

    /// The number by which a query finds its answer.
    pub(crate) fn id(&self) -> u16 {
        self.message.header().id()
    }

    /// Whether it claims to be an answer at all.
    pub(crate) fn is_response(&self) -> bool {
        self.message.header().qr()
    }

    /// Whether it repeats the question, which only who has seen it can. A refusal may leave it out: some servers answer FORMERR with the
    /// header alone.
    pub(crate) fn repeats(&self, question: &Question) -> bool {
        match self.message.header_counts().qdcount() {
            0 => self.message.header().rcode() != Rcode::NOERROR,
            1 => self.message.first_question().is_some_and(|asked| {
                asked.qclass() == Class::IN && asked.qtype() == question.kind.code() && *asked.qname() == question.name
            }),
            _ => false,
        }
    }

    /// The question that it repeats, for a person.
    pub(crate) fn question(&self) -> Option<String> {
        let asked = self.message.first_question()?;
        Some(format!("{} {}", crate::name::text(asked.qname()), asked.qtype()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, question};
    use super::*;
    use crate::kind::Kind;

    #[test]
    fn the_question_is_compared_without_regard_to_case() {
        let bytes = Sample::answering(&question("SHOP.test", Kind::A)).bytes();
        let envelope = Envelope::open(&bytes).unwrap();
        assert!(envelope.is_response() && envelope.repeats(&question("shop.TEST", Kind::A)));
    }

    #[test]
    fn another_name_or_type_is_not_the_question() {
        let bytes = Sample::answering(&question("shop.test", Kind::A)).bytes();
        let envelope = Envelope::open(&bytes).unwrap();
        assert!(!envelope.repeats(&question("shop.test", Kind::Aaaa)));
        assert!(!envelope.repeats(&question("shop.example", Kind::A)));
        assert_eq!(envelope.question().as_deref(), Some("shop.test A"));
    }

    #[test]
    fn only_a_refusal_may_leave_the_question_out() {
        let mut formerr = [0; 12];
        formerr[2] = 0x80;
        formerr[3] = 1;
        assert!(Envelope::open(&formerr).unwrap().repeats(&question("shop.test", Kind::A)));
        formerr[3] = 0;
        assert!(!Envelope::open(&formerr).unwrap().repeats(&question("shop.test", Kind::A)));
    }

    #[test]
    fn less_than_a_header_is_garbled() {
        assert!(Envelope::open(&[0; 11]).is_err());
    }
}
