/** What registers of the world say of names: data that changes, so libraries keep it. No I/O. */
export interface DomainNames {
  /**
   * The name as DNS has it: A-labels (IDNA, UTS 46), lower case, no final dot. Undefined: the text
   * is no domain name, or it is an address.
   */
  toAscii(text: string): string | undefined;
  /** People register below it, as below `co.uk` or `github.io` (publicsuffix.org). */
  isPublicSuffix(ascii: string): boolean;
}
