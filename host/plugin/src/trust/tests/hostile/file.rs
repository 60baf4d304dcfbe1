//! Files: the section, the envelope, the statement, the component, and how they fit.

use super::super::*;
use super::{Case, Outcome, case, judge};
use crate::ComponentError;
use crate::trust::section::attach;

fn verified(file: impl Into<Bytes>) -> Outcome {
    verify_now(&file.into(), &state_of(acme())).into()
}

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

fn short(value: usize) -> Vec<u8> {
    let (low, high) = ((value & 0x7f) as u8, (value >> 7) as u8);
    if high == 0 { vec![low] } else { vec![low | 0x80, high] }
}

fn long(value: usize) -> Vec<u8> {
    vec![(value & 0x7f) as u8 | 0x80, (value >> 7 & 0x7f) as u8 | 0x80, (value >> 14) as u8 | 0x80, 0x80, 0]
}

/// The built component with sections after it.
fn with_sections(sections: &[Vec<u8>]) -> Vec<u8> {
    [component().to_vec(), sections.concat()].concat()
}

fn envelope() -> Vec<u8> {
    split(&good()).unwrap().envelope.unwrap().to_vec()
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
            verified(with_sections(&[section(name, &vec![b' '; 64 * 1024 + 1], long, short)])),
            Outcome::File(TrustError::Section(S::EnvelopeTooLarge { .. } | S::LongNumber { .. }))
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
    judge(sections(), 30);
}

/// A file whose envelope is this text.
fn enveloped(text: impl AsRef<[u8]>) -> Outcome {
    verified(attach(&component(), text.as_ref()).unwrap())
}

fn envelopes() -> Vec<Case> {
    use EnvelopeFault as E;
    use JsonFault as J;
    let text = String::from_utf8(envelope()).unwrap();
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        enveloped(text.replacen(from, to, 1))
    };
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let one = value["signatures"][0].to_string();
    let many = |count: usize| {
        format!(
            "{{\"payloadType\":{},\"payload\":{},\"signatures\":[{}]}}",
            value["payloadType"],
            value["payload"],
            vec![one.as_str(); count].join(",")
        )
    };
    let payload = value["payload"].as_str().unwrap();
    let url_safe = |text: &str| text.replace('+', "-").replace('/', "_");
    let all_url_safe = {
        let mut value = value.clone();
        value["payload"] = url_safe(payload).into();
        for signature in value["signatures"].as_array_mut().unwrap() {
            signature["sig"] = url_safe(signature["sig"].as_str().unwrap()).into();
        }
        value.to_string()
    };
    let sig = value["signatures"][0]["sig"].as_str().unwrap();
    let mixed = format!("{}+_{}", &sig[..4], &sig[6..]);
    vec![
        case!("base64 for URLs", enveloped(&all_url_safe), Outcome::Passed),
        case!(
            "spaces and another order of fields",
            enveloped(format!(
                " {{\"signatures\" : {} , \"payload\":{},\n\"payloadType\":{}}} ",
                value["signatures"], value["payload"], value["payloadType"]
            )),
            Outcome::Passed
        ),
        case!(
            "signatures in another order",
            {
                let mut value = value.clone();
                value["signatures"].as_array_mut().unwrap().reverse();
                enveloped(value.to_string())
            },
            Outcome::Passed
        ),
        case!(
            "no hints",
            {
                let mut value = value.clone();
                value["signatures"][0].as_object_mut().unwrap().remove("keyid");
                value["signatures"][1]["keyid"] = "".into();
                enveloped(value.to_string())
            },
            Outcome::Passed
        ),
        case!(
            "a mixture of both alphabets",
            replaced(sig, &mixed),
            Outcome::File(TrustError::Envelope(E::Base64 { part: Part::Signature(1) }))
        ),
        case!(
            "a payload without its padding",
            replaced(payload, &payload.trim_end_matches('=')[..payload.trim_end_matches('=').len() - 1]),
            Outcome::File(TrustError::Envelope(E::Base64 { part: Part::Payload }))
        ),
        case!(
            "a line break within a payload",
            replaced(payload, &format!("{}\\n{}", &payload[..8], &payload[8..])),
            Outcome::File(TrustError::Envelope(E::Base64 { part: Part::Payload }))
        ),
        case!("an empty envelope", enveloped(""), Outcome::File(TrustError::Envelope(E::Json(J::Form { .. })))),
        case!(
            "an envelope that is no JSON",
            enveloped("signature"),
            Outcome::File(TrustError::Envelope(E::Json(J::Form { .. })))
        ),
        case!(
            "an envelope in an array",
            enveloped(format!("[{},{},{}]", value["payloadType"], value["payload"], value["signatures"])),
            Outcome::File(TrustError::Envelope(E::Json(J::Form { .. })))
        ),
        case!(
            "an envelope with a byte order mark",
            enveloped(format!("\u{feff}{text}")),
            Outcome::File(TrustError::Envelope(E::Json(J::Form { .. })))
        ),
        case!(
            "an envelope that is no UTF-8",
            enveloped(b"{\"payloadType\":\"\xff\"}"),
            Outcome::File(TrustError::Envelope(E::Json(J::Form { .. })))
        ),
        case!(
            "an unknown field in an envelope",
            replaced("{\"payloadType\"", "{\"extra\":1,\"payloadType\""),
            Outcome::File(TrustError::Envelope(E::Json(J::UnknownField { .. })))
        ),
        case!(
            "an unknown field in a signature",
            replaced("{\"keyid\"", "{\"cert\":\"\",\"keyid\""),
            Outcome::File(TrustError::Envelope(E::Json(J::UnknownField { .. })))
        ),
        case!(
            "a payload twice",
            replaced("\"payload\":", "\"payload\":\"\",\"payload\":"),
            Outcome::File(TrustError::Envelope(E::Json(J::FieldTwice { .. })))
        ),
        case!(
            "a payload twice, once spelled by escapes",
            replaced("\"payload\":", "\"p\\u0061yload\":\"\",\"payload\":"),
            Outcome::File(TrustError::Envelope(E::Json(J::FieldTwice { .. })))
        ),
        case!(
            "a second document after the envelope",
            enveloped(format!("{text}{text}")),
            Outcome::File(TrustError::Envelope(E::Json(J::Trailing)))
        ),
        case!(
            "NUL after the envelope",
            enveloped(format!("{text}\0")),
            Outcome::File(TrustError::Envelope(E::Json(J::Trailing)))
        ),
        case!(
            "an envelope of 60,000 brackets",
            enveloped("[".repeat(60_000)),
            Outcome::File(TrustError::Envelope(E::Json(J::TooDeep)))
        ),
        case!("no signature", enveloped(many(0)), Outcome::File(TrustError::Envelope(E::Unsigned))),
        case!("17 signatures", enveloped(many(17)), Outcome::File(TrustError::Envelope(E::TooMany { count: 17 }))),
        case!("one signature 16 times", enveloped(many(16)), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if faults.len() == 15),
        case!(
            "4,000 empty signatures",
            enveloped(format!(
                "{{\"payloadType\":{},\"payload\":{},\"signatures\":[{}]}}",
                value["payloadType"],
                value["payload"],
                vec!["{\"sig\":\"\"}"; 4000].join(",")
            )),
            Outcome::File(TrustError::Envelope(E::TooMany { count: 4000 }))
        ),
        case!(
            "a hint of 129 bytes",
            replaced(value["signatures"][0]["keyid"].as_str().unwrap(), &"k".repeat(129)),
            Outcome::File(TrustError::Envelope(E::HintTooLong { index: 1, bytes: 129 }))
        ),
        case!(
            "a flipped byte in the payload",
            replaced(
                &payload[..40],
                &format!("{}{}", if payload.starts_with('e') { "f" } else { "e" }, &payload[1..40])
            ),
            Outcome::File(TrustError::Statement(StatementFault::Json(_)))
        ),
        case!(
            "another payload type",
            replaced("application/vnd.in-toto+json", "text/plain"),
            Outcome::File(TrustError::Envelope(E::Type { .. }))
        ),
        case!(
            "a payload type with a parameter",
            replaced("application/vnd.in-toto+json", "application/vnd.in-toto+json;v=1"),
            Outcome::File(TrustError::Envelope(E::Type { .. }))
        ),
        case!(
            "a root where a statement belongs",
            enveloped(sealed(PayloadType::Root, root().to_json(), &[11, 12])),
            Outcome::File(TrustError::Envelope(E::Type { expected: PayloadType::Statement, .. }))
        ),
        case!(
            "a list where a statement belongs",
            enveloped(sealed(PayloadType::Revocations, revocations(1, Revoked::default()).to_json(), &[11, 12])),
            Outcome::File(TrustError::Envelope(E::Type { expected: PayloadType::Statement, .. }))
        ),
        case!(
            "a root under the type of a statement",
            enveloped(sealed(PayloadType::Statement, root().to_json(), &[11, 12])),
            Outcome::File(TrustError::Statement(StatementFault::Type))
        ),
    ]
}

#[test]
fn hostile_envelopes_are_refused_each_by_its_name() {
    judge(envelopes(), 30);
}

/// Statements that the right keys signed, each with something wrong in its text.
fn statements() -> Vec<Case> {
    use JsonFault as J;
    use StatementFault as S;
    let component = component();
    let text = String::from_utf8(statement(&component).to_json()).unwrap();
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        verified(signed_text(&component, text.replacen(from, to, 1).into_bytes(), &[11, 12]))
    };
    let digits = statement(&component).digest.hex();
    let subject = format!("{{\"name\":\"acme/my-check\",\"digest\":{{\"sha256\":\"{digits}\"}}}}");
    let twice = format!("{subject},{subject}");
    vec![
        case!(
            "another type of statement",
            replaced("Statement/v1", "Statement/v0.1"),
            Outcome::File(TrustError::Statement(S::Type))
        ),
        case!(
            "another predicate by the right keys",
            replaced("urn:dbg:plugin:1", "https://slsa.dev/provenance/v1"),
            Outcome::File(TrustError::Statement(S::PredicateType))
        ),
        case!(
            "a later version of our predicate",
            replaced("urn:dbg:plugin:1", "urn:dbg:plugin:2"),
            Outcome::File(TrustError::Statement(S::PredicateType))
        ),
        case!("two subjects", replaced(&subject, &twice), Outcome::File(TrustError::Statement(S::Subjects(2)))),
        case!("no subject", replaced(&subject, ""), Outcome::File(TrustError::Statement(S::Subjects(0)))),
        case!(
            "an upper-case digest",
            replaced(&digits, &digits.to_uppercase()),
            Outcome::File(TrustError::Statement(S::Digest))
        ),
        case!(
            "a digest of 63 digits",
            replaced(&digits, &digits[1..]),
            Outcome::File(TrustError::Statement(S::Digest))
        ),
        case!(
            "a digest with its prefix",
            replaced(&digits, &format!("sha256:{digits}")),
            Outcome::File(TrustError::Statement(S::Digest))
        ),
        case!(
            "a second digest of another kind",
            replaced("\"sha256\"", "\"sha512\":\"\",\"sha256\""),
            Outcome::File(TrustError::Statement(S::Json(J::UnknownField { .. })))
        ),
        case!(
            "a digest twice",
            replaced("\"sha256\"", "\"sha256\":\"\",\"sha256\""),
            Outcome::File(TrustError::Statement(S::Json(J::FieldTwice { .. })))
        ),
        case!(
            "an unknown field in a predicate",
            replaced("\"sequence\"", "\"grants\":[],\"sequence\""),
            Outcome::File(TrustError::Statement(S::Json(J::UnknownField { .. })))
        ),
        case!(
            "a sequence twice",
            replaced("\"sequence\"", "\"sequence\":1,\"sequence\""),
            Outcome::File(TrustError::Statement(S::Json(J::FieldTwice { .. })))
        ),
        case!(
            "trailing data in a statement",
            verified(signed_text(&component, format!("{text} x").into_bytes(), &[11, 12])),
            Outcome::File(TrustError::Statement(S::Json(J::Trailing)))
        ),
        case!(
            "a deep statement",
            replaced("\"sequence\":7", &format!("\"sequence\":{}", "[".repeat(2000))),
            Outcome::File(TrustError::Statement(S::Json(J::TooDeep)))
        ),
        case!(
            "a statement of 9 KiB",
            replaced("\"sequence\"", &format!("{}\"sequence\"", " ".repeat(9000))),
            Outcome::File(TrustError::Statement(S::Json(J::TooLong { .. })))
        ),
        case!(
            "an array for a predicate",
            replaced("\"predicate\":{", "\"predicate\":[],\"x\":{"),
            Outcome::File(TrustError::Statement(S::Json(J::Form { .. })))
        ),
        case!(
            "a sequence of 2^63",
            replaced("\"sequence\":7", "\"sequence\":9223372036854775808"),
            Outcome::File(TrustError::Statement(S::Sequence(0x8000_0000_0000_0000)))
        ),
        case!(
            "a sequence of 2^53 and one",
            replaced("\"sequence\":7", "\"sequence\":9007199254740993"),
            Outcome::File(TrustError::Statement(S::Sequence(_)))
        ),
        case!("a sequence of 2^53", replaced("\"sequence\":7", "\"sequence\":9007199254740992"), Outcome::Passed),
        case!(
            "a sequence of nought",
            replaced("\"sequence\":7", "\"sequence\":0"),
            Outcome::File(TrustError::Statement(S::Sequence(0)))
        ),
        case!(
            "a sequence below nought",
            replaced("\"sequence\":7", "\"sequence\":-7"),
            Outcome::File(TrustError::Statement(S::Json(J::Form { .. })))
        ),
        case!(
            "a sequence with a fraction",
            replaced("\"sequence\":7", "\"sequence\":7.0"),
            Outcome::File(TrustError::Statement(S::Json(J::Form { .. })))
        ),
        case!(
            "a sequence as text",
            replaced("\"sequence\":7", "\"sequence\":\"7\""),
            Outcome::File(TrustError::Statement(S::Json(J::Form { .. })))
        ),
        case!(
            "a date with an offset",
            replaced("T00:00:00Z", "T00:00:00+00:00"),
            Outcome::File(TrustError::Statement(S::Json(J::Form { .. })))
        ),
        case!(
            "a date that there is not",
            replaced("2026-11-19T", "2026-02-30T"),
            Outcome::File(TrustError::Statement(S::Json(J::Form { .. })))
        ),
        case!(
            "a subject without a vendor",
            replaced("acme/my-check", "my-check"),
            Outcome::File(TrustError::Statement(S::SubjectName))
        ),
        case!(
            "a subject that leaves its folder",
            replaced("acme/my-check", "../my-check"),
            Outcome::File(TrustError::Statement(S::SubjectName))
        ),
        case!(
            "a subject in three parts",
            replaced("acme/my-check", "acme/my-check/x"),
            Outcome::File(TrustError::Statement(S::SubjectName))
        ),
        case!(
            "a vendor with a Cyrillic letter",
            replaced("acme/my-check", "\u{430}cme/my-check"),
            Outcome::File(TrustError::Statement(S::SubjectName))
        ),
        case!(
            "a vendor in capitals",
            replaced("acme/my-check", "Acme/my-check"),
            Outcome::File(TrustError::Statement(S::SubjectName))
        ),
        case!(
            "another vendor's namespace",
            replaced("acme/my-check", "globex/my-check"),
            Outcome::File(TrustError::UnknownVendor { looks_like: None, .. })
        ),
        case!(
            "a vendor that looks like a trusted one",
            replaced("acme/my-check", "acrne/my-check"),
            Outcome::File(TrustError::UnknownVendor { looks_like: Some(_), .. })
        ),
        case!(
            "another plugin's name",
            replaced("acme/my-check", "acme/my-cheek"),
            Outcome::File(TrustError::Name { .. })
        ),
        case!(
            "another version than it declares",
            replaced("\"1.2.3\"", "\"1.2.4\""),
            Outcome::File(TrustError::Version { .. })
        ),
        case!(
            "a version with other build facts",
            replaced("\"1.2.3\"", "\"1.2.3+evil\""),
            Outcome::File(TrustError::Version { .. })
        ),
        case!(
            "a version that is none",
            replaced("\"1.2.3\"", "\"1.2\""),
            Outcome::File(TrustError::Statement(S::Version))
        ),
        case!(
            "a wrong length of the right bytes",
            replaced(&format!("\"length\":{}", component.len()), "\"length\":1"),
            Outcome::File(TrustError::Length { signed: 1, .. })
        ),
        case!(
            "a length of nought",
            replaced(&format!("\"length\":{}", component.len()), "\"length\":0"),
            Outcome::File(TrustError::Statement(S::Length))
        ),
    ]
}

#[test]
fn hostile_statements_are_refused_each_by_its_name() {
    judge(statements(), 38);
}

fn dated(issued: i64, expires: i64) -> Statement {
    Statement { issued: day(issued), expires: day(expires), ..statement(&component()) }
}

/// Good files under keys, dates, lists and ceilings that do not let them pass.
fn circumstances() -> Vec<Case> {
    let built = component();
    let by = |seeds: &[u8]| verified(signed(&built, &statement(&built), seeds));
    let at = |statement: &Statement| verified(signed(&built, statement, &[11, 12]));
    let under = |change: &dyn Fn(&mut Root)| {
        let mut root = root();
        change(&mut root);
        verify_now(&good(), &state_of(vendor_root(&chain(&[(&root, &[1, 2])]))))
    };
    let listed = |revoked: Revoked| {
        let root = acme();
        let file = sealed(PayloadType::Revocations, revocations(4, revoked).to_json(), &[2, 3]);
        let list = RevocationList::read(&file, &root, Signers::Current).unwrap();
        let mut state = TrustedState::default();
        state.trust(VendorTrust::new(root, Some(list))).unwrap();
        state
    };
    let revoked_key = || Revoked { keys: [key(12).public().id()].into(), digests: Default::default() };
    let revoked_digest =
        || Revoked { keys: Default::default(), digests: [crate::component::digest(&component())].into() };
    let requires = |capability: &str| {
        let file = component_with(
            &format!("{{\"capability\":\"{capability}\",\"reason\":\"r\"}}"),
            &format!("(import \"dbg:{capability}/{capability}@0.1.0\" (instance))"),
        );
        verified(signed(&file, &statement(&file), &[11, 12]))
    };
    let undeclared = component_with("", "(import \"dbg:files/files@0.1.0\" (instance))");
    let strict = Rules { stale: Rule::Strict, expiry: Rule::Strict };
    let later = ReferenceTime::new(day(21), day(0));
    let expired_list = verify(&good(), &listed(Revoked::default()), later, strict);
    let minimum =
        |sequence: u64| move |root: &mut Root| { root.minimum.insert("my-check".parse().unwrap(), sequence); };
    let expiring = |root: &mut Root| root.release.keys[1].expires = Some(day(0));
    vec![
        case!("one signature of two", by(&[11]), Outcome::File(TrustError::Signatures(ThresholdFault { needed: 2, counted: 1, faults })) if faults.is_empty()),
        case!("three signatures of two", by(&[11, 12, 13]), Outcome::Passed),
        case!("the root's keys where release keys belong", by(&[1, 2]), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 0, faults, .. })) if *faults == [SignatureFault::UnknownKey; 2]),
        case!("a key of another vendor beside a good one", by(&[11, 99]), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if *faults == [SignatureFault::UnknownKey]),
        case!("a key that signs twice", by(&[11, 11]), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if matches!(faults[..], [SignatureFault::Repeated(_)])),
        case!("a key that the root revokes", under(&|root| root.revoked = revoked_key()), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if matches!(faults[..], [SignatureFault::Revoked(_)])),
        case!("a key that the list revokes", verify_now(&good(), &listed(revoked_key())), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if matches!(faults[..], [SignatureFault::Revoked(_)])),
        case!("a key that has expired", under(&expiring), Outcome::File(TrustError::Signatures(ThresholdFault { counted: 1, faults, .. })) if matches!(faults[..], [SignatureFault::Expired(_)])),
        case!(
            "a component that the root revokes",
            under(&|root| root.revoked = revoked_digest()),
            Outcome::File(TrustError::Revoked { .. })
        ),
        case!(
            "a component that the list revokes",
            verify_now(&good(), &listed(revoked_digest())),
            Outcome::File(TrustError::Revoked { .. })
        ),
        case!("issued in three days", at(&dated(3, 30)), Outcome::File(TrustError::NotYet { .. })),
        case!(
            "issued in twelve hours by a clock that is ahead",
            at(&Statement { issued: Moment::from_seconds(NOW + DAY / 2), ..dated(0, 30) }),
            Outcome::Passed
        ),
        case!("expired yesterday", at(&dated(-30, -1)), Outcome::File(TrustError::Expired { .. })),
        case!("expired this second", at(&dated(-30, 0)), Outcome::File(TrustError::Expired { .. })),
        case!(
            "expires before it is issued",
            at(&dated(-1, -2)),
            Outcome::File(TrustError::Statement(StatementFault::Dates { .. }))
        ),
        case!("an old list under a strict rule", expired_list, Outcome::File(TrustError::ListStale { .. })),
        case!(
            "below the root's least sequence",
            under(&minimum(8)),
            Outcome::File(TrustError::BelowMinimum { minimum: 8, found: 7 })
        ),
        case!("at the root's least sequence", under(&minimum(7)), Outcome::Passed),
        case!(
            "a declaration beyond the ceiling",
            requires("processes"),
            Outcome::File(TrustError::Ceiling { capability: dbg_model::Capability::Processes, .. })
        ),
        case!("a declaration within the ceiling", requires("files"), Outcome::Passed),
        case!(
            "imports beyond the declaration",
            verified(signed(&undeclared, &statement(&undeclared), &[11, 12])),
            Outcome::File(TrustError::Component(ComponentError::Undeclared { .. }))
        ),
        case!(
            "a signed core module under a component's header",
            {
                let file = b"\0asm\x0d\0\x01\0\xff\0".to_vec();
                verified(signed(&file, &statement(&file), &[11, 12]))
            },
            Outcome::File(TrustError::Component(ComponentError::Invalid { .. }))
        ),
        case!(
            "nobody is trusted",
            verify_now(&good(), &TrustedState::default()),
            Outcome::File(TrustError::UnknownVendor { .. })
        ),
        case!(
            "a signature of another file",
            verified(attach(&component_with("", "(import \"a\" (instance))"), &envelope()).unwrap()),
            Outcome::File(TrustError::Changed { .. })
        ),
    ]
}

#[test]
fn good_files_under_bad_circumstances_are_refused_each_by_its_name() {
    judge(circumstances(), 24);
}
