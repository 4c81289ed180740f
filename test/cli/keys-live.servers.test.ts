import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createKeySetPublishing } from '../../adapters/postgres/key-sets.ts';
import { formatKeySet, rootName } from '../../facts/log/key-set.ts';
import { signNoteBy } from '../../registry/key-ring.ts';
import { newestSet, planRevocation, revokeKey } from '../../registry/key-sets.ts';
import { assureKey, newKeyFile, openKey } from '../../wiring/keys.ts';
import { eventually } from '../support/eventually.ts';
import { KeysWorld } from './keys-world.ts';

let world: KeysWorld;
beforeEach(async () => {
  world = await KeysWorld.start();
});
afterEach(() => world.close());

/** What is committed now reaches the plane under this key set, and its state is the registry's. */
async function goesOn(version: number): Promise<void> {
  await world.planeFollows(version);
  for (const person of world.people) await world.allow(person, version % 2 === 1);
  await world.activate();
  await world.planeFollows(version);
  expect(world.planeState()).toEqual(await world.registryState());
}

test('the plane goes on through a rotation of every key, and refuses nothing', async () => {
  const rotate = (...role: string[]) => world.keys('rotate', '--role', ...role);
  const root = ['--root', world.rootFile];
  await goesOn(1);
  await rotate('fact', ...root);
  await goesOn(2);
  await rotate('log', ...root);
  await goesOn(3);
  // The new time key is told to readers by the old one, which goes with the second run.
  const { keys } = await rotate('time', ...root);
  expect(keys.filter(({ role }) => role === 'time')).toHaveLength(2);
  await goesOn(4);
  const second = await rotate('time', ...root);
  expect(second.keys.filter(({ role }) => role === 'time')).toHaveLength(1);
  await goesOn(5);
  const newRoot = join(world.folder, 'second.key');
  const { root: pinned } = await rotate('root', ...root, '--new-root', newRoot);
  expect(pinned).toBe(second.root);
  await goesOn(6);
  await rotate('fact', '--root', newRoot);
  await goesOn(7);
  expect([world.refused, world.reports]).toEqual([[], []]);
});

test('of two rotations without a fact in between nothing is refused either', async () => {
  await goesOn(1);
  for (const role of ['log', 'fact', 'log', 'fact'])
    await world.keys('rotate', '--role', role, '--root', world.rootFile);
  await goesOn(5);
  expect([world.refused, world.reports]).toEqual([[], []]);
});

test('a drill reads the log alone, and the JWK Set has the keys that sign it', async () => {
  await goesOn(1);
  await world.keys('rotate', '--root', world.rootFile);
  await goesOn(2);
  const shown = await world.keys('show');
  const size = await world.signedAll();
  const drilled = await world.keys<{ copied: number; voided: number; isWhole: boolean }>(
    ...['drill', '--root', shown.root, '--facts', '5'],
  );
  expect(drilled).toMatchObject({ voided: 5, isWhole: true, refused: [] });
  expect([await world.signedAll(), await world.keys('show')]).toEqual([size, shown]);

  const jwks = await world.jwks();
  expect(jwks.map((jwk) => jwk['kid'])).toEqual([
    shown.newestRoot,
    ...shown.keys.map(({ keyId }) => keyId),
  ]);
});

async function keyOf(role: string): Promise<string> {
  const { keys } = await world.keys('show');
  return keys.findLast((key) => key.role === role)?.keyId ?? '';
}

interface Revoked {
  readonly facts: number;
  readonly tenants: number;
  readonly asserted: number;
}

test('what a revoked fact key signed is asserted anew, and the plane has the registry’s state', async () => {
  const [first] = world.people;
  if (first === undefined) throw new Error('nobody');
  const other = await world.activate();
  await world.allow(first, true);
  const from = await world.signedAll();
  await world.allow(first, false);
  await world.allow(other, true);
  await world.planeFollows(1);
  const before = world.planeState();
  const command = ['revoke', await keyOf('fact'), '--root', world.rootFile, '--from', `${from}`];

  const asked = await world.run('keys', ...command);
  expect([asked.code, JSON.parse(asked.out), asked.err]).toEqual([
    1,
    { role: 'fact', keyId: command[1], from, facts: 2, tenants: 2 },
    'Nothing was done.\nAdd --yes to do it.\n',
  ]);
  expect((await world.keys('show')).version).toBe(1);

  const done = await world.keys<Revoked>(...command, '--yes');
  expect(done).toMatchObject({ facts: 2, tenants: 2, asserted: 2 });
  await world.planeFollows(2);
  expect(world.planeState()).toEqual(before);
  expect(await world.registryState()).toEqual(before);
  await goesOn(2);
  expect([world.refusedButEarly(), world.reports]).toEqual([[], []]);
});

test('everything that a key signed may be void, roles and plans among it', async () => {
  await world.allow(await world.activate(), true);
  await world.planeFollows(1);
  const before = world.planeState();
  const size = await world.signedAll();
  const command = ['revoke', await keyOf('fact'), '--root', world.rootFile, '--yes'];
  const done = await world.keys<Revoked>(...command);
  expect(done.facts).toBe(size);
  await world.planeFollows(2);
  expect(world.planeState()).toEqual(before);
  await goesOn(2);
  expect([world.refusedButEarly(), world.reports]).toEqual([[], []]);
});

test('interrupted behind the key set, the state differs until the command is run again', async () => {
  const [person] = world.people;
  if (person === undefined) throw new Error('nobody');
  await world.allow(person, true);
  await world.planeFollows(1);
  expect(world.planeState()).toEqual(await world.registryState());
  const keyId = await keyOf('fact');
  const from = (await world.signedAll()) - 1;

  const publishing = createKeySetPublishing(world.database);
  const file = newKeyFile(() => join(world.folder, 'keys'));
  const plan = await planRevocation(publishing, keyId, from);
  await revokeKey(publishing, plan, openKey(world.rootFile), file.make);
  await publishing.close();
  await eventually(() => expect(world.plane.stats().keySet).toBe(2));
  // Negative control: nothing was asserted anew, and the plane goes by what was not void.
  await eventually(() => expect(world.planeState()[0]?.may).toBe(false));
  expect((await world.registryState())[0]?.may).toBe(true);

  const command = ['revoke', keyId, '--root', world.rootFile, '--yes'];
  expect(await world.keys<Revoked>(...command)).toMatchObject({ facts: 1, asserted: 1 });
  await world.planeFollows(2);
  expect(world.planeState()).toEqual(await world.registryState());
  // Once more writes nothing.
  expect(await world.keys<Revoked>(...command)).toMatchObject({ facts: 1, asserted: 0 });
  expect((await world.keys('show')).version).toBe(2);
});

test('a stolen log key and a stolen time key are replaced at once', async () => {
  await goesOn(1);
  const revoke = async (role: string) =>
    world.keys('revoke', await keyOf(role), '--root', world.rootFile, '--yes');
  // No fact comes: the checkpoint of the same size is signed anew.
  await revoke('log');
  await world.planeFollows(2);
  await goesOn(2);
  await revoke('time');
  await goesOn(3);
  expect([world.refused, world.reports]).toEqual([[], []]);
});

test('negative control: a new root that the old one alone vouches for is refused by the plane', async () => {
  const publishing = createKeySetPublishing(world.database);
  const stranger = assureKey(join(world.folder, 'stranger.key'));
  await publishing.publish(async (place) => {
    const set = { ...newestSet(place), version: 2, root: stranger.publicKey };
    const signer = openKey(world.rootFile);
    const note = await signNoteBy(formatKeySet(set), { name: rootName(set.log), signer });
    return { version: 2, note };
  });
  await publishing.close();
  await eventually(() => expect(world.refused).toContain('keyset-root from http'));
  expect(world.plane.stats().keySet).toBe(1);
});
