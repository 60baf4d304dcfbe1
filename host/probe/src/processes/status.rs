//! `/proc/PID/status`. Source: man 5 proc_pid_status.

/// The lines that are wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) name: String,
    pub(super) parent: u32,
    /// The effective one.
    pub(super) uid: u32,
}

impl Status {
    /// None where a line is missing: the process ended while it was read.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t"));
        Some(Self {
            name: field("Name")?.to_owned(),
            parent: field("PPid")?.parse().ok()?,
            uid: field("Uid")?.split('\t').nth(1)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_parent_and_effective_user_are_read() {
        let text = b"Name:\ta b\nUmask:\t0022\nPid:\t7\nPPid:\t1\nUid:\t1000\t0\t0\t0\n";
        assert_eq!(Status::parse(text), Some(Status { name: "a b".into(), parent: 1, uid: 0 }));
        assert_eq!(Status::parse(b"Name:\tx\n"), None);
        assert_eq!(Status::parse(b""), None);
    }
}
