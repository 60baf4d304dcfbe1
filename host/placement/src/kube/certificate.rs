//! When a client certificate expires: a server says no more than that it does not know who asks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use k8s_openapi::ByteString;
use kube::config::AuthInfo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Of a file; a chain of certificates has some KiB.
const MAX_BYTES: u64 = 1 << 20;

/// When the certificate of a kubeconfig's user expires; none where there is none, or none that can be read.
pub(super) fn expiry(user: &AuthInfo) -> Option<SystemTime> {
    let pem = match (&user.client_certificate_data, &user.client_certificate) {
        (Some(data), _) => serde_json::from_value::<ByteString>(data.clone().into()).ok()?.0,
        (None, Some(path)) => read(path)?,
        (None, None) => return None,
    };
    not_after(&CertificateDer::from_pem_slice(&pem).ok()?)
}

fn read(path: &str) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    fs_err::File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The second time of `validity`. Source: RFC 5280, 4.1.
fn not_after(certificate: &[u8]) -> Option<SystemTime> {
    let (SEQUENCE, certificate, _) = element(certificate)? else { return None };
    let (SEQUENCE, mut rest, _) = element(certificate)? else { return None };
    if let (VERSION, _, behind) = element(rest)? {
        rest = behind;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        (_, _, rest) = element(rest)?;
    }
    let (SEQUENCE, validity, _) = element(rest)? else { return None };
    let (_, _, rest) = element(validity)?;
    let (tag, time, _) = element(rest)?;
    let text = std::str::from_utf8(time).ok()?;
    match tag {
        // Two digits of a year: from 50 on it is of the century before.
        UTC_TIME => {
            let year: i64 = text.get(..2)?.parse().ok()?;
            moment(if year < 50 { 2000 + year } else { 1900 + year }, text.get(2..)?)
        }
        GENERALIZED_TIME => moment(text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => None,
    }
}

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The first element's tag and content, and what is behind it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        long @ 0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            (digits.iter().fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, behind) = rest.split_at_checked(length)?;
    Some((*tag, content, behind))
}

/// `MMDDhhmmssZ` of a year.
fn moment(year: i64, text: &str) -> Option<SystemTime> {
    let part = |at: usize| text.get(at..at + 2)?.parse::<i64>().ok();
    let (month, day) = (part(0)?, part(2)?);
    let (hour, minute, second) = (part(4)?, part(6)?, part(8)?);
    // Days since 1970 of a civil date; years begin in March, so that the odd day is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468;
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read_where_it_stands() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/kube/config/authority.pem");
        let user = AuthInfo { client_certificate: Some(path.to_owned()), ..AuthInfo::default() };
        let end = expiry(&user).unwrap();
        let years = end.duration_since(SystemTime::now()).unwrap().as_secs() / 31_557_600;
        assert!((50..=100).contains(&years), "{years}");
        assert_eq!(expiry(&AuthInfo { client_certificate: Some("/no/such".into()), ..AuthInfo::default() }), None);
        assert_eq!(expiry(&AuthInfo::default()), None);
    }

    #[test]
    fn a_date_is_the_second_that_it_names() {
        let seconds = |year, text| moment(year, text).unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(seconds(1970, "0101000000Z"), 0);
        assert_eq!(seconds(2000, "0229120000Z"), 951_825_600);
        assert_eq!(seconds(2026, "1125132517Z"), 1_795_613_117);
        assert_eq!(moment(2026, "11"), None);
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        for bytes in [&b""[..], b"\x30", b"\x30\x85aaaaa", b"\x30\x03\x30\x01\x02", &[0x30; 64]] {
            assert_eq!(not_after(bytes), None);
        }
    }
}
