import { isKnownKind } from './bodies.ts';
import { FactError } from './errors.ts';
import { NAME, UUID } from './formats.ts';
import type { Fact, FactKind, JsonValue } from './types.ts';

const UUID_CHARS = 36;

const named =
  (noun: string, format: RegExp) =>
  (subject: string): boolean =>
    subject.startsWith(`${noun}:`) && format.test(subject.slice(noun.length + 1));

const isGrantSubject = (subject: string): boolean =>
  subject.startsWith('grant:') &&
  UUID.test(subject.slice(6, 6 + UUID_CHARS)) &&
  subject[6 + UUID_CHARS] === ':' &&
  UUID.test(subject.slice(7 + UUID_CHARS));

const FORMS: Record<FactKind, (subject: string) => boolean> = {
  tenant: named('tenant', UUID),
  project: named('project', UUID),
  membership: named('member', UUID),
  grant: isGrantSubject,
  role: named('role', NAME),
  product: named('product', NAME),
  plan: named('plan', NAME),
  entitlement: named('entitlement', NAME),
  'api-key': named('api-key', UUID),
  app: named('app', NAME),
};

/** Empty, which no subject ends in, for what is no text. */
const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/**
 * What of the body (or of the chain) the subject repeats: two answers in one fact would let two
 * readers disagree.
 */
const repeats = (fact: Fact): boolean => {
  const { kind, subject, body } = fact;
  if (kind === 'tenant') return subject === `tenant:${fact.tenant}`;
  if (fact.op === 'retract') return true;
  if (kind === 'grant') {
    return subject === `grant:${textOf(body['member'])}:${textOf(body['project'])}`;
  }
  if (kind === 'entitlement') return subject === `entitlement:${textOf(body['product'])}`;
  return true;
};

/** Refuses (`subject-mismatch`) a subject that is not of its kind, or contradicts the fact. */
export const checkSubject = (fact: Fact): void => {
  if (!isKnownKind(fact.kind)) return;
  if (!FORMS[fact.kind](fact.subject) || !repeats(fact)) {
    throw new FactError('subject-mismatch', `${fact.subject} is no subject of this ${fact.kind}`);
  }
};
