import { crc32, inflateRawSync } from 'node:zlib';
import { equalBytes } from '../../core/bytes.ts';
import { nodeMalformed } from './cursor.ts';

/** Of a node when it is unpacked: more than 256 payloads of 16 KiB and what is around them. */
export const MAX_NODE_BYTES = 8 * 1024 * 1024;

/** gzip (RFC 1952), deflate, no flags: no optional fields, which only differ between libraries. */
const GZIP = new Uint8Array([0x1f, 0x8b, 0x08, 0x00]);
const HEADER_BYTES = 10;
/** CRC-32 and length, little-endian. */
const TRAILER_BYTES = 8;

const inflate = (deflated: Uint8Array): { node: Uint8Array; consumed: number } => {
  try {
    // `info` is missing in the types of Node 24; it tells where the deflated bytes end.
    const options = { info: true, maxOutputLength: MAX_NODE_BYTES };
    const { buffer, engine } = inflateRawSync(deflated, options) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    return { node: buffer, consumed: engine.bytesWritten };
  } catch (cause) {
    throw nodeMalformed(`not gzip, or over ${MAX_NODE_BYTES} bytes`, cause);
  }
};

/** The node in a file, compressed or not: one member of gzip, and nothing behind it. */
export const unpackNode = (file: Uint8Array): Uint8Array => {
  if (!equalBytes(file.subarray(0, GZIP.length), GZIP)) {
    if (file.length > MAX_NODE_BYTES) throw nodeMalformed(`over ${MAX_NODE_BYTES} bytes`);
    return file;
  }
  const { node, consumed } = inflate(file.subarray(HEADER_BYTES));
  const trailer = file.subarray(HEADER_BYTES + consumed);
  if (trailer.length !== TRAILER_BYTES) throw nodeMalformed('bytes behind the gzip member');
  const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER_BYTES);
  if (view.getUint32(0, true) !== crc32(node) || view.getUint32(4, true) !== node.length) {
    throw nodeMalformed('the checksum of gzip does not hold');
  }
  return node;
};
