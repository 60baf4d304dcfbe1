//! Keys and signatures in forms that some verifier takes and another does not.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest as _, Sha512};

use super::super::*;
use super::{Case, Outcome, case, judge};

/// The order of the base point, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn public(point: EdwardsPoint) -> Result<PublicKey, KeyFault> {
    PublicKey::from_bytes(point.compress().to_bytes())
}

/// y = p + 1: the neutral point in a form that is not its own.
fn beyond_the_field() -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xee;
    bytes[31] = 0x7f;
    bytes
}

fn keys() -> Vec<Case> {
    let mut negative_zero = [0; 32];
    (negative_zero[0], negative_zero[31]) = (1, 0x80);
    let mut two = [0; 32];
    two[0] = 2;
    let good = EdwardsPoint::mul_base(&Scalar::from(77_u64));
    vec![
        case!("a key of order 8", public(EIGHT_TORSION[1]), Outcome::Key(KeyFault::SmallOrder)),
        case!("a key of order 4", public(EIGHT_TORSION[2]), Outcome::Key(KeyFault::SmallOrder)),
        case!("a key of order 2", public(EIGHT_TORSION[4]), Outcome::Key(KeyFault::SmallOrder)),
        case!("the neutral point as a key", public(EIGHT_TORSION[0]), Outcome::Key(KeyFault::SmallOrder)),
        case!("a key with a part of order 8", public(good + EIGHT_TORSION[1]), Outcome::Key(KeyFault::MixedOrder)),
        case!("a key with a part of order 2", public(good + EIGHT_TORSION[4]), Outcome::Key(KeyFault::MixedOrder)),
        case!(
            "a key beyond the field",
            PublicKey::from_bytes(beyond_the_field()),
            Outcome::Key(KeyFault::NonCanonical)
        ),
        case!("a key of minus nought", PublicKey::from_bytes(negative_zero), Outcome::Key(KeyFault::NonCanonical)),
        case!("a key that is no point", PublicKey::from_bytes(two), Outcome::Key(KeyFault::NoPoint)),
        case!("a key of 31 bytes", "A".repeat(42).parse::<PublicKey>(), Outcome::Key(KeyFault::Form)),
        case!(
            "a key in base64 with a wrong last digit",
            format!("{}B=", "A".repeat(42)).parse::<PublicKey>(),
            Outcome::Key(KeyFault::Form)
        ),
        case!("a good key", public(good), Outcome::Passed),
    ]
}

#[test]
fn hostile_keys_are_refused_each_by_its_name() {
    judge(keys(), 12);
}

/// A file whose second signature is `bytes`.
fn with_second(bytes: impl FnOnce(&[u8], &[u8]) -> Vec<u8>) -> Outcome {
    let component = component();
    let mut envelope = Envelope::new(PayloadType::Statement, statement(&component).to_json());
    let message = envelope.signed_bytes();
    let (first, second) = (key(11).sign(&message).to_vec(), key(12).sign(&message).to_vec());
    envelope.push(Signature { hint: Some(key(11).public().id()), bytes: first });
    envelope.push(Signature { hint: Some(key(12).public().id()), bytes: bytes(&message, &second) });
    let file = attach(&component, &envelope.to_json()).unwrap().into();
    verify_now(&file, &state_of(acme())).into()
}

fn joined(point: [u8; 32], scalar: [u8; 32]) -> Vec<u8> {
    [point, scalar].concat()
}

/// What a signer who knows the secret can make: a point with a part of order 8, for which a verifier that multiplies by 8 is content.
fn mixed(message: &[u8]) -> Vec<u8> {
    let signer = ed25519_dalek::SigningKey::from_bytes(&[12; 32]);
    let nonce = Scalar::from(4242_u64);
    let point = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[1]).compress().to_bytes();
    let challenge: [u8; 64] = Sha512::new()
        .chain_update(point)
        .chain_update(signer.verifying_key().as_bytes())
        .chain_update(message)
        .finalize()
        .into();
    let challenge = Scalar::from_bytes_mod_order_wide(&challenge);
    let scalar = nonce + challenge * signer.to_scalar();
    let left = ED25519_BASEPOINT_POINT * scalar - signer.verifying_key().to_edwards() * challenge;
    assert_eq!(left.mul_by_cofactor(), EdwardsPoint::mul_base(&nonce).mul_by_cofactor());
    joined(point, scalar.to_bytes())
}

/// The second form of a signature: its scalar with the order added.
fn malleable(signature: &[u8]) -> Vec<u8> {
    let mut bytes = signature.to_vec();
    let mut carry = 0;
    for (byte, add) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    bytes
}

fn signatures() -> Vec<Case> {
    let is = |outcome: &Outcome, expected: SignatureFault| matches!(outcome, Outcome::File(TrustError::Signatures(ThresholdFault { needed: 2, counted: 1, faults })) if *faults == [expected]);
    let wrong = SignatureFault::Wrong(key(12).public().id());
    let zero = [0; 32];
    let mut cases = vec![case!("two good signatures", with_second(|_, good| good.to_vec()), Outcome::Passed)];
    let faults: Vec<(&'static str, Outcome, SignatureFault)> = vec![
        ("a signature in its second form", with_second(|_, good| malleable(good)), SignatureFault::Malleable),
        ("a scalar of all ones", with_second(|_, good| [&good[..32], &[0xff; 32]].concat()), SignatureFault::Malleable),
        (
            "a signature with a point of order 8",
            with_second(|_, _| joined(EIGHT_TORSION[1].compress().to_bytes(), zero)),
            SignatureFault::SmallOrder,
        ),
        (
            "a signature with the neutral point",
            with_second(|_, _| joined(EIGHT_TORSION[0].compress().to_bytes(), zero)),
            SignatureFault::SmallOrder,
        ),
        (
            "a signature with a point beyond the field",
            with_second(|_, _| joined(beyond_the_field(), zero)),
            SignatureFault::NonCanonical,
        ),
        (
            "a signature whose point is none",
            with_second(|_, good| [[2].as_slice(), &[0; 31], &good[32..]].concat()),
            SignatureFault::NonCanonical,
        ),
        ("a signature with a part of order 8", with_second(|message, _| mixed(message)), SignatureFault::MixedOrder),
        ("a signature of 63 bytes", with_second(|_, good| good[..63].to_vec()), SignatureFault::Length(63)),
        ("a signature of 65 bytes", with_second(|_, good| [good, &[0]].concat()), SignatureFault::Length(65)),
        ("an empty signature", with_second(|_, _| Vec::new()), SignatureFault::Length(0)),
        ("a signature over another document", with_second(|_, _| key(12).sign(b"other").to_vec()), wrong),
        (
            "a signature over the payload without its type",
            with_second(|message, _| {
                let start = message.windows(2).position(|pair| pair == b"{\"").unwrap();
                key(12).sign(&message[start..]).to_vec()
            }),
            wrong,
        ),
        (
            "a signature by a strangers key under a known name",
            with_second(|message, _| key(66).sign(message).to_vec()),
            wrong,
        ),
        (
            "the same signature twice under two names",
            with_second(|message, _| key(11).sign(message).to_vec()),
            SignatureFault::Repeated(key(11).public().id()),
        ),
    ];
    cases.extend(faults.into_iter().map(|(name, outcome, fault)| {
        let as_expected = is(&outcome, fault);
        Case { name, outcome, as_expected }
    }));
    // A flipped bit anywhere in a signature.
    for bit in [0, 255, 256, 507] {
        let outcome = with_second(|_, good| {
            let mut bytes = good.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        });
        assert!(matches!(outcome, Outcome::File(TrustError::Signatures(_))), "bit {bit}: {outcome:?}");
    }
    cases
}

#[test]
fn hostile_signatures_are_refused_each_by_its_name() {
    judge(signatures(), 15);
}
