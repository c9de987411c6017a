import type { Clock } from '../../pbx-link/model/clock.ts';
import type { ExchangeCommand, ExchangeOutcome } from '../../pbx-link/model/exchange-command.ts';
import type { ExchangeEvent } from '../../pbx-link/model/exchange-event.ts';
import type { ExchangeLink } from '../../pbx-link/model/exchange-link.ts';
import { ALL_CAPABILITIES, type Untimed } from './sample-desk.ts';

/** A link of which the test says what the exchange tells, and which keeps what it is asked. */
export class ScriptedLink implements ExchangeLink {
  capabilities = ALL_CAPABILITIES;
  readonly asked: ExchangeCommand[] = [];
  resyncs = 0;
  stops = 0;
  /** What becomes of a command; done unless the test says otherwise. */
  answer: (command: ExchangeCommand) => Promise<ExchangeOutcome> = () => Promise.resolve({ outcome: 'done' });
  onStop: () => Promise<void> = () => Promise.resolve();
  onResync: () => Promise<void> = () => Promise.resolve();
  readonly #clock: Pick<Clock, 'now'>;
  #listener: (event: ExchangeEvent) => void = () => undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  tell(...events: readonly Untimed[]): void {
    for (const event of events) this.#listener({ at: this.#clock.now(), ...event } as ExchangeEvent);
  }

  start(listener: (event: ExchangeEvent) => void): void {
    this.#listener = listener;
  }

  execute(command: ExchangeCommand): Promise<ExchangeOutcome> {
    this.asked.push(command);
    return this.answer(command);
  }

  resync(): Promise<void> {
    this.resyncs += 1;
    return this.onResync();
  }

  stop(): Promise<void> {
    this.stops += 1;
    return this.onStop();
  }
}
