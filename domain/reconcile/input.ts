/** Of `reconcileTenant` and of `reconcileAll`. */
export interface ReconcileInput {
  /** False: only the plan is made and kept. */
  readonly repair: boolean;
}

/** Throws TypeError for a row of another kind: our own writing, so a bug. */
export function reconcileInputOf(input: Readonly<Record<string, unknown>>): ReconcileInput {
  if (typeof input['repair'] !== 'boolean') throw new TypeError('not the input of the doctor');
  return { repair: input['repair'] };
}
