#![forbid(unsafe_code)]
#![warn(missing_docs)]
pub mod error;
pub mod kernel;
pub mod keys;
pub mod log;
pub mod reader;
pub mod decide;
