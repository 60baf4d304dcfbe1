//! What is wrong with a server: one value a scenario, decided without a socket.

use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::RecordType;

use super::answer;

/// What a server does wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: it answers each name with 192.0.2.1 and 2001:db8::1.
    None,
    /// It never answers.
    Silent,
    /// It answers with another query's id.
    WrongId,
    /// A stranger's answer comes first, with a wrong id; the right one follows.
    LateStranger,
    /// It answers a question that nobody asked.
    WrongQuestion,
    /// It answers from another port than the one that was asked.
    WrongSource,
    /// It knows no EDNS: FORMERR to whoever uses it.
    FormerrOnEdns,
    /// It knows no EDNS: NOTIMP to whoever uses it.
    NotimpOnEdns,
    /// FORMERR whatever is asked.
    Formerr,
    /// SERVFAIL whatever is asked.
    Servfail,
    /// REFUSED whatever is asked.
    Refused,
    /// NXDOMAIN whatever is asked.
    Nxdomain,
    /// It neither answers nor recurses: a referral to the root.
    Lame,
    /// Truncated over UDP, whole over TCP.
    Truncated,
    /// Truncated over UDP, and nobody listens on TCP.
    TruncatedTcpRefused,
    /// Truncated over UDP; over TCP a length of 65,535 and then the end.
    TruncatedTcpCut,
    /// Truncated over UDP; over TCP it accepts and says nothing.
    TruncatedTcpSilent,
    /// Truncated over UDP; over TCP 65 KB of text records.
    TruncatedTcpHuge,
    /// AAAA is lost when A is asked from the same socket at the same moment: what a full connection tracking table does.
    DropsSecondOfPair,
    /// AAAA is never answered.
    DropsAaaa,
    /// The right answer after this long.
    Slow(Duration),
    /// Each name is an alias of another that is its alias.
    CnameLoop,
    /// Each name is an alias of one that nobody asked for yet.
    EndlessChain,
    /// Bytes that are no message.
    Garbage,
    /// A datagram of no bytes.
    Empty,
    /// A header and nothing else.
    HeaderOnly,
    /// A name that is compressed to itself.
    PointerLoop,
    /// More records promised than there are.
    CountTooHigh,
    /// Text records with terminal escapes, bidirectional controls, newlines and bytes that are no UTF-8.
    Escapes,
    /// The addresses 192.0.2.1 and 127.0.0.1, in this order.
    LoopbackSecond,
    /// It knows this name alone, with a dot at its end, and answers NXDOMAIN to all others.
    KnowsOnly(&'static str),
}

/// What a server sends, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// From the socket that was asked.
    Send(Vec<u8>),
    /// From another port.
    SendFromElsewhere(Vec<u8>),
    /// Nothing for this long.
    Wait(Duration),
}

/// What a connection over TCP brings.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TcpAct {
    /// These bytes, the length before them included, and then the end.
    Send(Vec<u8>),
    /// Open for as long as the client likes, and silent.
    Hold,
}

impl Fault {
    /// Whether anything listens on TCP.
    pub(super) fn listens_on_tcp(&self) -> bool {
        *self != Self::TruncatedTcpRefused
    }

    /// Over UDP; `step` counts the queries so far.
    pub(super) fn over_udp(&self, query: &Message, step: u32) -> Vec<Act> {
        let send = |message: Message| vec![Act::Send(answer::bytes(&message))];
        let has_edns = query.edns.is_some();
        match self {
            Self::Silent => Vec::new(),
            Self::WrongId => vec![Act::Send(with_other_id(query))],
            Self::LateStranger => {
                vec![Act::Send(with_other_id(query)), Act::Send(answer::bytes(&answer::right(query)))]
            }
            Self::WrongQuestion => send(answer::to_another_question(query)),
            Self::WrongSource => vec![Act::SendFromElsewhere(answer::bytes(&answer::right(query)))],
            Self::FormerrOnEdns if has_edns => vec![Act::Send(without_edns(query, ResponseCode::FormErr))],
            Self::NotimpOnEdns if has_edns => vec![Act::Send(without_edns(query, ResponseCode::NotImp))],
            Self::Formerr => vec![Act::Send(without_edns(query, ResponseCode::FormErr))],
            Self::Servfail => send(answer::refusing(query, ResponseCode::ServFail)),
            Self::Refused => send(answer::refusing(query, ResponseCode::Refused)),
            Self::Nxdomain => send(answer::refusing(query, ResponseCode::NXDomain)),
            Self::Lame => send(answer::lame(query)),
            Self::Truncated
            | Self::TruncatedTcpRefused
            | Self::TruncatedTcpCut
            | Self::TruncatedTcpSilent
            | Self::TruncatedTcpHuge => send(answer::truncated(query)),
            Self::DropsAaaa if answer::is_for(query, RecordType::AAAA) => Vec::new(),
            Self::Slow(delay) => vec![Act::Wait(*delay), Act::Send(answer::bytes(&answer::right(query)))],
            Self::CnameLoop => send(answer::cname_loop(query)),
            Self::EndlessChain => send(answer::next_of_chain(query, step)),
            Self::Garbage => vec![Act::Send((0..200_u8).map(|byte| byte.wrapping_mul(151)).collect())],
            Self::Empty => vec![Act::Send(Vec::new())],
            Self::HeaderOnly => vec![Act::Send(answer::bytes(&answer::right(query)).into_iter().take(12).collect())],
            Self::PointerLoop => vec![Act::Send(pointer_loop(query))],
            Self::CountTooHigh => vec![Act::Send(count_too_high(query))],
            Self::Escapes => send(answer::text(query, hostile_texts())),
            Self::KnowsOnly(name) if !answer::is_about(query, name) => {
                send(answer::refusing(query, ResponseCode::NXDomain))
            }
            Self::LoopbackSecond => send(answer::right_then_loopback(query)),
            Self::None
            | Self::KnowsOnly(_)
            | Self::FormerrOnEdns
            | Self::NotimpOnEdns
            | Self::DropsAaaa
            | Self::DropsSecondOfPair => send(answer::right(query)),
        }
    }

    /// Over TCP.
    pub(super) fn over_tcp(&self, query: &Message, step: u32) -> TcpAct {
        match self {
            Self::TruncatedTcpCut => TcpAct::Send([&[0xff, 0xff], &[0_u8; 100][..]].concat()),
            Self::Silent | Self::TruncatedTcpSilent => TcpAct::Hold,
            Self::Truncated => TcpAct::Send(framed(&answer::bytes(&answer::right(query)))),
            Self::TruncatedTcpHuge => {
                let texts = (0..240_u8).map(|text| [&[b'a' + text / 26, b'a' + text % 26], &[b'x'; 248][..]].concat());
                TcpAct::Send(framed(&answer::bytes(&answer::text(query, texts))))
            }
            _ => self
                .over_udp(query, step)
                .into_iter()
                .find_map(|act| match act {
                    Act::Send(bytes) => Some(TcpAct::Send(framed(&bytes))),
                    Act::SendFromElsewhere(_) | Act::Wait(_) => None,
                })
                .unwrap_or(TcpAct::Hold),
        }
    }
}

fn with_other_id(query: &Message) -> Vec<u8> {
    let mut answer = answer::right(query);
    answer.metadata.id = query.metadata.id.wrapping_add(1);
    answer::bytes(&answer)
}

fn without_edns(query: &Message, code: ResponseCode) -> Vec<u8> {
    let mut answer = answer::refusing(query, code);
    answer.edns = None;
    answer::bytes(&answer)
}

/// The question's name points at itself.
fn pointer_loop(query: &Message) -> Vec<u8> {
    let mut bytes: Vec<u8> = answer::bytes(&answer::empty(query)).into_iter().take(12).collect();
    bytes.extend([0xc0, 0x0c, 0, 1, 0, 1]);
    bytes
}

/// The header promises 65,535 records.
fn count_too_high(query: &Message) -> Vec<u8> {
    let mut bytes = answer::bytes(&answer::right(query));
    for byte in bytes.iter_mut().skip(6).take(2) {
        *byte = 0xff;
    }
    bytes
}

fn hostile_texts() -> Vec<Vec<u8>> {
    vec![
        b"\x1b[2J\x1b[31mred\x1b[0m".to_vec(),
        "\u{202e}txt.exe\u{2066}\u{200b}".as_bytes().to_vec(),
        b"two\r\nlines\x07\x00".to_vec(),
        b"\xff\xfe\x9b31m".to_vec(),
    ]
}

/// A message as TCP carries it. Nothing longer than its length field can say.
fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), bytes].concat()
}
