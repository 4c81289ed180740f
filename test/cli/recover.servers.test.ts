import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { migrateUp } from '../../adapters/postgres/migrate.ts';
import { runCli } from '../../cli/program.ts';
import { freshDatabase } from '../support/servers/database.ts';

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1';

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-recover-cli-'));
  env = {
    DATABASE_URL: `postgres://nobody@${NOWHERE}/tenure`,
    NATS_URL: `nats://${NOWHERE}`,
    KEY_DIR: join(folder, 'keys'),
    CHECKPOINT_DIR: join(folder, 'checkpoints'),
    FACT_LOG_ORIGIN: 'tenure.example/cli',
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

async function tenure(...args: string[]) {
  let [out, err] = ['', ''];
  const [take, complain] = [(text: string) => (out += text), (text: string) => (err += text)];
  const code = await runCli(args, { env, tty: false, out: take, err: complain });
  return { code, out, err };
}

test.each([
  [['--root', 'root.key'], '--root is for --new-epoch'],
  [['--new-epoch', '--yes'], '--new-epoch needs the root key'],
  [['--new-epoch', '--root', 'root.key'], 'gives up every fact that is missing'],
  [['--from', './nowhere'], './nowhere is no folder'],
])('wrong usage is one sentence that says what to do: %j', async (args, sentence) => {
  const answer = await tenure('recover', ...args);
  expect(answer).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
});

test('it needs the folder of checkpoints', async () => {
  const { CHECKPOINT_DIR: _, ...others } = env;
  env = others;
  const answer = await tenure('recover');
  expect(answer).toMatchObject({ code: 2, err: expect.stringContaining('CHECKPOINT_DIR') });
});

test('a Postgres that does not answer is exit code 3', async () => {
  const answer = await tenure('recover');
  expect(answer).toMatchObject({ code: 3, err: expect.stringContaining('Postgres does not') });
});

test('a database without a key set is refused, and without NATS nothing is written', async () => {
  const DATABASE_URL = await freshDatabase();
  await migrateUp({ databaseUrl: DATABASE_URL });
  env = { ...env, DATABASE_URL };
  const keyless = await tenure('recover');
  expect(keyless).toMatchObject({ code: 1, err: expect.stringContaining('has no key set') });
  await tenure('keys', 'init', '--root', join(folder, 'root.key'));
  const alone = await tenure('recover');
  expect(alone).toMatchObject({
    code: 3,
    err: expect.stringContaining('JetStream cannot be read'),
  });
});
