//! Members of one tenant with an identity, found by subject; several of one subject are possible,
//! since issuers differ.

use std::collections::HashMap;
use std::sync::Arc;

use super::roles::RoleSetNumber;

pub(super) type Id = [u8; 16];

/// What a decision reads of a membership.
pub(super) struct Member {
    pub(super) id: Id,
    pub(super) issuer: Arc<str>,
    pub(super) active: bool,
    pub(super) roles: RoleSetNumber,
}

#[derive(Default)]
pub(super) struct Members {
    subject_of: HashMap<Id, Arc<str>>,
    by_subject: HashMap<Arc<str>, Vec<Member>>,
}

impl Members {
    pub(super) fn of_subject(&self, sub: &str) -> &[Member] {
        self.by_subject.get(sub).map_or(&[], Vec::as_slice)
    }

    /// In place of what was there of the same member.
    pub(super) fn insert(&mut self, sub: &str, member: Member) {
        self.remove(&member.id);
        let known = self.by_subject.get_key_value(sub).map(|(known, _)| Arc::clone(known));
        let sub = known.unwrap_or_else(|| sub.into());
        self.subject_of.insert(member.id, Arc::clone(&sub));
        // Almost always the only one.
        self.by_subject.entry(sub).or_insert_with(|| Vec::with_capacity(1)).push(member);
    }

    pub(super) fn remove(&mut self, id: &Id) {
        let Some(sub) = self.subject_of.remove(id) else { return };
        if let Some(members) = self.by_subject.get_mut(&sub) {
            members.retain(|member| member.id != *id);
            if members.is_empty() {
                self.by_subject.remove(&sub);
            }
        }
    }
}
