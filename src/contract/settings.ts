import { z } from 'zod';

const host = z.string().min(1).max(255);
const port = z.number().int().min(1).max(65_535);
const extension = z.string().regex(/^[0-9A-Za-z*#+_.-]{1,64}$/, 'must be a number or name of the exchange');
const secret = z.string().max(256);

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

export const settingsSchema = z.strictObject({
  exchange: z.strictObject({
    host,
    port: port.default(5060),
    transport: z.enum(['udp', 'tcp']).default('udp'),
    profile: z.enum(['asterisk-reference', 'generic-sip']).default('asterisk-reference'),
    /** Which numbers are extensions of the exchange: a regular expression for the whole number. */
    insidePattern: z
      .string()
      .max(200)
      .refine(isPattern, 'must be a regular expression')
      .default('^[0-9]{1,6}$'),
  }),
  line: z.strictObject({
    number: extension,
    authUser: extension.exactOptional(),
    password: secret,
    /** Seconds for which the exchange is asked to keep the registration. */
    expires: z.number().int().min(60).max(86_400).default(300),
  }),
  headset: z.strictObject({
    number: extension,
    /** How the bound phone is kept silent between calls. */
    standby: z.enum(['recvonly', 'inactive']).default('recvonly'),
  }),
  agent: z
    .union([z.literal('embedded'), z.strictObject({ host, port, secret: secret.min(1) })])
    .default('embedded'),
  desk: z
    .strictObject({
      /** What digits and Enter mean while talking. */
      dialInCall: z.enum(['consult', 'transfer']).default('consult'),
      /** 0: no recall. */
      holdRecallSeconds: z.number().int().min(0).max(86_400).default(60),
      bindAtStart: z.boolean().default(true),
      /** The length of the minute after which waiting callers get another 180; shorter for a trial. */
      minuteMs: z.number().int().min(100).max(60_000).default(60_000),
      /** How long a command may be under way before its outcome is called unknown. */
      commandSeconds: z.number().int().min(1).max(120).default(10),
    })
    .prefault({}),
  store: z
    .strictObject({
      /** The database's file; absent: the user's data folder. */
      file: z.string().min(1).max(4096).exactOptional(),
    })
    .prefault({}),
  host: z
    .strictObject({
      /** The loopback port of the contract; 0: any free one. */
      port: z.number().int().min(0).max(65_535).default(0),
    })
    .prefault({}),
});

export type Settings = z.infer<typeof settingsSchema>;

export type ParsedSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads settings from JSON. Each problem begins with the full path of its key (`line.expires: …`). */
export function parseSettings(json: unknown): ParsedSettings {
  const parsed = settingsSchema.safeParse(json);
  if (parsed.success) return { ok: true, settings: parsed.data };
  return { ok: false, problems: parsed.error.issues.flatMap((issue) => problems(issue, [])) };
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

function problems(issue: Issue, above: Path): readonly string[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${dotted([...path, key])}: unknown key`);
  }
  // A union reports each of its ways; the one that gets furthest into the value is what was meant.
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const meant = issue.errors.find((way) =>
      way.every(({ path: at, code }) => at.length > 0 || code === 'unrecognized_keys'),
    );
    if (meant !== undefined) return meant.flatMap((inner) => problems(inner, path));
  }
  return [`${dotted(path)}: ${issue.message}`];
}

function dotted(path: Path): string {
  return path.length === 0 ? 'settings' : path.map(String).join('.');
}
