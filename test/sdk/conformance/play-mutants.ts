import { isDeepStrictEqual } from 'node:util';
import { askAll } from './ask-all.ts';
import { isWronglyAccepted } from './acceptance.ts';
import { Chance } from './chance.ts';
import { disagreementOf } from './findings.ts';
import type { Answers, Finding } from './findings.ts';
import type { Kit } from './kits.ts';
import { mutantOf, targets } from './vector-mutants.ts';
import type { VectorMutant } from './vector-mutants.ts';

/** On their way at a time: no driver waits for another, and pipes do not fill. */
const BATCH = 256;
/** More say nothing new, and nobody reads them. */
const MAX_FINDINGS = 50;

export type MutantReport = {
  seed: number;
  played: number;
  /** Of those played: mutants under a true signature; as they were before; taken by all kits. */
  signed: number;
  unchanged: number;
  accepted: number;
  perSecond: number;
  findings: Finding[];
};

export type MutantLimits = { seed: number; mutants: number; withinMs?: number };

export const requestOf = ({ origin, vector }: VectorMutant): object => {
  // What the vector expects is no business of who answers.
  const { expect: _, rule: __, ...asked } = vector;
  return { op: 'vector', folder: origin.folder, name: origin.name, vector: asked };
};

export const findingIn = (mutant: VectorMutant, answers: Answers): Finding | undefined => {
  const accepted = Object.values(answers).some((answer) => isWronglyAccepted(mutant, answer));
  const what = disagreementOf(answers) ?? (accepted ? 'accepted' : undefined);
  if (what === undefined) return undefined;
  const signed = mutant.isSigned ? ', signed again' : '';
  const where = `${mutant.origin.name} ${mutant.place.path.join('.')}: ${mutant.how}${signed}`;
  return { what, where, answers, request: requestOf(mutant) };
};

const isAccepted = (answer: unknown): boolean => {
  const { holds, codes, value } = answer as { holds?: boolean; codes?: unknown[]; value?: unknown };
  return holds === true || codes?.length === 0 || value !== undefined;
};

/** Plays mutants of valid vectors until there were so many, or the time is over. */
export const playMutants = async (
  kits: readonly Kit[],
  { seed, mutants, withinMs = Infinity }: MutantLimits,
): Promise<MutantReport> => {
  const [chance, all, startMs] = [new Chance(seed), targets(), performance.now()];
  const report = { seed, played: 0, signed: 0, unchanged: 0, accepted: 0, perSecond: 0 };
  const findings: Finding[] = [];
  const passedMs = (): number => performance.now() - startMs;
  while (report.played < mutants && passedMs() < withinMs && findings.length < MAX_FINDINGS) {
    const size = Math.min(BATCH, mutants - report.played);
    const batch = Array.from({ length: size }, () => mutantOf(all, chance));
    for (const { item: mutant, answers } of await askAll(kits, batch, requestOf)) {
      report.played += 1;
      if (mutant.isSigned) report.signed += 1;
      if (isDeepStrictEqual(mutant.vector, mutant.origin.vector)) report.unchanged += 1;
      if (isAccepted(answers.typescript)) report.accepted += 1;
      const finding = findingIn(mutant, answers);
      if (finding !== undefined) findings.push(finding);
    }
  }
  return { ...report, perSecond: Math.round((report.played / passedMs()) * 1000), findings };
};
