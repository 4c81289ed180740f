import { readFileSync } from 'node:fs';
import type { Case } from './vectors.ts';

/*
 * Signatures that others collected, because libraries disagree on them (ed25519/NOTICE.md), and
 * what the strict profile of facts-v1, "Signatures", says to each.
 */

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`ed25519/${name}.json`, import.meta.url), 'utf8'));

type Wycheproof = {
  testGroups: {
    publicKey: { pk: string };
    tests: { tcId: number; msg: string; sig: string; result: 'valid' | 'invalid' }[];
  }[];
};

/**
 * The strict profile agrees with every `valid` and `invalid` of Wycheproof: its keys are honest
 * ones, of prime order, so that the cofactor never matters; what it calls invalid is a signature
 * that is cut, too long, of another message, with S >= L, or with an R that is not the bytes of
 * the R that the equation gives. It has no `acceptable` for Ed25519; one would be refused here.
 */
const wycheproofCases = (): Case[] =>
  (read('wycheproof') as Wycheproof).testGroups.flatMap(({ publicKey, tests }) =>
    tests.map(({ tcId, msg, sig, result }) => ({
      folder: result,
      name: `ed25519-wycheproof-${tcId}`,
      vector: { publicKey: publicKey.pk, message: msg, signature: sig },
    })),
  );

/** Table 5 of "Taming the many EdDSAs", by number, with the rule of facts-v1 that decides. */
const SPECCHECK: readonly [Case['folder'], string][] = [
  ['invalid', 'A and R of small order: both are refused'],
  ['invalid', 'A of small order'],
  ['invalid', 'R of small order'],
  // The equation without the cofactor holds, and neither point is of small order.
  ['valid', 'A and R of mixed order'],
  ['invalid', 'holds with the cofactor only'],
  [
    'invalid',
    'holds with the cofactor only, and only when 8h is not reduced before A is multiplied',
  ],
  ['invalid', 'S above L'],
  ['invalid', 'S far above L'],
  ['invalid', 'R not below p; holds when R is reduced before it is hashed'],
  ['invalid', 'R not below p; holds when R is hashed as it is'],
  ['invalid', 'A not below p; holds when A is reduced before it is hashed'],
  ['invalid', 'A not below p; holds when A is hashed as it is'],
];

type SpecCheck = { message: string; pub_key: string; signature: string }[];

const speccheckCases = (): Case[] =>
  (read('speccheck') as SpecCheck).map(({ message, pub_key: publicKey, signature }, at) => {
    const [folder, rule] = SPECCHECK[at] ?? [];
    if (folder === undefined) throw new Error(`speccheck has a case ${at} that nobody judged`);
    const vector = { rule, publicKey, message, signature };
    return { folder, name: `ed25519-speccheck-${at}`, vector };
  });

export const readOutsideSignatures = (): Case[] => [...wycheproofCases(), ...speccheckCases()];
