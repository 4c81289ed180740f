import { expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AuthorizationV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import * as postgres from '../../tools/servers/postgres.ts';
import { isFree } from '../../tools/servers/ports.ts';
import { createProgress } from '../../tools/servers/progress.ts';
import { eventually } from '../support/eventually.ts';
import { server } from '../support/servers/server.ts';

test('a Postgres with a broken setting says so with the tail of its log', async () => {
  const paths = await postgres.get(createProgress());
  const starting = postgres.start({ paths, settings: { shared_buffers: 'plenty' } });
  await expect(starting).rejects.toMatchObject({
    code: 'exited',
    message: expect.stringMatching(
      /^Postgres ended .*invalid value for parameter "shared_buffers"/s,
    ),
  });
});

test('a Postgres is found again in its folder by another process, under the same password', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tenure-kept-'));
  try {
    const paths = await postgres.get(createProgress());
    const first = await postgres.start({ paths, dataDir });
    await first.stop();
    const second = await postgres.start({ paths, dataDir, port: first.port });
    await second.stop();
    expect(second.url).toBe(first.url);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});

test('no server outlives a process that is killed with SIGKILL', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tenure-killed-'));
  const registry = fileURLToPath(new URL('../../tools/servers/registry.ts', import.meta.url));
  const file = join(dir, 'parent.ts');
  writeFileSync(
    file,
    `import { startAll } from ${JSON.stringify(registry)};
    const all = await startAll(['postgres', 'nats', 'temporal', 'powerdns'], (_, work) => work());
    console.log(JSON.stringify(Object.values(all).map(({ port }) => port)));
    setInterval(() => undefined, 1000);`,
  );
  // Their temporary folders are made in here, so that it shows what is left of them.
  const env = { ...process.env, TMPDIR: dir };
  const parent = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const ports = JSON.parse(line.toString()) as number[];
  expect(ports).toHaveLength(4);
  expect(readdirSync(dir)).toHaveLength(5);

  parent.kill('SIGKILL');
  await eventually(
    async () => {
      for (const port of ports) expect(await isFree(port)).toBe(true);
      expect(readdirSync(dir)).toEqual(['parent.ts']);
    },
    { withinMs: 30_000, what: 'the watchdog has ended them' },
  );
  rmSync(dir, { recursive: true });
});

test('Knot refuses an update with a key that may not', async () => {
  const { host, port, zone, powerlessTsig: key } = await server('knot');
  const update = [
    `server ${host} ${port}`,
    `zone ${zone}`,
    `key ${key.algorithm}:${key.name} ${key.secret}`,
    `update add refused.${zone} 60 A 192.0.2.1`,
    'send',
  ];
  const input = `${update.join('\n')}\n`;
  expect(() => execFileSync('nsupdate', { input, stdio: 'pipe' })).toThrow(/NOTAUTH|REFUSED/);
});

test('Kubernetes forbids the powerless token and trusts its certificate', async () => {
  const { url, caFile, powerlessToken } = await server('kubernetes');
  expect(existsSync(caFile)).toBe(true);
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'tenure', server: url, caFile, skipTLSVerify: false },
    { name: 'nobody', token: powerlessToken },
  );
  const listing = config.makeApiClient(CoreV1Api).listNamespace();
  await expect(listing).rejects.toMatchObject({ code: 403 });
  const review = await config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
    body: { spec: { resourceAttributes: { verb: 'create', resource: 'namespaces' } } },
  });
  expect(review.status?.allowed).toBe(false);
});
