//! The records of one answer, as a set: order and lifetime say nothing, resolvers rotate the one and count down the other.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use domain::rdata::AllRecordData;

use crate::name;

/// Enough for a person; what is above is counted. A hostile answer may hold thousands.
const SHOWN: usize = 16;
/// Of one record: a TXT record may have 64 KiB.
const LENGTH: usize = 255;

/// The records of the asked type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Records {
    shown: Vec<String>,
    total: usize,
    fingerprint: u64,
    ttl: u32,
}

impl Records {
    /// Makes the set of what was answered; duplicates count once.
    pub(crate) fn new(answered: impl IntoIterator<Item = (String, u32)>) -> Self {
        let mut set = BTreeSet::new();
        let mut ttl = u32::MAX;
        for (text, lifetime) in answered {
            set.insert(text);
            ttl = ttl.min(lifetime);
        }
        let mut hasher = DefaultHasher::new();
        set.hash(&mut hasher);
        let total = set.len();
        Self { shown: set.into_iter().take(SHOWN).map(cut).collect(), total, fingerprint: hasher.finish(), ttl }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Whether both hold the same records.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.total == other.total && self.fingerprint == other.fingerprint
    }

    /// Whether at least one record is in both, as far as they are shown.
    pub(crate) fn overlap(&self, other: &Self) -> bool {
        self.shown.iter().any(|one| other.shown.contains(one))
    }

    /// The records in one line.
    pub(crate) fn text(&self) -> String {
        let mut text = self.shown.join(", ");
        if self.total > self.shown.len() {
            text.push_str(&format!(" and {} more", self.total - self.shown.len()));
        }
        text
    }

    /// The shortest lifetime among them, in seconds.
    pub(crate) const fn ttl(&self) -> u32 {
        self.ttl
    }
}

/// One record's data as `dig +short` would print it, names in lower case and without the final dot.
pub(super) fn data<Octs, Name>(data: &AllRecordData<Octs, Name>) -> Option<String>
where
    Octs: AsRef<[u8]>,
    Name: domain::base::name::ToName + std::fmt::Display,
{
    Some(match data {
        AllRecordData::A(data) => data.addr().to_string(),
        AllRecordData::Aaaa(data) => data.addr().to_string(),
        AllRecordData::Ptr(data) => name::text(data.ptrdname()),
        AllRecordData::Ns(data) => name::text(data.nsdname()),
        AllRecordData::Cname(data) => name::text(data.cname()),
        AllRecordData::Mx(data) => format!("{} {}", data.preference(), name::text(data.exchange())),
        AllRecordData::Srv(data) => {
            format!("{} {} {} {}", data.priority(), data.weight(), data.port(), name::text(data.target()))
        }
        AllRecordData::Txt(data) => data.to_string(),
        AllRecordData::Soa(data) => format!(
            "{} {} {} {} {} {} {}",
            name::text(data.mname()),
            name::text(data.rname()),
            data.serial(),
            data.refresh().as_secs(),
            data.retry().as_secs(),
            data.expire().as_secs(),
            data.minimum().as_secs()
        ),
        AllRecordData::Caa(data) => {
            format!("{} {} \"{}\"", data.flags().bits(), data.tag(), String::from_utf8_lossy(data.value().as_ref()))
        }
        _ => return None,
    })
}

fn cut(mut text: String) -> String {
    if text.len() > LENGTH {
        text.truncate(text.floor_char_boundary(LENGTH));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(of: &[&str]) -> Records {
        Records::new(of.iter().map(|text| ((*text).to_owned(), 60)))
    }

    #[test]
    fn order_lifetime_and_duplicates_make_no_difference() {
        let other = Records::new([("b".into(), 5), ("a".into(), 7), ("a".into(), 9)]);
        assert!(records(&["a", "b"]).same(&other));
        assert_eq!(other.ttl(), 5);
    }

    #[test]
    fn sets_that_share_a_record_overlap() {
        assert!(records(&["a", "b"]).overlap(&records(&["b", "c"])));
        assert!(!records(&["a"]).overlap(&records(&["c"])));
    }

    #[test]
    fn thousands_of_records_are_counted_and_not_kept() {
        let many = Records::new((0..5_000).map(|number| (format!("{number:05}"), 1)));
        assert!(many.text().ends_with("and 4984 more"));
        let others = Records::new((0..5_000).map(|number| (format!("{:05}", number + 1), 1)));
        assert!(!many.same(&others));
    }

    #[test]
    fn a_long_record_is_cut_at_a_character() {
        let one = Records::new([("ü".repeat(200), 1)]);
        assert!(one.text().len() < 260 && one.text().ends_with('…'));
    }
}
