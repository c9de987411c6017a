import type { Dialog } from './dialog.ts';

/** What a table holds: a dialog that may be replaced by a newer value of itself. */
export type Held = { dialog: Dialog };

/** The dialogs by the two names that they have: tags on the network (RFC 3261 12), id towards the client. */
export type DialogTable<Entry extends Held> = {
  add(entry: Entry): void;
  remove(entry: Entry): void;
  /** The dialog that a request from the network is in. */
  byTags(callId: string, localTag: string, remoteTag: string): Entry | undefined;
  /** A forked INVITE has several early dialogs of one id: the confirmed one, else the first. */
  byId(id: string): Entry | undefined;
  /** Every dialog of that id. */
  siblings(id: string): readonly Entry[];
  byCallId(callId: string): readonly Entry[];
  all(): Iterable<Entry>;
  size(): number;
};

const keyOf = (callId: string, localTag: string, remoteTag: string) => `${callId}|${localTag}|${remoteTag}`;

export function createDialogTable<Entry extends Held>(): DialogTable<Entry> {
  const byTags = new Map<string, Entry>();
  const byId = new Map<string, Entry[]>();
  const byCallId = new Map<string, Entry[]>();

  function put(table: Map<string, Entry[]>, key: string, entry: Entry): void {
    const list = table.get(key);
    if (list === undefined) table.set(key, [entry]);
    else list.push(entry);
  }

  function take(table: Map<string, Entry[]>, key: string, entry: Entry): void {
    const list = table.get(key)?.filter((other) => other !== entry) ?? [];
    if (list.length === 0) table.delete(key);
    else table.set(key, list);
  }

  return {
    add(entry) {
      const { callId, localTag, remoteTag, id } = entry.dialog;
      byTags.set(keyOf(callId, localTag, remoteTag), entry);
      put(byId, id, entry);
      put(byCallId, callId, entry);
    },
    remove(entry) {
      const { callId, localTag, remoteTag, id } = entry.dialog;
      const key = keyOf(callId, localTag, remoteTag);
      if (byTags.get(key) !== entry) return;
      byTags.delete(key);
      take(byId, id, entry);
      take(byCallId, callId, entry);
    },
    byTags: (callId, localTag, remoteTag) => byTags.get(keyOf(callId, localTag, remoteTag)),
    byId(id) {
      const list = byId.get(id);
      return list?.find((entry) => entry.dialog.state === 'confirmed') ?? list?.[0];
    },
    siblings: (id) => byId.get(id) ?? [],
    byCallId: (callId) => byCallId.get(callId) ?? [],
    all: () => byTags.values(),
    size: () => byTags.size,
  };
}
