import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fromBase64Url, utf8 } from '../../facts/core/bytes.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { FactDraft } from '../../facts/core/types.ts';
import { formatApiKey, hashOfApiKey } from '../../facts/crypto/api-key.ts';
import { leafHash } from '../../facts/crypto/hash.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import { createNoteVerifier } from '../../facts/log/note-key.ts';
import { openReceipt, planeKeyName } from '../../facts/log/receipt.ts';
import { factKey } from '../../facts/log/state/keys.ts';
import { buildRustDriver } from '../../tools/kit/rust.ts';
import { startDriver } from '../../tools/kit/rust-driver.ts';
import type { Driver } from '../../tools/kit/rust-driver.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { eventually } from '../support/eventually.ts';
import { FakeRegistry, TOKEN } from './support/fake-registry.ts';
import { FactWriter, ISSUER, LOG, memberDraft, tenantDraft } from './support/fact-writer.ts';
import { signer } from './support/fact-writer.ts';
import { checkpointNote, headOfLines, headsOf, heartbeatNote } from './support/log-writer.ts';
import { keySetNote, NEXT_FACT_KEY, rangeOf, ROOT_KEY } from './support/log-writer.ts';
import { writeHistory } from './support/plane-fixture.ts';
import { PLANE_NAME } from './support/receipts.ts';
import { stateOf } from './support/state-writer.ts';
import { ACME, GLOBEX, OUTSIDER, PLATFORM_SHARD, SHARD } from './support/tenants.ts';
import { memberId, projectId } from './support/tenants.ts';

// What the Rust kit does beyond lines: snapshots, API keys, explanations, folders and receipts.
const BUILD_TIMEOUT_MS = 10 * 60_000;
/** Without a stream it asks every three seconds. */
const SOON = { withinMs: 12_000 };
const UNKNOWN = { tenant: null, id: null, scopes: [], namespace: null };
const OWNER = memberDraft(memberId(1), 'jane', ['owner']);
const MEMBER = `member:${memberId(1)}`;

let file: string;
let writer: FactWriter;
let registry: FakeRegistry;
let registryUrl: string;
let home: string;
let driver: Driver;

const directory = (): string => join(home, 'plane');
const snapshotPath = (): string => join(directory(), 'snapshot');
const ask = (op: string, request: object = {}) => driver.ask({ op, ...request });
const openWith = (more: object = {}) => {
  const given = { registryUrl, token: TOKEN, log: LOG, root: ROOT_KEY, shards: [SHARD] };
  return ask('open', { ...given, directory: directory(), ...more });
};
const open = async (more: object = {}): Promise<void> =>
  expect(await openWith(more)).toEqual({ ok: true });
const openReady = async (more: object = {}): Promise<void> => {
  await open(more);
  await ask('ready');
};
const can = (permission = 'invoice:read', tenant = ACME, sub = 'jane') =>
  ask('can', { issuer: ISSUER, sub, permission, tenant }) as Promise<{ allowed: boolean }>;
const allowed = async (permission?: string): Promise<boolean> => (await can(permission)).allowed;
/** A plane that took the snapshot of all facts so far and no line. */
const openResting = async (): Promise<void> => {
  registry.state = stateOf(writer);
  await openReady();
  const size = writer.facts.length;
  expect(await ask('stats')).toMatchObject({ snapshot: size, applied: 0, refused: {} });
};

beforeAll(async () => {
  file = await buildRustDriver(quiet);
}, BUILD_TIMEOUT_MS);

beforeEach(async () => {
  writer = new FactWriter();
  writeHistory(writer);
  registry = new FakeRegistry(writer);
  registryUrl = await registry.listen();
  home = mkdtempSync(join(tmpdir(), 'tenure-rust-'));
  driver = startDriver(file);
});

afterEach(async () => {
  await driver.end();
  await registry.close();
  rmSync(home, { recursive: true, force: true });
});

describe('a snapshot', () => {
  test('begins a plane that has nothing, and lines follow it', async () => {
    await openResting();
    expect(await allowed()).toBe(true);
    writer.write(ACME, OWNER);
    await eventually(async () => expect(await allowed('invoice:write')).toBe(true), SOON);
    expect(await ask('stats')).toMatchObject({ snapshot: 6, applied: 1, refused: {} });
  });

  test('is fetched where the plane follows, compressed or not, whole trees of tenants', async () => {
    for (let n = 2; n < 600; n += 1) writer.write(ACME, memberDraft(memberId(n), `s${n}`, []));
    for (let n = 2; n < 300; n += 1) writer.write(OUTSIDER, memberDraft(memberId(n), `s${n}`, []));
    writer.write(ACME, memberDraft(memberId(600), 'last', ['owner']));
    registry.state = stateOf(writer);
    for (const [name, node] of registry.state.nodes) {
      registry.state.nodes.set(name, gzipSync(node));
    }
    await openReady();
    expect(await ask('stats')).toMatchObject({ applied: 0, refused: {} });
    expect(await can('invoice:write', ACME, 'last')).toMatchObject({ allowed: true });
    expect(registry.nodesAsked.length).toBeLessThan(registry.state.nodes.size);
  });

  const changed = (change: (node: Uint8Array) => Uint8Array) => () => {
    for (const [name, node] of registry.state?.nodes ?? []) {
      registry.state?.nodes.set(name, change(node));
    }
  };
  const flipLast = (node: Uint8Array): Uint8Array =>
    Uint8Array.from(node, (byte, at) => (at === node.length - 1 ? byte ^ 1 : byte));
  const forgeNote = (): void => {
    if (registry.state) registry.state.note = registry.state.note.replace(/\n6\n/, '\n5\n');
  };

  test.each<[string, object, () => void]>([
    ['with another node', { 'state-hash-mismatch': 1 }, changed(flipLast)],
    ['with a cut node', { 'state-node-malformed': 1 }, changed((node) => node.slice(0, -1))],
    ['by another key', { 'note-signature-invalid': 1 }, forgeNote],
    ['without a node', {}, () => registry.state?.nodes.clear()],
  ])('%s is refused, lines are read, and nothing of it is kept', async (_, refused, spoil) => {
    registry.state = stateOf(writer);
    spoil();
    await openReady();
    expect(await ask('stats')).toMatchObject({ snapshot: 0, applied: 6, refused });
    expect(await allowed()).toBe(true);
    expect(existsSync(snapshotPath())).toBe(false);
    expect(existsSync(`${snapshotPath()}.new`)).toBe(false);
  });

  test('and the lines above it answer after a restart with everything dead', async () => {
    await openResting();
    writer.write(ACME, OWNER);
    await eventually(async () => expect(await allowed('invoice:write')).toBe(true), SOON);
    const { heads } = (await ask('stats')) as { heads: object };
    await ask('close');
    registry.down = true;
    await open();
    expect(await ask('stats')).toMatchObject({ snapshot: 6, applied: 1, refused: {}, heads });
    expect(await allowed('invoice:write')).toBe(true);
  });

  const flipped = (bytes: Buffer): Buffer => Buffer.from(flipLast(bytes));
  test.each<[string, () => void]>([
    ['is cut', () => truncateSync(snapshotPath(), readFileSync(snapshotPath()).length - 9)],
    ['is empty', () => writeFileSync(snapshotPath(), '')],
    ['has other bytes', () => writeFileSync(snapshotPath(), flipped(readFileSync(snapshotPath())))],
    ['claims a length beyond its end', () => writeFileSync(snapshotPath(), '\u007fxxxyyyy')],
  ])('that %s counts for nothing, and all is learned again', async (_, damage) => {
    await openResting();
    await ask('close');
    damage();
    registry.state = undefined;
    writer.write(ACME, OWNER);
    await open();
    expect(await allowed()).toBe(false);
    await ask('ready');
    expect(await allowed('invoice:write')).toBe(true);
    expect(await ask('stats')).toMatchObject({ snapshot: 0, applied: 7 });
  });

  test('is taken instead of the lines by a plane that is far behind', async () => {
    await openReady();
    await ask('close');
    for (let n = 2; n < 20_010; n += 1) writer.write(ACME, memberDraft(memberId(n), `s${n}`, []));
    writer.write(ACME, OWNER);
    registry.state = stateOf(writer);
    await openReady();
    expect(await ask('stats')).toMatchObject({ snapshot: writer.facts.length, applied: 6 });
    expect(await allowed('invoice:write')).toBe(true);
  }, 60_000);

  test('with facts that became void is not decided by: all lines are read', async () => {
    const open_ = [rangeOf(signer, { to: 6 }), rangeOf(NEXT_FACT_KEY, { from: 6 })];
    registry.keySets = [keySetNote({ fact: open_ })];
    writer.key = NEXT_FACT_KEY;
    writer.write(ACME, memberDraft(memberId(9), 'thief', ['owner']));
    await openResting();
    expect(await can('a:b', ACME, 'thief')).toMatchObject({ allowed: true });
    const voided = [rangeOf(signer, { to: 6 }), rangeOf(NEXT_FACT_KEY, { from: 6, void: 6 })];
    registry.keySets.push(keySetNote({ version: 2, fact: voided }));
    await eventually(
      async () => expect(await can('a:b', ACME, 'thief')).toMatchObject({ allowed: false }),
      SOON,
    );
    expect(await allowed()).toBe(true);
    expect(await ask('stats')).toMatchObject({
      snapshot: 0,
      heads: { [shardName(SHARD)]: { position: 4 } },
    });
    await ask('close');
    registry.down = true;
    await open();
    expect(await can('a:b', ACME, 'thief')).toMatchObject({ allowed: false });
  });

  test('with a block that nobody should have signed leaves its tenant unknown, and tells', async () => {
    const [stated] = writer.facts.filter(({ tenant }) => tenant === GLOBEX);
    if (stated === undefined) throw new Error('no tenant fact');
    const { kind, subject, seq, body } = stated;
    const payload = utf8(JSON.stringify({ ...stated, body: { ...body, demo: 'no' } }));
    const facts = [{ key: factKey(kind, subject), payload }];
    const head = leafHash(encodePayload(stated));
    registry.state = stateOf(writer, {}, [{ tenant: GLOBEX, seq, head, facts }]);
    await openReady();
    const unknown = { allowed: false, reason: 'tenant-unknown' };
    expect(await can('invoice:read', GLOBEX)).toMatchObject(unknown);
    expect(await ask('stats')).toMatchObject({ refused: { 'body-invalid': 1 } });
    writer.write(GLOBEX, tenantDraft(GLOBEX, 'trial'));
    const position = { [shardName(SHARD)]: { position: 4 } };
    await eventually(
      async () => expect(await ask('stats')).toMatchObject({ heads: position }),
      SOON,
    );
    expect(await can('invoice:read', GLOBEX)).toMatchObject(unknown);
    expect(await allowed()).toBe(true);
  });
});

describe('an API key', () => {
  const KEY = formatApiKey(new Uint8Array(24).fill(1));
  const OTHER = formatApiKey(new Uint8Array(24).fill(2));
  const [ID, OTHER_ID] = [projectId(1), projectId(2)];
  const KNOWN = { tenant: ACME, id: ID, scopes: ['invoices.read'], namespace: 'eu' };
  const draft = (overrides: object = {}, id = ID): FactDraft => {
    const body = { hash: hashOfApiKey(KEY), scopes: ['invoices.read'], namespace: 'eu' };
    return {
      kind: 'api-key',
      subject: `api-key:${id}`,
      op: 'assert',
      body: { ...body, until: null, ...overrides },
    };
  };
  const apiKey = (key: unknown, asked: object = {}) => ask('apiKey', { key, ...asked });
  const reason = async (asked: object = {}): Promise<unknown> =>
    ((await apiKey(KEY, asked)) as { reason: unknown }).reason;
  const soon = (expected: string, asked: object = {}) =>
    eventually(async () => expect(await reason(asked)).toBe(expected), SOON);

  beforeEach(() => void writer.write(ACME, draft()));

  test('is good in its tenant, for its scopes and in its namespace, by equality', async () => {
    await openReady();
    const granted = { allowed: true, reason: 'granted', ...KNOWN, freshness: 'fresh' };
    expect(await apiKey(KEY)).toEqual(granted);
    expect(await apiKey(KEY, { scope: 'invoices.read', namespace: 'eu' })).toEqual(granted);
    for (const scope of ['invoices', 'invoices.read.all', 'Invoices.read', '*', '']) {
      expect(await reason({ scope })).toBe('scope-missing');
    }
    const mismatch = { allowed: false, reason: 'namespace-mismatch', ...KNOWN };
    expect(await apiKey(KEY, { namespace: 'us' })).toMatchObject(mismatch);
  });

  test('that is none is malformed, whatever it is; one that nobody stated is unknown', async () => {
    await openReady();
    const wrong = [undefined, null, 7, {}, [], '', 'tenure_', KEY.toUpperCase(), `${KEY} `, 'ü'];
    for (const key of [...wrong, KEY.replace(/.$/, KEY.endsWith('a') ? 'b' : 'a')]) {
      const malformed = { allowed: false, reason: 'key-malformed', ...UNKNOWN };
      expect(await apiKey(key)).toEqual({ ...malformed, freshness: 'fresh' });
    }
    expect(await apiKey(OTHER)).toMatchObject({ reason: 'key-unknown', ...UNKNOWN });
  });

  test('is refused by tenant, then end, then scope; twice there or retracted it is unknown', async () => {
    await openReady();
    const asked = { scope: 'other', namespace: 'us' };
    writer.write(ACME, draft({ until: '2020-01-01T00:00:00.000Z' }));
    await soon('key-expired', asked);
    writer.write(ACME, tenantDraft(ACME, 'frozen'));
    await soon('tenant-inactive', asked);
    writer.write(ACME, tenantDraft(ACME));
    writer.write(ACME, draft());
    await soon('scope-missing', asked);
    writer.write(GLOBEX, draft({}, OTHER_ID));
    await soon('key-unknown');
    writer.write(ACME, { kind: 'api-key', subject: `api-key:${ID}`, op: 'retract', body: {} });
    await eventually(
      async () => expect(await apiKey(KEY)).toMatchObject({ tenant: GLOBEX, id: OTHER_ID }),
      SOON,
    );
  }, 60_000);

  test('of a tenant that nobody has asked for is found in a snapshot', async () => {
    await openResting();
    expect(await apiKey(KEY)).toMatchObject({ reason: 'granted', ...KNOWN });
  });

  test('is not good by facts that are too old', async () => {
    await open({ registryUrl: 'http://127.0.0.1:9' });
    const expired = { allowed: false, reason: 'facts-expired', ...UNKNOWN, freshness: 'expired' };
    expect(await apiKey('no key')).toEqual(expired);
  });
});

describe.each(['lines', 'snapshot'] as const)('an explanation from %s', (from) => {
  const SITE = projectId(1);
  const subjects = async (permission: string, project?: string, tenant = ACME) => {
    const asked = { issuer: ISSUER, sub: 'jane', permission, tenant, project };
    const { because } = (await ask('explain', asked)) as { because: { subject: string }[] };
    return because.map(({ subject }) => subject);
  };

  beforeEach(async () => {
    const project = { kind: 'project', subject: `project:${SITE}`, op: 'assert' } as const;
    writer.write(ACME, { ...project, body: { state: 'active' } });
    const granted = (n: number, roles: string[]): FactDraft => ({
      kind: 'grant',
      subject: `grant:${memberId(n)}:${SITE}`,
      op: 'assert',
      body: { member: memberId(n), project: SITE, roles },
    });
    writer.write(ACME, memberDraft(memberId(2), 'joe', ['owner']));
    writer.write(ACME, granted(2, ['editor']));
    writer.write(ACME, granted(1, ['editor', 'viewer']));
    if (from === 'snapshot') registry.state = stateOf(writer);
    await openReady();
    const snapshot = from === 'snapshot' ? writer.facts.length : 0;
    expect(await ask('stats')).toMatchObject({ snapshot });
  });

  test('has what can says, and the whole of each fact', async () => {
    const asked = { issuer: ISSUER, sub: 'jane', permission: 'invoice:read', tenant: ACME };
    const answer = (await ask('explain', asked)) as { because: unknown[] };
    expect(answer).toMatchObject({ decision: await can() });
    const fact = writer.facts.find(({ subject }) => subject === MEMBER);
    if (fact === undefined) throw new Error('no member');
    const { tenant, seq, kind, subject, id, at, cause } = fact;
    expect(answer.because[1]).toEqual({ tenant, seq, kind, subject, id, at, ...cause });
  });

  test('lists tenant, memberships, project, grants and the roles that permit', async () => {
    const tenant = `tenant:${ACME}`;
    expect(await subjects('invoice:read')).toEqual([tenant, MEMBER, 'role:viewer']);
    expect(await subjects('invoice:write')).toEqual([tenant, MEMBER]);
    const inSite = [tenant, MEMBER, `project:${SITE}`, `grant:${memberId(1)}:${SITE}`];
    expect(await subjects('page:write', SITE)).toEqual([...inSite, 'role:editor']);
    expect(await subjects('invoice:read', SITE)).toEqual([...inSite, 'role:viewer']);
    for (const other of ['', 'no uuid', OUTSIDER]) {
      expect(await subjects('invoice:read', undefined, other)).toEqual([]);
    }
  });

  test('has what came since, and not what was retracted', async () => {
    const body = { scope: 'tenant' as const, permissions: ['*'] };
    writer.write(PLATFORM_TENANT, { kind: 'role', subject: 'role:admin', op: 'assert', body });
    writer.write(ACME, memberDraft(memberId(0), 'jane', ['admin', 'viewer'], 'inactive'));
    writer.write(ACME, { kind: 'membership', subject: MEMBER, op: 'retract', body: {} });
    const expected = [`tenant:${ACME}`, `member:${memberId(0)}`, 'role:admin', 'role:viewer'];
    const told = async () => expect(await subjects('invoice:read')).toEqual(expected);
    await eventually(told, SOON);
  });
});

describe('a folder', () => {
  const put = (path: string, content: string | Uint8Array): void => {
    const target = join(home, 'the log', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  };
  const exportLog = (): void => {
    put('keys/1', keySetNote());
    const shards = [...writer.shards];
    for (const [at, lines] of shards) {
      put(`facts/${shardName(at)}`, lines.map((line) => `${line}\n`).join(''));
    }
    const heads = Object.fromEntries(shards.map(([at, lines]) => [at, headOfLines(lines)]));
    put('heartbeat', heartbeatNote({ at: new Date().toISOString(), heads: headsOf(heads) }));
  };
  const folder = () => ({ registryUrl: pathToFileURL(join(home, 'the log')).href, token: '' });

  test('is a log, once it is there: a plane reads it, and what is put there later', async () => {
    await open(folder());
    expect(await can()).toMatchObject({ reason: 'facts-expired' });
    exportLog();
    const [first = '', second = ''] = writer.linesOf(ACME);
    put(`facts/${shardName(SHARD)}`, `${first}\n${second.slice(0, 40)}`);
    const partly = async () =>
      expect(await ask('stats')).toMatchObject({ applied: 4, refused: {} });
    await eventually(partly, SOON);
    exportLog();
    await ask('ready');
    expect(await can()).toMatchObject({ allowed: true, freshness: 'fresh' });
    writer.write(ACME, OWNER);
    exportLog();
    await eventually(async () => expect(await allowed('invoice:write')).toBe(true), SOON);
  });

  test('with a state is begun with it', async () => {
    exportLog();
    const { note, nodes } = stateOf(writer);
    put('state/note', note);
    for (const [name, node] of nodes) put(`state/${name}`, node);
    await openReady(folder());
    expect(await ask('stats')).toMatchObject({ snapshot: 6, applied: 0, refused: {} });
    expect(await allowed()).toBe(true);
  });
});

describe('receipts', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = (name: string, content: string | Buffer): string => {
    writeFileSync(join(home, name), content);
    return join(home, name);
  };
  const key = (): string => pem('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const verifier = createNoteVerifier(
    planeKeyName(LOG, PLANE_NAME),
    fromBase64Url(publicKey.export({ format: 'jwk' }).x ?? '') ?? new Uint8Array(),
  );
  const opened = () =>
    registry.receipts.map((note) =>
      openReceipt(utf8(note), { log: LOG, name: PLANE_NAME, key: verifier }),
    );
  const sizes = (): number[] => opened().map(({ size }) => size);

  test('tell how far the plane has come, signed, again when that has grown', async () => {
    registry.overrides = { checkpoint: checkpointNote(6) };
    await openReady({ receipts: { name: PLANE_NAME, key: key() } });
    await eventually(() => expect(sizes()).toEqual([6]), SOON);
    const shards = [SHARD, PLATFORM_SHARD].toSorted((a, b) => a - b);
    expect(opened()).toMatchObject([{ log: LOG, name: PLANE_NAME, epoch: 1, size: 6, shards }]);
    writer.write(ACME, OWNER);
    registry.overrides = { checkpoint: checkpointNote(7) };
    await eventually(() => expect(sizes()).toEqual([6, 7]), { withinMs: 20_000 });
    const [first, second] = opened();
    expect(Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThan(9_000);
  }, 40_000);

  test('are not sent unless asked for', async () => {
    registry.overrides = { checkpoint: checkpointNote(6) };
    await openReady();
    expect(registry.receipts).toEqual([]);
  });

  test('by a key of another kind, none, or another name are refused at once', async () => {
    const other = generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    const keys = [pem('other.pem', other), pem('none.pem', 'no key'), join(home, 'missing.pem')];
    for (const wrong of keys) {
      const given = { receipts: { name: PLANE_NAME, key: wrong } };
      expect(await openWith(given)).toEqual({ code: 'key-invalid' });
    }
    for (const name of ['', 'Upper', '-eu', 'a b', 'x'.repeat(64)]) {
      const given = { receipts: { name, key: key() } };
      expect(await openWith(given)).toEqual({ code: 'key-invalid' });
    }
    const given = { registryUrl: 'file:///nowhere', receipts: { name: PLANE_NAME, key: key() } };
    expect(await openWith(given)).toEqual({ code: 'options-invalid' });
  });
});
