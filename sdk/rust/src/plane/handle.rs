//! The plane as its users hold it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::{fs, io};

use tokio::sync::mpsc;
use tokio::task::{JoinSet, spawn_blocking};

use super::clock::{Clock, SystemClock};
use super::core::{Core, followed_shards};
use super::error::Error;
use super::events::Events;
use super::explain::Question;
use super::freshness::FreshnessClock;
use super::journal::Journal;
use super::load::{Given, load_shards};
use super::lock::{DirectoryLock, lock_directory};
use super::notes::Notes;
use super::options::Options;
use super::receipts::{self, Receipts};
use super::saved_snapshot::{Failure, load_snapshot};
use super::shared::Shared;
use super::snapshots::by_shard;
use super::source::Source;
use super::stats::Stats;
use super::{fetcher, live, tasks, unpacking};
use crate::decide::api_keys::KnownKey;
use crate::decide::index::Index;
use crate::decide::types::{
    ApiKeyDecision, ApiKeyReason, Asked, Decision, DecisionKind, EntitlementDecision,
    EntitlementReason, Explanation, Freshness, Identity, Reason,
};
use crate::kernel::api_key::hash_api_key;
use crate::kernel::hash::Hash;
use crate::kernel::instant::parse_instant;
use crate::kernel::self_test;
use crate::keys::gate::Gate;
use crate::keys::heartbeat::Heartbeat;
use crate::keys::trust::Trust;

/// Follows the registry's facts and decides by them, from memory, without the registry.
pub struct Plane {
    shared: Arc<Shared>,
    running: Mutex<Option<Running>>,
}

/// What [`Plane::close`] ends.
struct Running {
    tasks: JoinSet<()>,
    #[allow(dead_code)] // held until it is dropped
    lock: DirectoryLock,
}

/// Everything that was on disk.
pub(super) struct Opened {
    pub(super) lock: DirectoryLock,
    pub(super) core: Core,
    pub(super) index: Index,
    pub(super) freshness: FreshnessClock,
}

pub(super) fn open_directory(
    options: &Options,
    mut trust: Trust,
    clock: &dyn Clock,
) -> Result<Opened, Error> {
    fs::create_dir_all(&options.directory)?;
    let lock = lock_directory(&options.directory)?;
    let notes = Notes::open(&options.directory)?;
    notes.load_key_sets(&mut trust);
    let followed = followed_shards(&options.shards);
    let mut journal = Journal::open(&options.directory)?;
    let index = RwLock::new(Index::default());
    let keys = trust.fact_keys();
    let (saved, tenants, refused) = match load_snapshot(&options.directory, &trust, &followed) {
        Ok(Some((saved, tenants))) => (Some(Arc::new(saved)), tenants, None),
        Ok(None) | Err(Failure::Disk(_) | Failure::Unavailable) => (None, Vec::new(), None),
        // What followed it is fetched anew.
        Err(Failure::Refused(error)) => (None, Vec::new(), Some(error)),
    };
    let given = Given {
        log: &options.log,
        keys: &keys,
        journal: &journal,
        base: saved.as_ref().map(|saved| (&saved.note, Mutex::new(by_shard(tenants)))),
    };
    let mut loaded = load_shards(&followed, &given, &index)?;
    drop(given);
    refused.iter().for_each(|error| loaded.counts.refuse(error.code));
    for (shard, lines) in &loaded.cut {
        journal.replace(*shard, lines)?;
    }
    let (now_ms, wall_ms) = (clock.monotonic_ms(), clock.wall_ms());
    let mut freshness = FreshnessClock::new(followed.len(), options.expiry, now_ms, wall_ms);
    let [last, reached] = notes.load_heartbeats(&trust);
    let mut core = Core {
        gate: Gate::behind(last.as_ref().map(|kept| kept.heartbeat.clone())),
        trust,
        readers: loaded.readers,
        journal,
        notes,
        counts: loaded.counts,
        lied_to: false,
        state_taken: saved.as_ref().map(|saved| (*saved.note).clone()),
        saved,
        last_note: last.as_ref().map(|kept| kept.note.clone()).unwrap_or_default(),
        heard_of_ms: None,
        closed: false,
        unknown_note: None,
    };
    // What was reached first: the last one may count lines that were still on their way.
    for kept in [reached, last].into_iter().flatten() {
        core.expect(&kept.heartbeat, &mut freshness, (now_ms, wall_ms));
    }
    let index = index.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Opened { lock, core, index, freshness })
}

impl Core {
    /// Compares what was loaded with a heartbeat that was kept: when all of it is there, it is known
    /// how old it is.
    fn expect(
        &mut self,
        heartbeat: &Heartbeat,
        freshness: &mut FreshnessClock,
        (now_ms, wall_ms): (i64, i64),
    ) {
        let mut whole = true;
        for (shard, reader) in &mut self.readers {
            let head = heartbeat.heads.get(usize::from(*shard)).copied();
            whole &= head.is_some_and(|head| reader.heartbeat(head).reached);
        }
        if let Some(at_ms) = parse_instant(&heartbeat.at).filter(|_| whole) {
            freshness.know_from_disk(now_ms, wall_ms - at_ms);
        }
    }
}

impl Plane {
    /// Opens a data plane within a tokio runtime. It answers from disk at once, also while registry
    /// and NATS are dead (then [`freshness`](Self::freshness) says so); [`ready`](Self::ready) tells
    /// when it has caught up.
    ///
    /// # Errors
    /// See [`Error::code`]: `key-invalid`, `directory-locked`, `directory-unusable`,
    /// `options-invalid`, `self-test-failed`.
    pub async fn open(options: Options) -> Result<Plane, Error> {
        Self::open_with_clock(options, Arc::new(SystemClock::default())).await
    }

    /// [`open`](Self::open) by another clock, for simulated time.
    ///
    /// # Errors
    /// As `open`.
    pub async fn open_with_clock(options: Options, clock: Arc<dyn Clock>) -> Result<Plane, Error> {
        if !self_test::holds() {
            return Err(Error::SelfTest);
        }
        let trust = Trust::pinned(&options.log, &options.root)?;
        let source = Source::new(&options.registry_url, &options.token)?;
        let address = options.nats_url.as_deref().map(live::parse_address).transpose()?;
        // Nobody publishes what is in a folder.
        let address = address.filter(|_| !source.is_folder());
        if source.is_folder() && options.receipts.is_some() {
            let why = "a folder takes no receipts: leave them out, or give a registry";
            return Err(Error::Options(why.to_owned()));
        }
        let followed = followed_shards(&options.shards);
        let given = options.receipts.clone();
        let receipts =
            given.map(|given| Receipts::new(&options.log, given, followed)).transpose()?;
        let directory = options.directory.clone();
        let reading = Arc::clone(&clock);
        let opening = spawn_blocking(move || open_directory(&options, trust, &*reading)).await;
        let opened = opening.map_err(|error| Error::Directory(io::Error::other(error)))??;
        let shards: Vec<u8> = opened.core.readers.keys().copied().collect();
        let (wants, wanted) = mpsc::unbounded_channel();
        let state = (opened.core, opened.index, opened.freshness);
        let shared = Arc::new(Shared::new(state, (clock, source), (directory, receipts), wants));
        shared.unpack_wanted.notify_one();
        let mut tasks = JoinSet::new();
        tasks.spawn(fetcher::run(Arc::clone(&shared), wanted));
        if let Some(address) = address {
            tasks.spawn(live::run(Arc::clone(&shared), address, shards));
        }
        tasks.spawn(tasks::learn_keys(Arc::clone(&shared)));
        tasks.spawn(tasks::ask_for_heartbeats(Arc::clone(&shared)));
        tasks.spawn(tasks::watch_time(Arc::clone(&shared)));
        tasks.spawn(unpacking::unpack_in_background(Arc::clone(&shared)));
        tasks.spawn(receipts::send_receipts(Arc::clone(&shared)));
        let running = Mutex::new(Some(Running { tasks, lock: opened.lock }));
        Ok(Plane { shared, running })
    }

    /// Returns when every followed shard has reached a heartbeat since the plane was opened.
    pub async fn ready(&self) {
        let mut ready = self.shared.ready.subscribe();
        // The sender lives as long as this plane.
        let _ = ready.wait_for(|ready| *ready).await;
    }

    /// May this identity do `permission` (`resource:verb`) in the tenant, or in its project?
    pub fn can(
        &self,
        identity: Identity<'_>,
        permission: &str,
        tenant: &str,
        project: Option<&str>,
    ) -> Decision {
        let (freshness, decides) = self.freshness_of(DecisionKind::Membership);
        let reason = if decides {
            let Identity { issuer, sub } = identity;
            let index = self.shared.index_for(tenant);
            index.decide(issuer, sub, permission, tenant, project)
        } else {
            Reason::FactsExpired
        };
        Decision { allowed: reason == Reason::Granted, reason, freshness }
    }

    /// May the tenant use the product now, and within which limits?
    pub fn entitlement(&self, tenant: &str, product: &str) -> EntitlementDecision {
        let (freshness, decides) = self.freshness_of(DecisionKind::Entitlement);
        let index = self.shared.index_for(tenant);
        let found = if decides {
            index.entitlement(tenant, product, self.shared.clock.wall_ms())
        } else {
            Err(EntitlementReason::FactsExpired)
        };
        match found {
            Ok(entitlement) => EntitlementDecision {
                entitled: true,
                reason: EntitlementReason::Entitled,
                limits: Arc::clone(&entitlement.limits),
                plan: Some(Arc::clone(&entitlement.plan)),
                freshness,
            },
            Err(reason) => EntitlementDecision {
                entitled: false,
                reason,
                limits: Arc::default(),
                plan: None,
                freshness,
            },
        }
    }

    /// Whose API key is this, and is it good for what is asked? The key is kept nowhere.
    pub fn api_key(&self, key: &str, asked: Asked<'_>) -> ApiKeyDecision {
        let (freshness, decides) = self.freshness_of(DecisionKind::ApiKey);
        let (reason, known) = match (decides, hash_api_key(key)) {
            (false, _) => (ApiKeyReason::FactsExpired, None),
            (true, Err(_)) => (ApiKeyReason::KeyMalformed, None),
            (true, Ok(hash)) => self.find_api_key(&hash, asked),
        };
        let fact = known.as_ref().map(|known| &known.key);
        ApiKeyDecision {
            allowed: reason == ApiKeyReason::Granted,
            reason,
            tenant: known.as_ref().map(|known| Arc::clone(&known.tenant)),
            id: known.as_ref().map(|known| Arc::clone(&known.id)),
            scopes: fact.map(|fact| Arc::clone(&fact.scopes)).unwrap_or_default(),
            namespace: fact.and_then(|fact| fact.namespace.clone()),
            freshness,
        }
    }

    /// What [`can`](Self::can) says, and the facts that it rests on: for people, not for each
    /// request. Reads what the plane keeps on disk, and verifies it again.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub async fn explain(
        &self,
        identity: Identity<'_>,
        permission: &str,
        tenant: &str,
        project: Option<&str>,
    ) -> io::Result<Explanation> {
        let shared = Arc::clone(&self.shared);
        let own = |text: &str| text.to_owned();
        let (issuer, sub) = (own(identity.issuer), own(identity.sub));
        let (permits, of, within) = (own(permission), own(tenant), project.map(own));
        let reading = spawn_blocking(move || {
            let identity = Identity { issuer: &issuer, sub: &sub };
            let (permission, tenant, project) = (&*permits, &*of, within.as_deref());
            shared.because(Question { identity, permission, tenant, project })
        });
        let because = reading.await.map_err(io::Error::other)??;
        Ok(Explanation { decision: self.can(identity, permission, tenant, project), because })
    }

    /// How old the facts are, by the limits of one kind of decision.
    pub fn freshness(&self, kind: DecisionKind) -> Freshness {
        self.freshness_of(kind).0
    }

    /// Counters and heads.
    pub fn stats(&self) -> Stats {
        let packed = self.shared.index().packed_count();
        self.shared.core().stats(packed)
    }

    /// Everything that happens from now on.
    pub fn events(&self) -> Events {
        self.shared.events.subscribe()
    }

    /// Stops following and gives the directory free. Decisions still answer, ever less fresh.
    pub async fn close(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut running) = running {
            running.tasks.shutdown().await;
            // A request that the tasks had begun may still be between two of its waits.
            self.shared.core().closed = true;
        }
    }

    /// One that is missing may be a tenant's that nobody has asked for yet.
    fn find_api_key(&self, hash: &Hash, asked: Asked<'_>) -> (ApiKeyReason, Option<Arc<KnownKey>>) {
        let now_ms = self.shared.clock.wall_ms();
        let find = || {
            let index = self.shared.index();
            let (reason, known) = index.api_key(hash, asked, now_ms);
            ((reason, known.cloned()), index.packed_count())
        };
        match find() {
            ((_, None), packed) if packed > 0 => {
                self.shared.unpack_api_keys();
                find().0
            }
            (found, _) => found,
        }
    }

    fn freshness_of(&self, kind: DecisionKind) -> (Freshness, bool) {
        let clock = self.shared.freshness();
        let freshness = clock.of(kind, self.shared.clock.monotonic_ms());
        (freshness, clock.decides_at(kind, freshness))
    }
}
