/** A name in text form, without the final dot (RFC 1035, 2.3.4: 255 octets on the wire). */
export const HOST_MAX_CHARS = 253;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** True for a fully qualified name in lower case, of at least two labels and no final dot. */
export function isHost(host: string): boolean {
  const labels = host.split('.');
  return host.length <= HOST_MAX_CHARS && labels.length >= 2 && labels.every((l) => LABEL.test(l));
}

/** The tenant's host below `domain`. */
export function hostOf(slug: string, domain: string): string {
  return `${slug}.${domain}`;
}

/** Origin of the tenant's front end (RFC 6454). */
export function originOf(host: string): string {
  return `https://${host}`;
}
