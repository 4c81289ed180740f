import type { ProofWorld } from '../world.ts';
import type { Findings, Subject } from './subject.ts';

/** I9: the same request with the same key is answered as it was, and nothing begins again. */
export async function sameAnswer(_world: ProofWorld, subject: Subject): Findings {
  const answer = await subject.request();
  if (answer.outcome !== 'replayed') return [`asked again it is ${answer.outcome}, not replayed`];
  const { id } = answer.operation;
  return id === subject.operation.id ? [] : [`asked again it is another operation, ${id}`];
}
