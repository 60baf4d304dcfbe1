//! `/etc/hosts`. Source: man 5 hosts.

use std::net::IpAddr;

use dbg_model::Host;

use crate::Root;
use crate::refusal::Refusal;
use crate::root::Content;

/// Where the target keeps it.
pub(crate) const PATH: &str = "/etc/hosts";

/// What lies behind it is not seen, and the resolver is asked instead. 64 look-ups at once read 64 MiB at most.
const LIMIT: usize = 1 << 20;

/// The addresses of `name`, lower case and without trailing dot, in the file's order, each once.
pub(super) fn lookup(root: &Root, name: &str) -> Result<Vec<IpAddr>, Refusal> {
    Ok(match root.read_start(PATH.as_bytes(), LIMIT)? {
        Content::Whole(text) => addresses(&text, name),
        // The last line may be cut in the middle of a name.
        Content::Start(text) => {
            let end = text.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
            addresses(text.get(..end).unwrap_or_default(), name)
        }
    })
}

fn addresses(text: &[u8], name: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        let Some(Ok(line)) = line.split(|byte| *byte == b'#').next().map(str::from_utf8) else { continue };
        let mut words = line.split_ascii_whitespace();
        let address = match words.next().map(str::parse) {
            Some(Ok(Host::Ip(ip))) => ip,
            Some(Ok(Host::Scoped(ip, _))) => ip.into(),
            _ => continue,
        };
        let named = words.any(|word| word.strip_suffix('.').unwrap_or(word).eq_ignore_ascii_case(name));
        if named && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_has_the_name_counts_whatever_else_is_broken() {
        let text = b"127.0.0.1 localhost\n# 192.0.2.9 shop.test\n192.0.2.1 a.test shop.test # b\nx shop.test\n\xff\xff shop.test\n::1\n2001:db8::1\tSHOP.test.\n192.0.2.1 shop.test\n192.0.2.3 c #shop.test";
        let expected: [IpAddr; 2] = ["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        assert_eq!(addresses(text, "shop.test"), expected);
        assert!(addresses(text, "shop").is_empty());
    }
}
