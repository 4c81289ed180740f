//! Age of what the plane knows, and what that means per kind of decision.

use std::collections::HashMap;

use crate::decide::types::{DecisionKind, Freshness};

/// Up to here decisions are fresh.
pub const FRESH_MS: i64 = 15_000;
/// Up to here stale, then degraded.
pub const STALE_MS: i64 = 5 * 60_000;
/// A jump of wall clock against monotonic clock beyond this: suspended, or set. Also how far a
/// heartbeat's time may be from ours.
const SKEW_LIMIT_MS: i64 = 30_000;
const HOUR_MS: i64 = 3_600_000;
/// Nothing is known: older than every limit.
const NEVER_MS: i64 = i64::MIN / 4;

/// What happens to decisions of a kind once expired; `Allow` decides on, with an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum WhenExpired {
    Deny,
    Allow,
}

/// Age at which degraded becomes expired, and what then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ExpiryPolicy {
    pub limit_ms: i64,
    pub when_expired: WhenExpired,
}

/// A policy per kind. Who may act must not outlive a day without news; what was paid for may be
/// used on, loudly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Expiry {
    pub membership: ExpiryPolicy,
    pub entitlement: ExpiryPolicy,
    pub api_key: ExpiryPolicy,
}

impl Default for Expiry {
    fn default() -> Self {
        let membership = ExpiryPolicy { limit_ms: 24 * HOUR_MS, when_expired: WhenExpired::Deny };
        let limit_ms = 7 * 24 * HOUR_MS;
        let entitlement = ExpiryPolicy { limit_ms, when_expired: WhenExpired::Allow };
        Self { membership, entitlement, api_key: membership }
    }
}

/// A level that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct FreshnessChange {
    pub kind: DecisionKind,
    pub from: Freshness,
    pub to: Freshness,
    /// Expired, and the policy decides on: somebody should look.
    pub alarm: bool,
}

fn level(age_ms: i64, limit_ms: i64) -> Freshness {
    match age_ms {
        _ if age_ms <= FRESH_MS => Freshness::Fresh,
        _ if age_ms <= STALE_MS => Freshness::Stale,
        _ if age_ms <= limit_ms => Freshness::Degraded,
        _ => Freshness::Expired,
    }
}

const KINDS: [DecisionKind; 3] =
    [DecisionKind::Membership, DecisionKind::Entitlement, DecisionKind::ApiKey];

/// Age of a heartbeat when it arrives: none, unless its time and ours are so far apart that it is an
/// old one, or that a clock is wrong.
pub(super) fn age_on_arrival_ms(stated_ms: i64, wall_ms: i64) -> i64 {
    let behind_ms = wall_ms.saturating_sub(stated_ms);
    if behind_ms.abs() <= SKEW_LIMIT_MS { 0 } else { behind_ms.max(FRESH_MS + 1) }
}

/// Pure: every call says what time it is.
#[derive(Debug)]
pub(super) struct FreshnessClock {
    expiry: Expiry,
    followed: usize,
    /// By shard: arrival of the newest heartbeat that it has reached.
    reached_ms: HashMap<u8, i64>,
    /// Monotonic time as of which every followed shard is known.
    known_ms: i64,
    wall_offset_ms: i64,
    told: [Freshness; KINDS.len()],
}

impl FreshnessClock {
    pub(super) fn new(followed: usize, expiry: Expiry, now_ms: i64, wall_ms: i64) -> Self {
        let (reached_ms, wall_offset_ms) = (HashMap::new(), wall_ms - now_ms);
        let told = [Freshness::Expired; KINDS.len()];
        Self { expiry, followed, reached_ms, known_ms: NEVER_MS, wall_offset_ms, told }
    }

    /// With what a former process knew: never fresh, the wall clock may lie.
    pub(super) fn know_from_disk(&mut self, now_ms: i64, age_ms: i64) {
        self.known_ms = now_ms - age_ms.max(FRESH_MS + 1);
        self.told = KINDS.map(|kind| self.of(kind, now_ms));
    }

    pub(super) fn policy(&self, kind: DecisionKind) -> ExpiryPolicy {
        match kind {
            DecisionKind::Membership => self.expiry.membership,
            DecisionKind::Entitlement => self.expiry.entitlement,
            DecisionKind::ApiKey => self.expiry.api_key,
        }
    }

    pub(super) fn of(&self, kind: DecisionKind, now_ms: i64) -> Freshness {
        level(now_ms.saturating_sub(self.known_ms), self.policy(kind).limit_ms)
    }

    pub(super) fn decides_at(&self, kind: DecisionKind, freshness: Freshness) -> bool {
        freshness != Freshness::Expired || self.policy(kind).when_expired == WhenExpired::Allow
    }

    /// True once every followed shard has reached a heartbeat.
    pub(super) fn is_complete(&self) -> bool {
        self.reached_ms.len() == self.followed
    }

    /// A shard reached the heartbeat that arrived then. True when all of them now know of a later
    /// time than before.
    pub(super) fn reached(&mut self, shard: u8, arrived_ms: i64) -> bool {
        self.reached_ms.insert(shard, arrived_ms);
        let oldest_ms = self.reached_ms.values().min().copied();
        let later = oldest_ms.filter(|oldest_ms| *oldest_ms > self.known_ms);
        match later.filter(|_| self.is_complete()) {
            Some(oldest_ms) => {
                self.known_ms = oldest_ms;
                true
            }
            None => false,
        }
    }

    /// Notices a suspended machine or a set clock; tells which levels changed since the last call.
    pub(super) fn tick(&mut self, now_ms: i64, wall_ms: i64) -> Vec<FreshnessChange> {
        let offset_ms = wall_ms - now_ms;
        if (offset_ms - self.wall_offset_ms).abs() > SKEW_LIMIT_MS {
            self.known_ms = self.known_ms.min(now_ms - FRESH_MS - 1);
            self.reached_ms.clear();
        }
        self.wall_offset_ms = offset_ms;
        let now = KINDS.map(|kind| self.of(kind, now_ms));
        let before = std::mem::replace(&mut self.told, now);
        let levels = KINDS.into_iter().zip(before.into_iter().zip(now));
        let changed = levels.filter(|(_, (from, to))| from != to);
        let change = |(kind, (from, to))| {
            let alarm = to == Freshness::Expired && self.decides_at(kind, to);
            FreshnessChange { kind, from, to, alarm }
        };
        changed.map(change).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_000_000;
    const WALL_MS: i64 = 1_700_000_000_000;

    fn clock(followed: usize) -> FreshnessClock {
        FreshnessClock::new(followed, Expiry::default(), NOW_MS, WALL_MS)
    }

    #[test]
    fn each_level_ends_where_the_next_begins() {
        let limit_ms = 2 * STALE_MS;
        let ages = [FRESH_MS, FRESH_MS + 1, STALE_MS, STALE_MS + 1, limit_ms, limit_ms + 1];
        let levels: Vec<_> = ages.map(|age| level(age, limit_ms).as_str()).into();
        assert_eq!(levels, ["fresh", "stale", "stale", "degraded", "degraded", "expired"]);
    }

    #[test]
    fn only_a_heartbeat_that_every_shard_reached_is_fresh_and_the_oldest_counts() {
        let mut clock = clock(2);
        let of = |clock: &FreshnessClock| clock.of(DecisionKind::Membership, NOW_MS);
        assert!(!clock.reached(1, NOW_MS));
        assert_eq!(of(&clock), Freshness::Expired);
        assert!(clock.reached(2, NOW_MS - FRESH_MS - 1));
        assert_eq!(of(&clock), Freshness::Stale);
        assert!(clock.reached(2, NOW_MS));
        assert_eq!(of(&clock), Freshness::Fresh);
    }

    #[test]
    fn an_old_heartbeat_is_not_fresh_when_it_arrives() {
        assert_eq!(age_on_arrival_ms(WALL_MS - SKEW_LIMIT_MS, WALL_MS), 0);
        assert_eq!(age_on_arrival_ms(WALL_MS - 60_000, WALL_MS), 60_000);
        assert_eq!(age_on_arrival_ms(WALL_MS + 60_000, WALL_MS), FRESH_MS + 1);
    }

    #[test]
    fn facts_from_disk_are_never_fresh_whatever_the_wall_clock_says() {
        let mut clock = clock(1);
        clock.know_from_disk(NOW_MS, -5_000);
        assert_eq!(clock.of(DecisionKind::Membership, NOW_MS), Freshness::Stale);
    }

    #[test]
    fn a_machine_that_slept_is_stale_until_the_next_heartbeat_and_expiry_alarms() {
        let mut clock = clock(1);
        clock.reached(1, NOW_MS);
        assert_eq!(clock.tick(NOW_MS, WALL_MS).len(), KINDS.len());
        assert_eq!(clock.tick(NOW_MS, WALL_MS + 60_000).len(), KINDS.len());
        assert_eq!(clock.of(DecisionKind::Membership, NOW_MS), Freshness::Stale);
        let late_ms = 8 * 24 * HOUR_MS;
        let changes = clock.tick(NOW_MS + late_ms, WALL_MS + 60_000 + late_ms);
        let alarms: Vec<_> = changes.iter().map(|change| change.alarm).collect();
        assert_eq!(alarms, [false, true, false]);
        assert!(!clock.decides_at(DecisionKind::Membership, Freshness::Expired));
    }
}
