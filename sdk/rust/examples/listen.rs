//! Tells the bench when facts were applied, as every kit's listening program does.
//!
//! Speaks JSON lines: the first on standard input are a plane's options, answered when the plane is
//! ready; each later one is answered by what was applied since, as [fact id, milliseconds of the
//! clock].

use std::io::stdin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tenure_dataplane::{Event, Events, Options, Plane};

type Applied = Arc<Mutex<Vec<(String, f64)>>>;

async fn note(mut events: Events, applied: Applied) {
    while let Some(event) = events.next().await {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        if let Event::Applied(one) = event {
            let at = now.as_secs_f64() * 1_000.0;
            applied.lock().unwrap_or_else(PoisonError::into_inner).push((one.fact.id.clone(), at));
        }
    }
}

fn take(applied: &Applied) -> Vec<(String, f64)> {
    std::mem::take(&mut *applied.lock().unwrap_or_else(PoisonError::into_inner))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut first = String::new();
    stdin().read_line(&mut first)?;
    let given: Value = serde_json::from_str(&first)?;
    let text = |name| given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut options = Options::new(
        text("registryUrl"),
        text("token"),
        text("log"),
        text("root"),
        text("directory"),
    );
    options.nats_url = Some(text("natsUrl"));
    let plane = Plane::open(options).await?;
    let applied = Applied::default();
    tokio::spawn(note(plane.events(), Arc::clone(&applied)));
    plane.ready().await;
    take(&applied);
    println!("{}", json!({ "ready": true }));
    // Blocking reads: nothing else of this program waits on this thread.
    for line in stdin().lines() {
        line?;
        println!("{}", json!({ "applied": take(&applied) }));
    }
    plane.close().await;
    Ok(())
}
