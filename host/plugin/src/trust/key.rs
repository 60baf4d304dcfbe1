//! Public keys of Ed25519, and what their signatures must be like.
//!
//! A point has other encodings and other points of small order beside it; libraries differ in which of them they take. Here one key has one form, one
//! signature has one form, and a signature that some verifier would refuse is refused.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding as _};
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use dbg_model::{Digest, DigestError};
use ed25519_dalek::VerifyingKey;
use pkcs8::der::pem;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::component::digest;

/// A public key of Ed25519 in DER (RFC 8410) is this and its 32 bytes.
const DER_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const LABEL: &str = "PUBLIC KEY";

/// The name of a key: SHA-256 of its material in DER, so that no two names belong to one key.
/// `openssl pkey -pubin -outform DER | sha256sum` gives the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(Digest);

impl KeyId {
    /// The first 12 digits, for people who compare and do not decide.
    #[must_use]
    pub fn short(&self) -> String {
        self.0.short()
    }

    pub(super) fn digest(&self) -> &Digest {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for KeyId {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        text.parse().map(Self)
    }
}

/// Why bytes are no public key that may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Not in the form of a key.
    #[error("it is no public key of Ed25519 (PEM with `{LABEL}`, or 32 bytes in base64)")]
    Form,
    /// No point of the curve.
    #[error("it is no point of the curve")]
    NoPoint,
    /// A point of the curve in a form that is not its own.
    #[error("it is written in another form than its own")]
    NonCanonical,
    /// A point that makes signatures without knowing a secret.
    #[error("it is a point of small order, for which anybody can sign")]
    SmallOrder,
    /// A point with a part of small order, for which verifiers disagree.
    #[error("it has a part of small order, so that verifiers disagree on its signatures")]
    MixedOrder,
}

/// Why a signature is not one of a key over a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// Not 64 bytes.
    #[error("has {0} bytes instead of 64")]
    Length(usize),
    /// Its scalar is not reduced: a second form of a valid signature.
    #[error("is another form of a signature (its scalar is not reduced)")]
    Malleable,
    /// Its point is none, or in another form than its own.
    #[error("has a point that is none or not in its own form")]
    NonCanonical,
    /// Its point has a small order.
    #[error("has a point of small order")]
    SmallOrder,
    /// Its point has a part of small order, and so verifies for no strict reader.
    #[error("has a point with a part of small order")]
    MixedOrder,
    /// It is by no key of this role.
    #[error("is by no key that this vendor's root names for it")]
    UnknownKey,
    /// It claims to be by a key and is not, or not over these bytes.
    #[error("is not by the key {} that it names, or not over this document", .0.short())]
    Wrong(KeyId),
    /// Its key was revoked.
    #[error("is by the key {}, which is revoked", .0.short())]
    Revoked(KeyId),
    /// Its key has expired.
    #[error("is by the key {}, which has expired", .0.short())]
    Expired(KeyId),
    /// Its key has signed already.
    #[error("is a second one by the key {}", .0.short())]
    Repeated(KeyId),
}

/// A public key that is canonical and has no part of small order.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: KeyId,
}

impl PublicKey {
    /// From its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyFault> {
        let point = CompressedEdwardsY(bytes).decompress().ok_or(KeyFault::NoPoint)?;
        if point.compress().to_bytes() != bytes {
            return Err(KeyFault::NonCanonical);
        }
        match order(&point) {
            Order::Small => return Err(KeyFault::SmallOrder),
            Order::Mixed => return Err(KeyFault::MixedOrder),
            Order::Prime => {}
        }
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyFault::NoPoint)?;
        Ok(Self::known_good(key))
    }

    /// Of a private key: such a key is a multiple of the base point, so none of the faults can be.
    pub(super) fn known_good(key: VerifyingKey) -> Self {
        let id = KeyId(digest(&der(&key)));
        Self { key, id }
    }

    /// From the PEM that `dbg key new` and `openssl pkey -pubout` write.
    pub fn from_pem(text: &str) -> Result<Self, KeyFault> {
        let (label, der) = pem::decode_vec(text.as_bytes()).map_err(|_| KeyFault::Form)?;
        let bytes = der.strip_prefix(&DER_PREFIX).filter(|_| label == LABEL).ok_or(KeyFault::Form)?;
        Self::from_bytes(bytes.try_into().map_err(|_| KeyFault::Form)?)
    }

    /// The key as PEM, for other tools.
    #[must_use]
    pub fn to_pem(&self) -> String {
        // 44 bytes under a label of ours: encoding them cannot fail.
        pem::encode_string(LABEL, pem::LineEnding::LF, &der(&self.key)).unwrap_or_default()
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether a signature in good form is this key's over `message`.
    pub(super) fn verifies(&self, message: &[u8], signature: &Formed) -> bool {
        self.key.verify_strict(message, &signature.signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id)
    }
}

impl FromStr for PublicKey {
    type Err = KeyFault;

    /// From the form that a root has: 32 bytes in base64.
    fn from_str(text: &str) -> Result<Self, KeyFault> {
        let mut bytes = [0; 32];
        match Base64::decode(text, &mut bytes) {
            Ok(found) if found.len() == 32 => Self::from_bytes(bytes),
            _ => Err(KeyFault::Form),
        }
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Base64::encode_string(self.as_bytes()))
    }
}

fn der(key: &VerifyingKey) -> [u8; 44] {
    let mut der = [0; 44];
    let (prefix, bytes) = der.split_at_mut(DER_PREFIX.len());
    prefix.copy_from_slice(&DER_PREFIX);
    bytes.copy_from_slice(key.as_bytes());
    der
}

/// A text of a root that may be a key: read in a step of its own, so that a bad key is told as that and not as bad JSON.
#[derive(Debug, Clone)]
pub(super) struct KeyText(pub(super) String);

impl<'de> Deserialize<'de> for KeyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// A signature whose form is the only one there is of it.
#[derive(Debug)]
pub(super) struct Formed {
    signature: ed25519_dalek::Signature,
    point: EdwardsPoint,
}

impl Formed {
    /// Judges a signature by its bytes alone. That of the reference time's keys comes later.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, SignatureFault> {
        let bytes: [u8; 64] = bytes.try_into().map_err(|_| SignatureFault::Length(bytes.len()))?;
        let signature = ed25519_dalek::Signature::from_bytes(&bytes);
        if Option::<Scalar>::from(Scalar::from_canonical_bytes(*signature.s_bytes())).is_none() {
            return Err(SignatureFault::Malleable);
        }
        let encoded = CompressedEdwardsY(*signature.r_bytes());
        let point = encoded.decompress().ok_or(SignatureFault::NonCanonical)?;
        if point.compress() != encoded {
            return Err(SignatureFault::NonCanonical);
        }
        if point.is_small_order() {
            return Err(SignatureFault::SmallOrder);
        }
        Ok(Self { signature, point })
    }

    /// Why it may have failed for every key. Only then: it costs as much as a verification.
    pub(super) fn is_mixed(&self) -> bool {
        order(&self.point) == Order::Mixed
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Small,
    Mixed,
    Prime,
}

fn order(point: &EdwardsPoint) -> Order {
    if point.is_small_order() {
        Order::Small
    } else if point.is_torsion_free() {
        Order::Prime
    } else {
        Order::Mixed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::PrivateKey;

    #[test]
    fn a_key_survives_pem_and_base64() {
        let key = PrivateKey::from_seed([7; 32]).public();
        assert_eq!(PublicKey::from_pem(&key.to_pem()), Ok(key.clone()));
        let text = serde_json::to_string(&key).unwrap();
        assert_eq!(text.trim_matches('"').parse(), Ok(key));
    }

    #[test]
    fn another_kind_of_key_or_label_is_refused() {
        let pem = PrivateKey::from_seed([7; 32]).public().to_pem();
        for text in [
            String::new(),
            pem.replace("PUBLIC KEY", "PRIVATE KEY"),
            pem.replace("MCowBQYDK2VwAyEA", "MCowBQYDK2VuAyEA"),
            pem.replace("MCow", "MCo"),
        ] {
            assert_eq!(PublicKey::from_pem(&text), Err(KeyFault::Form), "{text}");
        }
    }
}
