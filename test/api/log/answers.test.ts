import { expect, test } from '@jest/globals';
import { getCheckpoint, getHeartbeat, getKeySet } from '../../../api/log/routes.ts';
import { getTile } from '../../../api/log/tiles.ts';
import { toBase64, utf8 } from '../../../facts/core/bytes.ts';
import { preAuthEncoding } from '../../../facts/core/pae.ts';
import { parseBundle } from '../../../facts/log/entry-bundle.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { READER, startTestApi } from '../../support/api/test-api.ts';

describeAnswers({
  route: getKeySet,
  valid: (api) => {
    api.logStore.keySets.push('the first\n', 'the second\n');
    return { path: '/v1/log/keys/2', token: READER };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.text).toBe('the second\n');
      expect(answer.headers.get('Cache-Control')).toContain('immutable');
      return answer;
    },
    'not-found': (api, valid) => api.ask({ ...valid, path: '/v1/log/keys/3' }),
    'request-invalid': (api, valid) => api.ask({ ...valid, path: '/v1/log/keys/0' }),
  },
});

describeAnswers({
  route: getCheckpoint,
  valid: (api) => {
    api.logStore.notes.set('checkpoint', 'a checkpoint\n');
    return { path: '/v1/log/checkpoint', token: READER };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.text).toBe('a checkpoint\n');
      // The newest changes each second.
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
      return answer;
    },
    'not-found': (api, valid) => {
      api.logStore.notes.clear();
      return api.ask(valid);
    },
  },
});

describeAnswers({
  route: getHeartbeat,
  valid: (api) => {
    api.logStore.notes.set('heartbeat', 'a heartbeat\n');
    return { path: '/v1/log/heartbeat', token: READER };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.text).toBe('a heartbeat\n');
      return answer;
    },
    'not-found': (api, valid) => {
      api.logStore.notes.clear();
      return api.ask(valid);
    },
  },
});

test.each(['0', '-1', '1.5', '01', 'x', '9'.repeat(20)])(
  'there is no key set %s',
  async (version) => {
    const api = await startTestApi();
    try {
      expect((await api.ask({ path: `/v1/log/keys/${version}` })).status).toBe(400);
    } finally {
      await api.close();
    }
  },
);

describeAnswers({
  route: getTile,
  valid: (api) => {
    for (let leaf = 0; leaf < 300; leaf += 1) {
      api.logStore.leaves.push(new Uint8Array(32).fill(leaf));
      api.logStore.payloads.push(utf8(`{"leaf":${leaf}}`));
    }
    api.logStore.notes.set('checkpoint', checkpointOf(300));
    return { path: '/v1/log/tile/0/001.p/44', token: READER };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.headers.get('Content-Type')).toBe('application/octet-stream');
      expect(answer.headers.get('Cache-Control')).toContain('immutable');
      expect(Number(answer.headers.get('Content-Length'))).toBe(44 * 32);
      return answer;
    },
    'not-found': (api, valid) => {
      // There, and not covered by a signed checkpoint yet.
      api.logStore.notes.set('checkpoint', checkpointOf(299));
      return api.ask(valid);
    },
    'request-invalid': (api, valid) => api.ask({ ...valid, path: '/v1/log/tile/0/1' }),
  },
});

/** Nobody verifies it here. */
function checkpointOf(size: number): string {
  const root = toBase64(new Uint8Array(32));
  return `log\n${size}\n${root}\n\n— log ${toBase64(new Uint8Array(68))}\n`;
}

test('entries are the bytes that were signed, behind their lengths', async () => {
  const api = await startTestApi();
  try {
    api.logStore.payloads.push(utf8('{}'), utf8('{"a":1}'));
    api.logStore.notes.set('checkpoint', checkpointOf(2));
    const { text } = await api.ask({ path: '/v1/log/tile/entries/000.p/2', token: READER });
    const bundle = parseBundle(utf8(text), 2);
    expect(bundle).toEqual(['{}', '{"a":1}'].map((payload) => preAuthEncoding(utf8(payload))));
  } finally {
    await api.close();
  }
});

test.each(['0/1', 'x/001', '0/x001', '0/001.p/1000'])('%s is no path of a tile', async (path) => {
  const api = await startTestApi();
  try {
    expect((await api.ask({ path: `/v1/log/tile/${path}` })).status).toBe(400);
  } finally {
    await api.close();
  }
});

test.each(['0/001.p/256', '64/001', 'entries/x000/001', '0/000', '1/000.p/2'])(
  'there is no tile %s',
  async (path) => {
    const api = await startTestApi();
    try {
      expect((await api.ask({ path: `/v1/log/tile/${path}` })).status).toBe(404);
    } finally {
      await api.close();
    }
  },
);
