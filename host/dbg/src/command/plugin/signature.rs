//! What a plugin's signature is worth here: for people and for programs.

use bytes::Bytes;
use dbg_model::{Cell, Digest, truncate_at_char};
use dbg_plugin::trust::{Facts, StockFault, TrustError, Unverified, split};
use serde::Serialize;

use crate::diagnostic::Fault;
use crate::settings::{Site, Trust};
use crate::stock::Stock;

/// What a plugin's signature is worth here.
pub(super) enum Signature {
    /// It is part of this binary, whose own digest covers it.
    Stock,
    /// There is none.
    None,
    /// It counts: a trusted vendor vouches for the plugin.
    Counts(Box<Facts>),
    /// It does not.
    Refused(Box<TrustError>),
}

/// The same as data. Texts are raw.
#[derive(Serialize)]
pub(super) struct SignatureFacts {
    /// `stock`, `unsigned`, `verified` or `refused`.
    state: &'static str,
    /// Whose it is; when it is refused, whose it says that it is.
    vendor: Option<String>,
    sequence: Option<u64>,
    issued: Option<String>,
    expires: Option<String>,
    /// The names of the keys that counted.
    keys: Vec<String>,
    /// How many must sign.
    threshold: Option<usize>,
    /// The fingerprint of the vendor's root.
    root: Option<String>,
    root_version: Option<u64>,
    /// The list of revocations that was looked at.
    list: Option<ListLine>,
    /// What passes by the site's rules and should be known.
    concerns: Vec<String>,
    /// Why it is refused.
    refusal: Option<Refusal>,
}

#[derive(Serialize)]
struct ListLine {
    version: u64,
    issued: String,
    days: u64,
}

/// Why a signature is refused, and at which step.
#[derive(Serialize)]
pub(super) struct Refusal {
    pub(super) step: u8,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) hint: Option<String>,
}

impl Refusal {
    pub(super) fn of(error: &TrustError) -> Self {
        let step = error.step();
        Self { step: step.number(), name: step.to_string(), text: with_cause(error), hint: error.hint() }
    }
}

impl Signature {
    /// By the steps of a verification alone.
    pub(super) fn verify(file: &Bytes, site: &Site) -> Result<Self, Fault> {
        Ok(match site.trust()?.verify(file) {
            Ok(verified) => Self::Counts(Box::new(verified.facts().clone())),
            Err(TrustError::Unsigned) => Self::None,
            Err(error) => Self::Refused(Box::new(error)),
        })
    }

    /// Of a plugin that is part of this binary.
    pub(super) fn of_stock(stock: &Stock) -> Result<Self, Fault> {
        match stock.verify()? {
            Ok(verified) => Ok(Self::Counts(Box::new(verified.facts().clone()))),
            Err(StockFault::Plugin(error)) => Ok(Self::Refused(Box::new(error))),
            Err(fault) => Err(Fault::own(fault)),
        }
    }

    /// Of a file that is no part of this binary. What has no signature may be revoked all the same.
    pub(super) fn of_file(file: &Bytes, site: &Site) -> Result<Self, Fault> {
        let signature = Self::verify(file, site)?;
        if !matches!(signature, Self::None) {
            return Ok(signature);
        }
        let state = &site.trust()?.loaded.state;
        let digest = Unverified::read(file).ok().map(|unverified| unverified.component().digest());
        let revoked = digest.and_then(|digest| Some((state.revoked_by(&digest)?.clone(), digest)));
        Ok(match revoked {
            Some((vendor, digest)) => Self::Refused(Box::new(TrustError::Revoked { vendor, digest })),
            None => Self::None,
        })
    }

    /// A word or two.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Stock => "stock".to_owned(),
            Self::None => "unsigned".to_owned(),
            Self::Counts(facts) => format!("signed by {}", facts.statement.vendor),
            Self::Refused(_) => "its signature does not count".to_owned(),
        }
    }

    /// Line by line, for a person.
    pub(super) fn lines(&self, trust: &Trust) -> String {
        match self {
            Self::Stock => "part of this dbg, and covered by its digest\n".to_owned(),
            Self::None => "nobody signed it\n".to_owned(),
            Self::Counts(facts) => signed_by(facts, trust),
            Self::Refused(error) => {
                let hint = error.hint().map(|hint| format!("  {hint}\n")).unwrap_or_default();
                format!("refused at step {} ({}): {}\n{hint}", error.step().number(), error.step(), with_cause(error))
            }
        }
    }

    pub(super) fn facts(&self, file: &Bytes, trust: &Trust) -> SignatureFacts {
        let empty = |state| SignatureFacts {
            state,
            vendor: None,
            sequence: None,
            issued: None,
            expires: None,
            keys: Vec::new(),
            threshold: None,
            root: None,
            root_version: None,
            list: None,
            concerns: Vec::new(),
            refusal: None,
        };
        match self {
            Self::Stock => empty("stock"),
            Self::None => empty("unsigned"),
            Self::Refused(error) => {
                SignatureFacts { vendor: claimed(file), refusal: Some(Refusal::of(error)), ..empty("refused") }
            }
            Self::Counts(facts) => SignatureFacts {
                vendor: Some(facts.statement.vendor.to_string()),
                sequence: Some(facts.statement.sequence),
                issued: Some(facts.statement.issued.to_string()),
                expires: Some(facts.statement.expires.to_string()),
                keys: facts.keys.iter().map(ToString::to_string).collect(),
                threshold: threshold(facts, trust),
                root: Some(facts.fingerprint.to_string()),
                root_version: Some(facts.root_version),
                list: facts.list.map(|list| ListLine {
                    version: list.version,
                    issued: list.issued.to_string(),
                    days: list.days,
                }),
                concerns: facts.concerns.iter().map(ToString::to_string).collect(),
                ..empty("verified")
            },
        }
    }
}

/// Whose a file says that it is. Its form was not looked at yet.
fn claimed(file: &Bytes) -> Option<String> {
    split(file).ok()?.envelope?;
    Some(Unverified::read(file).ok()?.statement()?.vendor.to_string())
}

fn threshold(facts: &Facts, trust: &Trust) -> Option<usize> {
    let vendor = trust.loaded.state.vendor(&facts.statement.vendor)?;
    Some(vendor.root().current().release.threshold)
}

/// Who signed a plugin, and on what that stands.
pub(super) fn signed_by(facts: &Facts, trust: &Trust) -> String {
    let Facts { statement, keys, fingerprint, root_version, list, concerns, .. } = facts;
    let keys: Vec<String> = keys.iter().map(|key| key.short()).collect();
    let needed = threshold(facts, trust).map(|threshold| format!(" of {threshold} needed")).unwrap_or_default();
    let list = match list {
        Some(list) => format!("list {} of {}, {} old", list.version, list.issued, days(list.days)),
        None => "no list".to_owned(),
    };
    let mut text = format!(
        "  signed by    {}, with {}{needed}: {}\n  root         version {root_version}, {fingerprint}\n  \
         sequence     {}, issued {}, expires {}\n  revocations  {list}\n",
        statement.vendor,
        match keys.len() {
            1 => "1 key".to_owned(),
            several => format!("{several} keys"),
        },
        keys.join(", "),
        statement.sequence,
        statement.issued,
        statement.expires,
    );
    for concern in concerns {
        text.push_str(&format!("  warning      {concern}\n"));
    }
    text
}

fn days(days: u64) -> String {
    match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// An error whose cause says more than it does.
pub(super) fn with_cause(error: &TrustError) -> String {
    match error {
        TrustError::Component(cause) => format!("{error}: {}", Cell(truncate_at_char(&cause.to_string(), 512))),
        error => error.to_string(),
    }
}

/// The first digits of what a plugin is known by.
pub(super) fn short(digest: Digest) -> String {
    format!("sha256:{}", digest.short())
}
