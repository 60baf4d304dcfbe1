//! The envelope around everything that is signed: DSSE, `https://github.com/secure-systems-lab/dsse`.
//!
//! What is signed is never the JSON around it but the payload's bytes with their type in front, so no form of the JSON matters to a signature.

use std::fmt;

use base64ct::{Base64, Base64Url, Encoding as _};
use dbg_model::{Cell, truncate_at_char};
use serde::{Deserialize, Serialize};

use super::json::{self, JsonFault};
use super::key::KeyId;

/// Who would need more signers could not count them by hand either; each costs two multiplications on the curve a key.
pub(super) const MAX_SIGNATURES: usize = 16;
/// A list that revokes 400 digests has 32 KiB.
const MAX_PAYLOAD_BYTES: usize = 256 * 1024;
/// The payload in base64, and 16 signatures.
pub(super) const MAX_ENVELOPE_BYTES: usize = MAX_PAYLOAD_BYTES / 3 * 4 + 16 * 1024;
const MAX_HINT_BYTES: usize = 128;

/// What a signed document is. The type is signed with it, so none can stand in another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadType {
    /// An in-toto statement about a plugin.
    Statement,
    /// One version of a vendor's root.
    Root,
    /// A vendor's list of what it revokes.
    Revocations,
}

impl PayloadType {
    /// The word in the envelope.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Statement => "application/vnd.in-toto+json",
            Self::Root => "application/vnd.dbg.root.v1+json",
            Self::Revocations => "application/vnd.dbg.revocations.v1+json",
        }
    }
}

impl fmt::Display for PayloadType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Why bytes are no envelope of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeFault {
    /// Not its JSON.
    #[error("{0}")]
    Json(#[from] JsonFault),
    /// It holds something else.
    #[error("it holds `{found}`, and `{expected}` belongs here")]
    Type {
        /// What it says it holds, escaped and cut.
        found: String,
        /// What was expected.
        expected: PayloadType,
    },
    /// Neither standard base64 nor the one for URLs, with padding.
    #[error("its {part} is not in base64")]
    Base64 {
        /// Which part.
        part: Part,
    },
    /// More than any document has.
    #[error("its payload has {bytes} bytes, and at most {MAX_PAYLOAD_BYTES} are allowed")]
    PayloadTooLong {
        /// Its length.
        bytes: usize,
    },
    /// Nobody signed it.
    #[error("it has no signature")]
    Unsigned,
    /// Too many did.
    #[error("it has {count} signatures, and at most {MAX_SIGNATURES} are allowed")]
    TooMany {
        /// How many it has.
        count: usize,
    },
    /// A name of a key that is longer than any.
    #[error("its signature {index} names its key in {bytes} bytes, and at most {MAX_HINT_BYTES} are allowed")]
    HintTooLong {
        /// Which signature, counted from 1.
        index: usize,
        /// How long the name is.
        bytes: usize,
    },
}

/// A part of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The payload.
    Payload,
    /// A signature, counted from 1.
    Signature(usize),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payload => f.write_str("payload"),
            Self::Signature(index) => write!(f, "signature {index}"),
        }
    }
}

/// A signed document and its signatures, none of them verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    kind: PayloadType,
    payload: Vec<u8>,
    signatures: Vec<Signature>,
}

/// One signature of an envelope, not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Which key it claims to be by. A hint: it saves trying the others, and decides nothing.
    pub hint: Option<KeyId>,
    /// Its bytes, of any number.
    pub bytes: Vec<u8>,
}

/// The envelope as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Written {
    payload_type: String,
    payload: String,
    #[serde(deserialize_with = "json::objects")]
    signatures: Vec<WrittenSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

impl Envelope {
    /// An envelope that nobody has signed yet.
    pub(super) fn new(kind: PayloadType, payload: Vec<u8>) -> Self {
        Self { kind, payload, signatures: Vec::new() }
    }

    /// Reads an envelope that must hold `expected`.
    pub fn parse(bytes: &[u8], expected: PayloadType) -> Result<Self, EnvelopeFault> {
        Self::from_written(json::read(bytes, MAX_ENVELOPE_BYTES)?, expected)
    }

    pub(super) fn from_written(written: Written, expected: PayloadType) -> Result<Self, EnvelopeFault> {
        let Written { payload_type, payload, signatures } = written;
        if payload_type != expected.word() {
            let found = Cell(truncate_at_char(&payload_type, 128)).to_string();
            return Err(EnvelopeFault::Type { found, expected });
        }
        match signatures.len() {
            0 => return Err(EnvelopeFault::Unsigned),
            count if count > MAX_SIGNATURES => return Err(EnvelopeFault::TooMany { count }),
            _ => {}
        }
        let payload = decode(&payload).ok_or(EnvelopeFault::Base64 { part: Part::Payload })?;
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(EnvelopeFault::PayloadTooLong { bytes: payload.len() });
        }
        let signatures = signatures.into_iter().zip(1..).map(|(signature, index)| signature.read(index));
        Ok(Self { kind: expected, payload, signatures: signatures.collect::<Result<_, _>>()? })
    }

    pub(super) fn to_written(&self) -> Written {
        let signatures = self.signatures.iter().map(|signature| WrittenSignature {
            keyid: signature.hint.map(|hint| hint.to_string()).unwrap_or_default(),
            sig: Base64::encode_string(&signature.bytes),
        });
        Written {
            payload_type: self.kind.word().to_owned(),
            payload: Base64::encode_string(&self.payload),
            signatures: signatures.collect(),
        }
    }

    /// The envelope as bytes of JSON.
    pub(super) fn to_json(&self) -> Vec<u8> {
        // Texts alone: writing them cannot fail.
        serde_json::to_vec(&self.to_written()).unwrap_or_default()
    }

    /// What it holds.
    #[must_use]
    pub fn kind(&self) -> PayloadType {
        self.kind
    }

    /// The document. Foreign bytes until the signatures are counted.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signatures, in the order in which they are written.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The bytes that each signature is over.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        pre_authentication(self.kind.word(), &self.payload)
    }

    pub(super) fn push(&mut self, signature: Signature) {
        self.signatures.push(signature);
    }
}

impl WrittenSignature {
    fn read(self, index: usize) -> Result<Signature, EnvelopeFault> {
        let Self { keyid, sig } = self;
        if keyid.len() > MAX_HINT_BYTES {
            return Err(EnvelopeFault::HintTooLong { index, bytes: keyid.len() });
        }
        let bytes = decode(&sig).ok_or(EnvelopeFault::Base64 { part: Part::Signature(index) })?;
        // Another tool's name for a key is no name of ours, and then no hint.
        Ok(Signature { hint: keyid.parse().ok(), bytes })
    }
}

/// The encoding before a signature, `PAE` in the specification: lengths in front of type and payload keep them apart.
fn pre_authentication(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// The specification lets a writer choose between two alphabets. A mixture of both is refused, and so is anything but full padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.contains(['-', '_']) { Base64Url::decode_vec(text) } else { Base64::decode_vec(text) }.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_before_a_signature_are_those_of_the_specification() {
        let expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world";
        assert_eq!(pre_authentication("http://example.com/HelloWorld", b"hello world"), expected);
    }

    #[test]
    fn an_envelope_survives_json() {
        let mut envelope = Envelope::new(PayloadType::Root, vec![0xfb, 0xff, 1]);
        envelope.push(Signature { hint: None, bytes: vec![7; 64] });
        assert_eq!(Envelope::parse(&envelope.to_json(), PayloadType::Root), Ok(envelope));
    }

    #[test]
    fn both_alphabets_are_read_and_no_mixture() {
        assert_eq!(decode("+/8="), Some(vec![0xfb, 0xff]));
        assert_eq!(decode("-_8="), Some(vec![0xfb, 0xff]));
        for text in ["+_8=", "+/8", "-_8", "+/9=", "+/8=\n", " +/8=", "+/8==", "a"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_name_of_a_key_that_is_not_ours_is_no_hint() {
        let text = r#"{"payloadType":"application/vnd.in-toto+json","payload":"","signatures":[{"keyid":"SHA256:abc","sig":""}]}"#;
        let envelope = Envelope::parse(text.as_bytes(), PayloadType::Statement).unwrap();
        assert_eq!(envelope.signatures(), [Signature { hint: None, bytes: Vec::new() }]);
    }
}
