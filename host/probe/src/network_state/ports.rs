//! The range of local ports. Source: man 7 ip, ip_local_port_range.

use dbg_capability::LocalPorts;

use rustix::fs::{Mode, OFlags};

use super::netlink::Fault;
use crate::refusal::Refusal;
use crate::root::{self, Content};

/// By this process's own `/proc`: each thread sees the settings of the network namespace that it is in. A target's root may have no `/proc`, or
/// something else in its place.
const PATH: &str = "/proc/sys/net/ipv4/ip_local_port_range";

/// Two numbers of five digits fit.
const LIMIT: usize = 64;

pub(super) fn read() -> Result<LocalPorts, Fault> {
    let content = content().map_err(|refusal| Fault::File(PATH, refusal))?;
    let (Content::Whole(bytes) | Content::Start(bytes)) = content;
    parse(&bytes).ok_or(Fault::NoPorts(PATH))
}

fn content() -> Result<Content, Refusal> {
    root::read(&rustix::fs::open(PATH, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?, LIMIT)
}

fn parse(bytes: &[u8]) -> Option<LocalPorts> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut numbers = text.split_ascii_whitespace().map(str::parse);
    let (first, last) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    (first <= last && numbers.next().is_none()).then_some(LocalPorts { first, last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_in_order_are_a_range_and_nothing_else_is() {
        assert_eq!(parse(b"32768\t60999\n"), Some(LocalPorts { first: 32_768, last: 60_999 }));
        for bad in ["", "1", "2 1", "1 2 3", "1 70000", "a b"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
