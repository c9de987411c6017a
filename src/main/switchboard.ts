import type { Board } from '../contract/board.ts';
import type { CallLogWrite } from '../contract/call-log.ts';
import type { CommandResult } from '../contract/messages.ts';
import type { OperatorCommand } from '../contract/operator-command.ts';
import type {
  LinkCounters,
  QueryAnswers,
  QueryArgs,
  QueryName,
  StoreQueryName,
} from '../contract/queries.ts';
import type { Clock } from '../pbx-link/model/clock.ts';
import type { ExchangeCommand, ExchangeOutcome } from '../pbx-link/model/exchange-command.ts';
import type { ExchangeLink } from '../pbx-link/model/exchange-link.ts';
import type { Log } from '../pbx-link/model/log.ts';
import type { BoardEvent, Issue } from './board/board-event.ts';
import { callLogEntries } from './board/call-log-entries.ts';
import { withBoard } from './board/change.ts';
import { decide } from './board/decide.ts';
import { type DeskPolicy, newDesk } from './board/desk.ts';
import { followUp } from './board/follow-up.ts';
import { reduce } from './board/reduce.ts';
import { nextClock } from './board/reduce-command.ts';
import type { Store } from './store/store.ts';
import { createCallLogWriter } from './switchboard/call-log-writer.ts';
import { reasonOfStoreError } from './switchboard/store-reason.ts';

export type SwitchboardOptions = {
  readonly link: ExchangeLink;
  readonly store: Store;
  readonly line: string;
  readonly headset: string;
  readonly policy: DeskPolicy;
  readonly clock: Clock;
  readonly log: Log;
  /** Null where nobody here counts. */
  readonly linkCounters: () => LinkCounters | null;
  /** A fresh name for a call, a command or a start of the core; never the same twice. */
  readonly newId: () => string;
};

/** The one coordinator of link, board and store. */
export type Switchboard = {
  /** Begins to work; returns at once. */
  start(): void;
  board(): Board;
  /** Called with each new board, whole; returns the way to stop it. */
  watch(listener: (board: Board) => void): () => void;
  /** `ok` means sent. Never rejects. */
  execute(command: OperatorCommand): Promise<CommandResult>;
  /** Rejects when the store cannot answer. */
  query<N extends QueryName>(name: N, args: QueryArgs<N>): Promise<QueryAnswers[N]>;
  /** Ends the calls, frees the line, writes what is left and closes the store. */
  stop(): Promise<void>;
};

type Happening =
  | { readonly kind: 'event'; readonly event: BoardEvent }
  | {
      readonly kind: 'command';
      readonly command: OperatorCommand;
      readonly answer: (result: CommandResult) => void;
    };

export function createSwitchboard(options: SwitchboardOptions): Switchboard {
  const { link, store, clock, log, newId } = options;
  const { capabilities } = link;
  let desk = newDesk({ ...options, epoch: newId(), at: clock.now(), capabilities });
  let changed = false;
  let seq = 1;
  let queue: Happening[] = [];
  let written: CallLogWrite[] = [];
  let draining = false;
  let cancelClock: (() => void) | null = null;
  const listeners = new Set<(board: Board) => void>();
  const writer = createCallLogWriter({
    write: (entries) => store.appendCallLog(entries),
    reasonOf: reasonOfStoreError,
    clock,
    log,
    onDegraded: (degraded) => happen({ type: 'store', degraded, at: clock.now() }),
  });

  function happen(event: BoardEvent): void {
    enqueue({ kind: 'event', event });
  }

  // What happens in one turn makes one batch and one board.
  function enqueue(happening: Happening): void {
    queue.push(happening);
    if (draining) return;
    draining = true;
    queueMicrotask(drain);
  }

  function drain(): void {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      for (const happening of batch) settle(happening);
      if (link.capabilities !== desk.board.capabilities) {
        apply({ type: 'capabilities', capabilities: link.capabilities, at: clock.now() });
      }
      publish();
    }
    draining = false;
    setClock();
  }

  function settle(happening: Happening): void {
    try {
      if (happening.kind === 'event') apply(happening.event);
      else happening.answer(order(happening.command));
    } catch (error) {
      log('error', 'a happening could not be followed', { kind: happening.kind, error: String(error) });
      if (happening.kind === 'command') happening.answer({ ok: false, reason: { key: 'exchange-error' } });
    }
  }

  function apply(event: BoardEvent): void {
    const before = desk;
    const { desk: after, verdict, note } = reduce(before, event);
    desk = after;
    if (verdict === 'anomaly') {
      log('warn', 'an event cannot be', { note, event, anomalies: after.board.anomalies });
      void link.resync();
    } else if (note !== null) log('info', 'an event was judged', { event: event.type, verdict, note });
    changed ||= verdict !== 'ignored';
    if (verdict !== 'legal') return;
    const entries = callLogEntries(before.board, after.board, event, seq);
    seq += entries.length;
    written.push(...entries);
    for (const issue of followUp(before, after)) give(issue, 'desk');
  }

  function order(command: OperatorCommand): CommandResult {
    const decision = decide(desk, command, newId);
    return decision.ok ? { ok: true, id: give(decision, 'operator') } : decision;
  }

  function give({ command, call, commands, placing, dismiss }: Issue, by: 'operator' | 'desk'): string {
    const id = newId();
    const at = clock.now();
    apply({ type: 'command-issued', id, by, command, call, commands, placing, dismiss, at });
    if (commands.length > 0) {
      void executeAll(link, commands).then((result) =>
        happen({ type: 'command-settled', id, result, at: clock.now() }),
      );
    }
    return id;
  }

  function publish(): void {
    if (changed) {
      changed = false;
      desk = withBoard(desk, { revision: desk.board.revision + 1 });
      for (const listener of listeners) {
        try {
          listener(desk.board);
        } catch (error) {
          log('error', 'a listener of the board failed', { error: String(error) });
        }
      }
    }
    const entries = written;
    written = [];
    writer.append(entries);
  }

  function setClock(): void {
    cancelClock?.();
    cancelClock = null;
    const due = nextClock(desk);
    if (due === null) return;
    cancelClock = clock.after(Math.max(0, due - clock.now()), () =>
      happen({ type: 'clock', at: clock.now() }),
    );
  }

  async function ask<N extends QueryName>(name: N, args: QueryArgs<N>): Promise<QueryAnswers[N]> {
    if (name === 'link-counters') return options.linkCounters() as QueryAnswers[N];
    return (await store.query(name as StoreQueryName, args as QueryArgs<StoreQueryName>)) as QueryAnswers[N];
  }

  return {
    start: () => link.start(happen),
    board: () => desk.board,
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    execute: (command) => new Promise((answer) => enqueue({ kind: 'command', command, answer })),
    query: (name, args) => ask(name, args),
    async stop() {
      await link.stop();
      // The last events are in the queue; they are followed and logged before the store closes.
      await new Promise<void>((resolve) => queueMicrotask(resolve));
      cancelClock?.();
      await writer.flush();
      await store.close();
    },
  };
}

/** One after another; the first refusal ends it. A link never rejects, and one that does is answered for. */
async function executeAll(
  link: ExchangeLink,
  commands: readonly ExchangeCommand[],
): Promise<ExchangeOutcome> {
  for (const command of commands) {
    try {
      const result = await link.execute(command);
      if (result.outcome === 'refused') return result;
    } catch (error) {
      return { outcome: 'refused', reason: { key: 'exchange-error', detail: String(error) } };
    }
  }
  return { outcome: 'done' };
}
