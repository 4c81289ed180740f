import type { FactErrorCode } from '../../facts/core/errors.ts';
import type { Fact } from '../../facts/core/types.ts';

/**
 * How old the newest heartbeat is that every followed shard has reached, by monotonic time (DESIGN
 * 3, heartbeat): fresh up to 15 s, stale up to 5 min, degraded up to the kind's limit, then
 * expired.
 */
export type Freshness = 'fresh' | 'stale' | 'degraded' | 'expired';

/** What a decision rests on: `can` on memberships, `apiKey` on API keys, and so on. */
export type DecisionKind = 'membership' | 'entitlement' | 'api-key';

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

/** What a key is to be good for; what is left out is not asked. */
export type ApiKeyOptions = {
  /** One of the key's scopes, by equality. */
  scope?: string | undefined;
  /** The key's namespace, by equality. */
  namespace?: string | undefined;
};

export type ApiKeyReason =
  | 'granted'
  | 'key-malformed'
  | 'key-unknown'
  | 'tenant-unknown'
  | 'tenant-inactive'
  | 'key-expired'
  | 'scope-missing'
  | 'namespace-mismatch'
  | 'facts-expired';

export type ApiKeyDecision = {
  allowed: boolean;
  reason: ApiKeyReason;
  /** Whose key it is, also when it is refused; null unless the key is known. */
  tenant: string | null;
  /** The key's own id, for logs: the key is a secret, this is not. */
  id: string | null;
  /** Empty unless the key is known. */
  scopes: readonly string[];
  namespace: string | null;
  freshness: Freshness;
};

/** A fact that an answer rests on. */
export type Because = {
  tenant: string;
  seq: number;
  kind: string;
  subject: string;
  id: string;
  /** RFC 3339, UTC, milliseconds. */
  at: string;
  operation: string;
  actor: string;
};

export type Explanation = {
  /** What `can` says. */
  decision: Decision;
  /** The tenant, its memberships of the identity, project and grants, and roles that permit. */
  because: Because[];
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

/** Shards of which a snapshot took the place: what is in it was not told by `applied`. */
export type SnapshotTaken = {
  /** Size of the log that it is of. */
  size: number;
  /** Ascending. */
  shards: number[];
};

export type PlaneEvents = {
  applied: [AppliedFact];
  snapshot: [SnapshotTaken];
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
  /** Size of the log that the snapshot is of on which the facts rest; 0: none, or all lines. */
  snapshot: number;
  /** Version of the newest key set; 0: none yet, so nothing can be verified. */
  keySet: number;
  /** What was refused, by code. */
  refused: Partial<Record<FactErrorCode, number>>;
  /** By shard name, `00` to `ff`; shards without facts are left out. */
  heads: Record<string, ShardHead>;
};

/** An Ed25519 key; `publicKey` is 32 bytes raw, a signature 64. */
export type ReceiptSigner = {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
};

/** How a plane tells the registry how far it has come. */
export type ReceiptOptions = {
  /** As the registry was told it: `[a-z0-9][a-z0-9.-]{0,62}`. */
  name: string;
  /** Path of an Ed25519 private key in PEM (PKCS #8), or what signs. */
  key: string | ReceiptSigner;
};

export type PlaneOptions = {
  /**
   * Base address of the registry's API, e.g. `https://registry.example`, or the folder of a log,
   * `file:///path`, which is read as often and needs neither token nor NATS.
   */
  registryUrl: string;
  /** The data plane's read-only token; may be empty for a folder. */
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
  /**
   * `false`: every fact is read from the first line on, and told by `applied`; for those who keep
   * all of history. Otherwise a plane that has nothing, or is far behind, takes a snapshot.
   */
  snapshots?: boolean;
  /** Off unless given. */
  receipts?: ReceiptOptions;
};
