import { expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { freshDatabase } from '../support/servers/database.ts';

test('migrate brings an empty database up, tells its version, and takes one step back', async () => {
  const DATABASE_URL = await freshDatabase();
  const migrate = async (command: string): Promise<Record<string, unknown>> => {
    let [out, err] = ['', ''];
    const code = await runCli(['migrate', command, '--json'], {
      env: { DATABASE_URL },
      tty: false,
      out: (text) => (out += text),
      err: (text) => (err += text),
    });
    expect([err, code]).toEqual(['', 0]);
    return JSON.parse(out) as Record<string, unknown>;
  };
  const before = (await migrate('version')) as { current: null; pending: string[] };
  expect(before.current).toBeNull();
  expect(before.pending.length).toBeGreaterThan(0);
  expect(await migrate('up')).toEqual({ applied: before.pending });
  expect(await migrate('up')).toEqual({ applied: [] });
  expect(await migrate('version')).toEqual({ current: before.pending.at(-1), pending: [] });
  expect(await migrate('down')).toEqual({ reverted: before.pending.at(-1) });
  expect(await migrate('up')).toEqual({ applied: [before.pending.at(-1)] });
});
