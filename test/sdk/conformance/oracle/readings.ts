import { bytesOf } from '../places.ts';
import type { Json } from '../vectors.ts';
import { hashOfKey } from './api-keys.ts';
import { readKeySet, textOfNote } from './notes.ts';
import type { OracleKeySet } from './notes.ts';
import { headsByName, readStateNote, standingNote } from './state-notes.ts';
import type { OracleStateNote } from './state-notes.ts';
import { partsOfView, readTenants, tenantInView, valueOfTenant } from './state-tree.ts';
import type { ServedFiles } from './state-tree.ts';

/*
 * What the specification reads in an input, whole: the only value that a kit may answer. Of the
 * state and of API keys the oracle knows all of it, whoever changed what.
 */

const textIn = (note: unknown): string => textOfNote(bytesOf(String(note), 'note')) ?? '';

const setsIn = ({ keySets }: Json): OracleKeySet[] =>
  (keySets as string[]).flatMap((note) => readKeySet(textIn(note)) ?? []);

const valueOfNote = (stated: OracleStateNote): Json => {
  const { epoch, size, version, root } = stated;
  return { epoch, size, keySetVersion: version, root, heads: headsByName(stated) };
};

/** Undefined: there is nothing to be taken. */
export const READINGS: Record<string, (input: Json) => Json | undefined> = {
  'state-note': (input) => {
    const before = input['last'] === null ? undefined : readStateNote(textIn(input['last']));
    const note = bytesOf(String(input['note']), 'note');
    const stated = standingNote(note, setsIn(input), before);
    return stated && valueOfNote(stated);
  },
  'state-tree': (input) => {
    const found = readTenants(String(input['root']), input['nodes'] as ServedFiles);
    const place = { log: String(input['log']), epoch: Number(input['epoch']) };
    const tenants = found?.map((tenant) => valueOfTenant(tenant, place));
    return tenants?.every((tenant) => tenant !== undefined) === true ? { tenants } : undefined;
  },
  'state-view': (input) => {
    const parts = partsOfView(bytesOf(String(input['view']), 'file'));
    const stated = parts && standingNote(parts.note, setsIn(input));
    if (parts === undefined || stated === undefined) return undefined;
    const tenant = tenantInView(stated.root, parts.nodes, String(input['tenant']));
    const block = tenant && valueOfTenant(tenant, stated);
    return block === undefined ? undefined : { size: stated.size, block };
  },
  'api-key': (input) => {
    const hash = hashOfKey(String(input['key']));
    return hash === undefined ? undefined : { hash };
  },
};
