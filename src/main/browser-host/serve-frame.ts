import {
  type ClientFrame,
  clientFrameSchema,
  type FrameError,
  refSchema,
  type ServerFrame,
} from '../../contract/messages.ts';
import { isQueryName, querySchemas } from '../../contract/queries.ts';
import type { Switchboard } from '../switchboard.ts';

export type ReadFrame =
  | { readonly ok: true; readonly frame: ClientFrame }
  | { readonly ok: false; readonly error: Extract<ServerFrame, { type: 'error' }> };

/** Reads a client's frame, which the socket has bounded. */
export function readFrame(text: string): ReadFrame {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, error: frameError(null, 'bad-frame', 'not JSON') };
  }
  const parsed = clientFrameSchema.safeParse(json);
  if (parsed.success) return { ok: true, frame: parsed.data };
  const [issue] = parsed.error.issues;
  const message = `${issue?.path.map(String).join('.') || 'frame'}: ${issue?.message ?? 'not understood'}`;
  const reason = issue?.path[0] === 'command' ? 'bad-command' : 'bad-frame';
  return { ok: false, error: frameError(refOf(json), reason, message.slice(0, 500)) };
}

/** The answer to a frame. Never rejects. */
export async function serveFrame(switchboard: Switchboard, frame: ClientFrame): Promise<ServerFrame> {
  const { ref } = frame;
  switch (frame.type) {
    case 'execute':
      return { type: 'result', ref, result: await switchboard.execute(frame.command) };
    case 'board:get':
      return { type: 'board', ref, board: switchboard.board() };
    case 'query':
      return serveQuery(switchboard, ref, frame.name, frame.args);
  }
}

async function serveQuery(
  switchboard: Switchboard,
  ref: string,
  name: string,
  args: unknown,
): Promise<ServerFrame> {
  if (!isQueryName(name)) return frameError(ref, 'unknown-query', name);
  const parsed = querySchemas[name].safeParse(args ?? {});
  if (!parsed.success) return frameError(ref, 'bad-arguments', parsed.error.issues[0]?.message ?? '');
  try {
    const result = await switchboard.query(name, parsed.data as Parameters<Switchboard['query']>[1]);
    return { type: 'result', ref, result };
  } catch (error) {
    return frameError(ref, 'query-failed', error instanceof Error ? error.message : String(error));
  }
}

function frameError(
  ref: string | null,
  reason: FrameError,
  message: string,
): Extract<ServerFrame, { type: 'error' }> {
  return { type: 'error', ref, reason, message };
}

function refOf(json: unknown): string | null {
  if (typeof json !== 'object' || json === null || !('ref' in json)) return null;
  const ref = refSchema.safeParse(json.ref);
  return ref.success ? ref.data : null;
}
