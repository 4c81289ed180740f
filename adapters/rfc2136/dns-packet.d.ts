import 'dns-packet';

/** Exported by dns-packet 5.6 and missing in its published types. */
declare module 'dns-packet' {
  /** One domain name in wire form, not compressed; decoding follows compression pointers. */
  const name: { encode(text: string): Buffer; decode(message: Buffer, offset: number): string };
  /** Data of a record type, its 16-bit length first. */
  function record(type: string): { encode(data: unknown): Buffer };
}
