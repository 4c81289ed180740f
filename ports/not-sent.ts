/** Codes of Node and undici that tell that no connection was made. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Whether a failed request never left this machine: then nothing was done (`unavailable`). Every
 * other loss may have reached the server (`unknown`). Looks at `code` of the error and its cause.
 */
export function wasNotSent(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  return NOT_SENT.has(String(code)) || NOT_SENT.has(String(cause?.code));
}
