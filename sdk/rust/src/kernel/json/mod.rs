//! JSON (RFC 8259) without what languages disagree about: repeated keys, numbers beyond 2^53,
//! escaped lone surrogates. Nothing here recurses deeper than eight levels, so that no text,
//! however deep, can end the process.

mod grammar;
mod lexer;
mod scan;
mod shallow;
mod text;
mod value;

pub use grammar::is_json;
pub use shallow::{elements, members, text_of};
pub use value::Value;

use crate::error::{Checked, FactCode, ensure};

/// Nesting of objects and arrays; the payload's own object is 1.
pub const MAX_DEPTH: usize = 8;

/// Compact JSON whose meaning is the same in every language; refuses with a `payload-…` code.
pub fn parse_strict(text: &str) -> Checked<Value> {
    ensure(is_json(text), FactCode::PayloadNotJson, "not JSON")?;
    scan::scan(text)?;
    Ok(value::build(text))
}
