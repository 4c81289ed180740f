//! Prints what a directory of many facts costs this kit, as every kit's measuring program does:
//!
//! measure parse|plane DIRECTORY TENANTS FACTS_PER_TENANT
//!
//! The directory is what bench/million-facts.ts wrote; TENURE_LOG and TENURE_ROOT are those of its
//! key set. A line is {"name","unit","value"}.

mod heap;
mod parse;
mod plane;

use std::path::Path;
use std::time::Duration;

use serde_json::json;

pub type Measured = Result<(), Box<dyn std::error::Error>>;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

pub fn say(name: &str, unit: &str, value: f64) {
    println!("{}", json!({ "name": name, "unit": unit, "value": value }));
}

pub fn milliseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

#[tokio::main]
async fn main() -> Measured {
    let usage = "usage: measure parse|plane DIRECTORY TENANTS FACTS_PER_TENANT";
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [mode, directory, tenants, facts] = given.as_slice() else { return Err(usage.into()) };
    let directory = Path::new(directory);
    let (tenants, facts): (usize, usize) = (tenants.parse()?, facts.parse()?);
    // The first of a tenant's facts is the tenant, the others are its members.
    if tenants < 1 || facts < 2 {
        return Err("at least one tenant of two facts".into());
    }
    match mode.as_str() {
        "parse" => parse::measure(directory),
        "plane" => {
            plane::measure(directory, plane::Questions { tenants, members: facts - 1 }).await
        }
        _ => Err(usage.into()),
    }
}
