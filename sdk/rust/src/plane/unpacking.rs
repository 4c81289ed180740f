//! Unpacks the tenants of a snapshot: those that are asked for at once, the rest in the background.

use std::sync::{Arc, MutexGuard, PoisonError, RwLockReadGuard};

use tokio::task::spawn_blocking;

use super::core::Core;
use super::shared::Shared;
use crate::decide::index::{Index, Unpacking};
use crate::decide::packed::{Broken, Packed};

/// Facts that are folded before decisions go on: about 50 us.
const FACTS_PER_TURN: usize = 64;
/// Tenants that are unpacked before it is asked whether to go on.
const TENANTS_PER_TURN: usize = 16;

impl Shared {
    /// The index, for a decision about this tenant.
    pub(super) fn index_for(&self, tenant: &str) -> RwLockReadGuard<'_, Index> {
        let index = self.index();
        let Some(packed) = index.find_packed(tenant).cloned() else { return index };
        drop(index);
        if let Some(broken) = self.unpack(&packed) {
            self.refuse_broken(&mut self.core(), &broken);
        }
        self.index()
    }

    /// Before a fact is folded onto this tenant.
    pub(super) fn unpack_for_fact(&self, core: &mut Core, tenant: &str) {
        let packed = self.index().find_packed(tenant).cloned();
        if let Some(broken) = packed.and_then(|packed| self.unpack(&packed)) {
            self.refuse_broken(core, &broken);
        }
    }

    /// Before a key is looked up that may be anybody's. Parsing all would hold it up for seconds;
    /// bytes are searched many times quicker, and once is enough.
    pub(super) fn unpack_api_keys(&self) {
        let _turn = self.turn();
        let packed = self.change_index().packed_to_search();
        self.unpack_each(packed.iter().filter(|packed| packed.has_api_key()));
    }

    /// Parses beside decisions, and folds into a tenant that nobody sees yet.
    fn unpack(&self, packed: &Arc<Packed>) -> Option<Broken> {
        match packed.live_facts() {
            Ok(lives) => {
                let mut made = Unpacking::default();
                for few in lives.chunks(FACTS_PER_TURN) {
                    self.change_index().fold_into(&mut made, few);
                }
                self.change_index().put(packed, made);
                None
            }
            Err(error) => self.change_index().put_broken(packed, error),
        }
    }

    /// False when nothing is packed any more.
    fn unpack_some(&self) -> bool {
        let _turn = self.turn();
        let some = self.change_index().some_packed(TENANTS_PER_TURN);
        self.unpack_each(some.iter());
        !some.is_empty()
    }

    /// One at a time: what another has begun is not unpacked yet.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.unpacking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unpack_each<'a>(&self, packed: impl Iterator<Item = &'a Arc<Packed>>) {
        for broken in packed.filter_map(|packed| self.unpack(packed)) {
            self.refuse_broken(&mut self.core(), &broken);
        }
    }
}

pub(super) async fn unpack_in_background(shared: Arc<Shared>) {
    loop {
        shared.unpack_wanted.notified().await;
        loop {
            let here = Arc::clone(&shared);
            if !spawn_blocking(move || here.unpack_some()).await.unwrap_or(false) {
                break;
            }
        }
    }
}
