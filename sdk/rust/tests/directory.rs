//! What a plane does with its directory, without any server.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use tenure_dataplane::{Freshness, Identity, Options, Plane, Reason};

/// Of facts/spec/vectors/valid/key-set-first.json.
const ROOT: &str = "tenure.example/test/root+ad7a1a74+AdVCB9oZSXfc9Grb/sK8LnW1LVqKQhhP7f3AACTw4+ja";
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

fn directory(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("tenure-rust-{name}-{}", std::process::id()))
}

fn options(directory: &PathBuf) -> Options {
    Options::new(NOWHERE, "token", "tenure.example/test", ROOT, directory)
}

async fn code(options: Options) -> &'static str {
    Plane::open(options).await.map_or_else(|error| error.code(), |_| "opened")
}

#[tokio::test]
async fn one_plane_has_a_directory_until_it_is_closed() {
    let directory = directory("lock");
    let first = Plane::open(options(&directory)).await.unwrap();
    assert_eq!(code(options(&directory)).await, "directory-locked");
    first.close().await;
    let second = Plane::open(options(&directory)).await.unwrap();
    drop(second);
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn without_facts_everything_is_denied_and_expired() {
    let directory = directory("empty");
    let plane = Plane::open(options(&directory)).await.unwrap();
    let identity = Identity { issuer: "https://id.example", sub: "jane" };
    let decision = plane.can(identity, "invoice:read", "no tenant", None);
    assert_eq!((decision.allowed, decision.reason), (false, Reason::FactsExpired));
    assert_eq!(decision.freshness, Freshness::Expired);
    assert!(!plane.entitlement("no tenant", "crm").entitled);
    plane.close().await;
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let directory = directory("wrong");
    let wrong = |change: fn(&mut Options)| {
        let mut options = options(&directory);
        change(&mut options);
        code(options)
    };
    assert_eq!(wrong(|options| options.root = "no key".into()).await, "key-invalid");
    assert_eq!(wrong(|options| options.log = "another".into()).await, "key-invalid");
    assert_eq!(wrong(|options| options.registry_url = "\u{0}".into()).await, "options-invalid");
    assert_eq!(wrong(|options| options.token = "a\nb".into()).await, "options-invalid");
    assert_eq!(wrong(|options| options.nats_url = Some("::".into())).await, "options-invalid");
    assert_eq!(wrong(|options| options.directory = "/dev/null".into()).await, "directory-unusable");
}
