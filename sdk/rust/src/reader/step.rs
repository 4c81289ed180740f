//! What one step of a reader did.

use crate::error::FactError;
use crate::kernel::bodies::Body;
use crate::kernel::fact::Fact;
use crate::kernel::hash::Hash;

/// Where something came from; `Heartbeat`: lines that were applied, and that a heartbeat denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Origin {
    Live,
    Http,
    Disk,
    Heartbeat,
}

impl Origin {
    /// `live`, `http`, `disk` or `heartbeat`.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Live => "live",
            Origin::Http => "http",
            Origin::Disk => "disk",
            Origin::Heartbeat => "heartbeat",
        }
    }
}

/// A verified fact and its place.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// 1, 2, 3 ... in the shard.
    pub position: u64,
    /// 0, 1, 2 ... in the log.
    pub index: u64,
    /// What was signed.
    pub fact: Fact,
    /// Its body, checked.
    pub body: Body,
    /// Its leaf hash.
    pub leaf: Hash,
    /// Signed at or above the point where its key is void: chained, not folded.
    pub void: bool,
    /// As it came, for the journal.
    pub line: String,
}

/// Something that failed a check.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Where it came from.
    pub origin: Origin,
    /// Which check, and why.
    pub error: FactError,
}

/// Lines in, facts out.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// In order of position.
    pub accepted: Vec<Accepted>,
    /// In the order in which they were refused.
    pub refused: Vec<Refused>,
    /// Lines at or below the position: dropped unread, harmless.
    pub duplicates: u64,
    /// The shard is to be fetched: after a heartbeat only when it is still behind later.
    pub fetch: bool,
    /// The newest heartbeat was reached, and nothing that is void is folded.
    pub reached: bool,
}

impl Step {
    pub(super) fn refuse(&mut self, origin: Origin, error: FactError) {
        self.refused.push(Refused { origin, error });
    }
}
