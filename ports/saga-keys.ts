/** Thrown where a key was destroyed: what it sealed is unreadable, which was the wish. */
export class SagaKeyError extends Error {
  override readonly name = 'SagaKeyError';
  readonly code: 'saga-key-destroyed' | 'saga-operation-unknown';

  constructor(code: SagaKeyError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Keys that seal what sagas tell Temporal, one for each tenant; the tenant's id is the key's id.
 * What belongs to no tenant is sealed by the platform tenant's.
 *
 * Durability: a key is durable before it is given, so that nothing is sealed by a lost one.
 * Concurrency: all who ask for the first time at once get the same key.
 */
export interface SagaKeys {
  /** 32 bytes, made when there is none yet. Throws `saga-key-destroyed`; no new one is made. */
  keyOf(tenant: string): Promise<Uint8Array>;
  /** Throws `saga-operation-unknown`. */
  tenantOf(operation: string): Promise<string>;
  /**
   * From now on the key is to be destroyed. It lives until {@link destroyCondemned} finds the
   * tenant's last saga ended, since a saga whose history cannot be read never ends.
   */
  condemn(tenant: string): Promise<void>;
  /** Destroys the keys of condemned tenants all of whose sagas ended so long ago; their tenants. */
  destroyCondemned(endedForMs: number): Promise<readonly string[]>;
}

/** A payload as Temporal's UI sends it (protobuf's JSON mapping): bytes are base64. */
export interface JsonPayload {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly data?: string | undefined;
}

/** Opens sealed payloads for operators; one that is not sealed is given back as it is. */
export interface PayloadOpener {
  /** Throws `saga-key-destroyed`, and for bytes that were changed. */
  openPayloads(payloads: readonly JsonPayload[]): Promise<JsonPayload[]>;
}
