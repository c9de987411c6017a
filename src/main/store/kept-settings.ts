import type { Settings } from '../../contract/settings.ts';
import type { Secrets } from './secrets.ts';

/** The settings in two parts: what may be in the database, and what must not. */
export function withoutSecrets(settings: Settings): {
  readonly open: Readonly<Record<string, unknown>>;
  readonly secrets: Secrets;
} {
  const { password, ...line } = settings.line;
  const { agent } = settings;
  if (agent === 'embedded') return { open: { ...settings, line }, secrets: { linePassword: password } };
  const { secret, ...address } = agent;
  return {
    open: { ...settings, line, agent: address },
    secrets: { linePassword: password, agentSecret: secret },
  };
}

/** Both parts together again, still to be checked by `parseSettings`. */
export function withSecrets(open: Readonly<Record<string, unknown>>, secrets: Secrets | null): unknown {
  const { line, agent } = open;
  return {
    ...open,
    line: add(line, 'password', secrets?.linePassword),
    ...(agent === undefined ? {} : { agent: add(agent, 'secret', secrets?.agentSecret) }),
  };
}

function add(part: unknown, key: string, value: string | undefined): unknown {
  const isObject = typeof part === 'object' && part !== null;
  return isObject && value !== undefined ? { ...part, [key]: value } : part;
}
