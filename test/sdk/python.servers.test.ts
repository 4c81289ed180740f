import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from 'nats';
import type { NatsConnection } from 'nats';
import { formatApiKey, hashOfApiKey } from '../../facts/crypto/api-key.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import { writeFacts } from '../../bench/million-facts.ts';
import { PYTHON_KIT, buildPythonKit } from '../../tools/kit/python.ts';
import type { PythonKit } from '../../tools/kit/python.ts';
import { run } from '../../tools/servers/command.ts';
import { get, start } from '../../tools/servers/nats.ts';
import type { NatsServer } from '../../tools/servers/nats.ts';
import { createProgress, quiet } from '../../tools/servers/progress.ts';
import { eventually } from '../support/eventually.ts';
import { Driver } from './support/driver.ts';
import { FakeRegistry, TOKEN } from './support/fake-registry.ts';
import { FactWriter, ISSUER, LOG, memberDraft } from './support/fact-writer.ts';
import { tenantDraft, writePlatform } from './support/fact-writer.ts';
import { headOfLines, headsOf, heartbeatNote, keySetNote, ROOT_KEY } from './support/log-writer.ts';
import { stateOf } from './support/state-writer.ts';
import { ACME, SHARD, memberId, projectId } from './support/tenants.ts';

const VECTORS = new URL('../../facts/spec/vectors/', import.meta.url);
const CLEAN = { PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: '', PYTHONWARNINGS: 'default' };

type Vector = Record<string, unknown>;
type Case = { folder: string; name: string; vector: Vector };

let kit: PythonKit;
let driver: Driver;
let folder: string;

const inKit = (python: string, args: string[], cwd = PYTHON_KIT): Promise<string> =>
  run(python, args, { cwd, env: CLEAN });

beforeAll(async () => {
  kit = await buildPythonKit(createProgress());
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-python-'));
  driver = new Driver(kit.python, [`${PYTHON_KIT}/conformance/main.py`], CLEAN);
});

afterEach(async () => {
  await driver.end();
  rmSync(folder, { recursive: true, force: true });
});

describe('the kit by itself', () => {
  test('its sources are formatted, linted and typed', async () => {
    await inKit(kit.tools, ['-m', 'ruff', 'format', '--no-cache', '--check', '.']);
    await inKit(kit.tools, ['-m', 'ruff', 'check', '--no-cache', '.']);
    await inKit(kit.tools, ['-m', 'mypy', '--cache-dir', join(folder, 'mypy')]);
  });

  test('its own tests pass on what was installed', async () => {
    await inKit(kit.python, ['-m', 'unittest', 'discover', '.'], `${PYTHON_KIT}/tests`);
  });

  test('who installs it gets its types', async () => {
    const use = [
      'from tenure_dataplane import Identity, Plane',
      'def use(plane: Plane) -> bool:',
      '    return plane.can(Identity("i", "s"), "a:b", "t").allowed',
    ];
    const wrong = ['def wrong(plane: Plane) -> bool:', '    return plane.can("i", 1, 2).allowed'];
    const file = join(folder, 'use.py');
    const cache = ['--cache-dir', join(folder, 'mypy')];
    const check = ['-m', 'mypy', '--strict', ...cache, '--python-executable', kit.python, file];
    writeFileSync(file, `${use.join('\n')}\n`);
    await inKit(kit.tools, check, folder);
    writeFileSync(file, `${[...use, ...wrong].join('\n')}\n`);
    await expect(inKit(kit.tools, check, folder)).rejects.toThrow('incompatible type');
  });
});

test('the measuring program tells its figures of a directory of the bench', async () => {
  const directory = join(folder, 'facts');
  writeFacts(directory, 20, 30);
  const names = async (mode: string): Promise<string[]> => {
    const said = await inKit(kit.python, ['bench/measure.py', mode, directory]);
    const lines = said.trim().split('\n');
    return lines.map((line) => (JSON.parse(line) as { name: string }).name);
  };
  expect(await names('parse')).toEqual(['parse', 'facts']);
  const figures = ['signature', 'answering', 'unpacked', 'memory', 'decision p50', 'decision p99'];
  expect(await names('plane')).toEqual(figures);
});

const readVectors = (): Case[] =>
  ['valid', 'invalid'].flatMap((name) =>
    readdirSync(new URL(`${name}/`, VECTORS)).map((file) => ({
      folder: name,
      name: file.replace('.json', ''),
      vector: JSON.parse(readFileSync(new URL(`${name}/${file}`, VECTORS), 'utf8')) as Vector,
    })),
  );

const expectedOf = ({ folder: kind, name, vector }: Case): unknown => {
  if (name.startsWith('ed25519-')) return { holds: kind === 'valid' };
  if ('check' in vector) return vector['expect'];
  const lines = vector['lines'] as string[];
  return kind === 'valid'
    ? { accepted: lines.length, codes: [], head: vector['head'] }
    : { accepted: vector['accepted'], codes: [name.split('--')[0]], head: vector['head'] };
};

const answersTo = async (cases: readonly Case[]): Promise<unknown[]> =>
  Promise.all(cases.map((one) => driver.ask({ op: 'vector', ...one })));

describe('vectors', () => {
  test('each has the answer that the specification expects', async () => {
    const cases = readVectors();
    const answers = await answersTo(cases);
    const named = (values: readonly unknown[]) =>
      Object.fromEntries(
        cases.map(({ folder: kind, name }, at) => [`${kind}/${name}`, values[at]]),
      );
    expect(named(answers)).toEqual(named(cases.map(expectedOf)));
    expect(cases.length).toBeGreaterThan(300);
  });

  test('one that was tampered with has another answer', async () => {
    const [shard, note] = ['one-tenant', 'note-go'].map((wanted) =>
      readVectors().find(({ name }) => name === wanted),
    ) as [Case, Case];
    const [first = '', ...rest] = shard.vector['lines'] as string[];
    const input = note.vector['input'] as { note: string };
    const tampered = [
      {
        ...shard,
        vector: { ...shard.vector, lines: [first.replace('"sig":"', '"sig":"A'), ...rest] },
      },
      { ...note, vector: { ...note.vector, input: { ...input, note: `AAAA${input.note}` } } },
    ];
    const answers = await answersTo(tampered);
    expect(answers[0]).not.toEqual(expectedOf(shard));
    expect(answers[1]).not.toEqual(expectedOf(note));
  });

  test('what is no request is answered, and the driver goes on', async () => {
    expect(await driver.say('garbage')).toHaveProperty('error');
    expect(await driver.ask({ op: 'nothing' })).toHaveProperty('error');
    expect(await driver.ask({ op: 'can' })).toHaveProperty('error');
    expect(await driver.ask({ op: 'close' })).toEqual({ ok: true });
  });
});

describe('a registry', () => {
  let writer: FactWriter;
  let registry: FakeRegistry;
  let registryUrl: string;
  let nats: NatsServer;
  let publisher: NatsConnection;

  beforeAll(async () => {
    nats = await start({ paths: await get(quiet) });
    publisher = await connect({ servers: nats.url });
  });

  afterAll(async () => {
    await publisher?.close();
    await nats?.stop();
  });

  beforeEach(async () => {
    writer = new FactWriter();
    writePlatform(writer);
    writer.write(ACME, tenantDraft(ACME));
    writer.write(ACME, memberDraft(memberId(1), 'jane', ['viewer']));
    registry = new FakeRegistry(writer);
    registryUrl = await registry.listen();
  });

  afterEach(() => registry.close());

  const open = async (more: object = {}): Promise<unknown> =>
    driver.ask({
      op: 'open',
      registryUrl,
      token: TOKEN,
      log: LOG,
      root: ROOT_KEY,
      directory: join(folder, 'facts'),
      ...more,
    });
  const can = async (permission: string): Promise<unknown> =>
    driver.ask({ op: 'can', issuer: ISSUER, sub: 'jane', permission, tenant: ACME });
  const publish = (line: string): void =>
    publisher.publish(`tenure.facts.${shardName(SHARD)}`, line);
  const promote = (roles: string[]): string =>
    writer.write(ACME, memberDraft(memberId(1), 'jane', roles));
  /** A line that is known already is a duplicate as soon as the stream delivers. */
  const untilLive = (): Promise<void> =>
    eventually(async () => {
      publish(writer.linesOf(ACME).at(-1) as string);
      const stats = (await driver.ask({ op: 'stats' })) as { duplicates: number };
      expect(stats.duplicates).toBeGreaterThan(0);
    });
  const granted = { allowed: true, reason: 'granted', freshness: 'fresh' };
  const denied = { allowed: false, reason: 'no-permission', freshness: 'fresh' };

  test('is followed over HTTP alone', async () => {
    expect(await open()).toEqual({ ok: true });
    expect(await driver.ask({ op: 'ready' })).toEqual({ ok: true });
    expect(await can('invoice:read')).toEqual(granted);
    expect(await can('invoice:write')).toEqual(denied);
    promote(['owner']);
    await eventually(async () => expect(await can('invoice:write')).toEqual(granted));
  });

  test('decisions go on when it is dead, and after a restart without it', async () => {
    await open({ natsUrl: nats.url });
    await driver.ask({ op: 'ready' });
    await untilLive();
    registry.down = true;
    publish(promote(['owner']));
    await eventually(async () => expect(await can('invoice:write')).toEqual(granted));
    await driver.ask({ op: 'close' });
    await open();
    expect(await can('invoice:write')).toEqual({ ...granted, freshness: 'stale' });
    expect(await driver.ask({ op: 'freshness' })).toEqual({ freshness: 'stale' });
  });

  test('a bad line is refused with its code, and the good one is fetched', async () => {
    await open({ natsUrl: nats.url });
    await driver.ask({ op: 'ready' });
    await untilLive();
    publish(promote(['owner']).replace('"sig":"', '"sig":"A'));
    await eventually(async () => expect(await can('invoice:write')).toEqual(granted));
    const head = { position: writer.linesOf(ACME).length };
    expect(await driver.ask({ op: 'stats' })).toMatchObject({
      refused: { 'envelope-malformed': 1 },
      heads: { [shardName(SHARD)]: head },
    });
  });

  test('heartbeats of the stream are enough to be fresh', async () => {
    registry.silent = true;
    await open({ natsUrl: nats.url });
    expect(await driver.ask({ op: 'freshness' })).toEqual({ freshness: 'expired' });
    await eventually(async () => {
      publisher.publish('tenure.heartbeat', registry.heartbeat());
      expect(await can('invoice:read')).toEqual(granted);
    });
  });

  test('API keys are known by their hash, and what is none is never a crash', async () => {
    const key = formatApiKey(new Uint8Array(24).fill(1));
    const body = { hash: hashOfApiKey(key), scopes: ['log'], namespace: 'eu', until: null };
    const id = projectId(1);
    writer.write(ACME, { kind: 'api-key', subject: `api-key:${id}`, op: 'assert', body });
    await open();
    await driver.ask({ op: 'ready' });
    const known = { tenant: ACME, id, scopes: ['log'], namespace: 'eu', freshness: 'fresh' };
    const ask = (more: object): Promise<unknown> => driver.ask({ op: 'apiKey', ...more });
    expect(await ask({ key, scope: 'log', namespace: 'eu' })).toEqual({
      allowed: true,
      reason: 'granted',
      ...known,
    });
    expect(await ask({ key, scope: 'lo' })).toEqual({
      allowed: false,
      reason: 'scope-missing',
      ...known,
    });
    for (const odd of [undefined, null, 7, [key], { key }, `${key}a`]) {
      expect(await ask({ key: odd })).toMatchObject({ reason: 'key-malformed', tenant: null });
    }
  });

  test('a snapshot is begun with, and what is decided by it is explained', async () => {
    registry.state = stateOf(writer);
    await open();
    await driver.ask({ op: 'ready' });
    const size = writer.facts.length;
    const stats = { snapshot: size, applied: 0, refused: {} };
    expect(await driver.ask({ op: 'stats' })).toMatchObject(stats);
    const question = { issuer: ISSUER, sub: 'jane', permission: 'invoice:read', tenant: ACME };
    const { decision, because } = (await driver.ask({ op: 'explain', ...question })) as {
      decision: unknown;
      because: { subject: string }[];
    };
    expect(decision).toEqual(granted);
    const subjects = [`tenant:${ACME}`, `member:${memberId(1)}`, 'role:viewer'];
    expect(because.map(({ subject }) => subject)).toEqual(subjects);
    const fact = writer.facts.find(({ subject }) => subject === subjects[1]);
    const { tenant, seq, kind, subject, id, at, cause } = fact as NonNullable<typeof fact>;
    expect(because[1]).toEqual({ tenant, seq, kind, subject, id, at, ...cause });
    promote(['owner']);
    await eventually(async () => expect(await can('invoice:write')).toEqual(granted));
  });

  test('a folder of files is a log too', async () => {
    const log = join(folder, 'log');
    const put = (path: string, content: string): void => {
      mkdirSync(dirname(join(log, path)), { recursive: true });
      writeFileSync(join(log, path), content);
    };
    const shards = [...writer.shards];
    put('keys/1', keySetNote());
    for (const [at, lines] of shards) put(`facts/${shardName(at)}`, `${lines.join('\n')}\n`);
    const heads = headsOf(
      Object.fromEntries(shards.map(([at, lines]) => [at, headOfLines(lines)])),
    );
    put('heartbeat', heartbeatNote({ at: new Date().toISOString(), heads }));
    await open({ registryUrl: pathToFileURL(log).href, token: '' });
    await driver.ask({ op: 'ready' });
    expect(await can('invoice:read')).toEqual(granted);
    expect(registry.requests).toBe(0);
  });

  test('one that is not the pinned log opens nothing', async () => {
    expect(await open({ log: 'tenure.example/other' })).toEqual({ code: 'key-invalid' });
    expect(await open({ root: 'nothing' })).toEqual({ code: 'key-invalid' });
    expect(await open({ registryUrl: 'nowhere' })).toHaveProperty('error');
  });

  test('two processes do not share a directory', async () => {
    await open();
    const other = new Driver(kit.python, [`${PYTHON_KIT}/conformance/main.py`], CLEAN);
    const directory = join(folder, 'facts');
    const request = { op: 'open', registryUrl, token: TOKEN, log: LOG, root: ROOT_KEY, directory };
    expect(await other.ask(request)).toEqual({ code: 'directory-locked' });
    await other.end();
  });

  test("the README's sample runs as it stands", async () => {
    const sample = [`${PYTHON_KIT}/sample.py`, ISSUER, 'jane', 'invoice:read', ACME];
    const env = {
      ...CLEAN,
      TENURE_URL: registryUrl,
      TENURE_TOKEN: TOKEN,
      TENURE_NATS_URL: nats.url,
      TENURE_LOG: LOG,
      TENURE_ROOT: ROOT_KEY,
      TENURE_DIRECTORY: join(folder, 'facts'),
    };
    const said = await run(kit.python, sample, { cwd: folder, env });
    expect(said.trim()).toBe("Decision(allowed=True, reason='granted', freshness='fresh')");
  });
});
