import { isDeepStrictEqual } from 'node:util';
import { askAll } from './ask-all.ts';
import { isWronglyAccepted, isWronglyRefused } from './acceptance.ts';
import { Chance } from './chance.ts';
import { disagreementOf } from './findings.ts';
import type { Answers, Finding } from './findings.ts';
import type { Kit } from './kits.ts';
import { mutantOf, targets } from './vector-mutants.ts';
import type { VectorMutant } from './vector-mutants.ts';
import { groupOf } from './vectors.ts';

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
  /** By group of rules. */
  groups: Record<string, { played: number; refused: number }>;
  perSecond: number;
  findings: Finding[];
};

export const requestOf = ({ origin, vector }: VectorMutant): object => {
  // What the vector expects is no business of who answers.
  const { expect: _, rule: __, ...asked } = vector;
  return { op: 'vector', folder: origin.folder, name: origin.name, vector: asked };
};

const findingIn = (mutant: VectorMutant, answers: Answers): Finding | undefined => {
  const what = disagreementOf(answers) ?? wrongIn(mutant, answers);
  if (what === undefined) return undefined;
  const signed = mutant.isSigned ? ', signed again' : '';
  const where = `${mutant.origin.name} ${mutant.place.path.join('.')}: ${mutant.how}${signed}`;
  return { what, where, answers, request: requestOf(mutant) };
};

/** Of kits that agree one speaks for all. */
const wrongIn = (
  mutant: VectorMutant,
  { typescript }: Answers,
): 'accepted' | 'refused' | undefined => {
  if (isWronglyAccepted(mutant, typescript)) return 'accepted';
  return isWronglyRefused(mutant, typescript) ? 'refused' : undefined;
};

const isAccepted = (answer: unknown): boolean => {
  const { holds, codes, value } = answer as { holds?: boolean; codes?: unknown[]; value?: unknown };
  return holds === true || codes?.length === 0 || value !== undefined;
};

const count = (report: MutantReport, mutant: VectorMutant, { typescript }: Answers): void => {
  const group = (report.groups[groupOf(mutant.origin)] ??= { played: 0, refused: 0 });
  const accepted = isAccepted(typescript);
  report.played += 1;
  group.played += 1;
  if (mutant.isSigned) report.signed += 1;
  if (isDeepStrictEqual(mutant.vector, mutant.origin.vector)) report.unchanged += 1;
  if (accepted) report.accepted += 1;
  else group.refused += 1;
};

/** Plays so many mutants of valid vectors, or until more findings would say nothing new. */
export const playMutants = async (
  kits: readonly Kit[],
  { seed, mutants }: { seed: number; mutants: number },
): Promise<MutantReport> => {
  const [chance, all, startMs] = [new Chance(seed), targets(), performance.now()];
  const counts = { seed, played: 0, signed: 0, unchanged: 0, accepted: 0, perSecond: 0 };
  const report: MutantReport = { ...counts, groups: {}, findings: [] };
  while (report.played < mutants && report.findings.length < MAX_FINDINGS) {
    const size = Math.min(BATCH, mutants - report.played);
    const batch = Array.from({ length: size }, () => mutantOf(all, chance));
    for (const { item: mutant, answers } of await askAll(kits, batch, requestOf)) {
      count(report, mutant, answers);
      const finding = findingIn(mutant, answers);
      if (finding !== undefined) report.findings.push(finding);
    }
  }
  report.perSecond = Math.round((report.played / (performance.now() - startMs)) * 1000);
  return report;
};
