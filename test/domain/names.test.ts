import { describe, expect, test } from '@jest/globals';
import { checkEmail, normaliseEmail } from '../../domain/email.ts';
import { HOST_MAX_CHARS, hostOf, isHost, originOf } from '../../domain/host.ts';
import { checkSlug, SLUG_MAX_CHARS } from '../../domain/slug.ts';

describe('a slug', () => {
  test.each(['acme', 'a1b', '42x', 'my-company', 'a--b', 'x'.repeat(SLUG_MAX_CHARS)])(
    'may be %s',
    (slug) => expect(checkSlug(slug)).toBeUndefined(),
  );

  test.each([
    ['', 'slug-length'],
    ['ab', 'slug-length'],
    ['x'.repeat(SLUG_MAX_CHARS + 1), 'slug-length'],
    ['Acme', 'slug-characters'],
    ['ac_me', 'slug-characters'],
    ['ac.me', 'slug-characters'],
    ['acme\n', 'slug-characters'],
    ['аcme', 'slug-characters'], // a Cyrillic first letter
    ['-acme', 'slug-dash'],
    ['acme-', 'slug-dash'],
    ['xn--80ak6aa92e', 'slug-dash'],
    ['ab--cd', 'slug-dash'],
    ['www', 'slug-reserved'],
    ['admin', 'slug-reserved'],
    ['tenure', 'slug-reserved'],
    ['api', 'slug-reserved'],
  ])('is refused as %j: %s', (slug, problem) => expect(checkSlug(slug)).toBe(problem));
});

describe('a host', () => {
  test('is the slug below the domain, and its origin is https', () => {
    expect(hostOf('acme', 'example.test')).toBe('acme.example.test');
    expect(originOf('acme.example.test')).toBe('https://acme.example.test');
  });

  test.each(['acme.example.test', 'a.b', '1.example.test'])('may be %s', (host) =>
    expect(isHost(host)).toBe(true),
  );

  test.each([
    '',
    'acme',
    'acme.example.',
    '.acme.example',
    'ac_me.example',
    'Acme.example',
    '-a.example',
    `${'x'.repeat(64)}.example`,
    `${'x.'.repeat(HOST_MAX_CHARS / 2)}example`,
  ])('is refused as %j', (host) => expect(isHost(host)).toBe(false));
});

describe('an e-mail address', () => {
  test.each(['ann@example.com', 'a.b+c@sub.example.org', 'Ann@Example.COM', "o'neil@example.com"])(
    'may be %s',
    (email) => expect(checkEmail(email)).toBeUndefined(),
  );

  test.each([
    '',
    'ann',
    '@example.com',
    'ann@',
    'ann@example',
    'ann@@example.com',
    'ann@exam ple.com',
    ' ann@example.com',
    'ann@example.com\r\nBcc: eve@example.com',
    'ann..lee@example.com',
    '.ann@example.com',
    'ann@-example.com',
    'ann@example.com.',
    'ann@[127.0.0.1]',
    `${'x'.repeat(65)}@example.com`,
    `ann@${'x'.repeat(250)}.com`,
  ])('is refused as %j', (email) => expect(checkEmail(email)).toBe('email-malformed'));

  test('is compared in ASCII lower case only: the Kelvin sign is no k', () => {
    expect(normaliseEmail('ANN@Example.com')).toBe('ann@example.com');
    expect(normaliseEmail('\u212Aim@example.com')).toBe('\u212Aim@example.com');
  });
});
