import type { FactErrorCode } from '../../facts/core/errors.ts';
import type { Fact } from '../../facts/core/types.ts';

/**
 * How old the newest heartbeat is that every followed shard has reached, by monotonic time (DESIGN
 * 3, heartbeat): fresh up to 15 s, stale up to 5 min, degraded up to the kind's limit, then
 * expired.
 */
export type Freshness = 'fresh' | 'stale' | 'degraded' | 'expired';

/** What a decision rests on: `can` on memberships, `entitlement` on entitlements. */
export type DecisionKind = 'membership' | 'entitlement';

/** What happens to decisions of a kind once expired; `allow` decides on, with an alarm. */
export type ExpiryPolicy = {
  /** Age at which `degraded` becomes `expired`. */
  limitMs: number;
  whenExpired: 'deny' | 'allow';
};

/** Who asks: issuer and subject of a verified token. */
export type Identity = { issuer: string; sub: string };

export type DecisionReason =
  | 'granted'
  | 'tenant-unknown'
  | 'tenant-inactive'
  | 'member-unknown'
  | 'member-inactive'
  | 'project-unknown'
  | 'no-permission'
  | 'facts-expired';

export type Decision = { allowed: boolean; reason: DecisionReason; freshness: Freshness };

export type EntitlementReason =
  | 'entitled'
  | 'tenant-unknown'
  | 'tenant-inactive'
  | 'not-entitled'
  | 'ended'
  | 'facts-expired';

export type EntitlementDecision = {
  entitled: boolean;
  reason: EntitlementReason;
  /** Empty unless entitled. */
  limits: Readonly<Record<string, number>>;
  /** The plan that gave it; null unless entitled. */
  plan: string | null;
  freshness: Freshness;
};

/** Where a shard stands: its last accepted fact. Position 0, index -1: nothing yet. */
export type ShardHead = {
  position: number;
  index: number;
  /** Running hash of the shard's leaf hashes, lower-case hexadecimal. */
  hash: string;
  /** Up to this position a signed heartbeat has confirmed the running hash. */
  covered: number;
};

export type AppliedFact = { shard: number; position: number; index: number; fact: Fact };

export type Origin = 'live' | 'http' | 'disk';

export type Refusal = {
  /** null: not a line, but a key set or a heartbeat. */
  shard: number | null;
  /** Where it came from; `heartbeat`: lines that were applied, and that a heartbeat denies. */
  origin: Origin | 'heartbeat';
  code: FactErrorCode;
  /** For people; never parse it. */
  message: string;
};

export type FreshnessChange = {
  kind: DecisionKind;
  from: Freshness;
  to: Freshness;
  /** Expired, and the policy decides on: somebody should look. */
  alarm: boolean;
};

export type PlaneEvents = {
  applied: [AppliedFact];
  refused: [Refusal];
  freshness: [FreshnessChange];
  /** The disk refused; the plane decides on from memory and fetches again after a restart. */
  journal: [unknown];
};

export type PlaneStats = {
  /** Facts applied since the process opened the directory, those from disk included. */
  applied: number;
  /** Lines at or below the reader's position: dropped unread, harmless. */
  duplicates: number;
  /** Version of the newest key set; 0: none yet, so nothing can be verified. */
  keySet: number;
  /** What was refused, by code. */
  refused: Partial<Record<FactErrorCode, number>>;
  /** By shard name, `00` to `ff`; shards without facts are left out. */
  heads: Record<string, ShardHead>;
};

export type PlaneOptions = {
  /** Base address of the registry's API, e.g. `https://registry.example`. */
  registryUrl: string;
  /** The data plane's read-only token. */
  token: string;
  /** NATS server for live delivery; without it the plane asks for a heartbeat every 3 s. */
  natsUrl?: string | undefined;
  /** Origin of the log to follow, e.g. `tenure.example/prod`. */
  log: string;
  /**
   * The log's first root as a note key, `<log>/root+<key hash>+<base64>`. All other keys are
   * learned from the key sets that begin with it.
   */
  root: string;
  /** Shards to follow; all 256 unless given. The platform tenant's shard is always followed. */
  shards?: readonly number[];
  /** Folder for the plane's state; one process at a time. */
  directory: string;
  /** What to do with decisions on facts too old; see README for the defaults. */
  expiry?: Partial<Record<DecisionKind, ExpiryPolicy>>;
};
