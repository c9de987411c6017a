import type { CallLogWrite } from '../../contract/call-log.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';

/** A store that keeps in memory what is written, and fails when the test wants. */
export class TestStore implements Store {
  readonly written: CallLogWrite[] = [];
  fails: StoreError | null = null;
  closed = false;
  onWrite: () => void = () => undefined;

  async appendCallLog(entries: readonly CallLogWrite[]): Promise<void> {
    this.onWrite();
    if (this.fails !== null) throw this.fails;
    this.written.push(...entries);
  }
  query(): Promise<never> {
    return Promise.reject(new StoreError('failed', 'not asked here'));
  }
  readSettings(): Promise<Record<string, unknown>> {
    return Promise.resolve({});
  }
  writeSettings(): Promise<void> {
    return Promise.resolve();
  }
  async close(): Promise<void> {
    this.closed = true;
  }
}
