//! Statements that the right keys signed.

use super::super::*;
use super::{Case, Outcome, case, judge, verified};

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
