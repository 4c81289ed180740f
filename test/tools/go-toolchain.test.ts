import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchToolchain } from '../../tools/servers/go-toolchain.ts';

const VERSION = 'v0.0.1-go1.99.0.test-cpu';
const PREFIX = `golang.org/toolchain@${VERSION}/`;
const ARCHIVE = zipSync({
  [`${PREFIX}bin/go`]: strToU8('#!/bin/sh\n'),
  [`${PREFIX}VERSION`]: strToU8('go1.99.0'),
});
/** As go.sum would have it. */
const SUM = 'h1:EZluj97BEjCH1wVgCI+4b4kao+buH65BGZMlbTIacsI=';

const before = process.env['GOPROXY'];
let dir: string;
let proxy: Server;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tenure-go-'));
  proxy = createServer((request, response) => {
    const known = request.url === `/golang.org/toolchain/@v/${VERSION}.zip`;
    response.writeHead(known ? 200 : 404).end(known ? ARCHIVE : '');
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  process.env['GOPROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port},direct`;
});

afterEach(() => {
  proxy.close();
  if (before === undefined) delete process.env['GOPROXY'];
  else process.env['GOPROXY'] = before;
  rmSync(dir, { recursive: true });
});

test("Go comes from the person's module proxy, its commands executable", async () => {
  await fetchToolchain(VERSION, SUM, dir);
  expect(readFileSync(join(dir, 'VERSION'), 'utf8')).toBe('go1.99.0');
  expect(statSync(join(dir, 'bin', 'go')).mode & 0o111).toBe(0o111);
  expect(statSync(join(dir, 'VERSION')).mode & 0o111).toBe(0);
});

test('a Go with another sum than the pinned one is not unpacked', async () => {
  const fetching = fetchToolchain(VERSION, 'h1:another', dir);
  await expect(fetching).rejects.toThrow(`is not what it should be: ${SUM}, not h1:another`);
  expect(existsSync(join(dir, 'bin'))).toBe(false);
});

test('without Go and without a module proxy one sentence says what to do', async () => {
  delete process.env['GOPROXY'];
  const fetching = fetchToolchain(VERSION, SUM, dir);
  await expect(fetching).rejects.toThrow('Go is missing: install it');
});

test('a Go that the proxy does not have is one sentence that says what to do', async () => {
  const fetching = fetchToolchain('v0.0.1-go1.0.0.test-cpu', SUM, dir);
  await expect(fetching).rejects.toThrow(
    /^Go is missing and http:.* cannot be had \(it answers 404\): install Go yourself \(.*\)\.$/,
  );
});
