/** What tenants publish to prove a name. Derived, never stored: a claim has one for ever. */
export interface DomainChallenges {
  /** Text of the TXT record: 256 bits that are bound to tenant and claim, and name neither. */
  textOf(tenant: string, claim: string): string;
}
