//! Payload, version 1: compact JSON, UTF-8, exactly these keys in this order.
//!
//! `{"log":"tenure.example/prod","epoch":1,"tenant":"…","seq":1,"prev":"…","id":"…","kind":"…",
//! "subject":"…","op":"assert","at":"…","cause":{"operation":"…","actor":"…"},"body":{…}}`

use super::fact::{Cause, Fact, Op};
use super::instant::is_instant;
use super::json::{Value, parse_strict};
use super::subject::check_subject;
use super::{base64, formats, shape};
use crate::error::{Checked, FactCode, FactError, ensure, refusal};

/// Bytes of a payload.
pub const MAX_PAYLOAD_BYTES: usize = 16 * 1024;

const KEYS: [&str; 12] =
    ["log", "epoch", "tenant", "seq", "prev", "id", "kind", "subject", "op", "at", "cause", "body"];

fn decode(bytes: &[u8]) -> Checked<&str> {
    let small = bytes.len() <= MAX_PAYLOAD_BYTES;
    ensure(small, FactCode::PayloadTooLarge, "more than 16,384 bytes")?;
    let mark = bytes.starts_with(&[0xef, 0xbb, 0xbf]);
    ensure(!mark, FactCode::PayloadBom, "starts with a byte order mark")?;
    str::from_utf8(bytes).map_err(|_| refusal(FactCode::PayloadNotUtf8, "not UTF-8"))
}

/// The members' values when these are the keys, in this order.
fn ordered<const N: usize>(value: Value, keys: [&str; N]) -> Option<[Value; N]> {
    let Value::Object(members) = value else { return None };
    let same = members.len() == N && members.iter().zip(keys).all(|((key, _), want)| key == want);
    if !same {
        return None;
    }
    let values: Vec<Value> = members.into_iter().map(|(_, value)| value).collect();
    values.try_into().ok()
}

fn field(name: &'static str) -> impl FnOnce() -> FactError {
    move || refusal(FactCode::PayloadField, name)
}

fn count(value: &Value) -> Option<u64> {
    u64::try_from(value.as_int()?).ok().filter(|count| *count >= 1)
}

fn cause(value: Value) -> Option<Cause> {
    let [operation, actor] = ordered(value, ["operation", "actor"])?;
    let operation = shape::text(&operation, formats::is_uuid)?;
    Some(Cause { operation, actor: shape::text(&actor, formats::is_opaque)? })
}

fn op(value: &Value) -> Option<Op> {
    match value.as_text()? {
        "assert" => Some(Op::Assert),
        "retract" => Some(Op::Retract),
        _ => None,
    }
}

/// The fact that these bytes state; refuses with a `payload-…` code or `subject-mismatch`. Only
/// bytes whose signature was verified may come here. The body's shape is `bodies`' matter.
pub fn parse_payload(bytes: &[u8]) -> Checked<Fact> {
    let value = parse_strict(decode(bytes)?)?;
    let Some(values) = ordered(value, KEYS) else {
        return Err(refusal(FactCode::PayloadKeyOrder, "other keys, or in another order"));
    };
    let [log, epoch, tenant, seq, prev, id, kind, subject, op_, at, cause_, body] = values;
    let text = |value: &Value, name, format| shape::text(value, format).ok_or_else(field(name));
    let hash = |value: &Value| base64::decode_url(value.as_text()?)?.try_into().ok();
    let fact = Fact {
        log: text(&log, "log", formats::is_log_origin)?,
        epoch: count(&epoch).ok_or_else(field("epoch"))?,
        tenant: text(&tenant, "tenant", formats::is_uuid)?,
        seq: count(&seq).ok_or_else(field("seq"))?,
        prev: hash(&prev).ok_or_else(field("prev"))?,
        id: text(&id, "id", formats::is_uuid)?,
        kind: text(&kind, "kind", formats::is_kind)?,
        subject: text(&subject, "subject", formats::is_subject)?,
        op: op(&op_).ok_or_else(field("op"))?,
        at: text(&at, "at", is_instant)?,
        cause: cause(cause_).ok_or_else(field("cause"))?,
        body: body.as_object().is_some().then_some(body).ok_or_else(field("body"))?,
    };
    check_subject(&fact)?;
    Ok(fact)
}
