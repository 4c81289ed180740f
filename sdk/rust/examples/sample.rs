use std::env::{args, var};

use tenure_dataplane::{Identity, Options, Plane};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Options::new(
        var("TENURE_URL")?,
        var("TENURE_TOKEN")?,     // the data planes' read-only one
        var("TENURE_LOG")?,       // e.g. tenure.example/prod
        var("TENURE_ROOT")?,      // the log's first root: <log>/root+<key hash>+<base64>
        var("TENURE_DIRECTORY")?, // one process at a time
    );
    options.nats_url = var("TENURE_NATS_URL").ok(); // without it, a heartbeat is asked for every 3 s
    let plane = Plane::open(options).await?;
    let mut events = plane.events();
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            eprintln!("{event:?}");
        }
    });
    plane.ready().await;

    let asked: Vec<String> = args().skip(1).collect();
    let [issuer, sub, permission, tenant] = asked.as_slice() else {
        return Err("usage: sample <issuer> <sub> <permission> <tenant>".into());
    };
    let decision = plane.can(Identity { issuer, sub }, permission, tenant, None);
    println!("{} {} {}", decision.allowed, decision.reason, decision.freshness);

    plane.close().await;
    Ok(())
}
