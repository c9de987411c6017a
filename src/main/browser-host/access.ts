import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const COOKIE = 'cordboard';
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Who may speak to the host: a browser that came by the printed address, or a driver that has its token. */
export type Access = {
  readonly token: string;
  /** Host and, where there is one, Origin name this computer and this port; else another site speaks. */
  isLocal(request: IncomingMessage, port: number): boolean;
  /** Exchanges the token once; null when it is wrong or was exchanged before. The value is for Set-Cookie. */
  exchange(token: string): string | null;
  /** The request bears the session's cookie. */
  hasSession(request: IncomingMessage): boolean;
  /** `Authorization: Bearer TOKEN`, for drivers. */
  hasToken(request: IncomingMessage): boolean;
};

export function createAccess(token: string = randomBytes(32).toString('base64url')): Access {
  const session = randomBytes(32).toString('base64url');
  let exchanged = false;
  return {
    token,
    isLocal({ headers: { host, origin } }, port) {
      const names = LOOPBACK_NAMES.map((name) => `${name}:${port}`);
      if (host === undefined || !names.includes(host.toLowerCase())) return false;
      return origin === undefined || names.some((name) => origin.toLowerCase() === `http://${name}`);
    },
    exchange(candidate) {
      if (exchanged || !isSame(candidate, token)) return null;
      exchanged = true;
      return `${COOKIE}=${session}; HttpOnly; SameSite=Strict; Path=/`;
    },
    hasSession: ({ headers }) =>
      (headers.cookie ?? '').split(';').some((pair) => isSame(pair.trim(), `${COOKIE}=${session}`)),
    hasToken({ headers: { authorization } }) {
      return authorization !== undefined && isSame(authorization, `Bearer ${token}`);
    },
  };
}

/** In a time that tells nothing about where the two differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
