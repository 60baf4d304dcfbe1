//! Names: from what was typed to what is asked, and back to what is shown.

use std::net::IpAddr;
use std::str::FromStr;

use domain::base::Name;
use domain::base::name::ToName;

/// A complete domain name. Compares and hashes without regard to case.
pub(crate) type DomainName = Name<Vec<u8>>;

/// Why a text is no domain name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadName {
    /// DNS carries other scripts in a form of ASCII only.
    #[error("`{0}` is not ASCII: give its `xn--` form, as `idn2` prints it")]
    NotAscii(String),
    /// The rules of RFC 1035: labels of 1 to 63 bytes, 253 in all.
    #[error("`{0}` is no domain name: each label has 1 to 63 bytes, all together at most 253")]
    Malformed(String),
}

/// Reads a name, with or without the final dot.
pub(crate) fn parse(text: &str) -> Result<DomainName, BadName> {
    if !text.is_ascii() {
        return Err(BadName::NotAscii(text.to_owned()));
    }
    DomainName::from_str(text).map_err(|_| BadName::Malformed(text.to_owned()))
}

/// A name as a person reads it: lower case, no final dot, `.` for the root.
pub(crate) fn text(name: &(impl ToName + std::fmt::Display)) -> String {
    let mut text = name.to_string();
    text.make_ascii_lowercase();
    if text.len() > 1 && text.ends_with('.') && !text.ends_with("\\.") {
        text.pop();
    }
    if text.is_empty() { ".".to_owned() } else { text }
}

/// The name under which an address has its PTR record. Source: RFC 1035 section 3.5, RFC 3596 section 2.5.
pub(crate) fn reverse(address: IpAddr) -> String {
    use std::fmt::Write;
    let mut name = String::new();
    // Writing to a string cannot fail.
    match address {
        IpAddr::V4(address) => {
            for byte in address.octets().into_iter().rev() {
                let _ = write!(name, "{byte}.");
            }
            name.push_str("in-addr.arpa.");
        }
        IpAddr::V6(address) => {
            for byte in address.octets().into_iter().rev() {
                let _ = write!(name, "{:x}.{:x}.", byte & 0xf, byte >> 4);
            }
            name.push_str("ip6.arpa.");
        }
    }
    name
}

/// The root: every resolver can say who serves it.
pub(crate) fn root() -> DomainName {
    Name::root_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_with_and_without_the_final_dot_and_in_any_case() {
        assert_eq!(parse("Shop.Test").unwrap(), parse("shop.test.").unwrap());
        assert_eq!(text(&parse("Shop.Test.").unwrap()), "shop.test");
        assert_eq!(text(&root()), ".");
    }

    #[test]
    fn what_is_no_name_is_refused_with_the_reason() {
        assert_eq!(parse("bücher.test"), Err(BadName::NotAscii("bücher.test".into())));
        for bad in ["", "a..b", &"x".repeat(64), &"abcdefg.".repeat(32)] {
            assert_eq!(parse(bad), Err(BadName::Malformed(bad.into())), "{bad}");
        }
    }

    #[test]
    fn underscores_of_services_are_letters_like_any_other() {
        assert_eq!(text(&parse("_ldap._tcp.shop.test").unwrap()), "_ldap._tcp.shop.test");
    }

    #[test]
    fn an_address_turns_into_its_reverse_name() {
        assert_eq!(reverse("192.0.2.7".parse().unwrap()), "7.2.0.192.in-addr.arpa.");
        assert_eq!(
            reverse("2001:db8::1".parse().unwrap()),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."
        );
    }
}
