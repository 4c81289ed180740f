//! The state tree (`facts/spec/facts-v1.md`, "State tree"): its nodes, trees of them down from a
//! root, views of one tenant. No I/O: who calls brings the files.

pub mod block;
mod cursor;
pub mod file;
pub mod live;
pub mod node;
mod pages;
pub mod prefix;
pub mod view;
pub mod walk;
