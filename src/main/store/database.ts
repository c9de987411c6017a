import type { Generated } from 'kysely';

/** The tables as they are after the newest migration. Times are milliseconds since the epoch. */
export type Database = {
  readonly settings: SettingsTable;
  readonly calls: CallsTable;
  readonly call_events: CallEventsTable;
};

type SettingsTable = { key: string /** JSON. */; value: string };

type CallsTable = {
  row: Generated<number>;
  epoch: string;
  call: string;
  direction: string;
  origin: string;
  number: string;
  name: string;
  called_number: string;
  arrived_at: number;
  answered_at: number | null;
  ended_at: number | null;
  cause: string | null;
  cause_detail: string | null;
  ended_by: string | null;
};

type CallEventsTable = {
  row: Generated<number>;
  call_row: number;
  epoch: string;
  seq: number;
  at: number;
  event: string;
  /** JSON. */
  detail: string;
};
