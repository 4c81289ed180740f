//! Members of one tenant with an identity, found by subject; several of one subject are possible,
//! since issuers differ.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::ids::{Id, IdMap};
use super::roles::RoleSetNumber;

/// Of the texts of issuers, which members share.
pub(super) type IssuerNumber = u32;

/// What a decision reads of a membership.
pub(super) struct Member {
    pub(super) id: Id,
    pub(super) issuer: IssuerNumber,
    pub(super) active: bool,
    pub(super) roles: RoleSetNumber,
}

/// Almost always one: it is where the look-up ends.
struct OfSubject {
    first: Member,
    /// Boxed, so that what is looked at fits a cache line.
    #[allow(clippy::box_collection)]
    others: Option<Box<Vec<Member>>>,
}

impl OfSubject {
    fn iter(&self) -> impl Iterator<Item = &Member> {
        std::iter::once(&self.first).chain(self.others.iter().flat_map(|others| others.iter()))
    }

    /// `None` when nobody is left.
    fn without(mut self, id: &Id) -> Option<Self> {
        let mut others = self.others.take().map(|others| *others).unwrap_or_default();
        others.retain(|member| member.id != *id);
        if self.first.id == *id {
            self.first = others.pop()?;
        }
        self.others = (!others.is_empty()).then(|| Box::new(others));
        Some(self)
    }
}

#[derive(Default)]
pub(super) struct Members {
    subject_of: IdMap<Arc<str>>,
    by_subject: HashMap<Arc<str>, OfSubject>,
}

impl Members {
    pub(super) fn of_subject(&self, sub: &str) -> impl Iterator<Item = &Member> {
        self.by_subject.get(sub).into_iter().flat_map(OfSubject::iter)
    }

    /// In place of what was there of the same member.
    pub(super) fn insert(&mut self, sub: &str, member: Member) {
        self.remove(&member.id);
        let known = self.by_subject.get_key_value(sub).map(|(known, _)| Arc::clone(known));
        let sub = known.unwrap_or_else(|| sub.into());
        self.subject_of.insert(member.id, Arc::clone(&sub));
        match self.by_subject.entry(sub) {
            Entry::Occupied(mut known) => {
                known.get_mut().others.get_or_insert_default().push(member);
            }
            Entry::Vacant(slot) => {
                slot.insert(OfSubject { first: member, others: None });
            }
        }
    }

    pub(super) fn remove(&mut self, id: &Id) {
        let Some(sub) = self.subject_of.remove(id) else { return };
        if let Some(left) = self.by_subject.remove(&sub).and_then(|known| known.without(id)) {
            self.by_subject.insert(sub, left);
        }
    }
}
