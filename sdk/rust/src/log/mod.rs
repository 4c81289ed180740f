//! The log: RFC 6962 tree, proofs of RFC 9162, C2SP signed notes, checkpoints and tiles. No I/O.

pub mod bundle;
pub mod checkpoint;
pub mod note;
pub mod note_key;
pub mod proofs;
pub mod tile_path;
pub mod tiles;
pub mod tree;
