//! How far the clock is from a time server's. Source: RFC 4330.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use dbg_sdk::net::UdpSocket;

/// Seconds from 1900, when its time begins, to 1970.
const FROM_1900: f64 = 2_208_988_800.0;
/// A server answers at once, or after a lost datagram not at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many seconds the clock is ahead of the server's: half the way there and back is taken off.
///
/// # Errors
/// That nobody answers in time, or not as a time server does.
pub(crate) fn ahead(server: SocketAddr) -> io::Result<f64> {
    let socket = UdpSocket::connect(server)?;
    let mut request = [0_u8; 48];
    // Version 4, as a client.
    request[0] = 0x23;
    let mut buffer = [0; 256];
    for _ in 0..2 {
        let sent = now()?;
        socket.send(&request)?;
        let deadline = Instant::now() + PATIENCE;
        while let Some(datagram) = socket.receive(&mut buffer, deadline)? {
            if let Some(ahead) = judge(datagram.bytes, sent, now()?) {
                return Ok(ahead);
            }
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "no answer"))
}

fn now() -> io::Result<f64> {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs_f64()).map_err(io::Error::other)
}

/// None for what is no answer, or comes from a server that does not know the time itself.
fn judge(answer: &[u8], sent: f64, received: f64) -> Option<f64> {
    let (first, stratum) = (*answer.first()?, *answer.get(1)?);
    let is_server = first & 7 == 4 && first >> 6 != 3 && (1..16).contains(&stratum);
    let (arrived, left) = (seconds(answer, 32)?, seconds(answer, 40)?);
    is_server.then(|| ((sent - arrived) + (received - left)) / 2.0)
}

fn seconds(answer: &[u8], at: usize) -> Option<f64> {
    let word = |at: usize| answer.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    let (whole, part) = (word(at)?, word(at + 4)?);
    (whole != 0).then(|| f64::from(whole) + f64::from(part) / 4_294_967_296.0 - FROM_1900)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What a server says whose clock shows this.
    pub(crate) fn answer(time: f64) -> [u8; 48] {
        let mut answer = [0; 48];
        (answer[0], answer[1]) = (0x24, 2);
        let whole = (time + FROM_1900).floor();
        let part = ((time + FROM_1900 - whole) * 4_294_967_296.0) as u32;
        for at in [32, 40] {
            answer[at..at + 4].copy_from_slice(&(whole as u32).to_be_bytes());
            answer[at + 4..at + 8].copy_from_slice(&part.to_be_bytes());
        }
        answer
    }

    #[test]
    fn half_the_way_is_taken_off() {
        // Sent at 10, there at 15 by a clock that is 3 s behind ours (18), back at 26.
        let ahead = judge(&answer(1_000_015.0), 1_000_010.0, 1_000_026.0).unwrap();
        assert!((ahead - 3.0).abs() < 0.001, "{ahead}");
    }

    #[test]
    fn who_does_not_know_the_time_is_not_believed() {
        let mut unsynchronized = answer(1_000_000.0);
        unsynchronized[0] |= 0xc0;
        assert_eq!(judge(&unsynchronized, 1.0, 1.0), None);
        let mut kiss_of_death = answer(1_000_000.0);
        kiss_of_death[1] = 0;
        assert_eq!(judge(&kiss_of_death, 1.0, 1.0), None);
        assert_eq!(judge(&[0x24; 20], 1.0, 1.0), None);
    }
}
