import type { Config } from './config/load.ts';

/*
 * From configuration to the options of adapters that several processes construct.
 */

/** 32 bytes, checked by the configuration. */
export function sealingKeyOf({ access }: Config): Uint8Array {
  return Buffer.from(access.secretsKey.reveal(), 'base64');
}

/** FEATURES L5: development knows its first tenant by a fixed id. */
const ACME = '00000000-0000-0000-0000-000000000001';

export function seedsOf({ service }: Config): ReadonlyMap<string, string> {
  return new Map(service.env === 'dev' ? [['acme', ACME]] : []);
}
