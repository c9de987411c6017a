import { type CallSetup, sendWithDigest } from './call-setup.ts';
import { newDialog, requestIn } from './dialog.ts';
import { headerOf, type SipRequest } from './sip-message.ts';

/** A lamp of one extension (RFC 4235): `terminated` (dark), `early` (rings), `confirmed` (lit). */
export type Lamp = {
  readonly callId: string;
  /** The answer to SUBSCRIBE; where it is not 200 there is no lamp. */
  readonly status: number;
  /** All states so far. */
  readonly states: readonly string[];
  receive(request: SipRequest): void;
};

/** Subscribes to the dialog states of a number. `keep` gets the lamp before the first NOTIFY can come. */
export async function watchLamp(setup: CallSetup, number: string, keep: (lamp: Lamp) => void): Promise<Lamp> {
  const { host, port } = setup.exchange;
  const uri = `sip:${number}@${host}:${port}`;
  const dialog = newDialog(`<sip:${setup.credentials.user}@${host}>`, `<${uri}>`, uri);
  const states: string[] = [];
  let status = 0;
  const lamp: Lamp = {
    callId: dialog.callId,
    get status() {
      return status;
    },
    states,
    receive: (request) => {
      const state = /<state[^>]*>\s*(\w+)/.exec(request.body)?.[1];
      if (headerOf(request, 'Event').startsWith('dialog') && state !== undefined) states.push(state);
    },
  };
  keep(lamp);
  const { response } = await sendWithDigest(setup, (proof) =>
    requestIn(dialog, 'SUBSCRIBE', [
      ['Contact', `<${setup.contact}>`],
      ['Event', 'dialog'],
      ['Accept', 'application/dialog-info+xml'],
      ['Expires', '600'],
      ...proof,
    ]),
  );
  status = response.status;
  return lamp;
}
