/**
 * What a tenant that leaves may take along, until it is gone: one document for a tenant. It holds
 * personal data, so that it goes with the tenant. Rejects with `PortError`.
 *
 * Durability: an answered `put` is durable and whole. Consistency: whoever reads, in any process,
 * finds what was put last.
 */
export interface Exports {
  /** Replaces the one before. */
  put(tenant: string, document: string, signal: AbortSignal): Promise<void>;
  /** May find nothing. */
  find(tenant: string, signal: AbortSignal): Promise<string | undefined>;
  /** Absent is success. */
  remove(tenant: string, signal: AbortSignal): Promise<void>;
  /** Resolves when documents can be put. */
  probe(signal: AbortSignal): Promise<void>;
}
