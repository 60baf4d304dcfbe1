//! The steps of a verification.

use std::fmt;

/// The steps of a verification, by the numbers of docs/security.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Step {
    /// One signature section, last and outermost, in its only form.
    Section = 1,
    /// Strict JSON around a payload of the right type.
    Envelope,
    /// One subject, our predicate, numbers and dates that make sense.
    Statement,
    /// The root of the vendor that the statement names.
    Vendor,
    /// The threshold of that root's release keys.
    Signatures,
    /// Digest and length of what was signed.
    Bytes,
    /// Digest and keys that were taken back.
    Revocations,
    /// Issued, expires, and the age of the list.
    Dates,
    /// The root's minimum and the floor.
    Sequence,
    /// A component that this dbg can run, with a declaration that fits its imports.
    Component,
    /// The declaration's name and version are those that were signed.
    Identity,
    /// What is required is within the vendor's ceiling.
    Ceiling,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 12] = [
        Self::Section,
        Self::Envelope,
        Self::Statement,
        Self::Vendor,
        Self::Signatures,
        Self::Bytes,
        Self::Revocations,
        Self::Dates,
        Self::Sequence,
        Self::Component,
        Self::Identity,
        Self::Ceiling,
    ];

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Section => "section",
            Self::Envelope => "envelope",
            Self::Statement => "statement",
            Self::Vendor => "vendor",
            Self::Signatures => "signatures",
            Self::Bytes => "bytes",
            Self::Revocations => "revocations",
            Self::Dates => "dates",
            Self::Sequence => "sequence",
            Self::Component => "component",
            Self::Identity => "identity",
            Self::Ceiling => "ceiling",
        })
    }
}
