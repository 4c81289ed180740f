import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { formatInvitationToken } from '../../registry/invitation-token.ts';
import { aLogin, aTenant, createInviting } from '../support/invitations.ts';
import type { TenantOfTest } from '../support/invitations.ts';
import { LINKS, memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { createWorld, LOG, type World } from '../support/saga-world.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { MortalWorkers } from '../support/sagas/mortal-workers.ts';
import { todays } from '../support/todays.ts';

const ENDS_WITHIN_MS = 170_000;
/** Patient beyond all the deaths: no saga parks. */
const timing = { attemptTimeoutMs: 1_500, retryBudgetMs: 300_000 };

const KILLS = todays(
  ['before', 'after'].flatMap((moment) =>
    [
      ...['store.commitInvitation', 'facts.sign', 'notifier.send'],
      ...['store.settleInvitation', 'identity.ensureMember'],
    ].map((effect) => `${moment} ${effect}`),
  ),
);

const folder = mkdtempSync(join(tmpdir(), 'tenure-invite-killed-'));
const operations = new Map<string, Operation>();
let world: World;
let workers: MortalWorkers;
let acme: TenantOfTest;
let people: ReturnType<typeof createInviting>;

const ordersOf = (kills: Readonly<Record<string, string>>) => {
  const { address, namespace, database } = world;
  const { databaseUrl } = database;
  return { ...{ address, namespace, databaseUrl, folder, log: LOG, kills }, faults: [] };
};

/** All sagas at once: each death hits all the others too, wherever they are. */
beforeAll(async () => {
  world = await createWorld({ timing, start: false });
  people = createInviting(world);
  const healthy = new MortalWorkers(ordersOf({}));
  acme = await aTenant(world);
  await healthy.stop();
  for (const [at, kill] of KILLS.entries())
    operations.set(kill, await people.accepted(acme.tenant, `p${at}@example.test`));
  const kills = [...operations].map(([kill, { id }]) => [id, kill]);
  workers = new MortalWorkers(ordersOf(Object.fromEntries(kills)));
  for (const operation of operations.values()) await world.start(operation, people.patient);
}, ENDS_WITHIN_MS);
afterAll(async () => {
  await workers.stop();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(KILLS)(
  'a worker killed %s: the invited person is a member all the same',
  async (kill) => {
    const operation = operations.get(kill);
    if (operation === undefined) throw new Error(`no invitation for ${kill}`);
    const { tenant, id, input } = operation;
    await world.reached(operation, ['waiting'], ENDS_WITHIN_MS);
    const token = formatInvitationToken(tenant, LINKS.tokens.secretOf(tenant, id, 1));
    const email = `p${KILLS.indexOf(kill)}@example.test`;
    expect(await people.take(token, aLogin(acme.issuer, email))).toMatchObject({
      outcome: 'taken',
    });
    expect((await world.ended(operation, ENDS_WITHIN_MS)).state).toBe('done');
    const member = await world.api.tenants.findMember(tenant, String(input['member']));
    expect(member).toMatchObject({ state: 'active', identity: { issuer: acme.issuer } });
    expect(existsSync(join(folder, `killed-${id}`))).toBe(true);
  },
);

test('it died at every point; facts are there once, and everybody has their group', async () => {
  expect(workers.deaths).toBeGreaterThanOrEqual(KILLS.length);
  const outside = memoryOutside({ files: folder });
  await expectCleanSlate({ outside, registry: LOG.log, database: world.database });
  const members = Object.values(outside.memory.find(acme.slug)?.members ?? {});
  expect(members.filter((groups) => groups.includes('org-members'))).toHaveLength(KILLS.length);
  for (const operation of operations.values()) await expectReplays(world, operation);
});
