//! The custom section `dbg:signature` at the end of a plugin's file.
//!
//! It is found by walking over the outermost sections by their lengths alone, so finding it needs no trust in what they hold. Taking it off gives back
//! exactly the bytes that the vendor built.

use bytes::Bytes;

use crate::component::MAX_COMPONENT_BYTES;

/// The section's name.
pub(crate) const SIGNATURE: &str = "dbg:signature";
/// A component, layer 1, in the encoding that this format is made for.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";
/// 16 signatures and a statement take less than 8 KiB; lists and roots are longer and never in a plugin.
const MAX_ENVELOPE_BYTES: usize = 64 * 1024;
/// The longest file of a plugin with a signature, in bytes: the section's own bytes are an id, a length, a name and its length.
pub const MAX_FILE_BYTES: u64 = MAX_COMPONENT_BYTES + MAX_ENVELOPE_BYTES as u64 + 32;

/// Why a file's signature section cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SectionFault {
    /// More bytes than are read.
    #[error("it has {bytes} bytes, and a component has at most {MAX_COMPONENT_BYTES} (64 MiB)")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// Not a component at all.
    #[error("it is no component: it does not start as one")]
    NotComponent,
    /// A section's length, or what there should be of it, is cut off or damaged.
    #[error("the section at byte {offset} is cut off or damaged")]
    Damaged {
        /// Where the section starts.
        offset: usize,
    },
    /// More than one.
    #[error("it has a second section `{SIGNATURE}` at byte {offset}")]
    Second {
        /// Where the second starts.
        offset: usize,
    },
    /// Something after it, which no signature would cover.
    #[error("something follows its section `{SIGNATURE}`, at byte {offset}")]
    NotLast {
        /// Where that starts.
        offset: usize,
    },
    /// A number of the section is written longer than needed, so that one content has several files.
    #[error("its section `{SIGNATURE}` writes a length in more bytes than it needs, at byte {offset}")]
    LongNumber {
        /// Where the section starts.
        offset: usize,
    },
    /// A name that a person would take for the real one.
    #[error("it has a section whose name only looks like `{SIGNATURE}`, at byte {offset}")]
    LookAlike {
        /// Where the section starts.
        offset: usize,
    },
    /// More bytes than any envelope has.
    #[error("its section `{SIGNATURE}` has {bytes} bytes, and at most {MAX_ENVELOPE_BYTES} are allowed")]
    EnvelopeTooLarge {
        /// How many it has.
        bytes: usize,
    },
}

/// A file taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The component, byte for byte as its vendor built it.
    pub component: Bytes,
    /// The content of the section, when there is one: an envelope, not verified.
    pub envelope: Option<Bytes>,
}

/// Takes the signature section off a file. A file without one is a component alone; whether something is nested in it is not looked at here but when the
/// component is read.
pub fn split(file: &Bytes) -> Result<Split, SectionFault> {
    if file.len() as u64 > MAX_FILE_BYTES {
        return Err(SectionFault::TooLarge { bytes: file.len() });
    }
    if !file.starts_with(HEADER) {
        return Err(SectionFault::NotComponent);
    }
    let mut found: Option<(usize, std::ops::Range<usize>)> = None;
    let mut offset = HEADER.len();
    while offset < file.len() {
        let section = Section::read(file, offset).ok_or(match found {
            Some(_) => SectionFault::NotLast { offset },
            None => SectionFault::Damaged { offset },
        })?;
        // After the signature even what is no section is something after the signature.
        let content = section.signature().map_err(|fault| match found {
            Some(_) => SectionFault::NotLast { offset },
            None => fault,
        })?;
        if let Some(content) = content {
            if found.is_some() {
                return Err(SectionFault::Second { offset });
            }
            found = Some((offset, content));
        } else if found.is_some() {
            return Err(SectionFault::NotLast { offset });
        }
        offset = section.end;
    }
    let built = found.as_ref().map_or(file.len(), |(start, _)| *start);
    if built as u64 > MAX_COMPONENT_BYTES {
        return Err(SectionFault::TooLarge { bytes: built });
    }
    Ok(match found {
        None => Split { component: file.clone(), envelope: None },
        Some((start, content)) => Split { component: file.slice(..start), envelope: Some(file.slice(content)) },
    })
}

/// The file of a component with an envelope in its section: the way back from [`split`].
pub fn attach(component: &[u8], envelope: &[u8]) -> Result<Vec<u8>, SectionFault> {
    let bytes = envelope.len();
    if bytes > MAX_ENVELOPE_BYTES {
        return Err(SectionFault::EnvelopeTooLarge { bytes });
    }
    let mut file = Vec::with_capacity(component.len() + bytes + 32);
    file.extend_from_slice(component);
    push(&mut file, SIGNATURE, envelope);
    Ok(file)
}

/// Appends a custom section to a component. The name is one of ours, shorter than 128 bytes, and the content at most 4 GiB.
pub(crate) fn push(file: &mut Vec<u8>, name: &str, content: &[u8]) {
    file.push(0);
    write_number(file, (1 + name.len() + content.len()) as u32);
    write_number(file, name.len() as u32);
    file.extend_from_slice(name.as_bytes());
    file.extend_from_slice(content);
}

/// One outermost section.
struct Section<'a> {
    file: &'a [u8],
    start: usize,
    /// Whether its length is written in as few bytes as it needs.
    minimal: bool,
    content: usize,
    end: usize,
}

impl<'a> Section<'a> {
    fn read(file: &'a [u8], start: usize) -> Option<Self> {
        let (length, used, minimal) = read_number(file.get(start + 1..)?)?;
        let content = start + 1 + used;
        let end = content.checked_add(length as usize).filter(|end| *end <= file.len())?;
        Some(Self { file, start, minimal, content, end })
    }

    /// Where the envelope is, when this is the signature section.
    fn signature(&self) -> Result<Option<std::ops::Range<usize>>, SectionFault> {
        let offset = self.start;
        if self.file.get(self.start) != Some(&0) {
            return Ok(None);
        }
        let content = self.file.get(self.content..self.end).unwrap_or_default();
        let damaged = SectionFault::Damaged { offset };
        let (length, used, minimal) = read_number(content).ok_or(damaged.clone())?;
        let name = content.get(used..).and_then(|rest| rest.get(..length as usize)).ok_or(damaged)?;
        if name != SIGNATURE.as_bytes() {
            return if looks_alike(name) { Err(SectionFault::LookAlike { offset }) } else { Ok(None) };
        }
        if !(minimal && self.minimal) {
            return Err(SectionFault::LongNumber { offset });
        }
        let envelope = self.content + used + name.len()..self.end;
        match envelope.len() {
            bytes if bytes > MAX_ENVELOPE_BYTES => Err(SectionFault::EnvelopeTooLarge { bytes }),
            _ => Ok(Some(envelope)),
        }
    }
}

/// Whether only case, or what shows nothing, tells a name from the real one.
fn looks_alike(name: &[u8]) -> bool {
    // The names that toolchains write are short; a long one is not looked at further.
    let text = String::from_utf8_lossy(name.get(..256).unwrap_or(name));
    let plain: String =
        text.chars().filter(|c| !dbg_model::is_unsafe(*c) && !c.is_whitespace() && *c != '\u{fffd}').collect();
    plain.eq_ignore_ascii_case(SIGNATURE)
}

/// A LEB128 of 32 bits: its value, how many bytes it takes, and whether it could take fewer.
fn read_number(bytes: &[u8]) -> Option<(u32, usize, bool)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let minimal = index == 0 || *byte != 0;
            return Some((u32::try_from(value).ok()?, index + 1, minimal));
        }
    }
    None
}

fn write_number(into: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        into.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::samples::component;

    #[test]
    fn taking_the_section_off_gives_back_what_was_built() {
        let built = component("(core module)");
        for length in [0, 1, 100, 113, 114, 127, 128, 16_000, 16_383, 16_384, MAX_ENVELOPE_BYTES] {
            let envelope = vec![b'x'; length];
            let file = Bytes::from(attach(&built, &envelope).unwrap());
            assert_eq!(split(&file), Ok(Split { component: built.clone(), envelope: Some(envelope.into()) }));
        }
    }

    #[test]
    fn a_component_without_the_section_is_left_as_it_is() {
        let built = component("(core module) (@custom \"name\" \"x\")");
        assert_eq!(split(&built), Ok(Split { component: built.clone(), envelope: None }));
    }

    #[test]
    fn an_envelope_beyond_the_bound_is_neither_written_nor_read() {
        let bytes = MAX_ENVELOPE_BYTES + 1;
        assert_eq!(attach(HEADER, &vec![0; bytes]), Err(SectionFault::EnvelopeTooLarge { bytes }));
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for value in [0, 1, 127, 128, 300, 16_383, 16_384, u32::MAX] {
            let mut bytes = Vec::new();
            write_number(&mut bytes, value);
            assert_eq!(read_number(&bytes), Some((value, bytes.len(), true)));
        }
        assert_eq!(read_number(&[0x80, 0]), Some((0, 2, false)));
        assert_eq!(read_number(&[0xff, 0xff, 0xff, 0xff, 0x10]), None);
        assert_eq!(read_number(&[0x80; 6]), None);
    }
}
