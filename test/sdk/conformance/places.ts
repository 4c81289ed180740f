import { copyOf, isSignature } from './vectors.ts';
import type { Case, Json } from './vectors.ts';

/** How the bytes of a place stand in the vector's JSON. */
export type Form = 'line' | 'note' | 'file' | 'hex' | 'text';

/** Bytes of a vector that can be changed. */
export type Place = { path: (string | number)[]; form: Form };

/** Members of the vectors that arrive from outside, by their name. */
const FORMS: Record<string, Form> = {
  ...{ lines: 'line', live: 'line', fetched: 'line', reread: 'line' },
  ...{ note: 'note', keySet: 'note', heartbeat: 'note' },
  ...{ nodes: 'file', view: 'file' },
  ...{ leaf: 'hex', root: 'hex', proof: 'hex', bundle: 'hex', tile: 'hex', entries: 'hex' },
  ...{ publicKey: 'hex', message: 'hex', signature: 'hex' },
  ...{ key: 'text', path: 'text' },
};

/** What a reader was given beforehand is trusted: nobody attacks there. */
const GIVEN: Record<string, readonly string[]> = {
  reader: ['root'],
  'key-set': ['root', 'trusted'],
  heartbeat: ['keySet', 'last'],
  'state-note': ['keySets', 'last'],
};

const walk = (value: unknown, path: Place['path'], form: Form | undefined): Place[] => {
  if (typeof value === 'string') return form === undefined ? [] : [{ path, form }];
  if (Array.isArray(value)) return value.flatMap((item, at) => walk(item, [...path, at], form));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    walk(item, [...path, name], FORMS[name] ?? form),
  );
};

export const placesOf = (one: Case): Place[] => {
  if (isSignature(one)) return walk(one.vector, [], undefined);
  const { check, input, lines } = one.vector;
  if (typeof check !== 'string') return walk(lines, ['lines'], 'line');
  const given = GIVEN[check] ?? [];
  return Object.entries(input as Json)
    .filter(([name]) => !given.includes(name))
    .flatMap(([name, item]) => walk(item, ['input', name], FORMS[name]));
};

export const textAt = (vector: Json, { path }: Place): string =>
  path.reduce((value, name) => (value as Json)[name], vector as unknown) as string;

/** The vector with another text at that place. */
export const withTextAt = (vector: Json, { path }: Place, text: string): Json => {
  const copy = copyOf(vector);
  const inner = path.slice(0, -1).reduce((value, name) => value[name] as Json, copy);
  inner[path.at(-1) ?? ''] = text;
  return copy;
};

const ENCODINGS: Record<Form, BufferEncoding> = {
  ...{ line: 'utf8', text: 'utf8', note: 'base64', file: 'base64', hex: 'hex' },
};

export const bytesOf = (text: string, form: Form): Buffer => Buffer.from(text, ENCODINGS[form]);

/** Lines and texts reach a reader decoded: what is no UTF-8 is U+FFFD by then. */
export const textOf = (bytes: Uint8Array, form: Form): string =>
  Buffer.from(bytes).toString(ENCODINGS[form]);
