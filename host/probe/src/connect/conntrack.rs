//! The kernel's table of tracked connections. When it is full, the kernel drops everybody's new connections: a scan must not be what
//! fills it. Source: Documentation/networking/nf_conntrack-sysctl.rst.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

/// Of this network namespace; not there when nothing tracks connections.
const FOLDER: &str = "/proc/sys/net/netfilter";

/// Between two looks: two small files, 20 us together.
const EVERY: Duration = Duration::from_millis(50);

/// How full it may be, in percent.
const MOST: u64 = 80;

/// Watches the table.
#[derive(Debug)]
pub(super) struct Conntrack {
    folder: PathBuf,
    looked: Option<Instant>,
    /// Connects that may be added before the next look: a small table is full long before the time is up.
    room: u64,
}

/// Too full to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full {
    count: u64,
    most: u64,
}

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { count, most } = self;
        write!(
            f,
            "not tried: the target tracks {count} connections of at most {most}, and at {MOST} % of them no more are added"
        )
    }
}

impl Conntrack {
    /// Nothing is read yet.
    pub(super) fn new() -> Self {
        Self::below(FOLDER.into())
    }

    pub(super) fn below(folder: PathBuf) -> Self {
        Self { folder, looked: None, room: 0 }
    }

    /// Whether the table is too full for one more; it looks when it is time to, or when there may be no more room.
    pub(super) fn full(&mut self, now: Instant) -> Option<Full> {
        let is_late = self.looked.is_none_or(|looked| now.saturating_duration_since(looked) >= EVERY);
        if self.room == 0 || is_late {
            self.looked = Some(now);
            let read = self.read("nf_conntrack_count").zip(self.read("nf_conntrack_max"));
            // 0 is no limit.
            self.room = match read.filter(|(_, most)| *most > 0) {
                Some((count, most)) => {
                    let allowed = most.saturating_mul(MOST).div_ceil(100);
                    if count >= allowed {
                        return Some(Full { count, most });
                    }
                    allowed - count
                }
                None => u64::MAX,
            };
        }
        self.room -= 1;
        None
    }

    fn read(&self, name: &str) -> Option<u64> {
        let mut text = String::new();
        fs_err::File::open(self.folder.join(name)).ok()?.take(32).read_to_string(&mut text).ok()?;
        text.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_full_at_80_percent_and_one_that_is_not_there_never() {
        let folder = tempfile::tempdir().unwrap();
        let at = |count: &str, most: &str| {
            fs_err::write(folder.path().join("nf_conntrack_count"), count).unwrap();
            fs_err::write(folder.path().join("nf_conntrack_max"), most).unwrap();
            Conntrack::below(folder.path().into()).full(Instant::now())
        };
        assert_eq!(at("799\n", "1000\n"), None);
        assert_eq!(at("800\n", "1000\n"), Some(Full { count: 800, most: 1000 }));
        assert_eq!(at("800\n", "0\n"), None);
        assert_eq!(at("many", "1000"), None);
        assert_eq!(Conntrack::below("/nowhere".into()).full(Instant::now()), None);
    }

    #[test]
    fn it_is_not_read_for_every_connect() {
        let mut conntrack = Conntrack::below("/nowhere".into());
        let start = Instant::now();
        conntrack.full(start);
        conntrack.full(start + EVERY / 2);
        assert_eq!(conntrack.looked, Some(start));
        conntrack.full(start + EVERY);
        assert_eq!(conntrack.looked, Some(start + EVERY));
    }

    #[test]
    fn no_more_are_added_between_two_looks_than_there_is_room_for() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs_err::write(folder.path().join(name), text).unwrap();
        write("nf_conntrack_max", "100");
        write("nf_conntrack_count", "77");
        let now = Instant::now();
        let mut conntrack = Conntrack::below(folder.path().into());
        assert!((0..3).all(|_| conntrack.full(now).is_none()));
        write("nf_conntrack_count", "80");
        assert_eq!(conntrack.full(now), Some(Full { count: 80, most: 100 }));
    }
}
