import { appendFile, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AsteriskTree } from './asterisk-tree.ts';
import { secretOf, testPhones } from './test-phones.ts';

const SHIPPED = fileURLToPath(new URL('../../resources/exchanges/asterisk/', import.meta.url));

/** What a test may want otherwise than the shipped profile has it. */
export type ExchangeSettings = {
  /** How long an extension rings before the call counts as not answered, in seconds. */
  readonly extensionRingSeconds?: number;
  /** How long a parked call waits before it comes back, in seconds. */
  readonly parkingSeconds?: number;
  /** The number that takes calls when no operator is there. */
  readonly nightNumber?: string;
  /** More for the end of `pjsip.conf` and `extensions.conf`. */
  readonly pjsip?: string;
  readonly extensions?: string;
};

export type ConfigPlan = ExchangeSettings & {
  readonly tree: AsteriskTree;
  readonly version: string;
  /** A fresh folder, absolute; everything that Asterisk writes lies under it. */
  readonly work: string;
  readonly host: string;
  readonly port: number;
  readonly rtpStart: number;
  readonly rtpEnd: number;
};

/**
 * Modules that want a device, a database or a port of their own: several exchanges run side by side on loopback.
 */
const NOT_LOADED = [
  'chan_iax2 chan_unistim chan_skinny chan_mgcp chan_sip chan_motif chan_oss chan_alsa chan_console chan_dahdi',
  'chan_ooh323 chan_mobile chan_websocket chan_rtp pbx_dundi pbx_ael pbx_lua pbx_realtime app_jack app_festival',
  'app_alarmreceiver app_agent_pool app_minivm app_amd app_adsiprog app_meetme app_voicemail app_voicemail_odbc',
  'app_voicemail_imap cdr_odbc cdr_adaptive_odbc cdr_pgsql cdr_radius cdr_tds cdr_csv cdr_custom cdr_manager',
  'cdr_sqlite3_custom cel_odbc cel_pgsql cel_radius cel_tds cel_custom cel_sqlite3_custom cel_manager func_odbc',
  'res_odbc res_odbc_transaction res_calendar res_calendar_caldav res_calendar_ews res_calendar_exchange',
  'res_calendar_icalendar res_config_ldap res_config_odbc res_config_pgsql res_config_mysql res_config_sqlite3',
  'res_config_curl res_curl res_hep res_hep_pjsip res_hep_rtcp res_phoneprov res_pjsip_phoneprov_provider',
  'res_prometheus res_resolver_unbound res_snmp res_stun_monitor res_xmpp res_statsd res_chan_stats',
  'res_endpoint_stats res_geolocation res_pjsip_geolocation res_stir_shaken res_pjsip_stir_shaken res_aeap',
  'res_speech_aeap res_http_media_cache res_adsi res_corosync res_fax res_fax_spandsp res_smdi res_audiosocket',
  'app_audiosocket chan_audiosocket res_ari res_ari_applications res_ari_asterisk res_ari_bridges',
  'res_ari_channels res_ari_device_states res_ari_endpoints res_ari_events res_ari_mailboxes res_ari_playbacks',
  'res_ari_recordings res_ari_sounds res_pjsip_transport_websocket res_websocket_client',
].flatMap((line) => line.split(' '));

/** The shipped files that a stock file includes, in this order, as the profile's README says. */
const INCLUDES: Readonly<Record<string, readonly string[]>> = {
  'pjsip.conf': ['pjsip_cordboard.conf', 'pjsip_cordboard_site.conf'],
  'extensions.conf': ['extensions_cordboard_site.conf', 'extensions_cordboard.conf'],
  'musiconhold.conf': ['musiconhold_cordboard.conf'],
  'res_parking.conf': ['res_parking_cordboard.conf'],
};

/** Whether this version offers SHA-256 digest (20.14, 21.9, 22.4 and newer). */
export function knowsSha256(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major >= 23) return true;
  const first: Readonly<Record<number, number>> = { 20: 14, 21: 9, 22: 4 };
  return minor >= (first[major] ?? Number.POSITIVE_INFINITY);
}

/**
 * Writes the configuration: the tree's stock files, the shipped profile included in them just as a site does it,
 * and what is of this machine and this test (folders, ports, secrets, guests' phones).
 */
export async function writeConfig(plan: ConfigPlan): Promise<void> {
  const { tree, work } = plan;
  const etc = join(work, 'etc');
  await cp(join(tree.root, 'etc/asterisk'), etc, { recursive: true });
  for (const name of ['cache', 'lib/keys', 'spool', 'run', 'log', 'data'])
    await mkdir(join(work, name), { recursive: true });
  for (const name of await readdir(tree.data)) await symlink(join(tree.data, name), join(work, 'data', name));
  await symlink(join(SHIPPED, 'cordboard-silence'), join(work, 'data/cordboard-silence'));

  const sha256 = knowsSha256(plan.version);
  for (const [stock, names] of Object.entries(INCLUDES))
    await appendFile(join(etc, stock), names.map((name) => `\n#include "${name}"\n`).join(''));
  for (const name of (await readdir(SHIPPED)).filter((file) => file.endsWith('.conf'))) {
    const text = await readFile(join(SHIPPED, name), 'utf8');
    await writeFile(join(etc, name), adapt(name, text, plan));
  }
  await appendFile(join(etc, 'pjsip.conf'), sha256 ? '\n#include "pjsip_cordboard_sha256.conf"\n' : '');
  await appendFile(
    join(etc, 'pjsip.conf'),
    `\n${transports(plan)}${testPhones(sha256)}${plan.pjsip ?? ''}\n`,
  );
  await appendFile(join(etc, 'extensions.conf'), `\n${plan.extensions ?? ''}\n`);
  for (const [name, text] of Object.entries(ownFiles(plan))) await writeFile(join(etc, name), text);
}

/** The edits that the shipped files ask of a site: its secrets and its times. */
function adapt(name: string, text: string, plan: ConfigPlan): string {
  const set = (line: string, setting: RegExp, value: number | string | undefined) =>
    value === undefined ? line : line.replace(setting, `$1${value}`);
  if (name === 'pjsip_cordboard_site.conf')
    return text.replace(/change-me-(\w+)/g, (_all, number: string) => secretOf(number));
  if (name === 'extensions_cordboard_site.conf') {
    const ring = set(text, /(CORDBOARD_EXT_RING = ).*/, plan.extensionRingSeconds);
    return set(ring, /(CORDBOARD_NIGHT =).*/, plan.nightNumber && ` ${plan.nightNumber}`);
  }
  if (name === 'res_parking_cordboard.conf') return set(text, /(parkingtime => ).*/, plan.parkingSeconds);
  return text;
}

function transports({ host, port }: ConfigPlan): string {
  const transport = (protocol: string) =>
    `[transport-${protocol}]\ntype=transport\nprotocol=${protocol}\nbind=${host}:${port}\n`;
  return `${transport('udp')}${transport('tcp')}\n`;
}

function ownFiles({ tree, work, rtpStart, rtpEnd }: ConfigPlan): Readonly<Record<string, string>> {
  const folders = {
    astcachedir: join(work, 'cache'),
    astetcdir: join(work, 'etc'),
    astmoddir: tree.modules,
    astvarlibdir: join(work, 'lib'),
    astdbdir: join(work, 'lib'),
    astkeydir: join(work, 'lib'),
    astdatadir: join(work, 'data'),
    astagidir: join(work, 'data/agi-bin'),
    astspooldir: join(work, 'spool'),
    astrundir: join(work, 'run'),
    astlogdir: join(work, 'log'),
    astsbindir: join(tree.root, 'usr/sbin'),
  };
  const directories = Object.entries(folders).map(([name, path]) => `${name} => ${path}`);
  return {
    'asterisk.conf': `[directories]\n${directories.join('\n')}\n[options]\nverbose = 3\nnocolor = yes\n`,
    'modules.conf': `[modules]\nautoload=yes\n${NOT_LOADED.map((name) => `noload = ${name}.so`).join('\n')}\n`,
    'logger.conf': '[general]\ndateformat=%F %T.%3q\n[logfiles]\nfull => notice,warning,error,verbose\n',
    'rtp.conf': `[general]\nrtpstart=${rtpStart}\nrtpend=${rtpEnd}\nicesupport=no\n`,
    'manager.conf': '[general]\nenabled = no\n',
    'http.conf': '[general]\nenabled = no\n',
  };
}
