//! Subjects: what of the body (or of the chain) a subject repeats must be the same there, since
//! two answers in one fact would let two readers disagree.

use super::fact::{Fact, Op};
use super::formats::{is_name, is_uuid};
use crate::error::{Checked, FactCode, ensure};

fn has_form(kind: &str, subject: &str) -> bool {
    let Some((noun, name)) = subject.split_once(':') else { return false };
    match kind {
        "tenant" | "project" | "api-key" => noun == kind && is_uuid(name),
        "membership" => noun == "member" && is_uuid(name),
        "grant" => {
            let two = name.split_once(':');
            noun == kind && two.is_some_and(|(member, project)| is_uuid(member) && is_uuid(project))
        }
        "role" | "product" | "plan" | "entitlement" | "app" => noun == kind && is_name(name),
        // A kind of a later version: chained, never decided by.
        _ => true,
    }
}

fn repeats(fact: &Fact) -> bool {
    let name = fact.subject.split_once(':').map_or("", |(_, name)| name);
    let body = |member: &str| fact.body.get(member).and_then(|value| value.as_text());
    match (fact.kind.as_str(), fact.op) {
        ("tenant", _) => name == fact.tenant,
        ("grant", Op::Assert) => {
            let two = name.split_once(':');
            two.is_some_and(|(m, p)| body("member") == Some(m) && body("project") == Some(p))
        }
        ("entitlement", Op::Assert) => body("product") == Some(name),
        _ => true,
    }
}

/// Refuses (`subject-mismatch`) a subject that is not of its kind, or contradicts the fact.
pub fn check_subject(fact: &Fact) -> Checked<()> {
    let holds = has_form(&fact.kind, &fact.subject) && repeats(fact);
    ensure(holds, FactCode::SubjectMismatch, "no subject of this kind")
}
