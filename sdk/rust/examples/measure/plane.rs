//! A plane on the directory: how soon it answers, how fast, and at what cost.

use std::env::var;
use std::path::Path;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer, SigningKey};
use tenure_dataplane::kernel::hash::pre_auth_encoding;
use tenure_dataplane::kernel::verify::Verifier;
use tenure_dataplane::plane::freshness::WhenExpired;
use tenure_dataplane::{Identity, Options, Plane};

use crate::{Measured, heap, milliseconds, say};

const DECISIONS: usize = 1_000_000;
const WARM_UP: usize = 200_000;
const SIGNATURES: usize = 2_000;
/// About what each of these facts has.
const FACT_BYTES: usize = 500;
const ISSUER: &str = "https://id.example/realms/bench";
const PERMISSION: &str = "project:read";

/// About members that bench/million-facts.ts made.
pub struct Questions {
    pub tenants: usize,
    pub members: usize,
}

impl Questions {
    /// A large step through both counters, so that no two questions share a cache line.
    fn ask(&self, number: usize) -> (String, String) {
        let sub = format!("sub-{}", number * 104_729 % self.members);
        (sub, format!("7e57ab1e-0000-4000-8000-{:012x}", number * 7_919 % self.tenants))
    }

    fn decide(&self, plane: &Plane, number: usize) -> Result<Duration, &'static str> {
        let (sub, tenant) = self.ask(number);
        let identity = Identity { issuer: ISSUER, sub: &sub };
        let began = Instant::now();
        let decision = plane.can(identity, PERMISSION, &tenant, None);
        let took = began.elapsed();
        if decision.allowed { Ok(took) } else { Err("a wrong decision") }
    }
}

pub async fn measure(directory: &Path, asked: Questions) -> Measured {
    signature()?;
    let before = heap::used();
    let began = Instant::now();
    let (log, root) = (var("TENURE_LOG")?, var("TENURE_ROOT")?);
    let mut options = Options::new("http://127.0.0.1:1", "", log, root, directory);
    // No heartbeat says how old these facts are.
    options.expiry.membership.when_expired = WhenExpired::Allow;
    let plane = Plane::open(options).await?;
    asked.decide(&plane, 1)?;
    say("answering", "ms", milliseconds(began.elapsed()));
    for number in 0..asked.tenants {
        asked.decide(&plane, number)?;
    }
    // The plane unpacks the rest by itself.
    while plane.stats().packed > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    say("unpacked", "ms", milliseconds(began.elapsed()));
    let facts = asked.tenants * (asked.members + 1);
    say("memory", "B/fact", (heap::used() - before) / facts as f64);
    decisions(&plane, &asked)?;
    plane.close().await;
    Ok(())
}

fn signature() -> Measured {
    let key = SigningKey::from_bytes(&[7; 32]);
    let verifier = Verifier::new(&key.verifying_key().to_bytes())?;
    let message = pre_auth_encoding(&[0; FACT_BYTES]);
    let signature = key.sign(&message).to_bytes();
    let began = Instant::now();
    for _ in 0..SIGNATURES {
        if !verifier.holds(&message, &signature) {
            return Err("a good signature was refused".into());
        }
    }
    let each = milliseconds(began.elapsed()) * 1_000.0 / SIGNATURES as f64;
    say("signature", "us", each);
    Ok(())
}

fn quantile(sorted: &[Duration], per_cent: usize) -> Duration {
    sorted.get(sorted.len() * per_cent / 100).copied().unwrap_or_default()
}

fn decisions(plane: &Plane, asked: &Questions) -> Measured {
    let mut took = Vec::with_capacity(DECISIONS);
    for number in 0..WARM_UP + DECISIONS {
        let one = asked.decide(plane, number)?;
        if number >= WARM_UP {
            took.push(one);
        }
    }
    took.sort_unstable();
    let clock = clock_cost();
    for (name, per_cent) in [("decision p50", 50), ("decision p99", 99)] {
        let one = quantile(&took, per_cent).saturating_sub(clock);
        say(name, "us", milliseconds(one) * 1_000.0);
    }
    Ok(())
}

/// Of looking at the clock twice, the median.
fn clock_cost() -> Duration {
    let mut took: Vec<Duration> = (0..DECISIONS).map(|_| Instant::now().elapsed()).collect();
    took.sort_unstable();
    quantile(&took, 50)
}
