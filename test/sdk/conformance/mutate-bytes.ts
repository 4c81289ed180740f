import type { Chance } from './chance.ts';

/** What parsers disagree on more often than chance finds it. */
const TOKENS = [
  ...['0', '-0', '1.0', '1e0', '01', '+1', '9007199254740992', '-1', '99999999999999999999'],
  ...['{}', '[]', '[[[[[[[[[]]]]]]]]]', ',', ':', '"', '""', 'null', 'true', '"a":1,', '-', '.'],
  ...['\\u0000', '\\u0041', '\\ud800', '\\udc00\\ud800', '\\ud83d\\ude00', '\\/', '\\x', '\\uD8'],
  ...[
    ' ',
    '\t',
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    '\u00a0',
    '\u2028',
    '\u3000',
    '\ufeff',
    '\0',
    '\u007f',
  ],
  ...['\u0085', '\u180e', '\u200b', '\u001f', '=', '==', '+', '/', '_', '@', '|', '\u2014 '],
  ...['"__proto__":{},', '"body":{},', '2026-02-29', '24:00', ':60.', 'Z', 'z', '+00:00', 'E', 'é'],
].map((text) => Buffer.from(text));

/** No UTF-8: overlong, surrogates, above U+10FFFF, cut. */
const BROKEN = ['c0af', 'eda080', 'f4908080', 'e282', 'ff', '80', 'f0808080'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

const splice = (bytes: Buffer, at: number, removed: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + removed)]);

type Mutation = (bytes: Buffer, chance: Chance) => Buffer;

const range = (bytes: Buffer, chance: Chance): [at: number, length: number] => {
  const at = chance.below(bytes.length);
  return [at, 1 + chance.below(Math.min(chance.of([1, 4, 64, 1024]), bytes.length - at))];
};

const MUTATIONS: Record<string, Mutation> = {
  flip: (bytes, chance) => {
    const at = chance.below(bytes.length);
    return splice(bytes, at, 1, Buffer.of((bytes[at] ?? 0) ^ (1 << chance.below(8))));
  },
  cut: (bytes, chance) => splice(bytes, ...range(bytes, chance), Buffer.of()),
  truncate: (bytes, chance) => bytes.subarray(0, chance.below(bytes.length)),
  duplicate: (bytes, chance) => {
    const [at, length] = range(bytes, chance);
    return splice(bytes, at, 0, bytes.subarray(at, at + length));
  },
  swap: (bytes, chance) => {
    const [at, length] = range(bytes, chance);
    const both = bytes.subarray(at, at + 2 * length);
    return splice(
      bytes,
      at,
      both.length,
      Buffer.concat([both.subarray(length), both.subarray(0, length)]),
    );
  },
  insert: (bytes, chance) =>
    splice(
      bytes,
      chance.below(bytes.length + 1),
      0,
      chance.of(chance.isOneIn(8) ? BROKEN : TOKENS),
    ),
  replace: (bytes, chance) => splice(bytes, ...range(bytes, chance), chance.of(TOKENS)),
  digit: (bytes, chance) => {
    const digits = [...bytes.keys()].filter((at) => /\d/.test(String.fromCharCode(bytes[at] ?? 0)));
    if (digits.length === 0) return bytes;
    return splice(bytes, chance.of(digits), 1, Buffer.from(String(chance.below(10))));
  },
};

const ALL = Object.entries(MUTATIONS);

export type Mutant = { bytes: Buffer; how: string };

/** One to three mutations; the bytes may come out as they were. */
export const mutateBytes = (bytes: Uint8Array, chance: Chance): Mutant => {
  let made = Buffer.from(bytes);
  const names: string[] = [];
  for (let left = 1 + (chance.isOneIn(4) ? chance.below(3) : 0); left > 0; left -= 1) {
    if (made.length === 0) break;
    const [name, mutate] = chance.of(ALL);
    made = Buffer.from(mutate(made, chance));
    names.push(name);
  }
  return { bytes: made, how: names.join('+') };
};
