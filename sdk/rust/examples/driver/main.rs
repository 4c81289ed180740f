//! Speaks JSON lines on standard input and output, one answer a request, for tests of conformance
//! across languages. It never ends on its own before its input does.

mod bytes;
mod key_checks;
mod log_checks;
mod reader_checks;
mod vector;

use std::io::{BufRead, Write, stdin, stdout};

use serde_json::{Value, json};

fn answer(request: &Value) -> Value {
    match request["op"].as_str() {
        Some("vector") => vector::run(request),
        _ => json!({ "error": "unknown op" }),
    }
}

fn main() {
    for line in stdin().lock().lines().map_while(Result::ok) {
        let request: Result<Value, _> = serde_json::from_str(&line);
        let answer = request.map_or_else(|error| json!({ "error": error.to_string() }), |r| answer(&r));
        let mut out = stdout().lock();
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}
