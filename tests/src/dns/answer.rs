//! Answers to a query, right ones and the parts of wrong ones.

use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_proto::op::{Edns, Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, NS, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

/// What a well-behaved server of this house answers for any name.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

const TIME_TO_LIVE: u32 = 60;

/// An empty answer to `query`, with the flags of a resolver.
pub(super) fn empty(query: &Message) -> Message {
    let mut answer = Message::response(query.metadata.id, query.metadata.op_code);
    answer.metadata.recursion_desired = query.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.metadata.checking_disabled = query.metadata.checking_disabled;
    answer.add_queries(query.queries.iter().cloned());
    if query.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(1232);
        answer.set_edns(edns);
    }
    answer
}

/// The right answer: one record for the types that this house knows, else none and an SOA.
pub(super) fn right(query: &Message) -> Message {
    let mut answer = empty(query);
    for (name, kind) in questions(query) {
        match data(kind) {
            Some(data) => answer.add_answer(Record::from_rdata(name, TIME_TO_LIVE, data)),
            None => answer.add_authority(Record::from_rdata(name, TIME_TO_LIVE, soa())),
        };
    }
    answer
}

/// An answer with nothing but a response code.
pub(super) fn refusing(query: &Message, code: ResponseCode) -> Message {
    let mut answer = empty(query);
    answer.metadata.response_code = code;
    answer
}

/// Neither an answer nor the authority for one: a referral to the root, from a server that does not recurse.
pub(super) fn lame(query: &Message) -> Message {
    let mut answer = empty(query);
    answer.metadata.recursion_available = false;
    answer.add_authority(Record::from_rdata(Name::root(), TIME_TO_LIVE, RData::NS(NS(name("a.root-servers.test.")))));
    answer
}

/// `a.test` is `b.test` is `a.test`.
pub(super) fn cname_loop(query: &Message) -> Message {
    let mut answer = empty(query);
    for (asked, _) in questions(query) {
        let other = name("loop-b.test.");
        answer.add_answer(cname(asked.clone(), other.clone()));
        answer.add_answer(cname(other, asked));
    }
    answer
}

/// One more step of a chain that never ends: each answer names a name nobody asked for yet.
pub(super) fn next_of_chain(query: &Message, step: u32) -> Message {
    let mut answer = empty(query);
    for (asked, _) in questions(query) {
        answer.add_answer(cname(asked, name(&format!("step-{step}.test."))));
    }
    answer
}

/// Text records with this text.
pub(super) fn text(query: &Message, texts: impl IntoIterator<Item = Vec<u8>>) -> Message {
    let mut answer = empty(query);
    for text in texts {
        for (asked, _) in questions(query) {
            let data = RData::TXT(TXT::from_bytes(text.chunks(255).collect()));
            answer.add_answer(Record::from_rdata(asked, TIME_TO_LIVE, data));
        }
    }
    answer
}

/// The right answer, and after it the address of the machine that asks.
pub(super) fn right_then_loopback(query: &Message) -> Message {
    let mut answer = right(query);
    if is_for(query, RecordType::A) {
        for (asked, _) in questions(query) {
            answer.add_answer(Record::from_rdata(asked, TIME_TO_LIVE, RData::A(A(Ipv4Addr::LOCALHOST))));
        }
    }
    answer
}

/// The answer to another question than the one that was asked.
pub(super) fn to_another_question(query: &Message) -> Message {
    let mut other = query.clone();
    for question in &mut other.queries {
        question.name = name("not-what-you-asked.test.");
    }
    right(&other)
}

/// Marked as cut short, without a record.
pub(super) fn truncated(query: &Message) -> Message {
    let mut answer = empty(query);
    answer.metadata.truncation = true;
    answer
}

/// Whether somebody asks for this name.
pub(super) fn is_about(query: &Message, name: &str) -> bool {
    query.queries.iter().any(|question| question.name.to_ascii().eq_ignore_ascii_case(name))
}

/// Whether somebody asks for this type.
pub(super) fn is_for(query: &Message, kind: RecordType) -> bool {
    query.queries.iter().any(|question| question.query_type == kind)
}

/// The message as bytes.
pub(super) fn bytes(message: &Message) -> Vec<u8> {
    message.to_vec().expect("an answer that we made can be written")
}

/// What was asked, when it is a query.
pub(super) fn parse(bytes: &[u8]) -> Option<Message> {
    Message::from_vec(bytes).ok().filter(|message| message.metadata.message_type == MessageType::Query)
}

fn questions(query: &Message) -> Vec<(Name, RecordType)> {
    query.queries.iter().map(|question| (question.name.clone(), question.query_type)).collect()
}

fn data(kind: RecordType) -> Option<RData> {
    match kind {
        RecordType::A => Some(RData::A(A(ADDRESS))),
        RecordType::AAAA => Some(RData::AAAA(AAAA(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)))),
        RecordType::NS => Some(RData::NS(NS(name("ns.test.")))),
        RecordType::SOA => Some(soa()),
        RecordType::TXT => Some(RData::TXT(TXT::from_bytes(vec![b"some text"]))),
        _ => None,
    }
}

fn soa() -> RData {
    RData::SOA(SOA::new(name("ns.test."), name("admin.test."), 1, 3600, 600, 86_400, TIME_TO_LIVE))
}

fn cname(from: Name, to: Name) -> Record {
    Record::from_rdata(from, TIME_TO_LIVE, RData::CNAME(CNAME(to)))
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).expect("a name of our own")
}
