/** One property of an outside object that we manage, as text: no personal data, no secret. */
export interface Attribute {
  /** In the outside system's words, e.g. `spec.rules[0].host`. */
  readonly name: string;
  readonly wanted: string;
  /** Null: it is not there. */
  readonly found: string | null;
}

/** What one outside system has for one tenant. */
export interface Observation {
  /** `foreign`: an object of that name is there and does not carry the tenant's mark. */
  readonly presence: 'absent' | 'mine' | 'foreign';
  /** All that we manage, also what is as it should be; none unless it is `mine`. */
  readonly attributes: readonly Attribute[];
  /** Of what is `mine` and can be suspended: whether it lets people through. */
  readonly open?: boolean;
}

export const ABSENT: Observation = { presence: 'absent', attributes: [] };
export const FOREIGN: Observation = { presence: 'foreign', attributes: [] };

/** As much of a found text as is kept and shown. */
const TOLD_CHARS = 300;

/** Of what is wanted: the attributes that are there and another, or not there. */
export function driftOf({ attributes }: Observation): readonly Attribute[] {
  return attributes
    .filter(({ wanted, found }) => wanted !== found)
    .map(({ name, wanted, found }) => ({ name, wanted, found: found && tellable(found) }));
}

/** Whoever bends an object writes it: it must neither fill our tables nor drive a terminal. */
function tellable(found: string): string {
  const printable = found.replaceAll(/\p{C}/gu, '\uFFFD');
  return printable.length > TOLD_CHARS ? `${printable.slice(0, TOLD_CHARS)}…` : printable;
}
