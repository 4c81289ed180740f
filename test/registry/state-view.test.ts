import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { toHex } from '../../facts/core/bytes.ts';
import { splitTenants } from '../../facts/log/state/pages.ts';
import { openView, viewNode } from '../../facts/log/state/view.ts';
import { viewOfTenant } from '../../registry/state-view.ts';
import { changesOf } from '../facts/log/state/changes.ts';
import { MemoryState } from '../facts/log/state/memory-state.ts';
import { FactWriter, tenantDraft } from '../sdk/support/fact-writer.ts';
import { aKeySet, stateNote } from '../sdk/support/log-writer.ts';
import { ACME, GLOBEX, projectId } from '../sdk/support/tenants.ts';
import { FakeLogStore } from './fake-log-store.ts';

/** A tree of one page; `projects`: facts of GLOBEX besides its own. */
function aState(projects = 0) {
  const writer = new FactWriter();
  for (const tenant of [ACME, GLOBEX]) writer.write(tenant, tenantDraft(tenant));
  for (let n = 0; n < projects; n += 1) {
    const subject = `project:${projectId(n)}`;
    writer.write(GLOBEX, { kind: 'project', subject, op: 'assert', body: { state: 'active' } });
  }
  const tree = new MemoryState();
  const root = tree.change(changesOf(writer.facts));
  const page = tree.nodes.get(toHex(root)) as Uint8Array;
  const store = new FakeLogStore();
  const keep = (node: Uint8Array) => store.stateNodes.set(toHex(root), gzipSync(node));
  keep(page);
  store.notes.set('state', stateNote({ size: writer.facts.length, root }));
  return { store, page, keep };
}

/** The page with one bit of a neighbour's block turned. */
function altered(page: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(page);
  const neighbour = splitTenants(copy).find((block) => !Buffer.from(block).includes(ACME));
  const at = (neighbour?.length ?? 0) - 3;
  if (neighbour !== undefined) neighbour[at] = (neighbour[at] ?? 0) ^ 1;
  return copy;
}

test('a page that is not what its name says is handed to nobody, whoever altered it', async () => {
  const { store, page, keep } = aState();
  expect(await viewOfTenant(store, ACME)).toBeDefined();
  keep(altered(page));
  await expect(viewOfTenant(store, ACME)).rejects.toMatchObject({ code: 'state-hash-mismatch' });
  // Making the page notices nothing by itself: it is the walk that does.
  expect(() => viewNode(altered(page), ACME)).not.toThrow();
});

test.each([0, 100])('a neighbour of %i projects is its block hash, 05 before it', async (more) => {
  const { store, page } = aState(more);
  const view = (await viewOfTenant(store, ACME)) as Uint8Array;
  expect(openView(view, ACME, [aKeySet()]).state?.tenant).toBe(ACME);
  const neighbour = splitTenants(page).find((block) => !Buffer.from(block).includes(ACME));
  const hash = createHash('sha256')
    .update('\x05')
    .update(neighbour as Uint8Array)
    .digest();
  expect(Buffer.from(view).includes(hash)).toBe(true);
});
