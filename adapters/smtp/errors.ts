import { PortError } from '../../ports/call.ts';
import type { PortErrorCode } from '../../ports/call.ts';
import { wasNotSent } from '../../ports/not-sent.ts';

/** What nodemailer's errors tell; `originalCode` is Node's, over which it put its own. */
interface SmtpFailure {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly timeoutType?: string;
}

/** RFC 4954, 6: authentication required, too weak, failed, encryption required for it. */
const CREDENTIAL_REPLIES: ReadonlySet<number> = new Set([530, 534, 535, 538]);
/** RFC 3463, 3.8: X.7.X is security and policy, such as no relaying for us. */
const POLICY = /^5\d\d[ -]5\.7\./u;
/** OpenSSL's and Node's words for a certificate that does not hold, or no TLS at all. */
const UNTRUSTED = /^(?:CERT_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|ERR_TLS_CERT_|ERR_SSL_WRONG_)/u;
/** The connection was not made, or the server had not said a word yet. */
const EARLY_TIMEOUTS: ReadonlySet<string> = new Set(['CONNECTION_TIMEOUT', 'GREETING_TIMEOUT']);
const PERMANENT_REPLY = 500;

/**
 * The reply of a server repeats addresses and pieces of the mail: only its numbers go into `cause`,
 * which the log gets.
 */
export function toPortError(error: unknown): PortError {
  const failure = (error ?? {}) as SmtpFailure;
  const { code, command, response = '', responseCode } = failure;
  const [port, message] =
    responseCode === undefined ? lossOf(failure) : refusalOf(failure, responseCode);
  const status = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/u.exec(response)?.[0];
  const said = [code, failure.originalCode, command, status].filter(Boolean).join(', ');
  return new PortError('notifier', port, message, { cause: new Error(`SMTP: ${said}`) });
}

function refusalOf(failure: SmtpFailure, replied: number): [PortErrorCode, string] {
  const { code = '', command, response = '' } = failure;
  if (replied < PERMANENT_REPLY) return ['unavailable', 'the mail server cannot take it now'];
  if (code === 'EAUTH' || CREDENTIAL_REPLIES.has(replied)) {
    return ['forbidden', 'the mail server refuses our credentials'];
  }
  if (command === 'MAIL FROM' || POLICY.test(response)) {
    return ['forbidden', 'the mail server does not let us send'];
  }
  if (command === 'RCPT TO') return ['invalid', 'the mail server refuses the recipient'];
  if (command === 'DATA') return ['invalid', 'the mail server refuses the mail'];
  return ['unavailable', 'the mail server refuses to talk with us'];
}

function lossOf({
  code = '',
  originalCode,
  timeoutType = '',
}: SmtpFailure): [PortErrorCode, string] {
  if (code === 'ETLS' || UNTRUSTED.test(originalCode ?? '')) {
    return ['unavailable', 'the connection to the mail server is not secure'];
  }
  const early = EARLY_TIMEOUTS.has(timeoutType) || code === 'EDNS';
  if (early || wasNotSent({ code: originalCode ?? code })) {
    return ['unavailable', 'the mail server cannot be reached'];
  }
  return ['unknown', 'the mail server gave no answer'];
}
