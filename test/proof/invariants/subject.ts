import type { Operation } from '../../../ports/registry-store.ts';
import type { Request, Story } from '../story.ts';
import type { ProofWorld } from '../world.ts';

/** A saga that has ended, to be looked at from outside. */
export interface Subject {
  /** Its row at the end. */
  readonly operation: Operation;
  readonly story: Story;
  /** The request that it was accepted by. */
  readonly request: Request;
}

/** What does not hold, each in a sentence; none: it holds. */
export type Findings = Promise<readonly string[]>;

export type SagaInvariant = (world: ProofWorld, subject: Subject) => Findings;
export type WorldInvariant = (world: ProofWorld) => Findings;

/** Invariants by the names of DESIGN 9. */
export const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5', 'I7', 'I9'] as const;
export type InvariantName = (typeof INVARIANTS)[number];

/** As superuser, whom row-level security does not bind. */
export async function select<T>(
  { stack }: ProofWorld,
  text: string,
  ...values: readonly unknown[]
): Promise<T[]> {
  const { rows } = await stack.admin.query(text, [...values]);
  return rows as T[];
}
