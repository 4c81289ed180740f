import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { toBase64Url } from '../../facts/core/bytes.ts';
import { parsePayload } from '../../facts/core/payload.ts';
import { EMPTY_HASH, leafHash } from '../../facts/crypto/hash.ts';
import { PlaneProcess } from '../../tools/demo/plane-process.ts';
import { RegistryClient } from '../../tools/demo/registry-client.ts';
import type { MemberAnswer, SagaAnswer } from '../../tools/demo/registry-client.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { startRegistryProcess } from '../../tools/stack/registry-process.ts';
import { startStack } from '../../tools/stack/stack.ts';
import type { Stack } from '../../tools/stack/stack.ts';
import { eventually } from '../support/eventually.ts';
import { wrongRefusals } from '../support/faults/refusals.ts';

const TEST_WITHIN_MS = 300_000;
const HEALED_WITHIN_MS = 60_000;
/** Temporal holds tasks of a dead worker for its sticky timeout, and retries back off. */
const SAGA_WITHIN_MS = 60_000;

/*
 * The whole embedded stack with a data plane in a process of its own, and each server killed once
 * while a role changes. Whatever happened: the saga ends, every fact is there once, the chain is
 * whole, and the plane decides by it.
 */
describe('a role change is neither lost nor doubled when', () => {
  let folder: string;
  let stack: Stack;
  let plane: PlaneProcess;
  let client: RegistryClient;
  let tenant: string;
  let member: MemberAnswer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenure-stack-'));
    stack = await startStack({ dir: folder, progress: quiet });
    plane = new PlaneProcess({
      registryUrl: stack.api.url,
      natsUrl: stack.nats.url,
      token: stack.readerToken,
      log: stack.log,
      root: stack.rootKey,
      directory: join(folder, 'plane'),
    });
    client = new RegistryClient(stack.api.url, stack.operatorToken);
    const body = { slug: 'faults', displayName: 'Faults', isolation: 'silo', plan: 'team' };
    const { saga } = await client.call<{ saga: SagaAnswer }>('POST', '/v1/tenants', {
      ...body,
      admin: { email: 'ada@faults.example' },
    });
    await client.follow(saga.id);
    tenant = saga.tenant;
    const { members } = await client.call<{ members: MemberAnswer[] }>(
      'GET',
      `/v1/tenants/${tenant}/members`,
    );
    member = members[0] as MemberAnswer;
  }, TEST_WITHIN_MS);

  afterAll(async () => {
    await plane.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }, TEST_WITHIN_MS);

  const changeRoles = async (roles: string[]): Promise<string> => {
    const path = `/v1/tenants/${tenant}/members/${member.id}`;
    return eventually(
      async () => (await client.call<{ saga: SagaAnswer }>('PATCH', path, { roles })).saga.id,
      { withinMs: HEALED_WITHIN_MS, what: 'the change is accepted' },
    );
  };

  const ended = (saga: string) =>
    eventually(
      async () => {
        const { state } = await client.call<SagaAnswer>('GET', `/v1/sagas/${saga}`);
        expect(state).toBe('done');
      },
      { withinMs: SAGA_WITHIN_MS, what: 'the saga ends' },
    );

  const decides = (allowed: boolean) => {
    const identity = member.identity ?? { issuer: '', sub: '' };
    return eventually(
      async () => {
        const decision = await plane.can({ identity, permission: 'project:deploy', tenant });
        expect(decision.allowed).toBe(allowed);
      },
      { withinMs: HEALED_WITHIN_MS, what: 'the plane decides by the new roles' },
    );
  };

  let given = false;
  /** One change around the fault; the roles alternate, so that each change has its fact. */
  const expectOneFact = async (fault: (accept: () => Promise<string>) => Promise<string>) => {
    const before = await chainOf(stack, tenant);
    given = !given;
    const roles = given ? ['org-owner', 'org-deployer'] : ['org-owner'];
    await ended(await fault(() => changeRoles(roles)));
    await decides(given);
    const after = await chainOf(stack, tenant);
    expect(after).toHaveLength(before.length + 1);
    expect(wrongRefusals(plane.refused)).toEqual([]);
    await eventually(() => expect(plane.applied).toHaveLength(new Set(ids(plane)).size));
  };

  test(
    'NATS is down',
    () =>
      expectOneFact(async (accept) => {
        await stack.nats.kill('SIGKILL');
        const saga = await accept();
        await ended(saga);
        await stack.nats.restart();
        return saga;
      }),
    TEST_WITHIN_MS,
  );

  test(
    'the sequencer is killed, and comes back',
    () =>
      expectOneFact(async (accept) => {
        await stack.sequencer.kill('SIGKILL');
        const saga = await accept();
        await stack.sequencer.restart();
        return saga;
      }),
    TEST_WITHIN_MS,
  );

  test(
    'the leading sequencer is paused and a second one takes over',
    () =>
      expectOneFact(async (accept) => {
        const second = await startRegistryProcess(
          'sequencer',
          stack.sequencerEnvironment,
          join(folder, 'second'),
        );
        try {
          await stack.sequencer.kill('SIGSTOP');
          const saga = await accept();
          await eventually(async () => expect(await outboxOf(stack)).toBe(0), {
            withinMs: HEALED_WITHIN_MS,
            what: 'the second sequencer signs',
          });
          await stack.sequencer.kill('SIGCONT');
          await ended(saga);
          return saga;
        } finally {
          await second.stop();
        }
      }),
    TEST_WITHIN_MS,
  );

  test(
    'the worker is killed, and comes back',
    () =>
      expectOneFact(async (accept) => {
        await stack.worker.kill('SIGKILL');
        const saga = await accept();
        await stack.worker.restart();
        return saga;
      }),
    TEST_WITHIN_MS,
  );

  test(
    'Temporal is absent at acceptance',
    () =>
      expectOneFact(async (accept) => {
        await stack.temporal.kill('SIGKILL');
        const saga = await accept();
        await stack.temporal.restart();
        return saga;
      }),
    TEST_WITHIN_MS,
  );

  test(
    'Postgres is killed right after the acceptance',
    () =>
      expectOneFact(async (accept) => {
        const saga = await accept();
        await stack.postgres.kill('SIGKILL');
        await stack.postgres.restart();
        return saga;
      }),
    TEST_WITHIN_MS,
  );
});

function ids(plane: PlaneProcess): string[] {
  return plane.applied.map(({ id }) => id);
}

async function rows<R extends pg.QueryResultRow>(stack: Stack, sql: string, values: unknown[]) {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    return (await client.query<R>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function outboxOf(stack: Stack): Promise<number> {
  return (await rows(stack, 'select 1 from outbox', [])).length;
}

/** The tenant's signed chain; fails unless `seq` is gapless and each `prev` is right. */
async function chainOf(stack: Stack, tenant: string) {
  const sql = 'select payload from facts where tenant = $1 order by seq';
  const chain = await rows<{ payload: Buffer }>(stack, sql, [tenant]);
  let prev = EMPTY_HASH;
  chain.forEach(({ payload }, at) => {
    expect(parsePayload(payload)).toMatchObject({ seq: at + 1, prev: toBase64Url(prev) });
    prev = leafHash(payload);
  });
  return chain;
}
