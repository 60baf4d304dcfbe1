//! Private keys: made from the machine's randomness, kept encrypted, wiped when dropped.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use pkcs8::der::{Decode as _, pem};
use pkcs8::pkcs5::{EncryptionScheme, pbes2, scrypt};
use pkcs8::{AlgorithmIdentifierRef, EncryptedPrivateKeyInfo, ObjectIdentifier, PrivateKeyInfo};
use zeroize::Zeroizing;

use super::key::PublicKey;

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// 2^14 blocks of 8 take 16 MiB, half of what openssl allows itself for a key; five passes make up for the little memory, some 100 ms in all.
const LOG_N: u8 = 14;
const R: u32 = 8;
const P: u32 = 5;

/// What a key file may ask for: 1 GiB, and ten million rounds. A file that asks for more would stop the machine before it is found wrong.
const MAX_MEMORY: u64 = 1 << 30;
const MAX_ROUNDS: u32 = 10_000_000;
/// An encrypted key of ours has 350 bytes.
const MAX_PEM_BYTES: usize = 8 * 1024;

/// Why a private key cannot be made, kept or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyFault {
    /// Not in the form of an encrypted key.
    #[error("it is no encrypted private key (PEM with `{LABEL}`)")]
    Form,
    /// A private key that anybody can read.
    #[error("it is a private key without a passphrase")]
    Plain,
    /// Its passphrase is checked in a way that would stop the machine, or is unknown.
    #[error("its passphrase is kept in a way that this dbg does not read (scrypt up to 1 GiB, or PBKDF2)")]
    Scheme,
    /// The passphrase is another, or the file is damaged: no reader can tell which.
    #[error("the passphrase is not its own, or it is damaged")]
    Passphrase,
    /// Some other kind of key.
    #[error("it is no key of Ed25519 in PKCS#8 version 1")]
    Kind,
    /// An empty passphrase keeps nothing.
    #[error("the passphrase is empty")]
    Empty,
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
}

impl PrivateKeyFault {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Form | Self::Kind => "`dbg key new` makes one",
            Self::Plain | Self::Scheme => {
                "encrypt it: `openssl pkcs8 -topk8 -scrypt -scrypt_N 16384 -scrypt_r 8 -scrypt_p 5 -in KEY -out KEY.enc`"
            }
            Self::Empty => "give one that nobody guesses: whoever has the file can try as many as they like",
            Self::Passphrase | Self::Random => return None,
        };
        Some(hint.to_owned())
    }
}

/// A private key of Ed25519. Never shown; its memory is wiped when it is dropped.
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// A new one, from the kernel's randomness.
    pub fn generate() -> Result<Self, PrivateKeyFault> {
        let mut seed = Zeroizing::new([0; 32]);
        fill(seed.as_mut_slice())?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// The one of a seed: for keys that are no secret, as those of tests and of a development root.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&Zeroizing::new(seed)))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::known_good(self.0.verifying_key())
    }

    /// Its signature over a message.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Whether a passphrase could open this PEM: what is wrong with it without one, for whoever asks a person. Costs nothing.
    pub fn check_form(text: &[u8]) -> Result<(), PrivateKeyFault> {
        encrypted_der(text).map(drop)
    }

    /// Reads a key from PEM: PKCS#8 version 1, encrypted by PBES2 with scrypt, as [`PrivateKey::to_pem`] writes it, or with PBKDF2, as openssl does.
    pub fn from_pem(text: &[u8], passphrase: &[u8]) -> Result<Self, PrivateKeyFault> {
        let der = encrypted_der(text)?;
        let encrypted = EncryptedPrivateKeyInfo::from_der(&der).map_err(|_| PrivateKeyFault::Form)?;
        let plain = encrypted.decrypt(passphrase).map_err(|_| PrivateKeyFault::Passphrase)?;
        let info = PrivateKeyInfo::from_der(plain.as_bytes()).map_err(|_| PrivateKeyFault::Passphrase)?;
        if info.algorithm.oid != ED25519 || info.algorithm.parameters.is_some() || info.public_key.is_some() {
            return Err(PrivateKeyFault::Kind);
        }
        // An octet string of 32 bytes within the one of PKCS#8.
        let seed = info.private_key.strip_prefix(&[0x04, 0x20]).and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        Ok(Self::from_seed(*Zeroizing::new(seed.ok_or(PrivateKeyFault::Kind)?)))
    }

    /// The key as PEM under a passphrase, for a file of mode 0600.
    pub fn to_pem(&self, passphrase: &[u8]) -> Result<Zeroizing<String>, PrivateKeyFault> {
        if passphrase.is_empty() {
            return Err(PrivateKeyFault::Empty);
        }
        let (mut salt, mut vector) = ([0; 16], [0; 16]);
        fill(&mut salt)?;
        fill(&mut vector)?;
        let mut octets = Zeroizing::new([0; 34]);
        let (head, seed) = octets.split_at_mut(2);
        head.copy_from_slice(&[0x04, 0x20]);
        seed.copy_from_slice(self.0.as_bytes());
        let cost = scrypt::Params::new(LOG_N, R, P, 32).map_err(|_| PrivateKeyFault::Scheme)?;
        let scheme = pbes2::Parameters::scrypt_aes256cbc(cost, &salt, &vector).map_err(|_| PrivateKeyFault::Scheme)?;
        let info = PrivateKeyInfo::new(AlgorithmIdentifierRef { oid: ED25519, parameters: None }, octets.as_slice());
        let encrypted = info.encrypt_with_params(scheme, passphrase).map_err(|_| PrivateKeyFault::Scheme)?;
        encrypted.to_pem(LABEL, pem::LineEnding::LF).map_err(|_| PrivateKeyFault::Scheme)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {})", self.public().id())
    }
}

/// The DER of an encrypted key whose passphrase may be tried.
fn encrypted_der(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, PrivateKeyFault> {
    let text = text.get(..MAX_PEM_BYTES + 1).map_or(Ok(text), |_| Err(PrivateKeyFault::Form))?;
    let (label, der) = pem::decode_vec(text).map_err(|_| PrivateKeyFault::Form)?;
    let der = Zeroizing::new(der);
    match label {
        LABEL => {}
        "PRIVATE KEY" => return Err(PrivateKeyFault::Plain),
        _ => return Err(PrivateKeyFault::Form),
    }
    bounded(&EncryptedPrivateKeyInfo::from_der(&der).map_err(|_| PrivateKeyFault::Form)?.encryption_algorithm)?;
    Ok(der)
}

/// Refuses what would take the machine's memory or time before the passphrase is even tried.
fn bounded(scheme: &EncryptionScheme<'_>) -> Result<(), PrivateKeyFault> {
    let kdf = scheme.pbes2().map(|scheme| &scheme.kdf);
    let fits = match kdf {
        Some(pbes2::Kdf::Scrypt(cost)) => {
            let memory = cost.cost_parameter.checked_mul(u64::from(cost.block_size) * 128);
            memory.is_some_and(|memory| memory <= MAX_MEMORY) && cost.parallelization <= 16
        }
        Some(pbes2::Kdf::Pbkdf2(cost)) => cost.iteration_count <= MAX_ROUNDS,
        _ => false,
    };
    if fits { Ok(()) } else { Err(PrivateKeyFault::Scheme) }
}

fn fill(mut bytes: &mut [u8]) -> Result<(), PrivateKeyFault> {
    while !bytes.is_empty() {
        let read =
            rustix::io::retry_on_intr(|| rustix::rand::getrandom(&mut *bytes, rustix::rand::GetRandomFlags::empty()))
                .map_err(|_| PrivateKeyFault::Random)?;
        bytes = bytes.get_mut(read..).unwrap_or_default();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encrypted_key_is_read_with_its_passphrase_and_no_other() {
        let key = PrivateKey::generate().unwrap();
        let pem = key.to_pem(b"correct horse").unwrap();
        let again = PrivateKey::from_pem(pem.as_bytes(), b"correct horse").unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(PrivateKey::from_pem(pem.as_bytes(), b"wrong").unwrap_err(), PrivateKeyFault::Passphrase);
        assert_ne!(PrivateKey::generate().unwrap().public(), key.public());
    }

    #[test]
    fn a_key_without_a_passphrase_is_neither_written_nor_read() {
        assert_eq!(PrivateKey::from_seed([1; 32]).to_pem(b"").unwrap_err(), PrivateKeyFault::Empty);
        let plain = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n-----END PRIVATE KEY-----\n";
        assert_eq!(PrivateKey::from_pem(plain.as_bytes(), b"x").unwrap_err(), PrivateKeyFault::Plain);
    }

    #[test]
    fn a_key_that_asks_for_all_memory_is_refused_at_once() {
        let salt = [0; 16];
        for (log_n, r, p) in [(20, 16, 1), (30, 8, 1), (14, 8, 17)] {
            let cost = scrypt::Params::new(log_n, r, p, 32).unwrap();
            let scheme = pbes2::Parameters::scrypt_aes256cbc(cost, &salt, &salt).unwrap();
            assert_eq!(bounded(&scheme.into()), Err(PrivateKeyFault::Scheme));
        }
        let scheme = pbes2::Parameters::pbkdf2_sha256_aes256cbc(MAX_ROUNDS + 1, &salt, &salt).unwrap();
        assert_eq!(bounded(&scheme.into()), Err(PrivateKeyFault::Scheme));
    }

    #[test]
    fn a_key_shows_nothing_of_itself() {
        let shown = format!("{:?}", PrivateKey::from_seed([1; 32]));
        assert!(shown.starts_with("PrivateKey(of sha256:"), "{shown}");
    }
}
