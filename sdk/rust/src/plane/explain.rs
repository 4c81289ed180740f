//! Which facts an answer rests on: for people, not for each request. Read from what the plane keeps
//! on disk, and verified again.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::saved_snapshot::Failure;
use super::shared::Shared;
use crate::decide::types::{Because, Identity};
use crate::kernel::bodies::{Body, Scope, parse_body};
use crate::kernel::envelope::parse_envelope;
use crate::kernel::fact::{Fact, Op};
use crate::kernel::line::parse_line;
use crate::kernel::open::{FactKeys, open_envelope};
use crate::kernel::shard::{PLATFORM_TENANT, shard_of, uuid_bytes};
use crate::state::live::Live;

/// Of one tenant, by kind and subject: the last assertion that nothing has ended.
type Lives = BTreeMap<(String, String), Live>;

/// What somebody asked.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) identity: Identity<'a>,
    pub(super) permission: &'a str,
    pub(super) tenant: &'a str,
    pub(super) project: Option<&'a str>,
}

fn fold(lives: &mut Lives, live: Live) {
    let key = (live.fact.kind.clone(), live.fact.subject.clone());
    match live.fact.op {
        Op::Assert => drop(lives.insert(key, live)),
        Op::Retract => drop(lives.remove(&key)),
    }
}

/// The fact of a line, verified; `None` for another tenant's, and for one that is not folded.
fn fact_of(text: &str, tenant: &str, keys: &FactKeys) -> Option<Live> {
    let line = parse_line(text).ok()?;
    let envelope = parse_envelope(line.envelope).ok()?;
    // A signature costs a hundred times as much as this look.
    let named = format!("\"tenant\":\"{tenant}\"");
    memchr::memmem::find(&envelope.payload, named.as_bytes())?;
    let opened = open_envelope(line.envelope, keys).ok()?;
    let folded = opened.fact.tenant == tenant && !opened.range.is_void(line.index);
    let body = parse_body(&opened.fact).ok().filter(|_| folded)?;
    Some(Live { fact: opened.fact, body })
}

impl Shared {
    /// None of a shard that is not followed.
    fn lives_of(&self, tenant: &str) -> io::Result<Lives> {
        let mut lives = Lives::new();
        let (Some(shard), Some(id)) = (shard_of(tenant), uuid_bytes(tenant)) else {
            return Ok(lives);
        };
        let (saved, lines, keys) = {
            // Snapshot and lines are replaced together.
            let core = self.core();
            if !core.readers.contains_key(&shard) {
                return Ok(lives);
            }
            (core.saved.clone(), core.journal.read(shard)?, core.trust.fact_keys())
        };
        let mut last = 0;
        if let Some(saved) = saved {
            let state = match saved.tenant(&id) {
                Ok(state) => state,
                Err(Failure::Disk(error)) => return Err(error),
                Err(Failure::Refused(error)) => return Err(io::Error::other(error)),
                Err(Failure::Unavailable) => None,
            };
            if let Some(state) = state {
                last = state.seq;
                // A block that a registry should never have signed: decisions know nothing of it.
                let facts = state.live_facts(&saved.note.log, saved.note.epoch);
                facts.unwrap_or_default().into_iter().for_each(|live| fold(&mut lives, live));
            }
        }
        for live in lines.iter().filter_map(|line| fact_of(line, tenant, &keys)) {
            if live.fact.seq > last {
                last = live.fact.seq;
                fold(&mut lives, live);
            }
        }
        Ok(lives)
    }

    pub(super) fn because(&self, question: Question<'_>) -> io::Result<Vec<Because>> {
        let (lives, platform) = (self.lives_of(question.tenant)?, self.lives_of(PLATFORM_TENANT)?);
        Ok(because(question, &lives, &platform))
    }
}

fn one<'a>(lives: &'a Lives, kind: &str, subject: String) -> Option<&'a Live> {
    lives.get(&(kind.to_owned(), subject))
}

/// Ascending by subject.
fn of_kind<'a>(lives: &'a Lives, kind: &'a str) -> impl Iterator<Item = &'a Live> {
    lives.values().filter(move |live| live.fact.kind == kind)
}

fn memberships<'a>(lives: &'a Lives, asked: Identity<'a>) -> Vec<&'a Live> {
    let is_asked = |live: &&Live| match &live.body {
        Body::Membership { identity: Some((issuer, sub)), .. } => {
            (issuer.as_str(), sub.as_str()) == (asked.issuer, asked.sub)
        }
        _ => false,
    };
    of_kind(lives, "membership").filter(is_asked).collect()
}

fn grants<'a>(lives: &'a Lives, members: &[&Live], asked: &str) -> Vec<&'a Live> {
    let subjects: BTreeSet<&str> = members.iter().map(|live| live.fact.subject.as_str()).collect();
    let is_theirs = |live: &&Live| match &live.body {
        Body::Grant { member, project, .. } => {
            project == asked && subjects.contains(format!("member:{member}").as_str())
        }
        _ => false,
    };
    of_kind(lives, "grant").filter(is_theirs).collect()
}

/// Subjects of the roles that these facts name.
fn named(naming: &[&Live]) -> BTreeSet<String> {
    let roles = naming.iter().flat_map(|live| match &live.body {
        Body::Membership { roles, .. } | Body::Grant { roles, .. } => roles.as_slice(),
        _ => &[],
    });
    roles.map(|name| format!("role:{name}")).collect()
}

fn tell(live: &Live) -> Because {
    let Fact { tenant, seq, kind, subject, id, at, cause, .. } = live.fact.clone();
    let (operation, actor) = (cause.operation, cause.actor);
    Because { tenant, seq, kind, subject, id, at, operation, actor }
}

/// In the order that every kit gives them in.
fn because(question: Question<'_>, lives: &Lives, platform: &Lives) -> Vec<Because> {
    let Question { identity, permission, tenant, project } = question;
    let members = memberships(lives, identity);
    let grants = project.map(|project| grants(lives, &members, project)).unwrap_or_default();
    let (by_tenant, by_project) = (named(&members), named(&grants));
    let holds = |live: &&Live| match &live.body {
        Body::Role { scope, permissions } => {
            let naming = if *scope == Scope::Tenant { &by_tenant } else { &by_project };
            let permits = permissions.iter().any(|held| held == permission || held == "*");
            permits && naming.contains(&live.fact.subject)
        }
        _ => false,
    };
    let roles = of_kind(platform, "role").filter(holds);
    let stated = one(lives, "tenant", format!("tenant:{tenant}")).into_iter();
    let project = project.and_then(|id| one(lives, "project", format!("project:{id}")));
    let all = stated.chain(members.iter().copied()).chain(project).chain(grants.iter().copied());
    all.chain(roles).map(tell).collect()
}
