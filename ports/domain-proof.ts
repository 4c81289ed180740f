/**
 * What the world's DNS says under a name, as its owner published it. Read only: nothing is marked,
 * and nothing has to settle. Rejects with `PortError` of port `domain-proof`, always a transient
 * one: we cannot look. A zone that gives no answer of its own is its owner's affair and shows
 * nothing.
 */
export interface DomainProof {
  /** Texts of the TXT records at the name, each put together; none: empty. */
  look(name: string, signal: AbortSignal): Promise<readonly string[]>;
  probe(signal: AbortSignal): Promise<void>;
}
