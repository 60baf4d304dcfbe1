//! One question for the addresses of a name, over UDP. Source: RFC 1035.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use dbg_sdk::net::UdpSocket;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Addresses(Vec<IpAddr>),
    /// There is no such name.
    NoSuchName,
    /// The server cannot say, by its code.
    Failed(u8),
    /// Nothing came in time.
    Silence,
}

/// Asks one server twice at most.
///
/// # Errors
/// What the target's kernel says.
pub(crate) fn ask(server: SocketAddr, name: &str, ipv6: bool, timeout: Duration) -> io::Result<Answer> {
    let socket = UdpSocket::connect(server)?;
    let mut buffer = [0; 2048];
    for attempt in 0..2_u16 {
        let query = query(name, ipv6, attempt).ok_or_else(|| io::Error::other("that is no name"))?;
        socket.send(&query)?;
        let deadline = Instant::now() + timeout;
        while let Some(datagram) = socket.receive(&mut buffer, deadline)? {
            if let Some(answer) = read(datagram.bytes, &query) {
                return Ok(answer);
            }
        }
    }
    Ok(Answer::Silence)
}

fn query(name: &str, ipv6: bool, attempt: u16) -> Option<Vec<u8>> {
    // The socket takes datagrams of its server alone, and the question is compared: the number need not be a secret.
    let mut query = vec![0x5b, u8::try_from(attempt).ok()?, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        query.push(length);
        query.extend(label.as_bytes());
    }
    query.extend([0, 0, if ipv6 { 28 } else { 1 }, 0, 1]);
    (query.len() <= 12 + 255 + 4).then_some(query)
}

/// None for what is no answer to this question.
fn read(bytes: &[u8], query: &[u8]) -> Option<Answer> {
    let (head, question) = (bytes.get(..12)?, query.get(12..)?);
    let is_ours = head.get(..2) == query.get(..2) && head.get(2)? & 0x80 != 0;
    let echoed = bytes.get(12..12 + question.len())?;
    if !is_ours || !echoed.eq_ignore_ascii_case(question) {
        return None;
    }
    match head.get(3)? & 15 {
        0 => {}
        3 => return Some(Answer::NoSuchName),
        code => return Some(Answer::Failed(code)),
    }
    let count = u16::from_be_bytes([*head.get(6)?, *head.get(7)?]);
    let mut at = 12 + question.len();
    let mut addresses = Vec::new();
    for _ in 0..count {
        let Some((record, next)) = record(bytes, at) else { break };
        addresses.extend(record);
        at = next;
    }
    Some(Answer::Addresses(addresses))
}

/// The address of a record, if it has one, and where the next begins.
fn record(bytes: &[u8], at: usize) -> Option<(Option<IpAddr>, usize)> {
    let mut at = at;
    // A name is labels up to an empty one, or to a pointer.
    loop {
        let length = usize::from(*bytes.get(at)?);
        if length >= 0xc0 {
            at += 2;
            break;
        }
        at += 1 + length;
        if length == 0 {
            break;
        }
    }
    let fixed = bytes.get(at..at + 10)?;
    let kind = u16::from_be_bytes([*fixed.first()?, *fixed.get(1)?]);
    let length = usize::from(u16::from_be_bytes([*fixed.get(8)?, *fixed.get(9)?]));
    let data = bytes.get(at + 10..at + 10 + length)?;
    let address = match kind {
        1 => <[u8; 4]>::try_from(data).ok().map(|octets| IpAddr::V4(Ipv4Addr::from(octets))),
        28 => <[u8; 16]>::try_from(data).ok().map(|octets| IpAddr::V6(Ipv6Addr::from(octets))),
        _ => None,
    };
    Some((address, at + 10 + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(query: &[u8], code: u8, records: &[&[u8]]) -> Vec<u8> {
        let mut bytes = query.to_vec();
        bytes[2] = 0x81;
        bytes[3] = 0x80 | code;
        bytes[7] = records.len() as u8;
        records.iter().for_each(|record| bytes.extend(*record));
        bytes
    }

    #[test]
    fn addresses_are_read_behind_aliases() {
        let query = query("cart.shop.svc.cluster.local", false, 0).unwrap();
        let alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 5, 0, 2, 0xc0, 12];
        let address = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 96, 0, 7];
        let read_back = read(&answer(&query, 0, &[&alias, &address]), &query);
        assert_eq!(read_back, Some(Answer::Addresses(vec!["10.96.0.7".parse().unwrap()])));
        assert_eq!(read(&answer(&query, 3, &[]), &query), Some(Answer::NoSuchName));
        assert_eq!(read(&answer(&query, 2, &[]), &query), Some(Answer::Failed(2)));
    }

    #[test]
    fn what_is_no_answer_to_the_question_is_nothing() {
        let query = query("cart.shop", false, 0).unwrap();
        let other = self::query("other.shop", false, 0).unwrap();
        assert_eq!(read(&answer(&other, 0, &[]), &query), None);
        assert_eq!(read(&query, &query), None);
        let whole = answer(&query, 0, &[&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 96, 0, 7]]);
        for length in 0..whole.len() {
            // Cut anywhere, it is nothing or has no address.
            assert!(matches!(read(&whole[..length], &query), None | Some(Answer::Addresses(_))));
        }
    }

    #[test]
    fn a_text_that_is_no_name_is_not_asked_for() {
        for name in ["", "a..b", &"x".repeat(64), &"ab.".repeat(100)] {
            assert_eq!(query(name, false, 0), None, "{name}");
        }
    }
}
