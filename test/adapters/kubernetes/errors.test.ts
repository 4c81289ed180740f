import { expect, test } from '@jest/globals';
import { ApiException } from '@kubernetes/client-node';
import { isNotFound, toPortError } from '../../../adapters/kubernetes/errors.ts';

const INGRESS = { port: 'routes', kind: 'Ingress' };

function refusal(code: number, ...causes: string[]): ApiException<string> {
  const body = JSON.stringify({ details: { causes: causes.map((reason) => ({ reason })) } });
  return new ApiException(code, 'refused', body, {});
}

function loss(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
}

test.each<[string, unknown, string, string]>([
  ['a wrong token', refusal(401), 'forbidden', 'forbidden'],
  ['a missing right', refusal(403), 'forbidden', 'forbidden'],
  [
    'a namespace on its way out',
    refusal(403, 'NamespaceTerminating'),
    'unavailable',
    'unavailable',
  ],
  ['a missing namespace', refusal(404), 'unavailable', 'unavailable'],
  ["another manager's field", refusal(409, 'FieldManagerConflict'), 'foreign', 'foreign'],
  ['a newer version', refusal(409), 'unavailable', 'unavailable'],
  ['a field of a wrong form', refusal(422), 'invalid', 'invalid'],
  ['a rate limit', refusal(429), 'unavailable', 'unavailable'],
  ['a server on its way up', refusal(503), 'unavailable', 'unavailable'],
  ['a failure', refusal(500), 'unknown', 'unavailable'],
  ['a timeout behind the server', refusal(504), 'unknown', 'unavailable'],
  [
    'an answer that is no status',
    new ApiException(409, '', '<html>', {}),
    'unavailable',
    'unavailable',
  ],
  ['a refused connection', loss('ECONNREFUSED'), 'unavailable', 'unavailable'],
  ['an unknown name', loss('ENOTFOUND'), 'unavailable', 'unavailable'],
  ['a cut connection', loss('ECONNRESET'), 'unknown', 'unavailable'],
  ['a closed socket', loss('UND_ERR_SOCKET'), 'unknown', 'unavailable'],
  ['a stop', new DOMException('stopped', 'AbortError'), 'unknown', 'unavailable'],
])('%s', (_, error, onChange, onRead) => {
  expect(toPortError(INGRESS, error, true)).toMatchObject({ code: onChange, port: 'routes' });
  expect(toPortError(INGRESS, error, false)).toMatchObject({ code: onRead, port: 'routes' });
});

test('only a 404 of the server about the object counts as not there', () => {
  const named = new ApiException(404, 'refused', '{"details":{"name":"acme"}}', {});
  expect(isNotFound(toPortError(INGRESS, named, false))).toBe(true);
  const noKind = new ApiException(404, 'refused', '404 page not found', {});
  expect(isNotFound(toPortError(INGRESS, noKind, false))).toBe(false);
  expect(isNotFound(toPortError(INGRESS, refusal(404), false))).toBe(false);
  expect(isNotFound(toPortError(INGRESS, refusal(403), false))).toBe(false);
  expect(isNotFound(toPortError(INGRESS, loss('ENOTFOUND'), false))).toBe(false);
});
