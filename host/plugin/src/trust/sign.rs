//! Making what [`super::verify`] and [`VendorRoot::read`](super::VendorRoot::read) take: the vendor's side.
//!
//! A second signer gets the file of the first, sees what it vouches for, and adds a signature over the same bytes.

use bytes::Bytes;
use dbg_model::VendorName;

use super::chain::{self, ChainFault, WrittenChain};
use super::envelope::{Envelope, EnvelopeFault, MAX_SIGNATURES, PayloadType, Signature};
use super::json;
use super::key::KeyId;
use super::moment::Moment;
use super::private_key::PrivateKey;
use super::revocation::{ListFault, Revocations};
use super::root::{Root, RootFault};
use super::section::{SectionFault, attach, split};
use super::statement::{Statement, StatementFault};
use crate::{Component, ComponentError};

/// Why something cannot be signed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum SignError {
    /// The file.
    #[error("{0}")]
    Section(#[from] SectionFault),
    /// What it holds.
    #[error("it is no plugin that could be run")]
    Component(#[from] ComponentError),
    /// The envelope that is there.
    #[error("the envelope that it has: {0}")]
    Envelope(#[from] EnvelopeFault),
    /// The statement.
    #[error("the statement: {0}")]
    Statement(#[from] StatementFault),
    /// The statement that is there is about something else.
    #[error("the statement that it has is not about this component")]
    OtherComponent,
    /// A first signature where there is one.
    #[error("it is signed already")]
    Signed,
    /// A further signature where there is none.
    #[error("nobody signed it yet")]
    Unsigned,
    /// A second signature by one key.
    #[error("the key {} has signed it already", .0.short())]
    Again(KeyId),
    /// The root.
    #[error("the root: {0}")]
    Root(#[from] RootFault),
    /// The file of roots.
    #[error("the file of roots: {0}")]
    Chain(#[from] ChainFault),
    /// The list.
    #[error("the list: {0}")]
    List(#[from] ListFault),
}

impl SignError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Component(error) => error.hint(),
            Self::Signed => Some("add a further signature to it, or sign the file that was built".to_owned()),
            Self::Unsigned => Some("make the first signature".to_owned()),
            Self::Again(_) => Some("another person signs with another key".to_owned()),
            Self::OtherComponent => Some("sign the file that was built".to_owned()),
            _ => None,
        }
    }
}

/// A plugin's file with what it says of itself, none of it verified: to be shown before it is signed, or before its vendor is trusted.
#[derive(Debug, Clone)]
pub struct Unverified {
    component: Component,
    signed: Option<(Envelope, Statement)>,
}

/// What a vendor adds to what a component declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who signs.
    pub vendor: VendorName,
    /// Higher than that of the release before.
    pub sequence: u64,
    /// Now.
    pub issued: Moment,
    /// Until when it is meant to be used.
    pub expires: Moment,
}

impl Unverified {
    /// Reads a file, signed or not.
    pub fn read(file: &Bytes) -> Result<Self, SignError> {
        let split = split(file)?;
        let component = Component::read(split.component)?;
        let signed = split.envelope.map(|envelope| -> Result<_, SignError> {
            let envelope = Envelope::parse(&envelope, PayloadType::Statement)?;
            let statement = Statement::parse(envelope.payload())?;
            Ok((envelope, statement))
        });
        Ok(Self { component, signed: signed.transpose()? })
    }

    /// What would be run, and its declaration.
    #[must_use]
    pub fn component(&self) -> &Component {
        &self.component
    }

    /// What its signers say it is. A claim.
    #[must_use]
    pub fn statement(&self) -> Option<&Statement> {
        self.signed.as_ref().map(|(_, statement)| statement)
    }

    /// Which keys its signatures name. A claim.
    #[must_use]
    pub fn signers(&self) -> Vec<Option<KeyId>> {
        let signatures = self.signed.iter().flat_map(|(envelope, _)| envelope.signatures());
        signatures.map(|signature| signature.hint).collect()
    }

    /// The file with a first signature. Name and version are those that the component declares.
    pub fn sign(&self, claim: Claim, key: &PrivateKey) -> Result<Vec<u8>, SignError> {
        if self.signed.is_some() {
            return Err(SignError::Signed);
        }
        let Claim { vendor, sequence, issued, expires } = claim;
        let declaration = self.component.declaration();
        let statement = Statement {
            vendor,
            plugin: declaration.plugin.clone(),
            digest: self.component.digest(),
            length: self.component.bytes().len() as u64,
            version: declaration.version.clone(),
            sequence,
            issued,
            expires,
        };
        let payload = statement.to_json();
        // Read again, so that nothing is signed that would be refused.
        Statement::parse(&payload)?;
        let envelope = sealed(PayloadType::Statement, payload, key);
        Ok(attach(self.component.bytes(), &envelope.to_json())?)
    }

    /// The file with a further signature over the same statement.
    pub fn countersign(&self, key: &PrivateKey) -> Result<Vec<u8>, SignError> {
        let (envelope, statement) = self.signed.as_ref().ok_or(SignError::Unsigned)?;
        let declaration = self.component.declaration();
        let fits = statement.digest == self.component.digest()
            && statement.length == self.component.bytes().len() as u64
            && statement.plugin == declaration.plugin
            && statement.version == declaration.version;
        if !fits {
            return Err(SignError::OtherComponent);
        }
        let envelope = countersigned(envelope.clone(), key)?;
        Ok(attach(self.component.bytes(), &envelope.to_json())?)
    }
}

/// A file with the first version of a root, signed by one key; others of its root keys countersign it.
pub fn new_root(root: &Root, key: &PrivateKey) -> Result<Vec<u8>, SignError> {
    Ok(write_chain(vec![seal_root(root, key)?]))
}

/// The file of a vendor's roots with a next version, signed by one key. The threshold of the keys before and of its own must sign it before anybody takes it.
pub fn next_root(file: &[u8], root: &Root, key: &PrivateKey) -> Result<Vec<u8>, SignError> {
    let mut versions = read_chain(file)?;
    let expected = versions.len() as u64 + 1;
    if root.version != expected {
        return Err(ChainFault::Version { expected, found: root.version }.into());
    }
    versions.push(seal_root(root, key)?);
    Ok(write_chain(versions))
}

/// The newest version of a file of roots, not verified: to be shown before it is countersigned.
pub fn newest_root(file: &[u8]) -> Result<Root, SignError> {
    let versions = read_chain(file)?;
    Ok(Root::parse(versions.last().ok_or(ChainFault::Empty)?.payload())?)
}

/// The file of a vendor's roots with a further signature on its newest version.
pub fn countersign_root(file: &[u8], key: &PrivateKey) -> Result<Vec<u8>, SignError> {
    let mut versions = read_chain(file)?;
    let newest = versions.pop().ok_or(ChainFault::Empty)?;
    versions.push(countersigned(newest, key)?);
    Ok(write_chain(versions))
}

/// A list of revocations, signed by one root key.
pub fn new_list(list: &Revocations, key: &PrivateKey) -> Result<Vec<u8>, SignError> {
    let payload = list.to_json();
    Revocations::parse(&payload)?;
    Ok(sealed(PayloadType::Revocations, payload, key).to_json())
}

/// A list with a further signature.
pub fn countersign_list(file: &[u8], key: &PrivateKey) -> Result<Vec<u8>, SignError> {
    Ok(countersigned(Envelope::parse(file, PayloadType::Revocations)?, key)?.to_json())
}

pub(super) fn read_chain(file: &[u8]) -> Result<Vec<Envelope>, SignError> {
    let WrittenChain { versions } = json::read(file, chain::MAX_FILE_BYTES).map_err(ChainFault::from)?;
    let envelope = |(written, version)| {
        Envelope::from_written(written, PayloadType::Root).map_err(|fault| ChainFault::Envelope { version, fault })
    };
    Ok(versions.into_iter().zip(1..).map(envelope).collect::<Result<_, _>>()?)
}

fn write_chain(versions: Vec<Envelope>) -> Vec<u8> {
    let versions = versions.iter().map(Envelope::to_written).collect();
    // Texts alone: writing them cannot fail.
    serde_json::to_vec(&WrittenChain { versions }).unwrap_or_default()
}

/// Read again first, so that nothing is signed that would be refused.
fn seal_root(root: &Root, key: &PrivateKey) -> Result<Envelope, RootFault> {
    let payload = root.to_json();
    Root::parse(&payload)?;
    Ok(sealed(PayloadType::Root, payload, key))
}

fn sealed(kind: PayloadType, payload: Vec<u8>, key: &PrivateKey) -> Envelope {
    let mut envelope = Envelope::new(kind, payload);
    push(&mut envelope, key);
    envelope
}

fn countersigned(mut envelope: Envelope, key: &PrivateKey) -> Result<Envelope, SignError> {
    let id = key.public().id();
    if envelope.signatures().iter().any(|signature| signature.hint == Some(id)) {
        return Err(SignError::Again(id));
    }
    if envelope.signatures().len() >= MAX_SIGNATURES {
        return Err(EnvelopeFault::TooMany { count: envelope.signatures().len() + 1 }.into());
    }
    push(&mut envelope, key);
    Ok(envelope)
}

fn push(envelope: &mut Envelope, key: &PrivateKey) {
    let bytes = key.sign(&envelope.signed_bytes()).to_vec();
    envelope.push(Signature { hint: Some(key.public().id()), bytes });
}
