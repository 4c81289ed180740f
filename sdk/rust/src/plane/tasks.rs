//! What goes on beside live delivery: learning keys, asking for heartbeats, watching the time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, interval, sleep, sleep_until, timeout};

use super::shared::{Shared, Want};
use crate::reader::step::Origin;

/// Without a heartbeat for so long the registry is asked for one.
const SILENCE_MS: i64 = 3_000;
/// Garbage on the stream must not make a flood of requests for keys.
const MIN_KEYS_GAP: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_secs(1);
/// Requests for heartbeats between two rounds over all shards of a registry that has none: facts are
/// read without heartbeats too, only freshness changes, but not often.
const SILENT_ROUNDS: u32 = 20;

/// All key sets that follow, up to the first that is not there yet or is refused.
pub(super) async fn fetch_key_sets(shared: &Shared) {
    let mut asked = shared.keys_asked.lock().await;
    // What waits for keys would be refused without them, and asked for again.
    let earliest = asked.map(|asked| asked + MIN_KEYS_GAP);
    sleep_until(earliest.unwrap_or_else(Instant::now)).await;
    *asked = Some(Instant::now());
    loop {
        let version = shared.core().trust.version() + 1;
        let Ok(Some(note)) = shared.source.key_set(version).await else { return };
        if !shared.take_key_set(&note) {
            return;
        }
    }
}

pub(super) async fn learn_keys(shared: Arc<Shared>) {
    loop {
        fetch_key_sets(&shared).await;
        sleep(MIN_KEYS_GAP + Duration::from_millis(1)).await;
        shared.keys_wanted.notified().await;
    }
}

pub(super) async fn ask_for_heartbeats(shared: Arc<Shared>) {
    let mut silent = 0_u32;
    loop {
        let heard_ms = shared.heard_ms.load(Ordering::Relaxed);
        let wait_ms = heard_ms + SILENCE_MS - shared.clock.monotonic_ms();
        if let Ok(wait_ms) = u64::try_from(wait_ms) {
            // Woken earlier when delivery began: what was sent before was missed.
            let wait = Duration::from_millis(wait_ms + 1);
            if timeout(wait, shared.heartbeat_wanted.notified()).await.is_err() {
                continue;
            }
        }
        let asked_ms = shared.clock.monotonic_ms();
        match shared.source.heartbeat().await {
            Ok(Some(note)) => shared.take_heartbeat(&note, Origin::Http, asked_ms),
            Ok(None) => {
                if shared.core().trust.version() > 0 && silent.is_multiple_of(SILENT_ROUNDS) {
                    shared.want(Want::Everything);
                }
                silent = silent.wrapping_add(1);
            }
            Err(_) => {}
        }
        if shared.core().trust.version() == 0 {
            shared.keys_wanted.notify_one();
        }
        if shared.heard_ms.load(Ordering::Relaxed) == heard_ms {
            let pause = Duration::from_millis(SILENCE_MS.unsigned_abs());
            let _ = timeout(pause, shared.heartbeat_wanted.notified()).await;
        }
    }
}

pub(super) async fn watch_time(shared: Arc<Shared>) {
    let mut ticks = interval(TICK);
    loop {
        ticks.tick().await;
        shared.tick();
    }
}
