//! Closed sets of codes: readers in every language give the same code for the same bytes.

use std::borrow::Cow;
use std::fmt;

macro_rules! codes {
    ($($variant:ident $text:literal,)*) => {
        /// Why bytes are not the fact, or the part of a log, that they claim to be
        /// (`facts/spec/facts-v1.md`). `facts/spec/vectors` has a vector for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FactCode { $(#[doc = $text] $variant,)* }

        impl FactCode {
            /// Every code, in the order of the specification's tables.
            pub const ALL: &'static [FactCode] = &[$(FactCode::$variant,)*];

            /// The code as all kits and the specification write it.
            pub const fn as_str(self) -> &'static str {
                match self { $(FactCode::$variant => $text,)* }
            }
        }
    };
}

codes! {
    LineMalformed "line-malformed",
    EnvelopeMalformed "envelope-malformed",
    PayloadTypeUnknown "payload-type-unknown",
    SignatureCount "signature-count",
    SignatureInvalid "signature-invalid",
    KeyUnknown "key-unknown",
    KeyInvalid "key-invalid",
    PayloadTooLarge "payload-too-large",
    PayloadNotUtf8 "payload-not-utf8",
    PayloadBom "payload-bom",
    PayloadNotJson "payload-not-json",
    PayloadNotCompact "payload-not-compact",
    PayloadTooDeep "payload-too-deep",
    PayloadDuplicateKey "payload-duplicate-key",
    PayloadNumber "payload-number",
    PayloadString "payload-string",
    PayloadKeyOrder "payload-key-order",
    PayloadField "payload-field",
    SubjectMismatch "subject-mismatch",
    BodyInvalid "body-invalid",
    LogMismatch "log-mismatch",
    EpochMismatch "epoch-mismatch",
    TenantMismatch "tenant-mismatch",
    ShardMismatch "shard-mismatch",
    PositionGap "position-gap",
    IndexReplay "index-replay",
    SeqGap "seq-gap",
    SeqReplay "seq-replay",
    PrevMismatch "prev-mismatch",
    InclusionProofInvalid "inclusion-proof-invalid",
    ConsistencyProofInvalid "consistency-proof-invalid",
    NoteMalformed "note-malformed",
    NoteSignatureInvalid "note-signature-invalid",
    NoteKeyUnknown "note-key-unknown",
    CheckpointMalformed "checkpoint-malformed",
    CheckpointOriginMismatch "checkpoint-origin-mismatch",
    TilePathMalformed "tile-path-malformed",
    TileMalformed "tile-malformed",
    EntryBundleMalformed "entry-bundle-malformed",
    KeysetMalformed "keyset-malformed",
    KeysetLogMismatch "keyset-log-mismatch",
    KeysetVersion "keyset-version",
    KeysetRoot "keyset-root",
    KeysetHistory "keyset-history",
    KeyRange "key-range",
    KeyClosed "key-closed",
    HeartbeatMalformed "heartbeat-malformed",
    HeartbeatLogMismatch "heartbeat-log-mismatch",
    HeartbeatKeyset "heartbeat-keyset",
    HeartbeatFence "heartbeat-fence",
    HeartbeatReplay "heartbeat-replay",
    HeartbeatRollback "heartbeat-rollback",
    CheckpointRollback "checkpoint-rollback",
    CheckpointFork "checkpoint-fork",
    StateMalformed "state-malformed",
    StateLogMismatch "state-log-mismatch",
    StateKeyset "state-keyset",
    StateVoid "state-void",
    StateRollback "state-rollback",
    StateFork "state-fork",
    StateNodeMalformed "state-node-malformed",
    StateHashMismatch "state-hash-mismatch",
    ApiKeyMalformed "api-key-malformed",
    ShardFork "shard-fork",
    FactUncovered "fact-uncovered",
}

impl fmt::Display for FactCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal: `code` is stable, the text is for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactError {
    /// Which check failed.
    pub code: FactCode,
    /// For people; never parse it.
    pub message: Cow<'static, str>,
}

impl fmt::Display for FactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for FactError {}

/// Short for what every check gives.
pub type Checked<T> = Result<T, FactError>;

/// A refusal with its text.
pub(crate) fn refusal(code: FactCode, message: impl Into<Cow<'static, str>>) -> FactError {
    let message = message.into();
    FactError { code, message }
}

/// Refuses unless `holds`; the text is only made when it is needed.
pub(crate) fn ensure(holds: bool, code: FactCode, message: &'static str) -> Checked<()> {
    if holds { Ok(()) } else { Err(refusal(code, message)) }
}
