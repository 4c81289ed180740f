//! What one step of a reader did.

use crate::error::FactError;
use crate::kernel::bodies::Body;
use crate::kernel::fact::Fact;
use crate::kernel::hash::Hash;

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Origin {
    Live,
    Http,
    Disk,
}

impl Origin {
    /// `live`, `http` or `disk`.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Live => "live",
            Origin::Http => "http",
            Origin::Disk => "disk",
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

/// Lines in, facts out.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// In order of position.
    pub accepted: Vec<Accepted>,
    /// In the order in which they were refused.
    pub refused: Vec<FactError>,
    /// Lines at or below the position: dropped unread, harmless.
    pub duplicates: u64,
    /// The shard is to be fetched over HTTP now.
    pub fetch: bool,
    /// The shard is to be read anew over HTTP from its beginning.
    pub doubt: bool,
}
