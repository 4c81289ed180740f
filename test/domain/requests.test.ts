import { expect, test } from '@jest/globals';
import { provisionInputOf } from '../../domain/requests.ts';

const provision = {
  slug: 'acme',
  host: 'acme.example.test',
  displayName: 'Acme',
  isolation: 'pool',
  plan: 'team',
  demo: false,
  adminEmail: 'ann@example.com',
  adminUserId: 'u',
  adminMember: 'm',
  identityProviders: [],
};

test('an operation gives its input back as it was accepted', () => {
  expect(provisionInputOf(provision)).toEqual(provision);
});

test.each(Object.keys(provision))('a provisioning without %s is no such input', (name) => {
  expect(() => provisionInputOf({ ...provision, [name]: undefined })).toThrow(TypeError);
});

test('the input of one kind is not taken for the other', () => {
  expect(() => provisionInputOf({ member: 'm', roles: [] })).toThrow(TypeError);
});
