import type { Client } from './client.ts';

/** The most that the API gives at once. */
const PAGE_ROWS = '200';

/** All rows of a list, in its order. */
export async function fetchAll<P, T>(
  client: Pick<Client, 'get'>,
  path: string,
  rowsOf: (page: P) => readonly T[],
  filter: Readonly<Record<string, string>> = {},
): Promise<T[]> {
  const rows: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const from = cursor === '' ? {} : { cursor };
    const query = new URLSearchParams({ limit: PAGE_ROWS, ...filter, ...from });
    const page: P & { readonly next: string | null } = await client.get(`${path}?${query}`);
    rows.push(...rowsOf(page));
    cursor = page.next;
  }
  return rows;
}
