import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { startTestApi } from '../../support/api/test-api.ts';

test('the docs page and all that it loads come from this server', async () => {
  const api = await startTestApi();
  try {
    const page = await api.ask({ path: '/docs', token: null });
    expect(page.status).toBe(200);
    expect(page.headers.get('Content-Type')).toMatch(/^text\/html/);
    expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self'");
    const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(loaded.length).toBeGreaterThan(3);
    for (const path of loaded) {
      expect(path).toMatch(/^\//);
      expect([path, (await api.ask({ path, token: null })).status]).toEqual([path, 200]);
    }
  } finally {
    await api.close();
  }
});

test('the served document is OpenAPI 3.1', async () => {
  const api = await startTestApi();
  try {
    const { text, headers } = await api.ask({ path: '/openapi.yaml', token: null });
    expect(headers.get('Content-Type')).toMatch(/yaml/);
    expect(parse(text)).toMatchObject({ openapi: '3.1.1', info: { title: 'Tenure' } });
  } finally {
    await api.close();
  }
});

test('no other file of the package is served', async () => {
  const api = await startTestApi();
  try {
    for (const path of ['/docs/package.json', '/docs/../package.json', '/docs/index.html'])
      expect((await api.ask({ path, token: null })).status).toBe(404);
  } finally {
    await api.close();
  }
});
