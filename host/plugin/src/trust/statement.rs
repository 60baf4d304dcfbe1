//! What a vendor signs about a plugin: an in-toto statement, `https://github.com/in-toto/attestation/tree/main/spec/v1`. It says who the plugin is and nothing of what it
//! may do: that is in the declaration, which is part of the bytes that it names.

use dbg_model::{Digest, PluginName, VendorName};
use semver::Version;
use serde::{Deserialize, Serialize};

use super::json::{self, JsonFault};
use super::moment::Moment;

/// A statement has some 500 bytes.
const MAX_BYTES: usize = 8 * 1024;
const TYPE: &str = "https://in-toto.io/Statement/v1";
/// A name and no address: nothing is ever fetched from it.
const PREDICATE_TYPE: &str = "urn:dbg:plugin:1";
/// The largest whole number that every reader of JSON keeps.
pub(super) const MAX_SEQUENCE: u64 = 1 << 53;

/// Why bytes are no statement about a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementFault {
    /// Not its JSON.
    #[error("{0}")]
    Json(#[from] JsonFault),
    /// Not a statement of in-toto's version 1.
    #[error("its `_type` is not `{TYPE}`")]
    Type,
    /// A statement about something else.
    #[error("its `predicateType` is not `{PREDICATE_TYPE}`")]
    PredicateType,
    /// About nothing or several things.
    #[error("it has {0} subjects, and exactly one is allowed")]
    Subjects(usize),
    /// A subject that is not called `vendor/plugin`.
    #[error("its subject is not named `<vendor>/<plugin>`")]
    SubjectName,
    /// Not 64 lower-case digits.
    #[error("its subject's `sha256` is not 64 lower-case hexadecimal digits")]
    Digest,
    /// A version of no form of a version.
    #[error("its version is none")]
    Version,
    /// A number that some reader would round, or nought.
    #[error("its sequence is {0}, and it must be 1 to {MAX_SEQUENCE}")]
    Sequence(u64),
    /// A length that no component has.
    #[error("it is about a component of 0 bytes")]
    Length,
    /// It ends before it begins.
    #[error("it is issued at {issued} and expires at {expires}")]
    Dates {
        /// When it was issued.
        issued: Moment,
        /// When it expires.
        expires: Moment,
    },
}

/// What a vendor says a plugin is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Who says it: the namespace of the subject's name.
    pub vendor: VendorName,
    /// Which plugin.
    pub plugin: PluginName,
    /// SHA-256 of the component without its signature section.
    pub digest: Digest,
    /// The component's length in bytes.
    pub length: u64,
    /// The plugin's version, as its declaration has it.
    pub version: Version,
    /// Grows with each release: a lower one than was seen is refused. 1 to 2^53.
    pub sequence: u64,
    /// When it was signed.
    pub issued: Moment,
    /// Until when it is meant to be used.
    pub expires: Moment,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(deserialize_with = "json::objects")]
    subject: Vec<Subject>,
    predicate_type: String,
    #[serde(deserialize_with = "json::object")]
    predicate: Predicate,
}

/// Read first, so that another kind of statement is called that and not broken.
#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "_type", default)]
    kind: String,
    #[serde(rename = "predicateType", default)]
    predicate_type: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    #[serde(deserialize_with = "json::object")]
    digest: Sha256,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sha256 {
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Predicate {
    version: String,
    sequence: u64,
    length: u64,
    issued: Moment,
    expires: Moment,
}

impl Statement {
    /// Reads the payload of an envelope.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementFault> {
        // What is no JSON at all is told by the second reading, in better words.
        let kind = json::read::<Kind>(bytes, MAX_BYTES).ok();
        match kind {
            Some(Kind { kind, .. }) if kind != TYPE => return Err(StatementFault::Type),
            Some(Kind { predicate_type, .. }) if predicate_type != PREDICATE_TYPE => {
                return Err(StatementFault::PredicateType);
            }
            _ => {}
        }
        let Written { kind: _, subject, predicate_type: _, predicate } = json::read(bytes, MAX_BYTES)?;
        let count = subject.len();
        let [Subject { name, digest }] =
            <[Subject; 1]>::try_from(subject).map_err(|_| StatementFault::Subjects(count))?;
        let (vendor, plugin) = name.split_once('/').ok_or(StatementFault::SubjectName)?;
        let Predicate { version, sequence, length, issued, expires } = predicate;
        if !(1..=MAX_SEQUENCE).contains(&sequence) {
            return Err(StatementFault::Sequence(sequence));
        }
        if length == 0 {
            return Err(StatementFault::Length);
        }
        if expires <= issued {
            return Err(StatementFault::Dates { issued, expires });
        }
        Ok(Self {
            vendor: vendor.parse().map_err(|_| StatementFault::SubjectName)?,
            plugin: plugin.parse().map_err(|_| StatementFault::SubjectName)?,
            digest: format!("sha256:{}", digest.sha256).parse().map_err(|_| StatementFault::Digest)?,
            length,
            version: Version::parse(&version).map_err(|_| StatementFault::Version)?,
            sequence,
            issued,
            expires,
        })
    }

    /// The payload for an envelope.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let Self { vendor, plugin, digest, length, version, sequence, issued, expires } = self;
        let written = Written {
            kind: TYPE.to_owned(),
            subject: vec![Subject { name: format!("{vendor}/{plugin}"), digest: Sha256 { sha256: digest.hex() } }],
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: Predicate {
                version: version.to_string(),
                sequence: *sequence,
                length: *length,
                issued: *issued,
                expires: *expires,
            },
        };
        // Texts and numbers alone: writing them cannot fail.
        serde_json::to_vec(&written).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_survives_json() {
        let statement = Statement {
            vendor: "acme".parse().unwrap(),
            plugin: "my-check".parse().unwrap(),
            digest: Digest::from_bytes([0xab; 32]),
            length: 7,
            version: Version::new(1, 2, 3),
            sequence: MAX_SEQUENCE,
            issued: Moment::from_seconds(1),
            expires: Moment::from_seconds(2),
        };
        assert_eq!(Statement::parse(&statement.to_json()), Ok(statement));
    }
}
