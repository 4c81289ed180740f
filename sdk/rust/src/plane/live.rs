//! Live delivery over core NATS: a reader counts our positions, so it needs no stream consumer and
//! no acknowledgement.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use futures_util::StreamExt;
use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;

use super::error::Error;
use super::history::LINES_PER_TURN;
use super::shared::Shared;
use crate::kernel::shard::{SHARD_COUNT, shard_name};
use crate::reader::step::Origin;

/// One subject per shard.
const FACTS: &str = "tenure.facts.";
const HEARTBEAT: &str = "tenure.heartbeat";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_secs(1);

pub(super) fn parse_address(url: &str) -> Result<ServerAddr, Error> {
    url.parse().map_err(|error| Error::Options(format!("NATS address: {error}")))
}

/// Tries for ever; until it succeeds the plane asks over HTTP.
pub(super) async fn run(shared: Arc<Shared>, address: ServerAddr, shards: Vec<u8>) {
    loop {
        if let Ok(client) = connect(&shared, &address).await {
            follow(&shared, &client, &shards).await;
        }
        sleep(RETRY).await;
    }
}

async fn connect(
    shared: &Arc<Shared>,
    address: &ServerAddr,
) -> Result<Client, async_nats::ConnectError> {
    let told = Arc::clone(shared);
    let options = ConnectOptions::new()
        .name("tenure-data-plane")
        .connection_timeout(CONNECT_TIMEOUT)
        .retry_on_initial_connect()
        .reconnect_delay_callback(pause)
        .event_callback(move |event| {
            let shared = Arc::clone(&told);
            async move { notice(&shared, &event) }
        });
    options.connect(address.clone()).await
}

/// At once at first, then twice as long each time.
fn pause(attempts: usize) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    let ms = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
    if attempts <= 1 { Duration::ZERO } else { Duration::from_millis(ms).min(RETRY) }
}

/// What was sent before delivery began, or began again, was missed.
fn notice(shared: &Shared, event: &Event) {
    if matches!(event, Event::Connected) {
        shared.heartbeat_wanted.notify_one();
    }
}

/// Returns when the client has ended its subscriptions, which it does when it is closed.
async fn follow(shared: &Arc<Shared>, client: &Client, shards: &[u8]) {
    let mut subjects = vec![HEARTBEAT.to_owned()];
    if shards.len() == SHARD_COUNT {
        subjects.push(format!("{FACTS}*"));
    } else {
        subjects.extend(shards.iter().map(|shard| format!("{FACTS}{}", shard_name(*shard))));
    }
    let mut deliveries = JoinSet::new();
    for subject in subjects {
        let Ok(mut messages) = client.subscribe(subject).await else { return };
        let shared = Arc::clone(shared);
        deliveries.spawn(async move {
            while let Some(message) = messages.next().await {
                receive(&shared, message.subject.as_str(), &message.payload).await;
            }
        });
    }
    deliveries.join_next().await;
}

async fn receive(shared: &Shared, subject: &str, payload: &[u8]) {
    if subject == HEARTBEAT {
        return shared.take_heartbeat(payload, Origin::Live, shared.clock.monotonic_ms());
    }
    let name = subject.strip_prefix(FACTS).unwrap_or_default();
    let Ok(shard) = u8::from_str_radix(name, 16) else { return };
    let text = String::from_utf8_lossy(payload);
    let lines: Vec<String> =
        text.split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect();
    for turn in lines.chunks(LINES_PER_TURN) {
        shared.live(shard, turn);
        yield_now().await;
    }
}
