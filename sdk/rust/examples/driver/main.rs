//! Speaks JSON lines on standard input and output, one answer a request, for tests of conformance
//! across languages. It never ends on its own before its input does.

mod bytes;
mod key_checks;
mod log_checks;
mod plane_ops;
mod reader_checks;
mod state_checks;
mod vector;

use std::io::{BufRead, Write, stdin, stdout};

use serde_json::{Value, json};

use plane_ops::PlaneOps;

async fn answer(plane: &mut PlaneOps, request: &Value) -> Value {
    match request["op"].as_str() {
        Some("vector") => vector::run(request),
        Some(op) => plane.run(op, request).await,
        None => json!({ "error": "no op" }),
    }
}

#[tokio::main]
async fn main() {
    let mut plane = PlaneOps::default();
    // Blocking reads: nothing else of this program waits on this thread.
    for line in stdin().lock().split(b'\n').map_while(Result::ok) {
        let answer = match serde_json::from_slice(&line) {
            Ok(request) => answer(&mut plane, &request).await,
            Err(error) => json!({ "error": error.to_string() }),
        };
        let mut out = stdout().lock();
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}
