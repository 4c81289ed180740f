import { isHost } from './host.ts';

/** RFC 5321, 4.5.3.1: a path has 256 octets, two of them the angle brackets. */
const EMAIL_MAX_CHARS = 254;
const LOCAL_PART_MAX_CHARS = 64;

/** `dot-atom` of RFC 5322, 3.2.3, ASCII only: what mail servers in use take. */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

export type EmailProblem = 'email-malformed';

/** Syntax only; whether it is theirs, the mail shows. */
export function checkEmail(email: string): EmailProblem | undefined {
  const at = email.lastIndexOf('@');
  const local = email.slice(0, Math.max(at, 0));
  const holds =
    email.length <= EMAIL_MAX_CHARS &&
    local.length <= LOCAL_PART_MAX_CHARS &&
    LOCAL_PART.test(local) &&
    isHost(lowerCaseAscii(email.slice(at + 1)));
  return holds ? undefined : 'email-malformed';
}

/** For comparing; mail goes to the address as it was given. */
export function normaliseEmail(email: string): string {
  return lowerCaseAscii(email);
}

/** One mailbox, as far as anybody can tell without asking its server. */
export function sameEmail(one: string, other: string): boolean {
  return normaliseEmail(one) === normaliseEmail(other);
}

/** `toLowerCase` would make `k` of the Kelvin sign U+212A, and so two addresses one. */
function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
