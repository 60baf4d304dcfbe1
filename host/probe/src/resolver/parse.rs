//! `resolv.conf` as the C libraries read it: line by line, and a line that makes no sense loses nothing but itself.
//!
//! The crate for it drops interfaces with a dash or dot (`fe80::1%br-lan`) and does not keep the words of `options`, hence our own.
//! Source: man 5 resolv.conf; where glibc and musl differ, the one that keeps more.

use dbg_capability::{Configuration, Nameserver};
use dbg_model::Host;

/// Where a line says no other.
const DNS_PORT: u16 = 53;

/// Both libraries clamp silently.
const MOST_NDOTS: u32 = 15;

/// What counts where the file says nothing, or is not there.
pub(crate) fn defaults() -> Configuration {
    Configuration {
        nameservers: Vec::new(),
        search: Vec::new(),
        ndots: 1,
        timeout_ms: 5_000,
        attempts: 2,
        options: Vec::new(),
        raw: Vec::new(),
    }
}

/// The configuration, or nothing when no line of it is text.
pub(crate) fn parse(raw: Vec<u8>) -> Option<Configuration> {
    let mut configuration = defaults();
    let mut text_lines = 0;
    for line in raw.split(|byte| *byte == b'\n') {
        let Ok(line) = str::from_utf8(line) else { continue };
        if line.is_empty() || line.contains('\0') {
            continue;
        }
        text_lines += 1;
        read_line(&mut configuration, line);
    }
    if text_lines == 0 && raw.iter().any(|byte| *byte != b'\n') {
        return None;
    }
    configuration.raw = raw;
    Some(configuration)
}

fn read_line(configuration: &mut Configuration, line: &str) {
    // A keyword stands at the very start of its line; both libraries ignore an indented one.
    let Some((keyword, rest)) = line.split_once([' ', '\t']) else { return };
    let mut words = rest.split_ascii_whitespace().take_while(|word| !word.starts_with(['#', ';']));
    match keyword {
        "nameserver" => configuration.nameservers.extend(words.next().and_then(nameserver)),
        "domain" => set_search(configuration, words.take(1)),
        "search" => set_search(configuration, words),
        "options" => words.for_each(|word| set_option(configuration, word)),
        _ => {}
    }
}

fn nameserver(word: &str) -> Option<Nameserver> {
    let word = word.split(['#', ';']).next()?;
    match word.parse().ok()? {
        host @ (Host::Ip(_) | Host::Scoped(..)) => Some(Nameserver { address: host.to_string(), port: DNS_PORT }),
        Host::Name(_) => None,
    }
}

/// The last line of either keyword counts, unless it is empty. The root as search domain (`search .`) means none.
fn set_search<'a>(configuration: &mut Configuration, words: impl Iterator<Item = &'a str>) {
    let mut words = words.peekable();
    if words.peek().is_some() {
        let domains = words.map(|word| word.trim_end_matches('.')).filter(|domain| !domain.is_empty());
        configuration.search = domains.map(str::to_owned).collect();
    }
}

fn set_option(configuration: &mut Configuration, word: &str) {
    configuration.options.push(word.to_owned());
    let Some((name, value)) = word.split_once(':') else { return };
    let Some(value) = leading_number(value) else { return };
    match name {
        "ndots" => configuration.ndots = value.min(MOST_NDOTS),
        "timeout" => configuration.timeout_ms = value.clamp(1, 30) * 1_000,
        "attempts" => configuration.attempts = value.clamp(1, 5),
        _ => {}
    }
}

/// As C's `atoi`, without its overflow.
fn leading_number(text: &str) -> Option<u32> {
    let digits = text.split(|c: char| !c.is_ascii_digit()).next().filter(|digits| !digits.is_empty())?;
    Some(digits.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Configuration {
        parse(text.as_bytes().to_vec()).unwrap()
    }

    fn addresses(configuration: &Configuration) -> Vec<&str> {
        configuration.nameservers.iter().map(|server| server.address.as_str()).collect()
    }

    #[test]
    fn an_ordinary_file_is_read_whole() {
        let text = "# made by hand\nnameserver 192.0.2.1\nnameserver\t2001:DB8::1 \nsearch a.test b.test.\noptions ndots:5 timeout:3 attempts:4 edns0\n";
        let configuration = read(text);
        assert_eq!(addresses(&configuration), ["192.0.2.1", "2001:db8::1"]);
        assert!(configuration.nameservers.iter().all(|server| server.port == 53));
        assert_eq!(configuration.search, ["a.test", "b.test"]);
        assert_eq!((configuration.ndots, configuration.timeout_ms, configuration.attempts), (5, 3_000, 4));
        assert_eq!(configuration.options, ["ndots:5", "timeout:3", "attempts:4", "edns0"]);
        assert_eq!(configuration.raw, text.as_bytes());
    }

    #[test]
    fn a_line_that_makes_no_sense_loses_no_other() {
        let configuration = read(
            "nameserver\nnameserver not-an-address\nnameserver 300.1.1.1\nnonsense\n  nameserver 192.0.2.9\nnameserver 192.0.2.1#c\nnameserver 192.0.2.2 # c\nnameserverx 192.0.2.3\r\nnameserver 192.0.2.4\r\n",
        );
        assert_eq!(addresses(&configuration), ["192.0.2.1", "192.0.2.2", "192.0.2.4"]);
        let mixed = parse(b"\xff\xfe\nnameserver 192.0.2.1\nx\0y\n".to_vec()).unwrap();
        assert_eq!(addresses(&mixed), ["192.0.2.1"]);
    }

    #[test]
    fn link_local_servers_keep_their_interface() {
        let configuration = read("nameserver fe80::1%eth0\nnameserver fe80::2%br-lan\nnameserver fe80::3%eth0.100\n");
        assert_eq!(addresses(&configuration), ["fe80::1%eth0", "fe80::2%br-lan", "fe80::3%eth0.100"]);
    }

    #[test]
    fn numbers_are_clamped_and_junk_keeps_the_default() {
        let large = read("options ndots:99 timeout:99 attempts:99\n");
        assert_eq!((large.ndots, large.timeout_ms, large.attempts), (15, 30_000, 5));
        let small = read("options ndots:0 timeout:0 attempts:0\n");
        assert_eq!((small.ndots, small.timeout_ms, small.attempts), (0, 1_000, 1));
        let junk = read("options ndots:x timeout: attempts:-1 ndots\n");
        assert_eq!((junk.ndots, junk.timeout_ms, junk.attempts), (1, 5_000, 2));
        assert_eq!(read("options ndots:99999999999999999999\n").ndots, 15);
    }

    #[test]
    fn the_last_of_search_and_domain_counts() {
        assert_eq!(read("search a.test b.test\ndomain c.test d.test\n").search, ["c.test"]);
        assert_eq!(read("domain c.test\nsearch a.test\nsearch\n").search, ["a.test"]);
        assert!(read("search a.test\nsearch .\n").search.is_empty());
    }

    #[test]
    fn a_file_without_servers_stays_without_servers() {
        assert!(read("").nameservers.is_empty());
        assert!(read("\n\n# nothing\n").nameservers.is_empty());
    }

    #[test]
    fn what_holds_no_text_is_no_configuration() {
        assert!(parse(vec![0; 100]).is_none());
        assert!(parse(b"\xff\xfe\x00\n\x80\n".to_vec()).is_none());
    }
}
