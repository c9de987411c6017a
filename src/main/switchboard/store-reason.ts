import type { Reason } from '../../pbx-link/model/reason.ts';
import { StoreError } from '../store/store-error.ts';

/** What a failure of the store is called on the board. */
export function reasonOfStoreError(error: unknown): Reason {
  const key = error instanceof StoreError && error.code === 'newer' ? 'store-newer' : 'store-failed';
  return { key, detail: error instanceof Error ? error.message : String(error) };
}
