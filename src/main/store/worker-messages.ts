import type { StoreErrorCode } from './store-error.ts';
import type { StoreFunctionName } from './store-functions.ts';

export type WorkerStart = { readonly file: string };

export type StoreRequest =
  | { readonly id: number; readonly name: StoreFunctionName; readonly args: readonly unknown[] }
  | { readonly id: number; readonly name: 'close'; readonly args: readonly [] };

export type StoreReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: StoreErrorCode; readonly message: string };
