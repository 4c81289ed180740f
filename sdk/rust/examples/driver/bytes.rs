//! Parts of a vector's input; what is missing or of another form is taken as empty.

use serde_json::Value;
use tenure_dataplane::kernel::{base64, hex};

pub fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_default()
}

pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap_or_default()).unwrap_or_default()
}

pub fn note(value: &Value) -> Vec<u8> {
    base64::decode(value.as_str().unwrap_or_default()).unwrap_or_default()
}

/// Not a number of a tree (negative, a fraction): larger than any size.
pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(u64::MAX)
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
