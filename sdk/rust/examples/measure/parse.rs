//! Bare serde_json over the same bytes: what nobody who reads facts in this language can do without.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use crate::{Measured, milliseconds, say};

fn cut<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(head)
}

fn number(bytes: &mut &[u8], width: usize) -> Option<usize> {
    Some(cut(bytes, width)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// Payloads in the blocks of `tenants` nodes: the bench has no larger tenants.
fn payloads(mut snapshot: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !snapshot.is_empty() {
        let length = number(&mut snapshot, 4)?;
        let mut node = cut(&mut snapshot, length)?;
        // The note begins with the name of the log.
        if number(&mut node, 1)? != 0x02 {
            continue;
        }
        for _ in 0..number(&mut node, 2)? {
            let length = number(&mut node, 4)?;
            let mut block = cut(&mut node, length)?;
            cut(&mut block, 56)?;
            for _ in 0..number(&mut block, 4)? {
                let length = number(&mut block, 2)?;
                found.push(cut(&mut block, length)?);
            }
        }
    }
    Some(found)
}

pub fn measure(directory: &Path) -> Measured {
    let snapshot = std::fs::read(directory.join("snapshot"))?;
    let payloads = payloads(&snapshot).ok_or("the snapshot is cut")?;
    let began = Instant::now();
    for payload in &payloads {
        let fact: serde_json::Value = serde_json::from_slice(payload)?;
        black_box(fact);
    }
    say("parse", "ms", milliseconds(began.elapsed()));
    say("facts", "", payloads.len() as f64);
    Ok(())
}
