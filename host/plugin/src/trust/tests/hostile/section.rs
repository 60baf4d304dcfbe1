//! Files: the signature section and what is around it.

use super::super::*;
use super::{Case, Outcome, case, envelope, judge, verified};
use crate::ComponentError;

fn flipped(at: impl Fn(&[u8]) -> usize) -> Bytes {
    let mut file = good().to_vec();
    let at = at(&file);
    file[at] ^= 1;
    file.into()
}

/// A custom section by its parts, with its lengths as given.
fn section(
    name: &[u8],
    content: &[u8],
    length: impl Fn(usize) -> Vec<u8>,
    name_length: impl Fn(usize) -> Vec<u8>,
) -> Vec<u8> {
    let inside = [name_length(name.len()), name.to_vec(), content.to_vec()].concat();
    [vec![0], length(inside.len()), inside].concat()
}

fn short(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn long(value: usize) -> Vec<u8> {
    vec![(value & 0x7f) as u8 | 0x80, (value >> 7 & 0x7f) as u8 | 0x80, (value >> 14) as u8 | 0x80, 0x80, 0]
}

/// The built component with sections after it.
fn with_sections(sections: &[Vec<u8>]) -> Vec<u8> {
    [component().to_vec(), sections.concat()].concat()
}

fn signature() -> Vec<u8> {
    section(b"dbg:signature", &envelope(), short, short)
}

fn sections() -> Vec<Case> {
    use SectionFault as S;
    let name = b"dbg:signature";
    let named = |name: &[u8]| verified(with_sections(&[section(name, &envelope(), short, short)]));
    let built = component().len();
    let within = samples::component(&format!(
        "(component (@custom \"dbg:signature\" \"x\")) {} {}",
        samples::nested(samples::PLAIN),
        samples::GUEST
    ));
    let in_module = samples::component(&format!(
        "(core module (@custom \"dbg:signature\" \"x\")) {} {}",
        samples::nested(samples::PLAIN),
        samples::GUEST
    ));
    let mut own = statement(&within);
    own.plugin = "sample".parse().unwrap();
    own.version = "1.0.0".parse().unwrap();
    let mut own_module = own.clone();
    (own_module.digest, own_module.length) = (crate::component::digest(&in_module), in_module.len() as u64);
    let mut spilling = good().to_vec();
    // The length of the section, in two bytes after its id: one more than there is.
    spilling[built + 1] += 1;
    vec![
        case!("as it should be", verified(with_sections(&[signature()])), Outcome::Passed),
        case!("nobody's signature", verified(component()), Outcome::File(TrustError::Unsigned)),
        case!(
            "two signature sections",
            verified(with_sections(&[signature(), signature()])),
            Outcome::File(TrustError::Section(S::Second { .. }))
        ),
        case!(
            "an empty signature section before the real one",
            verified(with_sections(&[section(name, b"", short, short), signature()])),
            Outcome::File(TrustError::Section(S::Second { .. }))
        ),
        case!(
            "a custom section after the signature",
            verified(with_sections(&[signature(), section(b"note", b"", short, short)])),
            Outcome::File(TrustError::Section(S::NotLast { .. }))
        ),
        case!(
            "a core module after the signature",
            verified(with_sections(&[signature(), b"\x01\x08\0asm\x01\0\0\0".to_vec()])),
            Outcome::File(TrustError::Section(S::NotLast { .. }))
        ),
        case!(
            "one byte after the signature",
            verified(with_sections(&[signature(), vec![0]])),
            Outcome::File(TrustError::Section(S::NotLast { .. }))
        ),
        case!(
            "text after the signature",
            verified(with_sections(&[signature(), b"# note\n".to_vec()])),
            Outcome::File(TrustError::Section(S::NotLast { .. }))
        ),
        case!(
            "a second component after the first",
            verified([good(), component()].concat()),
            Outcome::File(TrustError::Section(S::NotLast { .. }))
        ),
        case!(
            "a section length in five bytes",
            verified(with_sections(&[section(name, &envelope(), long, short)])),
            Outcome::File(TrustError::Section(S::LongNumber { .. }))
        ),
        case!(
            "a name length in five bytes",
            verified(with_sections(&[section(name, &envelope(), short, long)])),
            Outcome::File(TrustError::Section(S::LongNumber { .. }))
        ),
        case!(
            "a name that ends in NUL",
            named(b"dbg:signature\0"),
            Outcome::File(TrustError::Section(S::LookAlike { .. }))
        ),
        case!(
            "a name with a zero-width space",
            named("dbg:\u{200b}signature".as_bytes()),
            Outcome::File(TrustError::Section(S::LookAlike { .. }))
        ),
        case!("a name in capitals", named(b"DBG:Signature"), Outcome::File(TrustError::Section(S::LookAlike { .. }))),
        case!(
            "a name that is no UTF-8",
            named(b"dbg:signature\xff"),
            Outcome::File(TrustError::Section(S::LookAlike { .. }))
        ),
        case!(
            "a name that ends in a space",
            named(b"dbg:signature "),
            Outcome::File(TrustError::Section(S::LookAlike { .. }))
        ),
        case!(
            "a section that is longer than the file",
            verified(spilling),
            Outcome::File(TrustError::Section(S::Damaged { .. }))
        ),
        case!(
            "a name that is longer than its section",
            verified(with_sections(&[section(b"x", b"", short, |_| vec![9])])),
            Outcome::File(TrustError::Section(S::Damaged { .. }))
        ),
        case!(
            "a file that was cut",
            verified(good().slice(..good().len() - 1)),
            Outcome::File(TrustError::Section(S::Damaged { .. }))
        ),
        case!("a header alone", verified(component().slice(..8)), Outcome::File(TrustError::Unsigned)),
        case!("an empty file", verified(Bytes::new()), Outcome::File(TrustError::Section(S::NotComponent))),
        case!(
            "a core module",
            verified(b"\0asm\x01\0\0\0".to_vec()),
            Outcome::File(TrustError::Section(S::NotComponent))
        ),
        case!("text", verified(b"#!/bin/sh\n".to_vec()), Outcome::File(TrustError::Section(S::NotComponent))),
        case!(
            "an envelope of 64 KiB and a byte",
            verified(with_sections(&[section(name, &vec![b' '; 64 * 1024 + 1], short, short)])),
            Outcome::File(TrustError::Section(S::EnvelopeTooLarge { bytes: 65_537 }))
        ),
        case!(
            "100,000 signatures",
            verified(with_sections(&[section(name, "{\"sig\":\"\"},".repeat(100_000).as_bytes(), short, short)])),
            Outcome::File(TrustError::Section(S::EnvelopeTooLarge { .. }))
        ),
        case!(
            "a signature within a component within it",
            verified(signed(&within, &own, &[11, 12])),
            Outcome::File(TrustError::Component(ComponentError::SignatureWithin { .. }))
        ),
        case!(
            "a signature within a module within it",
            verified(signed(&in_module, &own_module, &[11, 12])),
            Outcome::File(TrustError::Component(ComponentError::SignatureWithin { .. }))
        ),
        case!(
            "a signature hidden in another section's content",
            verified(with_sections(&[section(b"note", &signature(), short, short)])),
            Outcome::File(TrustError::Unsigned)
        ),
        case!(
            "a flipped byte in the header of the signature section",
            verified(flipped(|_| built)),
            Outcome::File(TrustError::Unsigned)
        ),
        case!(
            "a flipped byte in the component's header",
            verified(flipped(|_| 4)),
            Outcome::File(TrustError::Section(S::NotComponent))
        ),
        case!(
            "a flipped byte in the component's declaration",
            verified(flipped(|file| file.windows(6).position(|it| it == b"Looks.").unwrap())),
            Outcome::File(TrustError::Changed { .. })
        ),
    ]
}

#[test]
fn hostile_sections_are_refused_each_by_its_name() {
    judge(sections(), 31);
}
