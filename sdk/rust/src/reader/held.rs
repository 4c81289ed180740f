//! Live lines that wait for a gap to close, or for keys; more are dropped, since HTTP serves them
//! anyway.

use std::collections::BTreeMap;

/// Lines held at a time.
pub const MAX_HELD_LINES: usize = 512;

#[derive(Clone, Debug, Default)]
pub(super) struct Held(BTreeMap<u64, String>);

impl Held {
    pub(super) fn hold(&mut self, position: u64, line: &str) {
        if self.0.len() < MAX_HELD_LINES || self.0.contains_key(&position) {
            self.0.insert(position, line.to_owned());
        }
    }

    /// The line of this position; those below it are forgotten.
    pub(super) fn release(&mut self, position: u64) -> Option<String> {
        self.0 = self.0.split_off(&position);
        self.0.remove(&position)
    }
}
