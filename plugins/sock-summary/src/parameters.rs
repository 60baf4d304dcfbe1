//! What an operator can say.

use dbg_sdk::prelude::*;

/// From when on something is worth a finding.
#[derive(Clone, Debug, Parameters)]
pub struct SockSummary {
    /// So many connections of one process that their peers have closed and it has not (CLOSE-WAIT) are a pile.
    #[parameter(default = 50, min = 1)]
    pub close_wait: u32,
    /// So many connections to one peer and port that nobody answers (SYN-SENT) are a pile.
    #[parameter(default = 20, min = 1)]
    pub syn_sent: u32,
    /// So many connections at one listening port that their peers began and did not complete (SYN-RECV) are a pile.
    #[parameter(default = 100, min = 1)]
    pub syn_received: u32,
    /// A connection with so many bytes that its peer has not acknowledged, or its program has not read, is stuck.
    #[parameter(default = "1MiB", min = "1KiB")]
    pub queue: Size,
    /// A peer to whom at least so many segments had to be sent again is looked at.
    #[parameter(default = 20, min = 1)]
    pub retransmits: u32,
    /// And it is a finding when they are so many percent of all segments sent to it.
    #[parameter(default = 2, min = 1, max = 100)]
    pub retransmit_percent: u32,
    /// When so many percent of the local ports that may be used towards one peer and port are taken, they run out soon. From 95 on it is a failure.
    #[parameter(default = 80, min = 1, max = 100)]
    pub ports_percent: u32,
    /// How many rows each table has, the largest groups first.
    #[parameter(default = 50, min = 0, max = 10000)]
    pub rows: u32,
}
