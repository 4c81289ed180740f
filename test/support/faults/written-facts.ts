import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createFactLog } from '../../../adapters/postgres/fact-log.ts';
import { toBase64Url } from '../../../facts/core/bytes.ts';
import { encodePayload } from '../../../facts/core/payload.ts';
import { FIRST_EPOCH, GENESIS_PREV } from '../../../facts/core/types.ts';
import type { FactDraft, JsonObject } from '../../../facts/core/types.ts';
import { keyIdOf, leafHash } from '../../../facts/crypto/hash.ts';
import { factId } from '../../../facts/crypto/ids.ts';
import { createOpensslSigner } from '../../../facts/crypto/sign-openssl.ts';
import { signFacts } from '../../../registry/sign-facts.ts';
import { FACT_KEY_SEED } from './linked-stack.ts';

const BATCH_FACTS = 2_000;

export type FactsOfTenant = (tenant: string) => readonly FactDraft[];

export type FactPlace = {
  readonly database: pg.Pool;
  readonly databaseUrl: string;
  readonly log: string;
};

/**
 * Writes facts of one new tenant after the other through the sequencer's own transaction, signed and
 * numbered as a sequencer does; nobody publishes them. What sagas would take a day for.
 */
export async function writeFacts(
  place: FactPlace,
  tenants: readonly FactsOfTenant[],
): Promise<string[]> {
  const ids = tenants.map(() => randomUUID());
  const key = createOpensslSigner(FACT_KEY_SEED);
  const signer = {
    ...{ keyId: keyIdOf(key.publicKey), publicKey: key.publicKey },
    sign: (message: Uint8Array) => Promise.resolve(key.sign(message)),
  };
  const signing = { log: place.log, signerOf: () => Promise.resolve(signer) };
  const facts = createFactLog({ databaseUrl: place.databaseUrl });
  try {
    await commit(place, ids, tenants);
    for (let waiting = true; waiting;) {
      // The sequencer is there too, and may be faster, or have a new fence.
      const { rows } = await place.database.query('select fence from log_head');
      const signed = await facts.sequence(Number(rows[0].fence), BATCH_FACTS, (placed, at) =>
        signFacts(signing, placed, at),
      );
      waiting = signed.length > 0;
    }
  } finally {
    await facts.close();
  }
  return ids;
}

async function commit(
  { database, log }: FactPlace,
  ids: readonly string[],
  tenants: readonly FactsOfTenant[],
): Promise<void> {
  const operation = randomUUID();
  const at = new Date().toISOString();
  const rows = ids.flatMap((tenant, n) => {
    let prev = GENESIS_PREV;
    return (tenants[n]?.(tenant) ?? []).map((draft, position) => {
      const id = factId(log, operation, tenant, position);
      const chain = { log, epoch: FIRST_EPOCH, tenant, seq: position + 1, prev, id };
      const cause = { operation, actor: 'test' };
      const { kind, subject, op } = draft;
      const body = draft.body as unknown as JsonObject;
      const payload = encodePayload({ ...chain, kind, subject, op, at, cause, body });
      const leaf = leafHash(payload);
      prev = toBase64Url(leaf);
      return {
        id,
        tenant,
        seq: position + 1,
        leaf: Buffer.from(leaf),
        payload: Buffer.from(payload),
      };
    });
  });
  await database.query(
    `insert into outbox (fact, tenant, seq, leaf_hash, payload)
     select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[], $5::bytea[])`,
    [
      rows.map(({ id }) => id),
      rows.map(({ tenant }) => tenant),
      rows.map(({ seq }) => seq),
      rows.map(({ leaf }) => leaf),
      rows.map(({ payload }) => payload),
    ],
  );
}
