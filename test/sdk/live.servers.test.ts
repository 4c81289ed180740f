import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connect } from 'nats';
import type { NatsConnection } from 'nats';
import { shardName } from '../../facts/crypto/shard.ts';
import { openPlane } from '../../sdk/typescript/plane.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import { get, start } from '../../tools/servers/nats.ts';
import type { NatsServer } from '../../tools/servers/nats.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { eventually } from '../support/eventually.ts';
import { FakeRegistry, TOKEN } from './support/fake-registry.ts';
import { FactWriter, ISSUER, LOG, memberDraft, tenantDraft } from './support/fact-writer.ts';
import { writePlatform } from './support/fact-writer.ts';
import { ROOT_KEY } from './support/log-writer.ts';
import { ACME, SHARD, memberId } from './support/tenants.ts';

// Its own NATS, since it is stopped and started.
let nats: NatsServer;
let registry: FakeRegistry;
let writer: FactWriter;
let directory: string;
let publisher: NatsConnection;
let plane: Plane;
const mayWrite = (): boolean =>
  plane.can({ issuer: ISSUER, sub: 'jane' }, 'invoice:write', ACME).allowed;

const publish = (lines: readonly string[]): void =>
  publisher.publish(`tenure.facts.${shardName(SHARD)}`, lines.join('\n'));

beforeEach(async () => {
  nats = await start({ paths: await get(quiet) });
  writer = new FactWriter();
  writePlatform(writer);
  writer.write(ACME, tenantDraft(ACME));
  registry = new FakeRegistry(writer);
  directory = mkdtempSync(join(tmpdir(), 'tenure-live-'));
  publisher = await connect({
    servers: nats.url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
  plane = await openPlane({
    registryUrl: await registry.listen(),
    token: TOKEN,
    natsUrl: nats.url,
    log: LOG,
    root: ROOT_KEY,
    directory,
  });
  await plane.ready();
});

afterEach(async () => {
  await plane.close();
  await publisher.close();
  await registry.close();
  await nats.stop();
  rmSync(directory, { recursive: true, force: true });
});

const grant = (roles: string[]): string =>
  writer.write(ACME, memberDraft(memberId(1), 'jane', roles));

test('facts arrive over NATS while the registry is dead, and again after NATS came back', async () => {
  registry.down = true;
  publish([grant(['viewer']), grant(['owner'])]);
  await eventually(() => expect(mayWrite()).toBe(true));
  await nats.stop();
  nats = await start({ paths: await get(quiet), port: nats.port });
  const line = grant(['viewer']);
  await eventually(() => {
    publish([line]);
    expect(mayWrite()).toBe(false);
  });
});

test('heartbeats arrive over NATS, and cover what is here while the registry is dead', async () => {
  registry.down = true;
  publish([grant(['viewer'])]);
  await eventually(() => {
    publisher.publish('tenure.heartbeat', registry.heartbeat());
    const { position, covered } = plane.stats().heads[shardName(SHARD)] ?? {};
    expect([position, covered]).toEqual([2, 2]);
  });
  expect(plane.freshness()).toBe('fresh');
});

test('what was published while nobody listened is fetched when NATS is back', async () => {
  await nats.stop();
  grant(['owner']);
  nats = await start({ paths: await get(quiet), port: nats.port });
  await eventually(() => expect(mayWrite()).toBe(true));
});
