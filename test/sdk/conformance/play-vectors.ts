import { isDeepStrictEqual } from 'node:util';
import { askAll } from './ask-all.ts';
import { disagreementOf } from './findings.ts';
import type { Finding } from './findings.ts';
import type { Kit } from './kits.ts';
import { readOutsideSignatures } from './outside-signatures.ts';
import { groupOf, readVectors, wantedOf } from './vectors.ts';
import type { Case } from './vectors.ts';

export type VectorReport = {
  findings: Finding[];
  /** By group of rules: how many vectors, and how many of them each kit answered as wanted. */
  groups: Map<string, { vectors: number; passed: Record<string, number> }>;
};

/** Plays the vectors of the specification, and the signatures of others, against all kits. */
export const playVectors = async (kits: readonly Kit[]): Promise<VectorReport> => {
  const requestOf = (one: Case): object => ({ op: 'vector', ...one });
  const report: VectorReport = { findings: [], groups: new Map() };
  const cases = [...readVectors(), ...readOutsideSignatures()];
  for (const { item: one, answers } of await askAll(kits, cases, requestOf)) {
    const group = report.groups.get(groupOf(one)) ?? { vectors: 0, passed: {} };
    report.groups.set(groupOf(one), group);
    group.vectors += 1;
    const wanted = wantedOf(one);
    const wrong = Object.entries(answers).filter(([name, answer]) => {
      const passed = isDeepStrictEqual(answer, wanted);
      if (passed) group.passed[name] = (group.passed[name] ?? 0) + 1;
      return !passed;
    });
    const what = wrong.length > 0 ? 'unlike the specification' : disagreementOf(answers);
    if (what === undefined) continue;
    report.findings.push({ what, where: one.name, answers, request: requestOf(one) });
  }
  return report;
};
