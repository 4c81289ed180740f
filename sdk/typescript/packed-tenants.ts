import { FactError } from '../../facts/core/errors.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { liveFactsOf } from '../../facts/log/state/live-facts.ts';
import type { StateNote } from '../../facts/log/state/note.ts';
import type { TenantState } from '../../facts/log/state/walk.ts';
import type { Index } from './decision-index.ts';
import type { Refusal } from './types.ts';

/** Unpacking between two turns of the event loop: decisions go on in between. */
const SLICE_MS = 4;

type Stated = Pick<StateNote, 'log' | 'epoch'>;
type Packed = { state: TenantState; stated: Stated; origin: 'http' | 'disk' };

/** As a payload writes it, whose form is compact. */
const API_KEY = Buffer.from('"kind":"api-key"');

const hasApiKey = ({ buffer, byteOffset, byteLength }: Uint8Array): boolean =>
  Buffer.from(buffer, byteOffset, byteLength).includes(API_KEY);

export type Refuse = (refusal: Refusal) => void;

/**
 * Tenants of a snapshot that nobody has asked for yet: verified by the hash of their block, and
 * parsed only when somebody asks, or later in the background. So a million facts answer at once.
 */
export class PackedTenants {
  readonly #packed = new Map<string, Packed>();
  /** Tenants whose block a registry should never have signed; nothing is known of them. */
  readonly #broken = new Set<string>();
  readonly #index: Pick<Index, 'apply'>;
  readonly #refuse: Refuse;
  /** None that waits has an API key. */
  #isSearched = false;
  #next: NodeJS.Immediate | undefined;

  constructor(index: Pick<Index, 'apply'>, refuse: Refuse) {
    this.#index = index;
    this.#refuse = refuse;
  }

  /** Tenants that wait. */
  get size(): number {
    return this.#packed.size;
  }

  /** The platform's tenant is unpacked at once: every decision rests on it. */
  add(states: readonly TenantState[], stated: Stated, origin: 'http' | 'disk'): void {
    for (const state of states) this.#packed.set(state.tenant, { state, stated, origin });
    this.#isSearched = false;
    this.open(PLATFORM_TENANT);
  }

  /** Nothing that a snapshot said of the tenant counts any longer. */
  forget(tenant: string): void {
    this.#packed.delete(tenant);
    this.#broken.delete(tenant);
  }

  isBroken(tenant: string): boolean {
    return this.#broken.has(tenant);
  }

  /** Before anything is decided of a tenant, or folded onto it. */
  open(tenant: string): void {
    if (this.#packed.size === 0) return;
    const packed = this.#packed.get(tenant);
    if (packed === undefined) return;
    this.#packed.delete(tenant);
    this.#unpack(packed);
  }

  /**
   * Before a key is looked up that may be anybody's. Parsing all would hold decisions up for
   * seconds; bytes are searched many times quicker, and once is enough.
   */
  openWithApiKeys(): void {
    if (this.#isSearched) return;
    this.#isSearched = true;
    for (const [tenant, { state }] of this.#packed) {
      if (state.pages.some(({ packed }) => hasApiKey(packed))) this.open(tenant);
    }
  }

  /** Goes on in small slices until nothing waits, or {@link stop}. */
  openInBackground(): void {
    if (this.#packed.size > 0) this.#next ??= setImmediate(() => this.#openSlice());
  }

  stop(): void {
    clearImmediate(this.#next);
    this.#next = undefined;
  }

  #openSlice(): void {
    this.#next = undefined;
    const endMs = performance.now() + SLICE_MS;
    for (const tenant of this.#packed.keys()) {
      this.open(tenant);
      if (performance.now() > endMs) break;
    }
    this.openInBackground();
  }

  #unpack({ state, stated, origin }: Packed): void {
    try {
      for (const { fact } of liveFactsOf(state, stated)) this.#index.apply(fact);
    } catch (error) {
      if (!(error instanceof FactError)) throw error;
      this.#broken.add(state.tenant);
      const { code, message } = error;
      this.#refuse({ shard: state.shard, origin, code, message });
    }
  }
}
