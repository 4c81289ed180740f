import { describe, expect, test } from '@jest/globals';
import { wasNotSent } from '../../ports/not-sent.ts';
import { freePort } from '../../tools/servers/ports.ts';

describe('a failed request', () => {
  test('that found nobody listening was not sent', async () => {
    const failure: unknown = await fetch(`http://127.0.0.1:${await freePort()}`).catch(
      (error: unknown) => error,
    );
    expect(wasNotSent(failure)).toBe(true);
  });

  test.each([
    ['was not sent when the socket says so itself', { code: 'ECONNREFUSED' }, true],
    ['may have arrived when the connection broke', { cause: { code: 'ECONNRESET' } }, false],
    ['may have arrived when nothing is known', undefined, false],
  ])('%s', (_name, error, expected) => {
    expect(wasNotSent(error)).toBe(expected);
  });
});
