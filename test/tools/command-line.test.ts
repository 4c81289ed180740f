import { expect, test } from '@jest/globals';
import { givenNumber, givenWhole } from '../../tools/command-line.ts';
import { captureCommand } from '../../tools/run-command.ts';

test('a number from 0 up is taken as it is', () => {
  expect(['0', '0.1', '500'].map((text) => givenNumber('share', text))).toEqual([0, 0.1, 500]);
});

test.each(['x', '', ' ', 'Infinity', '-1', '1,5'])('%j is refused, whatever is asked', (text) => {
  expect(() => givenNumber('share', text)).toThrow(
    `--share takes a number from 0 up, not "${text}"`,
  );
});

test.each(['1.5', '1e300', 'x', '-1'])('%j is no whole number', (text) => {
  expect(() => givenWhole('seed', text)).toThrow('--seed takes a ');
  expect(givenWhole('seed', '20783')).toBe(20_783);
});

const command = (entry: string, ...args: readonly string[]) =>
  captureCommand([process.execPath, '--disable-warning=ExperimentalWarning', entry, ...args]);

test.each([
  ['test/proof/main.ts', '--share', '--share takes a number from 0 up, not "x"'],
  ['test/proof/main.ts', '--pairs', '--pairs takes a number from 0 up, not "x"'],
  ['test/proof/soak-main.ts', '--minutes', '--minutes takes a number from 0 up, not "x"'],
  ['test/simulation/main.ts', '--seeds', '--seeds takes a number from 0 up, not "x"'],
  ['test/sdk/conformance/main.ts', '--mutants', '--mutants takes a number from 0 up, not "x"'],
])('%s %s x ends with exit code 2 and one sentence', async (entry, option, sentence) => {
  const { code, output } = await command(entry, option, 'x');
  expect({ code, output }).toEqual({ code: 2, output: `${sentence}\n` });
});

test('a protection that the simulation does not have is refused by name', async () => {
  const { code, output } = await command('test/simulation/main.ts', '--mutation', 'x');
  expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining('skip-prev') });
});

test.each([
  'bench/main.ts',
  'test/proof/main.ts',
  'test/proof/soak-main.ts',
  'test/sdk/conformance/main.ts',
  'test/simulation/main.ts',
  'tools/demo/main.ts',
])('%s says how it is used: when asked, and with what it does not know', async (entry) => {
  const [asked, unknown] = [await command(entry, '--help'), await command(entry, '--what')];
  expect(asked).toMatchObject({ code: 0, output: expect.stringMatching(/^npm run /u) });
  expect(unknown).toMatchObject({ code: 2, output: expect.stringContaining(`Use: npm run `) });
});
