//! Requests to a plane: open, ask, close.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};
use tenure_dataplane::{
    Asked, Because, Decision, DecisionKind, Error, Event, Events, Identity, Options, Plane,
    ReceiptKey, ReceiptOptions,
};

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
            "apiKey" => api_key(plane, request),
            "explain" => explain(plane, request).await,
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
        let receipts = receipts(request);
        let opened = match receipts {
            Ok(receipts) => Plane::open(Options { receipts, ..options }).await,
            Err(error) => Err(error),
        };
        match opened {
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

fn identity(request: &Value) -> Identity<'_> {
    Identity { issuer: text(request, "issuer"), sub: text(request, "sub") }
}

fn can(plane: &Plane, request: &Value) -> Value {
    let (permission, tenant) = (text(request, "permission"), text(request, "tenant"));
    decided(&plane.can(identity(request), permission, tenant, request["project"].as_str()))
}

fn decided(decision: &Decision) -> Value {
    json!({
        "allowed": decision.allowed,
        "reason": decision.reason.as_str(),
        "freshness": decision.freshness.as_str(),
    })
}

/// What is no text is no key.
fn api_key(plane: &Plane, request: &Value) -> Value {
    let asked =
        Asked { scope: request["scope"].as_str(), namespace: request["namespace"].as_str() };
    let decision = plane.api_key(text(request, "key"), asked);
    json!({
        "allowed": decision.allowed,
        "reason": decision.reason.as_str(),
        "tenant": decision.tenant.as_deref(),
        "id": decision.id.as_deref(),
        "scopes": *decision.scopes,
        "namespace": decision.namespace.as_deref(),
        "freshness": decision.freshness.as_str(),
    })
}

async fn explain(plane: &Plane, request: &Value) -> Value {
    let (permission, tenant) = (text(request, "permission"), text(request, "tenant"));
    let project = request["project"].as_str();
    match plane.explain(identity(request), permission, tenant, project).await {
        Ok(explanation) => json!({
            "decision": decided(&explanation.decision),
            "because": explanation.because.iter().map(because).collect::<Vec<_>>(),
        }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn because(fact: &Because) -> Value {
    json!({
        "tenant": fact.tenant,
        "seq": fact.seq,
        "kind": fact.kind,
        "subject": fact.subject,
        "id": fact.id,
        "at": fact.at,
        "operation": fact.operation,
        "actor": fact.actor,
    })
}

/// `{"name","key"}`, the key being the path of a PEM file; `None` when none are asked for.
fn receipts(request: &Value) -> Result<Option<ReceiptOptions>, Error> {
    let Some(given) = request.get("receipts").filter(|given| given.is_object()) else {
        return Ok(None);
    };
    let pem = std::fs::read_to_string(text(given, "key")).unwrap_or_default();
    let key = ReceiptKey::from_pem(&pem)?;
    Ok(Some(ReceiptOptions { name: text(given, "name").to_owned(), key }))
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
        "snapshot": stats.snapshot,
        "keySet": stats.key_set,
        "refused": stats.refused,
        "heads": heads,
        "unwritten": unwritten,
    })
}
