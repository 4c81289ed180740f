const HREF = /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')/giu;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
};

/**
 * The first http link of a mail's HTML part, unescaped: Keycloak writes `&` and `=` in it as
 * character references (HTML, section 13.5). Undefined when there is none.
 */
export function findLinkIn(html: string): string | undefined {
  for (const match of html.matchAll(HREF)) {
    const link = unescape(match[1] ?? match[2] ?? '');
    if (/^https?:\/\//u.test(link) && URL.canParse(link)) return link;
  }
  return undefined;
}

function unescape(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/giu, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const point = hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
