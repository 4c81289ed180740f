import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { getState, getStateNode, getStateOfTenant } from '../../../api/log/state.ts';
import { toHex } from '../../../facts/core/bytes.ts';
import { liveFactsOf } from '../../../facts/log/state/live-facts.ts';
import { openView } from '../../../facts/log/state/view.ts';
import { changesOf } from '../../facts/log/state/changes.ts';
import { MemoryState } from '../../facts/log/state/memory-state.ts';
import { FactWriter, LOG, tenantDraft } from '../../sdk/support/fact-writer.ts';
import { aKeySet, stateNote } from '../../sdk/support/log-writer.ts';
import { ACME, GLOBEX, OUTSIDER } from '../../sdk/support/tenants.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { READER, startTestApi } from '../../support/api/test-api.ts';
import type { TestApi } from '../../support/api/test-api.ts';

/** A tree of two tenants; gives the hash of its one page. */
function keepState({ logStore }: TestApi): string {
  const writer = new FactWriter();
  for (const tenant of [ACME, GLOBEX]) writer.write(tenant, tenantDraft(tenant));
  const tree = new MemoryState();
  const root = tree.change(changesOf(writer.facts));
  for (const [name, node] of tree.nodes) logStore.stateNodes.set(name, gzipSync(node));
  logStore.notes.set('state', stateNote({ size: writer.facts.length, root }));
  return toHex(root);
}

const bytesOf = async (api: TestApi, path: string): Promise<Uint8Array> => {
  const headers = { Authorization: `Bearer ${READER}` };
  return new Uint8Array(await (await fetch(api.url + path, { headers })).arrayBuffer());
};

describeAnswers({
  route: getState,
  valid: (api) => {
    keepState(api);
    return { path: '/v1/log/state', token: READER };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.text).toBe(api.logStore.notes.get('state'));
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
  route: getStateNode,
  valid: (api) => ({ path: `/v1/log/state/${keepState(api)}`, token: READER }),
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.headers.get('Content-Encoding')).toBeNull();
      expect(answer.headers.get('Cache-Control')).toContain('immutable');
      return answer;
    },
    'not-found': (api, valid) => api.ask({ ...valid, path: `/v1/log/state/${'0'.repeat(64)}` }),
    'request-invalid': (api, valid) => api.ask({ ...valid, path: '/v1/log/state/ABC' }),
  },
});

describeAnswers({
  route: getStateOfTenant,
  valid: (api) => {
    keepState(api);
    return { path: `/v1/log/state/tenants/${ACME}`, token: READER };
  },
  cases: {
    'not-found': (api, valid) => {
      api.logStore.notes.clear();
      return api.ask(valid);
    },
    200: async (api, valid) => {
      const view = await bytesOf(api, valid.path);
      const { note, state } = openView(view, ACME, [aKeySet()]);
      expect(state && liveFactsOf(state, note).map(({ fact }) => fact.tenant)).toEqual([ACME]);
      return api.ask(valid);
    },
    'request-invalid': (api, valid) => api.ask({ ...valid, path: '/v1/log/state/tenants/acme' }),
  },
});

test('a view shows nothing of a neighbour but hashes, though both stand in one page', async () => {
  const api = await startTestApi();
  try {
    keepState(api);
    const view = Buffer.from(await bytesOf(api, `/v1/log/state/tenants/${ACME}`));
    expect(view.includes(ACME)).toBe(true);
    expect(view.includes(GLOBEX)).toBe(false);
    expect(view.includes(Buffer.from(GLOBEX.replaceAll('-', ''), 'hex'))).toBe(false);
  } finally {
    await api.close();
  }
});

test('of a tenant that nobody knows there is a proof that it has no facts', async () => {
  const api = await startTestApi();
  try {
    keepState(api);
    const view = await bytesOf(api, `/v1/log/state/tenants/${OUTSIDER}`);
    expect(openView(view, OUTSIDER, [aKeySet()]).state).toBeNull();
    expect(openView(view, OUTSIDER, [aKeySet()]).note.log).toBe(LOG);
  } finally {
    await api.close();
  }
});
