import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createCursors } from '../../../api/http/cursor.ts';
import { expectProblem } from '../../support/api/describe-answers.ts';
import { provision } from '../../support/api/provisioned.ts';
import { startTestApi } from '../../support/api/test-api.ts';
import type { TestApi } from '../../support/api/test-api.ts';

const position = z.object({ id: z.string() });
const cursors = createCursors(new Uint8Array(32));

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  for (const slug of ['one', 'two', 'three', 'four', 'five']) await provision(api, slug);
});
afterAll(() => api.close());

test.each(['tenants', 'sagas'])('pages of %s hold every row once', async (list) => {
  const seen: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const query: string = next === '' ? '' : `&cursor=${next}`;
    const { json } = await api.ask({ path: `/v1/${list}?limit=2${query}` });
    const page = json as unknown as Record<string, { id: string }[]> & { next: string | null };
    seen.push(...(page[list] ?? []).map(({ id }) => id));
    next = page.next;
  }
  expect(new Set(seen).size).toBe(5);
  expect(seen).toHaveLength(5);
});

test('a cursor with any character changed is refused', async () => {
  const { json } = await api.ask({ path: '/v1/tenants?limit=2' });
  const { next } = json as unknown as { next: string };
  for (let at = 0; at < next.length; at++) {
    const other = next[at] === 'A' ? 'B' : 'A';
    const changed = next.slice(0, at) + other + next.slice(at + 1);
    expectProblem(
      await api.ask({ path: `/v1/tenants?limit=2&cursor=${changed}` }),
      'cursor-invalid',
    );
  }
});

test('a cursor of another list, filter or key is refused', async () => {
  const { json } = await api.ask({ path: '/v1/sagas?limit=2&state=running' });
  const { next } = json as unknown as { next: string };
  expect((await api.ask({ path: `/v1/sagas?state=running&cursor=${next}` })).status).toBe(200);
  expectProblem(await api.ask({ path: `/v1/sagas?cursor=${next}` }), 'cursor-invalid');
  expectProblem(await api.ask({ path: `/v1/tenants?cursor=${next}` }), 'cursor-invalid');
  const foreign = createCursors(new Uint8Array(32).fill(1)).format('tenants', { id: 'x' });
  expectProblem(await api.ask({ path: `/v1/tenants?cursor=${foreign}` }), 'cursor-invalid');
});

test.each(['', '.', 'e30', 'e30.', '.AAAA', 'e30.AAAA.BBBB', 'ä.ä'])(
  '%j is no cursor, and no error of ours',
  (text) => {
    expect(() => cursors.parse('p', text, position)).toThrow(
      expect.objectContaining({ code: 'cursor-invalid' }),
    );
  },
);

test('a genuine cursor of an older shape is refused, not believed', () => {
  const old = cursors.format('p', { page: 7 });
  expect(() => cursors.parse('p', old, position)).toThrow(
    expect.objectContaining({ code: 'cursor-invalid' }),
  );
  expect(cursors.parse('p', cursors.format('p', { id: 'x' }), position)).toEqual({ id: 'x' });
});
