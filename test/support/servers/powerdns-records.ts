/** Record sets as PowerDNS takes them. */
export function set(name: string, type: string, content: string) {
  const records = [{ content, disabled: false }];
  return { name: `${name}.`, type, changetype: 'REPLACE', ttl: 60, records };
}

export const drop = (name: string, type: string) => ({
  name: `${name}.`,
  type,
  changetype: 'DELETE',
});

export const switchedOff = (record: { content: string }) => ({ ...record, disabled: true });

/** Changes the zone past the adapter. */
export async function patch(
  { apiUrl, apiKey, zone }: { apiUrl: string; apiKey: string; zone: string },
  rrsets: readonly unknown[],
): Promise<void> {
  const response = await fetch(`${apiUrl}/api/v1/servers/localhost/zones/${zone}`, {
    method: 'PATCH',
    headers: { 'X-API-Key': apiKey },
    body: JSON.stringify({ rrsets }),
  });
  if (!response.ok) throw new Error(await response.text());
}
