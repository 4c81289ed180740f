import { createHash } from 'node:crypto';
import { INVITATIONS_PATH } from '../../domain/invitation-mail.ts';
import type { OpenInvitation } from '../../ports/invitation-store.ts';

/*
 * The pages of an invitation, for people: plain HTML, no script, and nothing from elsewhere. Each
 * says what to do.
 */

export interface Page {
  readonly status: number;
  readonly html: string;
  /** Where the browser goes instead, with `status` 303. */
  readonly location?: string;
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}' +
  'button{font:inherit;padding:.5rem 1rem}';

/** Inline styles of exactly this text (CSP 3, 2.3.1); forms lead to this server only. */
export const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export function invitation(token: string, { invitation: offer, tenant }: OpenInvitation): Page {
  const name = escape(tenant.displayName);
  const roles = offer.roles.map(escape).join(', ') || 'none yet';
  return page(200, `Join ${name}`, [
    `<p>${name} invites <strong>${escape(offer.email)}</strong> to join. Roles: ${roles}.</p>`,
    '<p>To accept, sign in with exactly this e-mail address. Nothing happens until you do.</p>',
    again(token, 'Accept and sign in'),
  ]);
}

/**
 * A page of its own instead of a redirect: `form-action` holds for redirects of a form as well, and
 * nobody can list the providers that a tenant's provider redirects to.
 */
export function onward(url: string): Page {
  const to = escape(url);
  return page(
    200,
    'Sign in',
    [`<p><a href="${to}">Go on to the sign-in page</a>, if it does not open by itself.</p>`],
    `<meta http-equiv="refresh" content="0; url=${to}">`,
  );
}

export function seeJoined(): Page {
  return { status: 303, html: '', location: `${INVITATIONS_PATH}/joined` };
}

export function joined(name: string, origin: string): Page {
  const place = escape(name);
  return page(200, `Welcome to ${place}`, [
    `<p>You are a member of ${place} now.</p>`,
    `<p><a href="${escape(origin)}/">Open ${place}</a></p>`,
  ]);
}

/** One answer to every link that is not open, whatever is wrong with it. */
export function notGood(): Page {
  return page(404, 'This link is not good', [
    '<p>It has expired, was used or withdrawn, or is incomplete.</p>',
    '<p>Ask whoever invited you to send a new one.</p>',
  ]);
}

export function memberAlready(): Page {
  return page(409, 'You are a member already', [
    '<p>This account has joined before. There is nothing more to do.</p>',
  ]);
}

export function wrongAccount(token: string, signOutUrl: string): Page {
  return page(403, 'This is another account', [
    '<p>The invitation is for the e-mail address that it was sent to, and you signed in with another one. Nothing was changed.</p>',
    `<p><a href="${escape(signOutUrl)}">Sign out there</a>, come back, and sign in with the invited address.</p>`,
    again(token, 'Sign in again'),
  ]);
}

export function unverified(token: string): Page {
  return page(403, 'Your e-mail address is not verified', [
    '<p>The sign-in page did not vouch for your e-mail address. Nothing was changed.</p>',
    '<p>Verify the address with your account there, then sign in again.</p>',
    again(token, 'Sign in again'),
  ]);
}

export function declined(token: string): Page {
  return page(400, 'You did not sign in', [
    '<p>Nothing was changed. The invitation is still open.</p>',
    again(token, 'Sign in again'),
  ]);
}

export function providerSilent(token: string): Page {
  return page(503, 'The sign-in page does not answer', [
    '<p>Nothing was changed. Try again in a few minutes.</p>',
    again(token, 'Try again'),
  ]);
}

/** No cookie, an old one, or an answer that is none to it. */
export function beganElsewhere(): Page {
  return page(400, 'The sign-in is not yours to finish here', [
    '<p>It took too long, or began in another browser or window.</p>',
    '<p>Open the link in the mail again. Nothing was changed.</p>',
  ]);
}

export function failed(status: number): Page {
  return page(status, 'That did not work', [
    '<p>The fault is ours. Open the link in the mail again in a few minutes.</p>',
  ]);
}

function again(token: string, label: string): string {
  const action = `${INVITATIONS_PATH}/${escape(token)}`;
  return `<form method="post" action="${action}"><button>${label}</button></form>`;
}

/** `title`, `lines` and `head` are HTML. */
function page(status: number, title: string, lines: readonly string[], head = ''): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>${head}
</head>
<body>
<h1>${title}</h1>
${lines.join('\n')}
</body>
</html>
`;
  return { status, html };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for quoted attributes. */
function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark] ?? '');
}
