import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from 'nats';
import type { NatsConnection } from 'nats';
import { shardName } from '../../facts/crypto/shard.ts';
import { buildRustDriver, buildRustSample, checkRustKit } from '../../tools/kit/rust.ts';
import { startDriver } from '../../tools/kit/rust-driver.ts';
import type { Driver } from '../../tools/kit/rust-driver.ts';
import { run } from '../../tools/servers/command.ts';
import { get, start } from '../../tools/servers/nats.ts';
import type { NatsServer } from '../../tools/servers/nats.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { eventually } from '../support/eventually.ts';
import { FakeRegistry, TOKEN } from './support/fake-registry.ts';
import { FactWriter, ISSUER, LOG, memberDraft, tenantDraft } from './support/fact-writer.ts';
import { signer, writePlatform } from './support/fact-writer.ts';
import { keySetNote, NEXT_FACT_KEY, rangeOf, ROOT_KEY } from './support/log-writer.ts';
import { ACME, SHARD, memberId } from './support/tenants.ts';

// The Rust kit by its driver (conformance across languages), and as a stranger installs it.
const BUILD_TIMEOUT_MS = 10 * 60_000;
const VECTORS = new URL('../../facts/spec/vectors/', import.meta.url);

let file: string;
beforeAll(async () => {
  file = await buildRustDriver(quiet);
}, BUILD_TIMEOUT_MS);

test(
  "the kit's own tests, clippy and rustfmt have nothing to say",
  async () => {
    const { tests, unformatted } = await checkRustKit();
    expect(tests).toMatch(/test result: ok/);
    expect(unformatted).toBe('');
  },
  BUILD_TIMEOUT_MS,
);

describe('the vectors of the specification', () => {
  type Vector = { lines?: string[]; accepted?: number; head?: object; expect?: object };
  type Case = { folder: 'valid' | 'invalid'; name: string; vector: Vector };

  const readCases = (folder: Case['folder']): Case[] =>
    readdirSync(new URL(`${folder}/`, VECTORS)).map((entry) => ({
      folder,
      name: entry.replace('.json', ''),
      vector: JSON.parse(readFileSync(new URL(`${folder}/${entry}`, VECTORS), 'utf8')) as Vector,
    }));

  const wanted = ({ folder, name, vector }: Case): object => {
    if (name.startsWith('ed25519-')) return { holds: folder === 'valid' };
    if (vector.expect !== undefined) return vector.expect;
    const codes = folder === 'valid' ? [] : [name.split('--')[0]];
    return { accepted: vector.accepted ?? vector.lines?.length, codes, head: vector.head };
  };

  let driver: Driver;
  beforeAll(() => {
    driver = startDriver(file);
  });
  afterAll(async () => {
    expect(await driver.end()).toBe(0);
  });

  const play = (one: Case) => driver.ask({ op: 'vector', ...one });

  test.each(['valid', 'invalid'] as const)('%s', async (folder) => {
    const cases = readCases(folder);
    expect(cases.length).toBeGreaterThan(50);
    const answers = await Promise.all(cases.map(play));
    const byName = (values: unknown[]) =>
      Object.fromEntries(cases.map(({ name }, at) => [name, values[at]]));
    expect(byName(answers)).toEqual(byName(cases.map(wanted)));
  });

  test('a vector that somebody changed does not compare', async () => {
    const [one] = readCases('valid').filter(({ name }) => name === 'two-tenants');
    const text = JSON.stringify(one).replace(/"sig\\":\\"..../, '"sig\\":\\"AAAA');
    const tampered = JSON.parse(text) as Case;
    expect(tampered).not.toEqual(one);
    expect(await play(tampered)).not.toEqual(wanted(tampered));
  });

  test('what is no request is answered, and the driver goes on', async () => {
    for (const line of ['', 'garbage', '[]', '{"op":"fly"}', '{"op":"can"}', '['.repeat(100_000)]) {
      expect(await driver.say(line)).toHaveProperty('error');
    }
    const [one] = readCases('valid');
    expect(await play(one!)).toEqual(wanted(one!));
  });
});

describe('a plane', () => {
  let registry: FakeRegistry;
  let registryUrl: string;
  let writer: FactWriter;
  let directory: string;
  let driver: Driver;

  const ask = (op: string, request: object = {}) => driver.ask({ op, ...request });
  const open = (more: object = {}) =>
    ask('open', { registryUrl, token: TOKEN, log: LOG, root: ROOT_KEY, directory, ...more });
  const can = (permission: string) =>
    ask('can', { issuer: ISSUER, sub: 'jane', permission, tenant: ACME });
  const assign = (roles: string[]): string =>
    writer.write(ACME, memberDraft(memberId(1), 'jane', roles));
  const fill = (one: FactWriter): void => {
    writePlatform(one);
    one.write(ACME, tenantDraft(ACME));
    one.write(ACME, memberDraft(memberId(1), 'jane', ['viewer']));
    const body = { product: 'crm', plan: 'team', limits: { seats: 5 }, until: null };
    one.write(ACME, { kind: 'entitlement', subject: 'entitlement:crm', op: 'assert', body });
  };
  const granted = { allowed: true, reason: 'granted', freshness: 'fresh' };
  const denied = { allowed: false, reason: 'no-permission', freshness: 'fresh' };

  beforeEach(async () => {
    writer = new FactWriter();
    fill(writer);
    registry = new FakeRegistry(writer);
    registryUrl = await registry.listen();
    directory = mkdtempSync(join(tmpdir(), 'tenure-rust-'));
    driver = startDriver(file);
  });

  afterEach(async () => {
    await driver.end();
    await registry.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('over HTTP alone it learns keys, reads history, follows heartbeats and decides', async () => {
    expect(await open()).toEqual({ ok: true });
    expect(await ask('ready')).toEqual({ ok: true });
    expect(await can('invoice:read')).toEqual(granted);
    expect(await can('invoice:write')).toEqual(denied);
    expect(await ask('entitlement', { tenant: ACME, product: 'crm' })).toEqual({
      entitled: true,
      reason: 'entitled',
      limits: { seats: 5 },
      plan: 'team',
      freshness: 'fresh',
    });
    expect(await ask('entitlement', { tenant: ACME, product: 'erp' })).toMatchObject({
      entitled: false,
      reason: 'not-entitled',
      limits: {},
      plan: null,
    });
    assign(['owner']);
    await eventually(async () => expect(await can('invoice:write')).toEqual(granted));
    expect(await ask('stats')).toMatchObject({
      applied: writer.facts.length,
      keySet: 1,
      refused: {},
      heads: { [shardName(SHARD)]: { position: 4, covered: 4 } },
    });
  });

  test('a changed key is learned, and facts by it count', async () => {
    await open();
    await ask('ready');
    const size = writer.facts.length;
    const fact = [rangeOf(signer, { to: size }), rangeOf(NEXT_FACT_KEY, { from: size })];
    registry.keySets.push(keySetNote({ version: 2, fact }));
    writer.key = NEXT_FACT_KEY;
    assign(['owner']);
    await eventually(async () => expect(await can('invoice:write')).toEqual(granted));
    expect(await ask('stats')).toMatchObject({ keySet: 2, refused: {} });
  });

  test('started again with everything dead it answers from disk, and says that it is stale', async () => {
    await open();
    await ask('ready');
    const before = await ask('stats');
    expect(await ask('close')).toEqual({ ok: true });
    registry.down = true;
    expect(await open()).toEqual({ ok: true });
    expect(await can('invoice:read')).toEqual({ ...granted, freshness: 'stale' });
    expect(await ask('stats')).toEqual(before);
  });

  test('a directory has one plane, and a wrong root opens none', async () => {
    await open();
    const other = startDriver(file);
    const request = { op: 'open', registryUrl, token: TOKEN, log: LOG, root: ROOT_KEY, directory };
    expect(await other.ask(request)).toEqual({ code: 'directory-locked' });
    expect(await other.ask({ ...request, root: `${ROOT_KEY}x` })).toEqual({ code: 'key-invalid' });
    expect(await other.ask({ ...request, log: 'another' })).toEqual({ code: 'key-invalid' });
    expect(await other.ask({ ...request, registryUrl: 'nowhere' })).toEqual({
      code: 'options-invalid',
    });
    expect(await other.end()).toBe(0);
  });

  describe('with NATS', () => {
    let nats: NatsServer;
    let publisher: NatsConnection;

    const publish = (lines: readonly string[]): void =>
      publisher.publish(`tenure.facts.${shardName(SHARD)}`, lines.join('\n'));

    beforeEach(async () => {
      nats = await start({ paths: await get(quiet) });
      publisher = await connect({ servers: nats.url });
      await open({ natsUrl: nats.url });
      await ask('ready');
    });

    afterEach(async () => {
      await publisher.close();
      await nats.stop();
    });

    test('facts arrive, a changed role counts, and decisions outlive the registry', async () => {
      registry.down = true;
      const line = assign(['owner']);
      await eventually(async () => {
        publish([line]);
        expect(await can('invoice:write')).toMatchObject({ allowed: true });
      });
      publish([assign(['viewer'])]);
      await eventually(async () => expect(await can('invoice:write')).toMatchObject(denied));
      await nats.stop();
      expect(await can('invoice:read')).toMatchObject({ allowed: true });
    });

    test('a bad line is refused with its code, and what it stood for is fetched', async () => {
      registry.down = true;
      const bad = assign(['owner']).replace(/"sig":"..../, '"sig":"AAAA');
      await eventually(async () => {
        publish([bad]);
        const { refused } = (await ask('stats')) as { refused: Record<string, number> };
        expect(refused).toEqual({ 'signature-invalid': expect.any(Number) });
      });
      expect(await can('invoice:write')).toMatchObject(denied);
      registry.down = false;
      await eventually(async () => expect(await can('invoice:write')).toMatchObject(granted));
    });

    test('a line behind a gap waits, and what is missing is fetched', async () => {
      registry.silent = true;
      assign(['viewer']);
      const line = assign(['owner']);
      await eventually(async () => {
        publish([line]);
        expect(await can('invoice:write')).toMatchObject(granted);
      });
      expect(await ask('stats')).toMatchObject({ refused: {} });
    });

    test('what three heartbeats do not count is taken back', async () => {
      registry.silent = true;
      const thief = new FactWriter();
      fill(thief);
      const forged = thief.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
      await eventually(async () => {
        publish([forged]);
        expect(await can('invoice:write')).toMatchObject(granted);
      });
      await eventually(async () => {
        publisher.publish('tenure.heartbeat', registry.heartbeat());
        expect(await can('invoice:write')).toMatchObject(denied);
      });
      expect(await ask('stats')).toMatchObject({
        refused: { 'fact-uncovered': 1 },
        heads: { [shardName(SHARD)]: { position: 3, covered: 3 } },
      });
    });

    test('a heartbeat over NATS tells what was missed', async () => {
      registry.silent = true;
      assign(['owner']);
      await eventually(async () => {
        publisher.publish('tenure.heartbeat', registry.heartbeat());
        expect(await can('invoice:write')).toMatchObject(granted);
      });
    });
  });

  test(
    'a plain Rust project installs the packed kit and decides with the sample',
    async () => {
      const project = mkdtempSync(join(tmpdir(), 'tenure-rust-sample-'));
      const sample = await buildRustSample(project);
      const env = {
        TENURE_URL: registryUrl,
        TENURE_TOKEN: TOKEN,
        TENURE_LOG: LOG,
        TENURE_ROOT: ROOT_KEY,
        TENURE_DIRECTORY: directory,
      };
      const decide = (permission: string) =>
        run(sample, [ISSUER, 'jane', permission, ACME], { env });
      expect(await decide('invoice:read')).toBe('true granted fresh\n');
      expect(await decide('invoice:write')).toBe('false no-permission fresh\n');
      rmSync(project, { recursive: true, force: true });
    },
    BUILD_TIMEOUT_MS,
  );
});
