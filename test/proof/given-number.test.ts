import { expect, test } from '@jest/globals';
import { captureCommand } from '../../tools/run-command.ts';
import { givenNumber } from './given-number.ts';

test('a number from 0 up is taken as it is', () => {
  expect(['0', '0.1', '500'].map((text) => givenNumber('share', text))).toEqual([0, 0.1, 500]);
});

test.each(['x', '', ' ', 'Infinity', '-1', '1,5'])('%j is refused, whatever is asked', (text) => {
  expect(() => givenNumber('share', text)).toThrow(
    `--share takes a number from 0 up, not "${text}"`,
  );
});

const command = (entry: string, ...args: readonly string[]) =>
  captureCommand([process.execPath, '--disable-warning=ExperimentalWarning', entry, ...args]);

test.each([
  ['main.ts', '--share', '--share takes a number from 0 up, not "x"'],
  ['main.ts', '--pairs', '--pairs takes a number from 0 up, not "x"'],
  ['soak-main.ts', '--minutes', '--minutes takes a number from 0 up, not "x"'],
])('%s %s x ends with exit code 2 and one sentence', async (entry, option, sentence) => {
  const { code, output } = await command(`test/proof/${entry}`, option, 'x');
  expect({ code, output }).toEqual({ code: 2, output: `${sentence}\n` });
});
