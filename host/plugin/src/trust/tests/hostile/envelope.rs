//! Envelopes within a file that is otherwise right.

use super::super::*;
use super::{Case, Outcome, case, envelope, judge, verified};

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
