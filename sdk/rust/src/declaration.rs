//! The bytes of the section `dbg:checks`, put together by the compiler, so that nothing has to run to read them.

#![expect(
    clippy::indexing_slicing,
    reason = "computed by the compiler, where an index out of bounds is a compile error"
)]

/// The host refuses a longer one.
const LONGEST: usize = 256 * 1024;

/// How many bytes the declaration of a plugin has: the head with its three texts, and one line a check.
#[must_use]
pub const fn length(head: [&str; 3], checks: &[&[&str]]) -> usize {
    let mut length = 0;
    let mut piece = 0;
    while piece < HEAD.len() {
        length += HEAD[piece].len();
        piece += 1;
    }
    let mut text = 0;
    while text < head.len() {
        length += quoted_length(head[text].as_bytes());
        text += 1;
    }
    let mut check = 0;
    while check < checks.len() {
        let mut piece = 0;
        while piece < checks[check].len() {
            length += checks[check][piece].len();
            piece += 1;
        }
        length += 1;
        check += 1;
    }
    assert!(length <= LONGEST, "the declaration of this plugin is longer than the 256 KiB that the host reads");
    length
}

/// Around the plugin's name, its version and its description.
const HEAD: [&str; 4] = ["{\"declaration\":1,\"plugin\":", ",\"version\":", ",\"doc\":", "}\n"];

/// The declaration itself; `N` is its [`length`].
#[must_use]
pub const fn write<const N: usize>(head: [&str; 3], checks: &[&[&str]]) -> [u8; N] {
    let mut section = [0; N];
    let mut at = 0;
    let mut piece = 0;
    while piece < HEAD.len() {
        at = copy(&mut section, at, HEAD[piece].as_bytes());
        if piece < head.len() {
            at = quote(&mut section, at, head[piece].as_bytes());
        }
        piece += 1;
    }
    let mut check = 0;
    while check < checks.len() {
        let mut piece = 0;
        while piece < checks[check].len() {
            at = copy(&mut section, at, checks[check][piece].as_bytes());
            piece += 1;
        }
        at = copy(&mut section, at, b"\n");
        check += 1;
    }
    assert!(at == N);
    section
}

/// In one piece: byte by byte a long declaration would be more than the compiler is willing to compute.
const fn copy(to: &mut [u8], at: usize, bytes: &[u8]) -> usize {
    let (_, rest) = to.split_at_mut(at);
    let (place, _) = rest.split_at_mut(bytes.len());
    place.copy_from_slice(bytes);
    at + bytes.len()
}

const fn quoted_length(text: &[u8]) -> usize {
    let mut length = 2;
    let mut at = 0;
    while at < text.len() {
        length += match text[at] {
            b'"' | b'\\' => 2,
            0..0x20 => 6,
            _ => 1,
        };
        at += 1;
    }
    length
}

const fn quote(to: &mut [u8], mut at: usize, text: &[u8]) -> usize {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    at = copy(to, at, b"\"");
    let mut from = 0;
    while from < text.len() {
        let byte = text[from];
        at = match byte {
            b'"' | b'\\' => copy(to, at, &[b'\\', byte]),
            0..0x20 => copy(to, at, &[b'\\', b'u', b'0', b'0', HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]]),
            _ => copy(to, at, &[byte]),
        };
        from += 1;
    }
    copy(to, at, b"\"")
}

/// Whether a parameter of this name and one of these kinds is declared; for `param:` bounds.
#[must_use]
pub const fn has_parameter(declared: &[(&str, &str)], name: &str, kinds: &[&str]) -> bool {
    let mut at = 0;
    while at < declared.len() {
        if equal(declared[at].0, name) {
            let mut kind = 0;
            while kind < kinds.len() {
                if equal(declared[at].1, kinds[kind]) {
                    return true;
                }
                kind += 1;
            }
        }
        at += 1;
    }
    false
}

/// Whether no two checks of a plugin have one name.
#[must_use]
pub const fn names_differ(names: &[&str]) -> bool {
    let mut one = 0;
    while one < names.len() {
        let mut other = one + 1;
        while other < names.len() {
            if equal(names[one], names[other]) {
                return false;
            }
            other += 1;
        }
        one += 1;
    }
    true
}

/// Whether a crate's name can be a plugin's.
#[must_use]
pub const fn is_plugin_name(name: &str) -> bool {
    let name = name.as_bytes();
    if name.is_empty() || name.len() > 64 || !name[0].is_ascii_lowercase() || name[name.len() - 1] == b'-' {
        return false;
    }
    let mut at = 0;
    while at < name.len() {
        let byte = name[at];
        if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return false;
        }
        at += 1;
    }
    true
}

const fn equal(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADS: [&str; 3] = ["x", "0.1.0", "a \"b\"\n"];
    const CHECKS: &[&[&str]] = &[&["{\"check\":", "1}"], &["{}"]];

    #[test]
    fn the_section_is_one_json_object_a_line() {
        const SECTION: [u8; length(HEADS, CHECKS)] = write(HEADS, CHECKS);
        let text = std::str::from_utf8(&SECTION).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(
            lines[0],
            serde_json::json!({"declaration": 1, "plugin": "x", "version": "0.1.0", "doc": "a \"b\"\n"})
        );
        assert_eq!(lines[1], serde_json::json!({"check": 1}));
    }

    #[test]
    fn a_parameter_is_found_by_name_and_kind() {
        let declared = [("server", "address"), ("path", "string")];
        assert!(has_parameter(&declared, "server", &["address-range", "address"]));
        assert!(!has_parameter(&declared, "path", &["address"]));
        assert!(!has_parameter(&declared, "serve", &["address"]));
    }

    #[test]
    fn one_name_twice_is_seen() {
        assert!(names_differ(&["a", "b", "ab"]));
        assert!(!names_differ(&["a", "b", "a"]));
    }

    #[test]
    fn a_crate_name_with_an_underscore_is_no_plugin_name() {
        assert!(is_plugin_name("dns-check"));
        for bad in ["", "dns_check", "Dns", "1dns", "dns-"] {
            assert!(!is_plugin_name(bad), "{bad}");
        }
    }
}
