//! What a number counts.

/// The unit of a metric or a column. The host scales and aligns by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    #[default]
    None,
    /// `ns`.
    Nanoseconds,
    /// `us`.
    Microseconds,
    /// `ms`.
    Milliseconds,
    /// `s`.
    Seconds,
    /// `bytes`.
    Bytes,
    /// `percent`.
    Percent,
    /// `per-second`.
    PerSecond,
    /// `count`: how many there are.
    Count,
    /// Any other; shown as it is.
    Other(&'static str),
}

impl Unit {
    /// As the contract spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Nanoseconds => "ns",
            Self::Microseconds => "us",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Bytes => "bytes",
            Self::Percent => "percent",
            Self::PerSecond => "per-second",
            Self::Count => "count",
            Self::Other(name) => name,
        }
    }
}
