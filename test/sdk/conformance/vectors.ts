import { readFileSync, readdirSync } from 'node:fs';

const FOLDER = new URL('../../../facts/spec/vectors/', import.meta.url);

export type Json = Record<string, unknown>;
/** A vector of the specification as a driver is asked it. */
export type Case = { folder: 'valid' | 'invalid'; name: string; vector: Json };

const readFolder = (folder: Case['folder']): Case[] =>
  readdirSync(new URL(`${folder}/`, FOLDER)).map((file) => ({
    folder,
    name: file.replace('.json', ''),
    vector: JSON.parse(readFileSync(new URL(`${folder}/${file}`, FOLDER), 'utf8')) as Json,
  }));

export const readVectors = (): Case[] => [...readFolder('valid'), ...readFolder('invalid')];

export const isSignature = ({ name }: Pick<Case, 'name'>): boolean => name.startsWith('ed25519-');

/** The rules that a vector is about: its check, or what vectors without one are. */
export const groupOf = (one: Case): string => {
  const [, collection] = /^ed25519-(wycheproof|speccheck)-/.exec(one.name) ?? [];
  if (collection !== undefined) return `ed25519 (${collection})`;
  if (isSignature(one)) return 'ed25519 (strict profile)';
  return typeof one.vector['check'] === 'string' ? one.vector['check'] : 'lines of a shard';
};

/** What the specification wants to be answered. */
export const wantedOf = ({ folder, name, vector }: Case): unknown => {
  if (isSignature({ name })) return { holds: folder === 'valid' };
  if (vector['expect'] !== undefined) return vector['expect'];
  const codes = folder === 'valid' ? [] : [name.split('--')[0]];
  return { accepted: vector['accepted'], codes, head: vector['head'] };
};

/** Not `structuredClone`: under Jest its objects are of another realm, and equal to none of ours. */
export const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
