//! The platform's role vocabulary, and the permission sets made from it. Sets are shared by
//! combination, so that a changed role touches a few sets and no member.

use std::collections::{HashMap, HashSet};

use crate::kernel::bodies::Scope;

/// The permissions of one combination of roles; shared by all members that have it.
struct RoleSet {
    scope: Scope,
    roles: Vec<String>,
    /// A role with `*`: every permission.
    every: bool,
    permissions: HashSet<String>,
}

/// Number of a combination of roles.
pub(super) type RoleSetNumber = u32;

#[derive(Default)]
pub(super) struct RoleSets {
    roles: HashMap<String, (Scope, Vec<String>)>,
    sets: Vec<RoleSet>,
    by_combination: HashMap<(Scope, Vec<String>), RoleSetNumber>,
}

impl RoleSets {
    /// The set of these roles; unknown roles, and roles of the other scope, grant nothing.
    pub(super) fn number_of(&mut self, scope: Scope, roles: &[String]) -> RoleSetNumber {
        let mut sorted = roles.to_vec();
        sorted.sort_unstable();
        let key = (scope, sorted);
        if let Some(number) = self.by_combination.get(&key) {
            return *number;
        }
        // So many combinations would not fit the memory.
        let number = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        let permissions = HashSet::new();
        let mut set = RoleSet { scope, roles: key.1.clone(), every: false, permissions };
        fill(&mut set, &self.roles);
        self.sets.push(set);
        self.by_combination.insert(key, number);
        number
    }

    pub(super) fn allows(&self, number: RoleSetNumber, permission: &str) -> bool {
        let set = usize::try_from(number).ok().and_then(|number| self.sets.get(number));
        set.is_some_and(|set| set.every || set.permissions.contains(permission))
    }

    pub(super) fn define(&mut self, name: &str, scope: Scope, permissions: &[String]) {
        self.roles.insert(name.to_owned(), (scope, permissions.to_vec()));
        self.refill(name);
    }

    /// A retracted role denies whatever names it.
    pub(super) fn remove(&mut self, name: &str) {
        self.roles.remove(name);
        self.refill(name);
    }

    pub(super) fn clear(&mut self) {
        self.roles.clear();
        self.sets.iter_mut().for_each(|set| fill(set, &self.roles));
    }

    fn refill(&mut self, name: &str) {
        let naming = self.sets.iter_mut().filter(|set| set.roles.iter().any(|role| role == name));
        naming.for_each(|set| fill(set, &self.roles));
    }
}

fn fill(set: &mut RoleSet, roles: &HashMap<String, (Scope, Vec<String>)>) {
    let defined = set.roles.iter().filter_map(|name| roles.get(name));
    let counting = defined.filter(|(scope, _)| *scope == set.scope);
    set.permissions = counting.flat_map(|(_, permissions)| permissions.iter().cloned()).collect();
    set.every = set.permissions.contains("*");
}
