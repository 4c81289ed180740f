//! Prints how long a decision takes among 100,000 facts, and the verification of one fact:
//! `cargo run --release --example measure -- ../../facts/spec/vectors/valid/one-tenant.json`

use std::hint::black_box;
use std::time::{Duration, Instant};

use tenure_dataplane::decide::index::Index;
use tenure_dataplane::kernel::bodies::{Body, MemberState, Scope, TenantState};
use tenure_dataplane::kernel::fact::{Cause, Fact, Op};
use tenure_dataplane::kernel::json::Value;
use tenure_dataplane::kernel::open::FactKeys;
use tenure_dataplane::kernel::{base64, hash, shard};
use tenure_dataplane::reader::shard_reader::ShardReader;
use tenure_dataplane::reader::step::Origin;

const MEMBERS: usize = 100_000;
const MEMBERS_PER_TENANT: usize = 100;
const ISSUER: &str = "https://id.example/realms/acme";

fn uuid(kind: u8, number: usize) -> String {
    format!("{kind:02x}000000-0000-4000-8000-{number:012x}")
}

fn fact(tenant: String, kind: &str, subject: String) -> Fact {
    Fact {
        log: String::new(),
        epoch: 1,
        tenant,
        seq: 1,
        prev: hash::EMPTY_HASH,
        id: String::new(),
        kind: kind.to_owned(),
        subject,
        op: Op::Assert,
        at: String::new(),
        cause: Cause { operation: String::new(), actor: String::new() },
        body: Value::Null,
    }
}

fn filled() -> Index {
    let mut index = Index::default();
    let role = fact(shard::PLATFORM_TENANT.to_owned(), "role", "role:viewer".to_owned());
    let permissions = vec!["invoice:read".to_owned()];
    index.apply(&role, &Body::Role { scope: Scope::Tenant, permissions });
    for number in 0..MEMBERS {
        let tenant = uuid(1, number / MEMBERS_PER_TENANT);
        if number % MEMBERS_PER_TENANT == 0 {
            let stated = fact(tenant.clone(), "tenant", format!("tenant:{tenant}"));
            index.apply(&stated, &Body::Tenant { state: TenantState::Active });
        }
        let member = fact(tenant, "membership", format!("member:{}", uuid(2, number)));
        let identity = Some((ISSUER.to_owned(), uuid(3, number)));
        let (state, roles) = (MemberState::Active, vec!["viewer".to_owned()]);
        index.apply(&member, &Body::Membership { state, identity, roles });
    }
    index
}

fn median(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    (at(50), at(99))
}

fn decisions() {
    let index = filled();
    let asked: Vec<(String, String)> = (0..MEMBERS)
        .map(|number| number * 7_919 % MEMBERS)
        .map(|number| (uuid(3, number), uuid(1, number / MEMBERS_PER_TENANT)))
        .collect();
    let decide = |(sub, tenant): &(String, String)| {
        let started = Instant::now();
        black_box(index.decide(ISSUER, sub, "invoice:read", tenant, None));
        started.elapsed()
    };
    let (p50, p99) = median(asked.iter().map(decide).collect());
    println!("decision among {MEMBERS} members: p50 {p50:?}, p99 {p99:?}");
}

fn verifications(path: &str) -> Result<(), Box<dyn std::error::Error>> {
    let parsed: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let (vector, lines) = (&parsed, parsed.get("lines"));
    let given = vector["keys"].as_object().into_iter().flatten();
    let keys: Vec<(String, Vec<u8>)> = given
        .map(|(id, key)| {
            (id.clone(), base64::decode(key.as_str().unwrap_or("")).unwrap_or_default())
        })
        .collect();
    let keys = FactKeys::unbounded(&keys)?;
    let shard = u8::try_from(vector["shard"].as_u64().unwrap_or(0))?;
    let first = lines.and_then(|lines| lines.get(0)?.as_str());
    let line = [first.unwrap_or_default().to_owned()];
    let verify = |_| {
        let mut reader = ShardReader::new(shard, vector["log"].as_str().unwrap_or_default());
        let started = Instant::now();
        assert_eq!(reader.fetched(&line, Origin::Http, &keys).accepted.len(), 1);
        started.elapsed()
    };
    let (p50, p99) = median((0..10_000).map(verify).collect());
    println!("one fact verified and chained: p50 {p50:?}, p99 {p99:?}");
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    decisions();
    let path = std::env::args().nth(1).ok_or("usage: measure <vector>")?;
    verifications(&path)
}
