//! What a site wrote into the agent's image: whom it trusts, and how far. It counts besides what an operator tells: what runs has to be
//! allowed by both.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::time::SystemTime;

use bytes::Bytes;
use dbg_model::Capability;
use dbg_plugin::trust::{Grounds, Moment, Rule, Rules, Told};
use serde::{Deserialize, Serialize};

/// Where it is in the image.
pub const SITE_FILE: &str = "/etc/dbg/site.json";

/// Some hundred vendors.
const MAX_BYTES: u64 = 4 << 20;

/// What the file says. It is made by `dbg image save --trust`, and read by the agent of the same image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRules {
    vendors: Vec<Vendor>,
    /// What unsigned plugins may have at most; none where none may run.
    unsigned: Option<BTreeSet<Capability>>,
    /// When it was written: no clock is believed that is before that. Seconds since 1970.
    time: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vendor {
    root: String,
    list: Option<String>,
    ceiling: BTreeSet<Capability>,
    expiry: Date,
    stale: Date,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Date {
    Strict,
    Warn,
}

/// Why an image's rules are none. Then its agent serves nobody.
#[derive(Debug, thiserror::Error)]
pub enum SiteFault {
    /// The file is there and cannot be read.
    #[error("the site's rules in the image cannot be read")]
    Read(#[source] std::io::Error),
    /// It is too long, or no such file.
    #[error("the site's rules in the image make no sense: {0}")]
    Malformed(String),
}

impl SiteRules {
    /// From whom a site trusts, and what may run there unsigned.
    #[must_use]
    pub fn new(vendors: &[Grounds], unsigned: Option<BTreeSet<Capability>>, time: Moment) -> Self {
        Self { vendors: vendors.iter().map(Vendor::of).collect(), unsigned, time: time.seconds() }
    }

    /// The file.
    #[must_use]
    pub fn to_file(&self) -> Vec<u8> {
        // Texts, words and a number: there is nothing among them that JSON cannot say.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The rules of the image that this process is of; none where a site wrote none.
    pub(crate) fn of_image() -> Result<Option<Self>, SiteFault> {
        Self::read(Path::new(SITE_FILE))
    }

    fn read(path: &Path) -> Result<Option<Self>, SiteFault> {
        let file = match fs_err::File::open(path) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(SiteFault::Read(error)),
        };
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(SiteFault::Read)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(SiteFault::Malformed(format!("they have more than {MAX_BYTES} bytes")));
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|error| SiteFault::Malformed(error.to_string()))
    }

    /// What is judged by them, now.
    pub(crate) fn told(&self) -> Told {
        let time = Moment::from(SystemTime::now()).max(Moment::from_seconds(self.time));
        let vendors: Vec<Grounds> = self.vendors.iter().map(|vendor| vendor.grounds(time)).collect();
        Told::of_site(&vendors, self.unsigned.clone())
    }
}

impl Vendor {
    fn of(grounds: &Grounds) -> Self {
        let Grounds { root, list, ceiling, time: _, rules: Rules { expiry, stale } } = grounds;
        let date = |rule: &Rule| match rule {
            Rule::Strict => Date::Strict,
            Rule::Warn => Date::Warn,
        };
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        Self {
            // Roots and lists are texts; whatever is none proves nothing in the agent either.
            root: text(root),
            list: list.as_ref().map(text),
            ceiling: ceiling.clone(),
            expiry: date(expiry),
            stale: date(stale),
        }
    }

    fn grounds(&self, time: Moment) -> Grounds {
        let rule = |date| match date {
            Date::Strict => Rule::Strict,
            Date::Warn => Rule::Warn,
        };
        Grounds {
            root: self.root.clone().into(),
            list: self.list.clone().map(Bytes::from),
            ceiling: self.ceiling.clone(),
            time,
            rules: Rules { expiry: rule(self.expiry), stale: rule(self.stale) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> SiteRules {
        let grounds = Grounds {
            root: "root".into(),
            list: Some("list".into()),
            ceiling: BTreeSet::from([Capability::Files]),
            time: Moment::from_seconds(7),
            rules: Rules { expiry: Rule::Strict, stale: Rule::Warn },
        };
        SiteRules::new(&[grounds], Some(BTreeSet::from([Capability::Resolver])), Moment::from_seconds(9))
    }

    #[test]
    fn rules_are_read_as_they_were_written_and_nothing_else_is_taken_for_rules() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.json");
        assert!(SiteRules::read(&path).unwrap().is_none());
        fs_err::write(&path, rules().to_file()).unwrap();
        assert_eq!(SiteRules::read(&path).unwrap(), Some(rules()));
        for bad in [
            "",
            "{}",
            "null",
            r#"{"vendors":[],"unsigned":[],"time":1,"more":1}"#,
            r#"{"vendors":[],"unsigned":["root"],"time":1}"#,
        ] {
            fs_err::write(&path, bad).unwrap();
            assert!(matches!(SiteRules::read(&path), Err(SiteFault::Malformed(_))), "{bad}");
        }
    }
}
