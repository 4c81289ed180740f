//! The two times of a plane.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds of two clocks.
pub trait Clock: Send + Sync {
    /// Never goes back; unrelated to the time of day.
    fn monotonic_ms(&self) -> i64;
    /// Since 1970: for what lies between two processes, and for entitlements that end.
    fn wall_ms(&self) -> i64;
}

/// The machine's own.
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn monotonic_ms(&self) -> i64 {
        i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn wall_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
