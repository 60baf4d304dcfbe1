//! The records of one answer, as a set: order and lifetime say nothing, resolvers rotate the one and count down the other.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use domain::base::record::{ParsedRecord, Record};
use domain::base::{ParseRecordData, ParsedName};
use domain::rdata::{A, Aaaa, Caa, Cname, Mx, Ns, Ptr, Soa, Srv, Txt};

use crate::kind::Kind;
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
        let mut set = Vec::new();
        let mut ttl = u32::MAX;
        for (text, lifetime) in answered {
            set.push(text);
            ttl = ttl.min(lifetime);
        }
        set.sort_unstable();
        set.dedup();
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

/// One record's data as `dig +short` would print it, names in lower case and without the final dot. None for another type, and for data
/// that is none.
pub(super) fn data(record: &ParsedRecord<'_, [u8]>, kind: Kind) -> Option<String> {
    type Target<'a> = ParsedName<&'a [u8]>;
    Some(match kind {
        Kind::A => read::<A>(record)?.addr().to_string(),
        Kind::Aaaa => read::<Aaaa>(record)?.addr().to_string(),
        Kind::Ptr => name::text(read::<Ptr<Target<'_>>>(record)?.ptrdname()),
        Kind::Ns => name::text(read::<Ns<Target<'_>>>(record)?.nsdname()),
        Kind::Cname => name::text(read::<Cname<Target<'_>>>(record)?.cname()),
        Kind::Mx => {
            let data = read::<Mx<Target<'_>>>(record)?;
            format!("{} {}", data.preference(), name::text(data.exchange()))
        }
        Kind::Srv => {
            let data = read::<Srv<Target<'_>>>(record)?;
            format!("{} {} {} {}", data.priority(), data.weight(), data.port(), name::text(data.target()))
        }
        Kind::Txt => read::<Txt<&[u8]>>(record)?.to_string(),
        Kind::Soa => {
            let data = read::<Soa<Target<'_>>>(record)?;
            format!(
                "{} {} {} {} {} {} {}",
                name::text(data.mname()),
                name::text(data.rname()),
                data.serial(),
                data.refresh().as_secs(),
                data.retry().as_secs(),
                data.expire().as_secs(),
                data.minimum().as_secs()
            )
        }
        Kind::Caa => {
            let data = read::<Caa<&[u8]>>(record)?;
            format!("{} {} \"{}\"", data.flags().bits(), data.tag(), String::from_utf8_lossy(data.value()))
        }
    })
}

/// The data as that type.
pub(super) fn read<'a, Data: ParseRecordData<'a, [u8]>>(record: &ParsedRecord<'a, [u8]>) -> Option<Data> {
    record.to_record::<Data>().ok().flatten().map(Record::into_data)
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
