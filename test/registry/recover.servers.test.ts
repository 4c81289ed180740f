import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parsePayload } from '../../facts/core/payload.ts';
import { eventually } from '../support/eventually.ts';
import {
  checkpointSizeIn,
  countIn,
  headsIn,
  headsOf,
  snapshotSizeIn,
  startRestorableRegistry,
  type Customer,
  type RestorableRegistry,
} from './restorable-registry.ts';

const WITHIN_MS = 30_000;
const TEST_WITHIN_MS = 300_000;

let world: RestorableRegistry;
let old: Customer;
let young: Customer;
let lost: number;

const owns = ({ identity, tenant }: Customer) =>
  world.plane.can(identity, 'member:invite', tenant).allowed;

const refusal = () =>
  eventually(
    () => {
      expect(world.reports().at(-1)).toMatchObject({ name: 'LogForkError' });
      return (world.reports().at(-1) as Error).message;
    },
    { withinMs: WITHIN_MS, what: 'the sequencer refuses' },
  );

const signedAll = () =>
  eventually(async () => expect(await countIn(world.registry, 'outbox')).toBe(0), {
    withinMs: WITHIN_MS,
    what: 'the sequencer signs again',
  });

/** A sequencer leads: every fact is on the plane, covered by heartbeat and checkpoint; no other. */
const planeEqualsRegistry = () =>
  eventually(
    async () => {
      expect(await checkpointSizeIn(world.registry)).toBe(await countIn(world.registry, 'facts'));
      expect(headsOf(world.plane)).toEqual(await headsIn(world.registry));
      for (const { position, covered } of Object.values(world.plane.stats().heads))
        expect(covered).toBe(position);
      expect(world.plane.freshness()).toBe('fresh');
    },
    { withinMs: WITHIN_MS, what: 'the plane equals the registry' },
  );

const positionsOf = (heads: Record<string, string>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(heads).map(([shard, head]) => [shard, Number.parseInt(head, 10)]),
  );

/** What it does not hold yet, nobody could miss. */
const streamIsWhole = () =>
  eventually(
    async () => {
      expect(await world.streamed()).toEqual(positionsOf(await headsIn(world.registry)));
    },
    { withinMs: WITHIN_MS, what: 'the stream is brought up to the log' },
  );

/** It begins with a snapshot, of which it keeps no lines. A leader that is new makes one at once. */
async function beginLatePlane(): Promise<void> {
  await world.stopSequencer();
  world.startSequencer();
  const facts = await countIn(world.registry, 'facts');
  await eventually(async () => expect(await snapshotSizeIn(world.registry)).toBe(facts), {
    withinMs: WITHIN_MS,
    what: 'a snapshot of all facts',
  });
  const late = await world.openLatePlane();
  await late.ready();
  expect(late.stats().snapshot).toBe(facts);
}

beforeAll(async () => {
  world = await startRestorableRegistry();
  old = await world.customers.provision();
  await signedAll();
  await planeEqualsRegistry();
  await beginLatePlane();
  await world.backUp('backup');
  young = await world.customers.provision();
  await world.customers.giveRoles(old, ['org-owner', 'org-deployer']);
  await signedAll();
  await planeEqualsRegistry();
  lost = await countIn(world.registry, 'facts');
}, TEST_WITHIN_MS);
afterAll(() => world.close());

/** But for old heartbeats, which the API served out of the backup, nothing was refused. */
function expectNoFork(): void {
  const refused = Object.keys(world.plane.stats().refused);
  expect(['heartbeat-fence', 'heartbeat-replay']).toEqual(expect.arrayContaining(refused));
}

/** What the backup lacked, as the facts tell it. */
async function expectStateOfFacts(): Promise<void> {
  const { admin } = world.registry;
  const tenants = await admin.query('select state, plan, issuer from tenants where id = $1', [
    young.tenant,
  ]);
  expect(tenants.rows).toEqual([{ state: 'active', plan: 'team', issuer: young.identity.issuer }]);
  const roles = await admin.query('select roles from memberships where tenant = $1', [old.tenant]);
  expect(roles.rows).toEqual([{ roles: ['org-deployer', 'org-owner'] }]);
}

describe('a database that was restored from an older backup', () => {
  test(
    'is brought up to date from JetStream, and no plane sees a fork',
    async () => {
      await world.restore('backup');
      expect(await refusal()).toContain('Run "tenure recover"');
      // Committed meanwhile: one about what the lost facts say too, one about something else.
      await world.customers.giveRoles(old, ['org-owner', 'org-member']);
      await world.customers.addProject(old);
      const { code, out, err } = await world.tenure('recover');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain(`Tenant ${young.tenant} is named by its slug`);
      expect(out).toContain('Dropped an unsigned membership fact');
      expect(out).toContain('provisionTenant');
      await signedAll();
      await planeEqualsRegistry();
      expect(await countIn(world.registry, 'facts')).toBe(lost + 1);
      await expectStateOfFacts();
      expectNoFork();
      expect((await world.tenure('recover')).out).toContain('A sequencer leads');
    },
    TEST_WITHIN_MS,
  );

  test(
    'is brought up to date from a data plane’s folder, which has no lines from before its snapshot',
    async () => {
      const facts = await countIn(world.registry, 'facts');
      await world.restore('backup');
      await world.deleteStream();
      await refusal();
      const alone = await world.tenure('recover');
      expect(alone).toMatchObject({ code: 1, err: expect.stringContaining('is missing') });
      const { code, err } = await world.tenure('recover', '--from', world.lateFolder);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      await planeEqualsRegistry();
      expect(await countIn(world.registry, 'facts')).toBe(facts);
      await expectStateOfFacts();
      expectNoFork();
    },
    TEST_WITHIN_MS,
  );

  test(
    'whose lost facts are younger than the last checkpoint is refused for JetStream alone',
    async () => {
      await streamIsWhole();
      await world.stopSequencer();
      await world.restore('backup');
      world.restoreCheckpoints('backup');
      world.startSequencer();
      expect(await refusal()).toMatch(/shard [0-9a-f]{2} ends at \d+ here and at \d+ in JetStream/);
      expect((await world.tenure('recover')).code).toBe(0);
      await planeEqualsRegistry();
    },
    TEST_WITHIN_MS,
  );

  test(
    'whose lost facts nobody has goes on in a new epoch, and planes read the log anew',
    async () => {
      await world.restore('backup');
      await world.deleteStream();
      await refusal();
      await world.customers.addProject(old);
      const epoch = ['recover', '--new-epoch', '--root', world.rootFile];
      expect(await world.tenure(...epoch)).toMatchObject({ code: 2 });
      const { code, out, err } = await world.tenure(...epoch, '--yes');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain('Epoch 2 has begun');
      await signedAll();
      await planeEqualsRegistry();
      expect(owns(young)).toBe(false);
      const { rows } = await world.registry.admin.query<{ payload: Buffer }>(
        'select payload from facts order by "index" desc limit 1',
      );
      expect(parsePayload(rows[0]?.payload ?? Buffer.alloc(0))).toMatchObject({ epoch: 2 });
      // The checkpoint store goes on with the new epoch, through a restart too.
      await world.stopSequencer();
      world.startSequencer();
      await world.customers.addProject(old);
      await signedAll();
      await planeEqualsRegistry();
      expect(world.reports()).toEqual([]);
    },
    TEST_WITHIN_MS,
  );

  test(
    'negative control: without the comparison with JetStream it would sign a fork',
    async () => {
      await world.backUp('later');
      await world.customers.addProject(old);
      await signedAll();
      await streamIsWhole();
      const signed = await headsIn(world.registry);
      await world.stopSequencer();
      await world.restore('later');
      world.restoreCheckpoints('later');
      await world.customers.addProject(old);
      world.startSequencer({ comparesStream: false });
      await signedAll();
      // As many facts in each shard as were signed before, and others.
      const forked = await headsIn(world.registry);
      expect(positionsOf(forked)).toEqual(positionsOf(signed));
      expect(forked).not.toEqual(signed);
    },
    TEST_WITHIN_MS,
  );
});
