import type { ProofWorld } from '../world.ts';
import { consistentCheckpoints } from './checkpoints.ts';
import { ended } from './ended.ts';
import { exactFacts, soundChain } from './facts.ts';
import { sameAnswer } from './once.ts';
import { allObjects, ownObjects } from './orphans.ts';
import { planeOf, planeOfAll } from './planes.ts';
import { filesTellNobody, tellsNobody } from './privacy.ts';
import type { Findings, InvariantName, SagaInvariant, Subject, WorldInvariant } from './subject.ts';

/** I9 comes first: what it wrongly begins, the others see. */
const OF_SAGA: readonly (readonly [InvariantName, SagaInvariant])[] = [
  ['I9', sameAnswer],
  ['I1', ownObjects],
  ['I2', ended],
  ['I3', exactFacts],
  ['I4', soundChain],
  ['I5', planeOf],
  ['I7', tellsNobody],
];

const OF_WORLD: readonly (readonly [InvariantName, WorldInvariant])[] = [
  ['I1', allObjects],
  ['I4', consistentCheckpoints],
  ['I5', planeOfAll],
  ['I7', filesTellNobody],
];

/** DESIGN 9 for one saga that ended, read past the registry: `I1: …` for each that is broken. */
export async function checkSaga(world: ProofWorld, subject: Subject): Promise<string[]> {
  return look(OF_SAGA.map(([name, invariant]) => [name, () => invariant(world, subject)]));
}

/** DESIGN 9 for everything at once, when nothing is on its way. */
export async function checkWorld(world: ProofWorld): Promise<string[]> {
  return look(OF_WORLD.map(([name, invariant]) => [name, () => invariant(world)]));
}

const UNSEEN = 'not to be read';

/** Nobody could look: what it says is neither right nor wrong. */
export const isUnseen = (finding: string): boolean => finding.includes(`: ${UNSEEN}: `);

/** One after the other; what cannot be looked at is a finding. */
async function look(invariants: readonly [InvariantName, () => Findings][]): Promise<string[]> {
  const findings: string[] = [];
  for (const [name, invariant] of invariants) {
    const found = await invariant().catch((error: unknown) => [`${UNSEEN}: ${String(error)}`]);
    findings.push(...found.map((finding) => `${name}: ${finding}`));
  }
  return findings;
}
