import { isDeepStrictEqual } from 'node:util';
import type { KitName } from './kits.ts';

export type Answers = Record<KitName, unknown>;

/** Something that must not be. */
export type Finding = {
  what: 'unlike the specification' | 'unlike each other' | 'accepted' | 'refused' | 'no answer';
  /** The vector, and what was done to it. */
  where: string;
  answers: Answers;
  /** To play it again. */
  request: object;
};

const isError = (answer: unknown): boolean =>
  typeof answer !== 'object' || answer === null || 'error' in answer || 'ended' in answer;

/** All kits say the same, and it is an answer. Members' order does not matter. */
export const disagreementOf = (answers: Answers): Finding['what'] | undefined => {
  const [first, ...others] = Object.values(answers);
  if (Object.values(answers).some(isError)) return 'no answer';
  return others.every((other) => isDeepStrictEqual(other, first)) ? undefined : 'unlike each other';
};
