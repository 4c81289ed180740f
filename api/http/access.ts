import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../problem.ts';
import type { Access, Caller } from './route.ts';

export interface Tokens {
  readonly operator: string;
  readonly reader: string;
}

/** RFC 6750: the scheme's name is case-insensitive, the token is one word. */
const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Gives the caller, or throws the problem `unauthorized` or `forbidden`. */
export type Authorize = (access: Exclude<Access, 'open'>, header: string | undefined) => Caller;

/**
 * Compares digests in constant time: a comparison that stops at the first wrong byte lets a
 * patient caller guess a token byte by byte, and unequal lengths would show as well.
 */
export function createAuthorizer(tokens: Tokens): Authorize {
  const operator = digest(tokens.operator);
  const reader = digest(tokens.reader);
  return (access, header) => {
    const given = digest(BEARER.exec(header ?? '')?.[1] ?? '');
    // Both are compared whatever the first says.
    const isOperator = timingSafeEqual(given, operator);
    const isReader = timingSafeEqual(given, reader);
    if (isOperator) return { role: 'operator', id: 'operator' };
    if (!isReader) throw new Problem('unauthorized', 'The request carries no valid token.');
    if (access === 'operator') throw new Problem('forbidden', 'The token is the reader’s.');
    return { role: 'reader', id: 'reader' };
  };
}
