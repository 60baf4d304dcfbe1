//! Dates, numbers, names and places of keys, as they are typed where something is signed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::anyhow;
use dbg_model::{Capability, Cell, Digest, PluginName, truncate_at_char};
use dbg_plugin::trust::{Ceiling, KeyId, Moment};

use crate::diagnostic::{Fault, hinted};

/// A year as a promise of validity has it.
const YEAR_DAYS: u64 = 365;
/// Longer than anybody keeps a release; also keeps a slip of the finger from meaning for ever.
const MAX_DAYS: u64 = 100 * YEAR_DAYS;

/// The time that is signed as the time of signing.
pub(crate) fn now() -> Moment {
    SystemTime::now().into()
}

/// A time to come: `90d`, `12w`, `1y`, `2027-11-25` (its first second, in UTC) or `2027-11-25T12:00:00Z`.
pub(crate) fn time_to_come(text: &str, now: Moment) -> Result<Moment, Fault> {
    let shown = Cell(truncate_at_char(text, 64)).to_string();
    let wrong = |what: &str| {
        Fault::usage(hinted(
            anyhow!("`{shown}` {what}"),
            "write for example `90d`, `1y`, `2027-11-25` or `2027-11-25T12:00:00Z`",
        ))
    };
    let moment = match days(text) {
        Some(days) if days > MAX_DAYS => return Err(wrong("is more than a hundred years")),
        Some(days) => now.plus_days(days),
        None => {
            let date = format!("{text}T00:00:00Z");
            let full = if text.len() == "2027-11-25".len() { date.as_str() } else { text };
            full.parse().map_err(|_| wrong("is no time to come"))?
        }
    };
    if moment > now { Ok(moment) } else { Err(wrong("is over")) }
}

fn days(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let factor = match unit {
        "d" => 1,
        "w" => 7,
        "y" => YEAR_DAYS,
        _ => return None,
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// A key by its file, or by its id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyReference {
    /// Its file.
    File(PathBuf),
    /// Its id.
    Id(KeyId),
}

impl KeyReference {
    /// What starts as an id is one.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        if !text.starts_with("sha256:") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        text.parse().map(Self::Id).map_err(|error| digest_fault(error, text, "`dbg key show FILE` prints it"))
    }
}

/// A digest as it is typed.
pub(crate) fn digest(text: &str, hint: &str) -> Result<Digest, Fault> {
    text.parse().map_err(|error| digest_fault(error, text, hint))
}

fn digest_fault(error: dbg_model::DigestError, text: &str, hint: &str) -> Fault {
    Fault::usage(hinted(anyhow!("`{}` is no digest: {error}", Cell(truncate_at_char(text, 80))), hint))
}

/// A key's file, and until when it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyUntil {
    /// The file.
    pub(crate) file: PathBuf,
    /// From then on its signatures no longer count.
    pub(crate) expires: Option<Moment>,
}

impl KeyUntil {
    /// `FILE` or `FILE=EXPIRES`. A file that is there may have `=` in its name.
    pub(crate) fn parse(text: &str, now: Moment) -> Result<Self, Fault> {
        match text.rsplit_once('=') {
            Some((file, expires)) if !Path::new(text).exists() => {
                Ok(Self { file: file.into(), expires: Some(time_to_come(expires, now)?) })
            }
            _ => Ok(Self { file: text.into(), expires: None }),
        }
    }
}

/// Names of capabilities, or `all` or `none` alone.
pub(crate) fn ceiling(words: &[String]) -> Result<Ceiling, Fault> {
    match words {
        [word] if word == "all" => Ok(Ceiling::new(Capability::ALL)),
        [word] if word == "none" => Ok(Ceiling::default()),
        words => {
            let capabilities = words.iter().map(|word| word.parse::<Capability>());
            let all = Capability::ALL.map(Capability::word).join("`, `");
            capabilities.collect::<Result<Vec<_>, _>>().map(Ceiling::new).map_err(|error| {
                Fault::usage(hinted(anyhow::Error::new(error), format!("there are `{all}`, or `all` or `none` alone")))
            })
        }
    }
}

/// `PLUGIN=N`, none twice.
pub(crate) fn minimums(texts: &[String]) -> Result<BTreeMap<PluginName, u64>, Fault> {
    let mut minimums = BTreeMap::new();
    for text in texts {
        let read = text.split_once('=').and_then(|(plugin, number)| Some((plugin.parse().ok()?, number.parse().ok()?)));
        let shown = Cell(truncate_at_char(text, 96));
        let (plugin, sequence): (PluginName, u64) = read.ok_or_else(|| {
            Fault::usage(hinted(
                anyhow!("`{shown}` is no least sequence of a plugin"),
                "write it as `PLUGIN=N`, for example `my-check=7`",
            ))
        })?;
        if minimums.insert(plugin.clone(), sequence).is_some() {
            return Err(Fault::usage(anyhow!("`{plugin}` is given two least sequences")));
        }
    }
    Ok(minimums)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_to_come_is_a_number_of_days_or_a_date() {
        let now = at("2026-11-25T03:00:00Z");
        for (text, expected) in [
            ("1d", "2026-11-26T03:00:00Z"),
            ("2w", "2026-12-09T03:00:00Z"),
            ("1y", "2027-11-25T03:00:00Z"),
            ("2027-01-02", "2027-01-02T00:00:00Z"),
            ("2027-01-02T03:04:05Z", "2027-01-02T03:04:05Z"),
        ] {
            assert_eq!(time_to_come(text, now).unwrap(), at(expected), "{text}");
        }
    }

    #[test]
    fn what_is_over_or_no_time_is_refused() {
        let now = at("2026-11-25T03:00:00Z");
        for text in [
            "",
            "d",
            "0d",
            "-1d",
            "+1d",
            "1m",
            "1.5y",
            "soon",
            "2026-11-25",
            "2026-02-30",
            "101y",
            "99999999999999999999d",
            "9999999999999999999y",
            "ä",
            "2027-11-25T12:00:00+01:00",
        ] {
            assert!(time_to_come(text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn a_ceiling_is_names_or_one_word_for_all_or_none() {
        let words = |words: &[&str]| ceiling(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(words(&["files", "resolver"]).unwrap(), Ceiling::new([Capability::Files, Capability::Resolver]));
        assert_eq!(words(&["none"]).unwrap(), Ceiling::default());
        assert_eq!(words(&["all"]).unwrap().capabilities().len(), Capability::ALL.len());
        assert!(words(&["all", "files"]).is_err());
        assert!(words(&["file"]).is_err());
    }

    #[test]
    fn a_least_sequence_names_a_plugin_once() {
        let read = |texts: &[&str]| minimums(&texts.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(read(&["my-check=7"]).unwrap().into_values().collect::<Vec<_>>(), [7]);
        for texts in [&["my-check"][..], &["=7"], &["my-check=-1"], &["a=1", "a=2"], &["My=1"]] {
            assert!(read(texts).is_err(), "{texts:?}");
        }
    }

    #[test]
    fn a_key_may_come_with_a_date_and_an_id_is_no_file() {
        let now = at("2026-11-25T03:00:00Z");
        let key = KeyUntil::parse("a.pub=1d", now).unwrap();
        assert_eq!((key.file, key.expires), ("a.pub".into(), Some(at("2026-11-26T03:00:00Z"))));
        assert!(KeyUntil::parse("a.pub=never", now).is_err());
        assert_eq!(KeyReference::parse("a.pub").unwrap(), KeyReference::File("a.pub".into()));
        assert!(KeyReference::parse("sha256:12").is_err());
    }
}
