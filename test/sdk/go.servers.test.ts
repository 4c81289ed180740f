import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from 'nats';
import type { NatsConnection } from 'nats';
import { formatApiKey, hashOfApiKey } from '../../facts/crypto/api-key.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import {
  GO_KIT,
  GO_MODULE,
  buildGoDriver,
  checkGoKit,
  goOf,
  packGoKit,
} from '../../tools/kit/go.ts';
import { run } from '../../tools/servers/command.ts';
import { get, start } from '../../tools/servers/nats.ts';
import type { NatsServer } from '../../tools/servers/nats.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { eventually } from '../support/eventually.ts';
import { FakeRegistry, TOKEN } from './support/fake-registry.ts';
import { FactWriter, ISSUER, LOG, memberDraft } from './support/fact-writer.ts';
import { tenantDraft, writePlatform } from './support/fact-writer.ts';
import { ROOT_KEY, keySetNote } from './support/log-writer.ts';
import { stateOf } from './support/state-writer.ts';
import { ACME, SHARD, memberId, projectId } from './support/tenants.ts';

/** A cold build and the race detector take their time on a small machine. */
const BUILD_TIMEOUT_MS = 600_000;
const VECTORS = new URL('../../facts/spec/vectors/', import.meta.url);

type Json = Record<string, unknown>;

/** The kit's driver: one answer line per request line, in order. */
class Driver {
  readonly #process: ChildProcess;
  readonly #waiting: ((answer: Json) => void)[] = [];

  constructor(executable: string) {
    this.#process = spawn(executable, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#process.stdout! }).on('line', (line) => {
      this.#waiting.shift()?.(JSON.parse(line) as Json);
    });
  }

  ask(request: Json): Promise<Json> {
    return this.line(JSON.stringify(request));
  }

  line(text: string): Promise<Json> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#process.stdin?.write(`${text}\n`);
    });
  }

  /** Ends the input; gives the exit code. */
  end(): Promise<number | null> {
    return new Promise((resolve) => {
      this.#process.once('close', resolve);
      this.#process.stdin?.end();
    });
  }
}

let executable: string;
let driver: Driver;

beforeAll(async () => {
  executable = await buildGoDriver(quiet);
}, BUILD_TIMEOUT_MS);

beforeEach(() => {
  driver = new Driver(executable);
});

afterEach(async () => {
  expect(await driver.end()).toBe(0);
});

describe("Go's own tools", () => {
  test(
    'tests pass, vet finds nothing, everything is formatted',
    async () => {
      const { tests, vet, unformatted } = await checkGoKit(quiet);
      expect(tests).toMatch(/^ok\s+tenure\.dev\/dataplane\s/m);
      expect(tests).not.toContain('FAIL');
      expect({ vet, unformatted }).toEqual({ vet: '', unformatted: '' });
    },
    BUILD_TIMEOUT_MS,
  );
});

type Vector = Json & { lines?: string[] };

const vectorsOf = (folder: 'valid' | 'invalid'): { name: string; vector: Vector }[] =>
  readdirSync(new URL(`${folder}/`, VECTORS)).map((file) => ({
    name: file.replace('.json', ''),
    vector: JSON.parse(readFileSync(new URL(`${folder}/${file}`, VECTORS), 'utf8')) as Vector,
  }));

/** What the specification wants to be answered. */
const wanted = (folder: string, name: string, vector: Vector): unknown => {
  if (name.startsWith('ed25519-')) return { holds: folder === 'valid' };
  if (vector['check'] !== undefined) return vector['expect'];
  const { head } = vector;
  if (folder === 'valid') return { accepted: vector.lines?.length, codes: [], head };
  return { accepted: vector['accepted'], codes: [name.split('--')[0]], head };
};

describe.each(['valid', 'invalid'] as const)('%s vectors', (folder) => {
  test('are all answered as the specification says', async () => {
    const vectors = vectorsOf(folder);
    expect(vectors.length).toBeGreaterThan(40);
    const answers = await Promise.all(
      vectors.map(({ name, vector }) => driver.ask({ op: 'vector', folder, name, vector })),
    );
    for (const [at, { name, vector }] of vectors.entries()) {
      expect({ name, answer: answers[at] }).toEqual({ name, answer: wanted(folder, name, vector) });
    }
  });
});

test('a tampered vector is answered otherwise', async () => {
  const [sample] = vectorsOf('valid').filter(({ name }) => name === 'two-tenants');
  const { name, vector } = sample!;
  const lines = vector.lines!.map((line) => line.replace('"sig":"', '"sig":"AAAA'));
  const tampered = { ...vector, lines };
  const answer = await driver.ask({ op: 'vector', folder: 'valid', name, vector: tampered });
  expect(answer).not.toEqual(wanted('valid', name, vector));
  expect(answer).toMatchObject({ accepted: 0, codes: ['signature-invalid'] });
});

test('the driver answers what it cannot read, and goes on', async () => {
  expect(await driver.line('no json')).toHaveProperty('error');
  expect(await driver.ask({ op: 'fly' })).toHaveProperty('error');
  expect(await driver.ask({ op: 'stats' })).toHaveProperty('error');
  expect(await driver.ask({ op: 'vector', name: 'x', vector: 7 })).toHaveProperty('error');
  expect(await driver.ask({ op: 'close' })).toEqual({ ok: true });
});

describe('a plane in Go', () => {
  let nats: NatsServer;
  let publisher: NatsConnection;
  let writer: FactWriter;
  let registry: FakeRegistry;
  let options: Json;
  let directory: string;

  const mayWrite = async (): Promise<boolean> => {
    const question = { issuer: ISSUER, sub: 'jane', permission: 'invoice:write', tenant: ACME };
    return (await driver.ask({ op: 'can', ...question }))['allowed'] === true;
  };
  const publish = (...lines: string[]): void =>
    publisher.publish(`tenure.facts.${shardName(SHARD)}`, lines.join('\n'));
  const grant = (roles: string[]): string =>
    writer.write(ACME, memberDraft(memberId(1), 'jane', roles));
  const refusedBy = async (): Promise<Json> =>
    (await driver.ask({ op: 'stats' }))['refused'] as Json;

  beforeAll(async () => {
    nats = await start({ paths: await get(quiet) });
    publisher = await connect({ servers: nats.url });
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    await publisher?.close();
    await nats?.stop();
  });

  beforeEach(async () => {
    writer = new FactWriter();
    writePlatform(writer);
    writer.write(ACME, tenantDraft(ACME));
    registry = new FakeRegistry(writer);
    directory = mkdtempSync(join(tmpdir(), 'tenure-go-'));
    const registryUrl = await registry.listen();
    options = { registryUrl, token: TOKEN, log: LOG, root: ROOT_KEY, directory, natsUrl: nats.url };
  });

  afterEach(async () => {
    await driver.ask({ op: 'close' });
    await registry.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const open = async (given: Json = options): Promise<void> => {
    expect(await driver.ask({ op: 'open', ...given })).toEqual({ ok: true });
    expect(await driver.ask({ op: 'ready' })).toEqual({ ok: true });
  };

  test('facts arrive over NATS, and a role change flips the decision', async () => {
    await open();
    publish(grant(['owner']));
    await eventually(async () => expect(await mayWrite()).toBe(true));
    publish(grant(['viewer']));
    await eventually(async () => expect(await mayWrite()).toBe(false));
    expect(await driver.ask({ op: 'freshness' })).toEqual({ freshness: 'fresh' });
    expect(await refusedBy()).toEqual({});
  });

  test('what the stream lost is fetched when a heartbeat tells of it', async () => {
    await open();
    grant(['owner']);
    publisher.publish('tenure.heartbeat', registry.heartbeat());
    await eventually(async () => expect(await mayWrite()).toBe(true));
  });

  test('the registry dies, and decisions go on, also in the next process', async () => {
    grant(['owner']);
    await open();
    registry.down = true;
    expect(await mayWrite()).toBe(true);
    publish(grant(['viewer']));
    await eventually(async () => expect(await mayWrite()).toBe(false));
    await driver.ask({ op: 'close' });
    expect(await driver.ask({ op: 'open', ...options })).toEqual({ ok: true });
    expect(await driver.ask({ op: 'freshness' })).toEqual({ freshness: 'stale' });
    const question = { issuer: ISSUER, sub: 'jane', permission: 'invoice:read', tenant: ACME };
    expect(await driver.ask({ op: 'can', ...question })).toEqual({
      allowed: true,
      reason: 'granted',
      freshness: 'stale',
    });
  });

  test('a bad line is refused with its code, and the true one still arrives', async () => {
    await open();
    const line = grant(['owner']);
    publish('garbage', line.replace('"sig":"', '"sig":"AAAA'));
    await eventually(async () => {
      expect(await refusedBy()).toEqual({ 'line-malformed': 1, 'signature-invalid': 1 });
    });
    await eventually(async () => expect(await mayWrite()).toBe(true));
  });

  test('a plane begins with a snapshot, and rests on it when all else is dead', async () => {
    grant(['owner']);
    registry.state = stateOf(writer);
    const snapshot = writer.facts.length;
    await open();
    expect(await driver.ask({ op: 'stats' })).toMatchObject({ snapshot, applied: 0 });
    expect(registry.nodesAsked.length).toBeGreaterThan(0);
    publish(grant(['viewer']));
    await eventually(async () => expect(await mayWrite()).toBe(false));
    registry.down = true;
    await driver.ask({ op: 'close' });
    expect(await driver.ask({ op: 'open', ...options })).toEqual({ ok: true });
    expect(await driver.ask({ op: 'stats' })).toMatchObject({ snapshot, applied: 1 });
    expect(await mayWrite()).toBe(false);
    expect(await refusedBy()).toEqual({});
  });

  test('a node that lies is refused, and lines are read instead', async () => {
    grant(['owner']);
    const state = stateOf(writer);
    const spoilt = [...state.nodes].map(([hash, node]) => {
      return [hash, Uint8Array.from(node, (byte, at) => (at === 40 ? byte ^ 1 : byte))] as const;
    });
    registry.state = { ...state, nodes: new Map(spoilt) };
    await open();
    expect(await driver.ask({ op: 'stats' })).toMatchObject({
      snapshot: 0,
      applied: writer.facts.length,
    });
    expect(await refusedBy()).toEqual({ 'state-hash-mismatch': 1 });
    expect(await mayWrite()).toBe(true);
  });

  test('an API key is answered for by its hash alone', async () => {
    const key = formatApiKey(new Uint8Array(24).fill(1));
    const body = { hash: hashOfApiKey(key), scopes: ['read'], namespace: null, until: null };
    const subject = `api-key:${projectId(1)}`;
    writer.write(ACME, { kind: 'api-key', subject, op: 'assert', body });
    await open();
    const known = { tenant: ACME, id: projectId(1), scopes: ['read'], namespace: null };
    expect(await driver.ask({ op: 'apiKey', key, scope: 'read' })).toEqual({
      allowed: true,
      reason: 'granted',
      ...known,
      freshness: 'fresh',
    });
    expect(await driver.ask({ op: 'apiKey', key, scope: 'write' })).toMatchObject({
      allowed: false,
      reason: 'scope-missing',
      ...known,
    });
    for (const wrong of [`${key}a`, '', null, 7, { key }]) {
      expect(await driver.ask({ op: 'apiKey', key: wrong })).toMatchObject({
        reason: 'key-malformed',
        tenant: null,
        id: null,
        scopes: [],
      });
    }
  });

  test('a decision is explained by the facts that it rests on', async () => {
    grant(['viewer']);
    await open();
    const question = { issuer: ISSUER, sub: 'jane', permission: 'invoice:read', tenant: ACME };
    const answer = await driver.ask({ op: 'explain', ...question });
    expect(answer['decision']).toEqual({ allowed: true, reason: 'granted', freshness: 'fresh' });
    const because = answer['because'] as Json[];
    expect(because.map(({ subject }) => subject)).toEqual([
      `tenant:${ACME}`,
      `member:${memberId(1)}`,
      'role:viewer',
    ]);
    const fact = writer.facts.find(({ kind }) => kind === 'membership')!;
    const { cause, tenant, seq, kind, subject, id, at } = fact;
    expect(because[1]).toEqual({ tenant, seq, kind, subject, id, at, ...cause });
    expect(await driver.ask({ op: 'explain', ...question, tenant: 'none' })).toMatchObject({
      decision: { reason: 'tenant-unknown' },
      because: [],
    });
  });

  test('a folder is enough, without a token and without NATS', async () => {
    grant(['owner']);
    const folder = join(directory, 'log');
    const put = (path: string, content: string | Uint8Array): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    };
    put('keys/1', keySetNote());
    for (const [shard, lines] of writer.shards) {
      put(`facts/${shardName(shard)}`, lines.map((line) => `${line}\n`).join(''));
    }
    put('heartbeat', registry.heartbeat());
    const { log, root } = options;
    const registryUrl = pathToFileURL(folder).href;
    await open({ registryUrl, token: '', log, root, directory });
    expect(await mayWrite()).toBe(true);
  });

  test('HTTP alone is enough', async () => {
    const { natsUrl: _, ...withoutNats } = options;
    await open(withoutNats);
    grant(['owner']);
    await eventually(async () => expect(await mayWrite()).toBe(true));
  });

  test('a directory belongs to one process', async () => {
    await open();
    const second = new Driver(executable);
    expect(await second.ask({ op: 'open', ...options })).toEqual({ code: 'directory-locked' });
    expect(await second.end()).toBe(0);
  });

  test('another root is refused, and so is a token that the registry does not know', async () => {
    const wrong = { ...options, root: ROOT_KEY.replace('+', '+0') };
    expect(await driver.ask({ op: 'open', ...wrong })).toEqual({ code: 'key-invalid' });
    expect(await driver.ask({ op: 'open', ...options, token: 'x' })).toEqual({ ok: true });
    const question = { issuer: ISSUER, sub: 'jane', permission: 'invoice:read', tenant: ACME };
    expect(await driver.ask({ op: 'can', ...question })).toMatchObject({ reason: 'facts-expired' });
  });

  test(
    'a project gets the module from a proxy and decides with the sample of README',
    async () => {
      writer.write(ACME, memberDraft(memberId(1), 'jane', ['viewer']));
      const go = await goOf(quiet);
      const project = mkdtempSync(join(tmpdir(), 'tenure-go-project-'));
      const env = async (name: string): Promise<string> => (await run(go, ['env', name])).trim();
      const packed = packGoKit(join(project, 'proxy'));
      const downloaded = `file://${join(await env('GOMODCACHE'), 'cache/download')}`;
      const surroundings = {
        GOFLAGS: '-mod=mod -modcacherw',
        GOMODCACHE: join(project, 'modules'),
        GONOSUMDB: '*',
        GOPROXY: [packed.proxy, downloaded, await env('GOPROXY')].join(','),
      };
      const app = join(project, 'app');
      mkdirSync(app);
      copyFileSync(join(GO_KIT, 'sample/main.go'), join(app, 'main.go'));
      const inApp = { cwd: app, env: surroundings };
      await run(go, ['mod', 'init', 'example.test/app'], inApp);
      await run(go, ['get', `${GO_MODULE}@${packed.version}`], inApp);
      await run(go, ['build', '-o', 'app', '.'], inApp);
      const decide = async (permission: string): Promise<unknown> => {
        const args = [ISSUER, 'jane', permission, ACME];
        const said = await run(join(app, 'app'), args, {
          cwd: app,
          env: {
            TENURE_URL: String(options['registryUrl']),
            TENURE_TOKEN: TOKEN,
            TENURE_LOG: LOG,
            TENURE_ROOT: ROOT_KEY,
            TENURE_DIRECTORY: join(project, 'facts'),
          },
        });
        return JSON.parse(said);
      };
      expect(await decide('invoice:read')).toEqual({
        allowed: true,
        reason: 'granted',
        freshness: 'fresh',
      });
      expect(await decide('invoice:write')).toMatchObject({ reason: 'no-permission' });
      rmSync(project, { recursive: true, force: true });
    },
    BUILD_TIMEOUT_MS,
  );
});
