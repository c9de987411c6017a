/** The SIP stack beside the console: its own, or one that runs by itself. */
export type AgentSetting =
  | 'embedded'
  | { readonly host: string; readonly port: number; readonly secret: string };

/** Reads `host:port:secret`, as CORDBOARD_DRACHTIO has it; nothing: the embedded agent. Throws when it is not that. */
export function agentOfTests(value: string | undefined): AgentSetting {
  if (value === undefined || value === '') return 'embedded';
  const [, host = '', port = '', secret = ''] = /^([^:]+):(\d{1,5}):(.+)$/.exec(value) ?? [];
  if (secret === '') throw new Error('CORDBOARD_DRACHTIO must be host:port:secret');
  return { host, port: Number(port), secret };
}

/** Empty when the consoles bring their own agent; else the words that a test which looks into it bears in its name. */
export const agentElsewhere = process.env.CORDBOARD_DRACHTIO
  ? ' (skipped: CORDBOARD_DRACHTIO is set, and only the embedded agent shows its messages and its log)'
  : '';

/** Empty when each console brings its own agent; else the words of a test in which a second console takes calls. */
export const agentShared = process.env.CORDBOARD_DRACHTIO
  ? ' (skipped: CORDBOARD_DRACHTIO is set, and one agent hands the calls of two consoles to either of them)'
  : '';
