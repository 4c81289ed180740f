import { fromBase64, toBase64, toBase64Url } from '../../../facts/core/bytes.ts';
import { EMPTY_HEAD } from '../../../facts/core/chain.ts';
import type { ChainHead } from '../../../facts/core/chain.ts';
import { formatEnvelope } from '../../../facts/core/envelope.ts';
import { formatLine } from '../../../facts/core/line.ts';
import { preAuthEncoding } from '../../../facts/core/pae.ts';
import { encodePayload } from '../../../facts/core/payload.ts';
import { FIRST_EPOCH, PLATFORM_TENANT } from '../../../facts/core/types.ts';
import type { Fact, FactDraft, JsonObject } from '../../../facts/core/types.ts';
import { keyIdOf, leafHash } from '../../../facts/crypto/hash.ts';
import { factId } from '../../../facts/crypto/ids.ts';
import { shardOf } from '../../../facts/crypto/shard.ts';
import { createSigner } from '../../../facts/crypto/sign.ts';
import type { FactSigner } from '../../../facts/crypto/sign.ts';
import { createVerifier } from '../../../facts/crypto/verify.ts';
import type { FindFactKey } from '../../../facts/log/fact-keys.ts';

export const LOG = 'tenure.example/test';
export const OPERATION = '4f0c2a3b-0000-4000-8000-00000000000d';

export const signer = createSigner(new Uint8Array(32).fill(7));
export const KEY_ID = keyIdOf(signer.publicKey);
export const KEYS = { [KEY_ID]: toBase64(signer.publicKey) };

/** Keys of the specification's vectors: trusted for the whole log. */
export const openKeys = (keys: Readonly<Record<string, string>>): FindFactKey => {
  const open = { from: 0, to: null, void: null };
  const found = new Map(
    Object.entries(keys).map(([keyId, text]) => {
      return [keyId, { ...open, verify: createVerifier(fromBase64(text) ?? new Uint8Array()) }];
    }),
  );
  return (keyId) => found.get(keyId);
};

/** An envelope over any bytes at all: what a test wants refused is often well signed. */
export const seal = (payload: Uint8Array, keyId = KEY_ID, key: FactSigner = signer): string =>
  formatEnvelope({ payload, keyId, signature: key.sign(preAuthEncoding(payload)) });

/** A registry in miniature: chains, positions, indexes and signatures, all in memory. */
export class FactWriter {
  readonly shards = new Map<number, string[]>();
  readonly facts: Fact[] = [];
  /** Signs what is written from now on. */
  key = signer;
  readonly #heads = new Map<string, ChainHead>();
  #index = 0;

  /** Writes one fact; returns its line. */
  write(tenant: string, draft: FactDraft, overrides: Partial<Fact> = {}): string {
    const fact = { ...this.next(tenant, draft), ...overrides };
    const payload = encodePayload(fact);
    this.#heads.set(tenant, { seq: fact.seq, hash: toBase64Url(leafHash(payload)) });
    this.facts.push(fact);
    return this.place(tenant, seal(payload, keyIdOf(this.key.publicKey), this.key));
  }

  /** The fact that would follow, unwritten. */
  next(tenant: string, draft: FactDraft): Fact {
    const head = this.#heads.get(tenant) ?? EMPTY_HEAD;
    return {
      log: LOG,
      epoch: FIRST_EPOCH,
      tenant,
      seq: head.seq + 1,
      prev: head.hash,
      id: factId(LOG, OPERATION, tenant, head.seq),
      kind: draft.kind,
      subject: draft.subject,
      op: draft.op,
      at: '2026-11-21T01:34:34.000Z',
      cause: { operation: OPERATION, actor: 'test' },
      body: draft.body as unknown as JsonObject,
    };
  }

  /** Gives an envelope the next position of the tenant's shard. */
  place(tenant: string, envelope: string): string {
    const lines = this.linesOf(tenant);
    const line = formatLine({ position: lines.length + 1, index: this.#index, envelope });
    this.#index += 1;
    lines.push(line);
    return line;
  }

  linesOf(tenant: string): string[] {
    const shard = shardOf(tenant);
    const lines = this.shards.get(shard) ?? [];
    this.shards.set(shard, lines);
    return lines;
  }
}

const PERMISSIONS = { owner: ['*'], viewer: ['invoice:read'] };

/** The platform's role vocabulary, and the product that tests sell. */
export const writePlatform = (writer: FactWriter): void => {
  for (const [name, permissions] of Object.entries(PERMISSIONS)) {
    const subject = `role:${name}`;
    const body = { scope: 'tenant' as const, permissions };
    writer.write(PLATFORM_TENANT, { kind: 'role', subject, op: 'assert', body });
  }
  writer.write(PLATFORM_TENANT, {
    kind: 'role',
    subject: 'role:editor',
    op: 'assert',
    body: { scope: 'project', permissions: ['page:write'] },
  });
};

export const tenantDraft = (
  tenant: string,
  state: 'trial' | 'active' | 'frozen' | 'archived' = 'active',
): FactDraft => ({
  kind: 'tenant',
  subject: `tenant:${tenant}`,
  op: 'assert',
  body: { slug: 'acme', state, plan: 'team', isolation: 'silo', demo: false },
});

export const ISSUER = 'https://id.example/realms/acme';

export const memberDraft = (
  member: string,
  sub: string | null,
  roles: string[],
  state: 'pending' | 'active' | 'inactive' = 'active',
): FactDraft => ({
  kind: 'membership',
  subject: `member:${member}`,
  op: 'assert',
  body: { state, identity: sub === null ? null : { issuer: ISSUER, sub }, roles },
});
