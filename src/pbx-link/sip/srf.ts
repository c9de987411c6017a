/**
 * drachtio-srf as the link uses it. Its own typings are partly wrong (reference: requests' options, callbacks,
 * `connected`, `stackDialogId`), so what is used here is written down from its sources, and cast once in `createSrf`.
 */
import Srf from 'drachtio-srf';

export type Headers = Readonly<Record<string, string>>;

export type SrfMessage = {
  /** The header's value, several of one name joined by commas. */
  get(name: string): string | undefined;
  has(name: string): boolean;
  readonly body: string;
};

export type SrfRequest = SrfMessage & {
  readonly method: string;
  readonly uri: string;
  readonly stackDialogId: string;
  on(event: 'response', listener: (res: SrfResponse) => void): void;
  on(event: 'cancel', listener: (cancel: SrfMessage) => void): void;
  /** Only on a request that we sent. */
  cancel(callback?: (err: Error | null) => void): void;
};

export type SrfResponse = SrfMessage & {
  readonly status: number;
  readonly reason: string;
  /** Empty when the SIP stack itself made the response up (408, 503). */
  readonly source_address: string;
  readonly finalResponseSent: boolean;
  send(status: number, options?: SendOptions, callback?: (err: unknown) => void): void;
};

export type SendOptions = { headers?: Record<string, string>; body?: string };

export type SrfDialog = {
  readonly id: string;
  readonly type: 'uac' | 'uas';
  readonly connected: boolean;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly remote: { readonly uri: string; sdp: string };
  readonly local: { sdp: string };
  readonly res: SrfResponse;
  on(event: 'destroy', listener: (req: SrfMessage, reason?: string) => void): void;
  on(event: 'ack', listener: (req: SrfMessage) => void): void;
  on(event: InDialogEvent, listener: (req: SrfRequest, res: SrfResponse) => void): void;
  request(
    options: { method: string; headers?: Record<string, string>; body?: string },
    callback: (err: Error | null, res?: SrfResponse) => void,
  ): void;
  destroy(options: { headers?: Record<string, string> }, callback: (err: Error | null) => void): void;
};

type InDialogEvent = 'modify' | 'info' | 'refer' | 'notify' | 'update' | 'options' | 'message';

export type SrfStack = {
  connect(options: { host: string; port: number; secret: string }): void;
  disconnect(): void;
  on(event: 'connect', listener: (err: Error | null, hostports?: string) => void): void;
  on(event: 'error' | 'close' | 'reconnecting', listener: (detail?: unknown) => void): void;
  invite(handler: (req: SrfRequest, res: SrfResponse) => void): void;
  options(handler: (req: SrfRequest, res: SrfResponse) => void): void;
  notify(handler: (req: SrfRequest, res: SrfResponse) => void): void;
  message(handler: (req: SrfRequest, res: SrfResponse) => void): void;
  subscribe(handler: (req: SrfRequest, res: SrfResponse) => void): void;
  request(
    uri: string,
    options: { method: string; headers?: Record<string, string>; body?: string; stackDialogId?: string },
    callback: (err: Error | null, req?: SrfRequest) => void,
  ): void;
  createUAS(
    req: SrfRequest,
    res: SrfResponse,
    options: { localSdp: string; headers?: Record<string, string> },
    callback: (err: Error | null, dialog?: SrfDialog) => void,
  ): void;
  createUAC(
    uri: string,
    options: { method?: string; localSdp?: string; headers: Record<string, string> },
    progress: {
      cbRequest: (err: Error | null, req?: SrfRequest) => void;
      cbProvisional: (res: SrfResponse) => void;
    },
    callback: (err: (Error & { res?: SrfResponse; status?: number }) | null, dialog?: SrfDialog) => void,
  ): void;
};

export function createSrf(): SrfStack {
  return new Srf() as unknown as SrfStack;
}
