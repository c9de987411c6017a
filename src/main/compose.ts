import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { LinkCounters } from '../contract/queries.ts';
import type { Settings } from '../contract/settings.ts';
import { systemClock } from '../pbx-link/model/clock.ts';
import type { Log } from '../pbx-link/model/log.ts';
import { asteriskReference } from '../pbx-link/profiles/asterisk-reference.ts';
import { genericSip } from '../pbx-link/profiles/generic-sip.ts';
import { createSipLink } from '../pbx-link/sip/sip-link.ts';
import { startSipAgent } from '../pbx-link/sip-agent/sip-agent.ts';
import { superviseLink } from '../pbx-link/supervised-link.ts';
import { type BrowserHost, startBrowserHost } from './browser-host/browser-host.ts';
import { withoutSecrets } from './store/kept-settings.ts';
import { secretsFileOf, writeSecrets } from './store/secrets.ts';
import { openStore, type Store } from './store/store.ts';
import { createSwitchboard, type Switchboard } from './switchboard.ts';
import type { Trace } from './trace.ts';

const PROFILES = { 'asterisk-reference': asteriskReference, 'generic-sip': genericSip } as const;

export type ConsoleOptions = {
  readonly settings: Settings;
  /** Where SIP messages are written down; only the embedded agent sees them. */
  readonly trace: Trace | null;
  readonly log: Log;
};

export type Console = {
  readonly switchboard: Switchboard;
  readonly host: BrowserHost;
  /** Ends calls, frees the line, closes everything, within a few seconds. */
  stop(): Promise<void>;
};

/**
 * Puts the console together and starts it: agent, link, switchboard, store, host. It is served when this settles; the
 * line comes up by itself. Rejects when a port cannot be had.
 */
export async function startConsole({ settings, trace, log }: ConsoleOptions): Promise<Console> {
  const storeFile = settings.store.file ?? defaultStoreFile();
  const store = openStore(storeFile);
  const agent = await openAgent(settings, trace, log);
  const { exchange, line, headset, desk } = settings;
  const link = createSipLink({
    agent: agent.admin,
    exchange: { host: exchange.host, port: exchange.port, transport: exchange.transport },
    line,
    headset,
    profile: PROFILES[exchange.profile],
    inside: insideNumbers(exchange.insidePattern),
    log,
    minuteMs: desk.minuteMs,
  });
  const switchboard = createSwitchboard({
    link: superviseLink(link, { clock: systemClock, log }),
    store,
    line: line.number,
    headset: headset.number,
    policy: desk,
    clock: systemClock,
    log,
    linkCounters: agent.counters,
    newId: randomUUID,
  });
  const stopAll = async () => {
    await switchboard.stop();
    const counters = agent.counters();
    await agent.close();
    if (counters !== null) log('info', 'what the SIP agent has counted', { part: 'sip-agent', counters });
    await trace?.close();
  };
  try {
    const host = await startBrowserHost({ switchboard, port: settings.host.port, log });
    switchboard.start();
    const kept = keepSettings(store, storeFile, settings, log);
    return {
      switchboard,
      host,
      async stop() {
        await host.close();
        await kept;
        await stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

type Agent = {
  readonly admin: { readonly host: string; readonly port: number; readonly secret: string };
  /** Null: a drachtio-server has its own. */
  readonly counters: () => LinkCounters | null;
  close(): Promise<void>;
};

async function openAgent(settings: Settings, trace: Trace | null, log: Log): Promise<Agent> {
  if (settings.agent !== 'embedded') {
    return { admin: settings.agent, counters: () => null, close: () => Promise.resolve() };
  }
  const any = { host: '0.0.0.0', port: 0 };
  return startSipAgent({
    ...(settings.exchange.transport === 'tcp' ? { tcp: any } : { udp: any }),
    log: ({ level, reason, ...fields }) => log(level, reason, { part: 'sip-agent', ...fields }),
    ...(trace === null ? {} : { trace: (entry) => trace.write(entry) }),
  });
}

/** Whether a whole number is one of the pattern; a number that only has such a part in it is not. */
export function insideNumbers(pattern: string): (number: string) => boolean {
  const whole = new RegExp(`^(?:${pattern})$`);
  return (number) => whole.test(number);
}

/** So that the console can be started again without the settings' file. */
async function keepSettings(store: Store, file: string, settings: Settings, log: Log): Promise<void> {
  const { open, secrets } = withoutSecrets(settings);
  try {
    await store.writeSettings(open);
    // The store has made the folder.
    await writeSecrets(secretsFileOf(file), secrets);
  } catch (error) {
    log('error', 'the settings could not be kept', { error: String(error) });
  }
}

/** The database in the user's data folder. */
export function defaultStoreFile(): string {
  const { XDG_DATA_HOME, APPDATA } = process.env;
  const folder =
    process.platform === 'win32'
      ? (APPDATA ?? homedir())
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Application Support')
        : (XDG_DATA_HOME ?? join(homedir(), '.local', 'share'));
  return join(folder, 'cordboard', 'cordboard.db');
}
