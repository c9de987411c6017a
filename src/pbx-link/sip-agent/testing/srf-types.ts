import Srf from 'drachtio-srf';

/** drachtio-srf as it behaves: the types that it ships leave out much and are partly wrong. */
export type Request = {
  readonly uri: string;
  readonly body: string;
  get(name: string): string;
  has(name: string): boolean;
  cancel(): void;
  on(event: string, listener: (res: Response) => void): void;
};

export type Response = {
  readonly status: number;
  readonly body: string;
  get(name: string): string;
  send(status: number, options?: { readonly headers?: Headers; readonly body?: string }): void;
};

export type Headers = Readonly<Record<string, string>>;

export type Call = {
  readonly id: string;
  readonly remote: { readonly sdp: string };
  on(event: string, listener: (req: Request, res: Response) => void): void;
  request(options: {
    readonly method: string;
    readonly headers?: Headers;
    readonly body?: string;
  }): Promise<Response>;
  destroy(): Promise<unknown>;
};

export type CallOptions = {
  readonly localSdp?: string;
  readonly method?: string;
  readonly headers?: Headers;
  readonly callingNumber?: string;
};

type Watching = {
  readonly cbRequest?: (error: Error | null, req: Request) => void;
  readonly cbProvisional?: (res: Response) => void;
};

/** A call whose answer holds the offer: `ack` sends ours. */
export type HalfCall = { readonly sdp: string; ack(sdp: string): Promise<Call> };

export type Program = {
  on(event: 'connect', listener: (error: Error | null) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  connect(options: { readonly host: string; readonly port: number; readonly secret: string }): void;
  disconnect(): void;
  use(method: string, handler: (req: Request, res: Response) => void): void;
  request(
    uri: string,
    options: {
      readonly method: string;
      readonly headers?: Headers;
      readonly body?: string;
      readonly auth?: { readonly username: string; readonly password: string };
    },
    callback: (error: Error | null, req: Request) => void,
  ): void;
  createUAS(req: Request, res: Response, options: CallOptions): Promise<Call>;
  createUAC(uri: string, options: CallOptions & { readonly noAck: true }): Promise<HalfCall>;
  createUAC(uri: string, options: CallOptions, watching?: Watching): Promise<Call>;
};

export function newProgram(): Program {
  const srf: unknown = new Srf();
  return srf as Program;
}
