import type { Kysely, Transaction } from 'kysely';
import type { CallLogWrite } from '../../contract/call-log.ts';
import type { CallLogEvent, CallLogRow, QueryArgs } from '../../contract/queries.ts';
import type { Database } from './database.ts';

/** Writes all entries or none. An entry that is there already (same epoch and seq) is left as it is. */
export async function appendCallLog(db: Kysely<Database>, entries: readonly CallLogWrite[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    for (const entry of entries) await append(transaction, entry);
  });
}

type CauseKey = NonNullable<CallLogRow['cause']>['key'];

async function append(db: Transaction<Database>, entry: CallLogWrite): Promise<void> {
  const { call, end } = entry;
  const changing = {
    number: call.party.number,
    name: call.party.name,
    answered_at: call.answeredAt,
    // A call that comes back after it seemed to be over lives again.
    ended_at: end?.at ?? null,
    cause: end?.cause.key ?? null,
    cause_detail: end?.cause.detail ?? null,
    ended_by: end?.by ?? null,
  };
  const { row } = await db
    .insertInto('calls')
    .values({
      epoch: entry.epoch,
      call: call.id,
      direction: call.direction,
      origin: call.origin,
      called_number: call.calledNumber,
      arrived_at: call.arrivedAt,
      ...changing,
    })
    .onConflict((conflict) => conflict.columns(['epoch', 'call']).doUpdateSet(changing))
    .returning('row')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('call_events')
    .values({
      call_row: row,
      epoch: entry.epoch,
      seq: entry.seq,
      at: entry.at,
      event: entry.event,
      detail: JSON.stringify(entry.detail),
    })
    .onConflict((conflict) => conflict.columns(['epoch', 'seq']).doNothing())
    .execute();
}

/** The newest calls first. */
export async function readCallLog(
  db: Kysely<Database>,
  { limit, before }: QueryArgs<'call-log'>,
): Promise<readonly CallLogRow[]> {
  const rows = await db
    .selectFrom('calls')
    .selectAll()
    .$if(before !== undefined, (query) => query.where('row', '<', before ?? 0))
    .orderBy('row', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    row: row.row,
    epoch: row.epoch,
    call: row.call,
    direction: row.direction as CallLogRow['direction'],
    origin: row.origin as CallLogRow['origin'],
    party: { number: row.number, name: row.name },
    calledNumber: row.called_number,
    arrivedAt: row.arrived_at,
    answeredAt: row.answered_at,
    endedAt: row.ended_at,
    cause:
      row.cause === null
        ? null
        : {
            key: row.cause as CauseKey,
            ...(row.cause_detail === null ? {} : { detail: row.cause_detail }),
          },
    by: row.ended_by as CallLogRow['by'],
  }));
}

/** In the order in which they happened. */
export async function readCallEvents(
  db: Kysely<Database>,
  { epoch, call }: QueryArgs<'call-events'>,
): Promise<readonly CallLogEvent[]> {
  const rows = await db
    .selectFrom('call_events')
    .innerJoin('calls', 'calls.row', 'call_events.call_row')
    .select(['call_events.at', 'call_events.event', 'call_events.detail'])
    .where('calls.epoch', '=', epoch)
    .where('calls.call', '=', call)
    .orderBy('call_events.row')
    .execute();
  return rows.map(({ at, event, detail }) => ({
    at,
    event,
    detail: JSON.parse(detail) as CallLogEvent['detail'],
  }));
}
