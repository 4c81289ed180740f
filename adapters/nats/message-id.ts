import type { FactBatch } from '../../ports/fact-stream.ts';

/**
 * `<log>:<epoch>:<first>-<last>` (DESIGN 4.5). With the last index: a batch that grew after a
 * failed publish is another message, and must not be swallowed as a duplicate of the smaller one.
 */
export const messageIdOf = (
  log: string,
  { epoch, first, last }: Pick<FactBatch, 'epoch' | 'first' | 'last'>,
): string => `${log}:${epoch}:${first}-${last}`;
