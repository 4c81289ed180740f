import { domainToASCII } from 'node:url';
import { parse } from 'tldts';
import type { DomainNames } from '../../ports/domain-names.ts';

/** What a URL's parser would cut off, decode or take for another part, so that it is no name. */
const NOT_OF_A_NAME = /[\s/\\?#@:%[\]]/u;

/**
 * Node's own IDNA (UTS 46, as browsers do it) and the Public Suffix List, private part included.
 */
export const domainNames: DomainNames = {
  toAscii: (text) => {
    const trimmed = text.replace(/\.$/u, '');
    if (NOT_OF_A_NAME.test(trimmed)) return undefined;
    const ascii = domainToASCII(trimmed);
    return ascii === '' || parse(ascii).isIp === true ? undefined : ascii;
  },
  isPublicSuffix: (ascii) => parse(ascii, { allowPrivateDomains: true }).publicSuffix === ascii,
};
