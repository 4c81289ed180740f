//! Requests to a plane: open, ask, close.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};
use tenure_dataplane::{DecisionKind, Event, Events, Identity, Options, Plane};

use crate::bytes::{list, text};

#[derive(Default)]
pub struct PlaneOps {
    plane: Option<Plane>,
    /// How often the disk refused.
    unwritten: Arc<AtomicU64>,
}

async fn count_unwritten(mut events: Events, unwritten: Arc<AtomicU64>) {
    while let Some(event) = events.next().await {
        if matches!(event, Event::Journal(_)) {
            unwritten.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl PlaneOps {
    pub async fn run(&mut self, op: &str, request: &Value) -> Value {
        if op == "open" {
            return self.open(request).await;
        }
        let Some(plane) = &self.plane else { return json!({ "error": "no plane is open" }) };
        match op {
            "ready" => {
                plane.ready().await;
                json!({ "ok": true })
            }
            "can" => can(plane, request),
            "entitlement" => entitlement(plane, request),
            "freshness" => {
                json!({ "freshness": plane.freshness(DecisionKind::Membership).as_str() })
            }
            "stats" => stats(plane, self.unwritten.load(Ordering::Relaxed)),
            "close" => {
                plane.close().await;
                self.plane = None;
                json!({ "ok": true })
            }
            _ => json!({ "error": "unknown op" }),
        }
    }

    async fn open(&mut self, request: &Value) -> Value {
        let given = |name| text(request, name);
        let mut options = Options::new(
            given("registryUrl"),
            given("token"),
            given("log"),
            given("root"),
            given("directory"),
        );
        options.nats_url = request["natsUrl"].as_str().map(str::to_owned);
        let shards = list(&request["shards"]).iter();
        options.shards = shards.filter_map(|shard| u8::try_from(shard.as_u64()?).ok()).collect();
        match Plane::open(options).await {
            Ok(plane) => {
                self.unwritten = Arc::default();
                tokio::spawn(count_unwritten(plane.events(), Arc::clone(&self.unwritten)));
                self.plane = Some(plane);
                json!({ "ok": true })
            }
            Err(error) => json!({ "code": error.code() }),
        }
    }
}

fn can(plane: &Plane, request: &Value) -> Value {
    let identity = Identity { issuer: text(request, "issuer"), sub: text(request, "sub") };
    let (permission, tenant) = (text(request, "permission"), text(request, "tenant"));
    let decision = plane.can(identity, permission, tenant, request["project"].as_str());
    json!({
        "allowed": decision.allowed,
        "reason": decision.reason.as_str(),
        "freshness": decision.freshness.as_str(),
    })
}

fn entitlement(plane: &Plane, request: &Value) -> Value {
    let decision = plane.entitlement(text(request, "tenant"), text(request, "product"));
    json!({
        "entitled": decision.entitled,
        "reason": decision.reason.as_str(),
        "limits": *decision.limits,
        "plan": decision.plan.as_deref(),
        "freshness": decision.freshness.as_str(),
    })
}

fn stats(plane: &Plane, unwritten: u64) -> Value {
    let stats = plane.stats();
    let heads: Map<String, Value> = stats
        .heads
        .into_iter()
        .map(|(shard, head)| {
            let index = head.index.map_or_else(|| json!(-1), |index| json!(index));
            let head = json!({
                "position": head.position,
                "index": index,
                "hash": head.hash,
                "covered": head.covered,
            });
            (shard, head)
        })
        .collect();
    json!({
        "applied": stats.applied,
        "duplicates": stats.duplicates,
        "keySet": stats.key_set,
        "refused": stats.refused,
        "heads": heads,
        "unwritten": unwritten,
    })
}
