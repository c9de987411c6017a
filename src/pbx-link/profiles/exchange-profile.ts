import type { Reason } from '../model/reason.ts';
import type { SeatCheckName } from '../model/seat-check.ts';

/**
 * A number that the console dials for a service of the exchange, with places in braces for what varies
 * (`*8{ext}`), or null and why this exchange has none. `featureCode` fills the places in.
 */
export type ServiceCode =
  | { readonly template: string }
  | { readonly template: null; readonly reason: Reason };

/** The services that are reached by dialling. The places that each template may have are given behind it. */
export type ServiceName =
  /** Calls the headset phone so that it goes hands-free by itself: {ext}. */
  | 'headsetCall'
  /** Takes the call that rings at an extension, also one that was transferred there: {ext}. */
  | 'pickUp'
  /** Parks whoever is transferred there into the slot named: {slot}. */
  | 'park'
  /** Fetches the call parked in a slot: {slot}. */
  | 'parkRetrieve'
  /** A conference room: {room}, one digit. */
  | 'conference'
  /** Hears an extension's call; nobody hears the listener: {ext}. */
  | 'listen'
  /** As `listen`, and the extension (not its party) hears the speaker: {ext}. */
  | 'whisper'
  /** All three hear each other: {ext}. */
  | 'breakIn'
  /** Ends all calls of an extension: {ext}. */
  | 'forceRelease'
  /** A number outside the exchange: {number}. */
  | 'outside'
  /** Do-not-disturb of another extension on and off: {ext}. */
  | 'doNotDisturbOn'
  | 'doNotDisturbOff'
  /** Forwards all calls of another extension, and stops that: {ext}, {target}. */
  | 'forwardOn'
  | 'forwardOff'
  /** Sets the class of service of another extension: {ext}, {level}. */
  | 'classOfService';

/** An address that answers SIP OPTIONS with 200 where the seat has the right and with 404 where not. */
export type SeatProbe =
  | { readonly name: SeatCheckName; readonly probe: string }
  | { readonly name: SeatCheckName; readonly probe: null; readonly reason: Reason };

/** What differs from exchange to exchange, as data. Header names are compared without regard to case. */
export type ExchangeProfile = {
  readonly id: string;
  /** Shown in the settings. */
  readonly title: string;
  readonly services: Readonly<Record<ServiceName, ServiceCode>>;
  readonly seatChecks: readonly SeatProbe[];
  /** Headers of a waiting INVITE that tell the number which the caller dialled, the surest first. */
  readonly calledNumberHeaders: readonly string[];
  /** Header that says `inside` or `outside`, or null: then the caller's number decides. */
  readonly originHeader: string | null;
  /**
   * Header of a call that comes back to the desk, or null where none does. Its value is
   * `TARGET;STATUS` with STATUS one of BUSY, NOANSWER, CHANUNAVAIL, CONGESTION after a transfer, and
   * `park;slot=SLOT;parker=WHO` after parking.
   */
  readonly recallHeader: string | null;
  /**
   * Header whose value is the same each time that the same caller is delivered, so that a call which comes back is
   * known again although its number is hidden; or null.
   */
  readonly callIdHeader: string | null;
  /** How long the exchange lets a call wait at the operator line, in seconds; null: not known. */
  readonly ringTimeSeconds: number | null;
  /** How long it lets an extension ring before it counts as not answered, in seconds; null: not known. */
  readonly extensionRingTimeSeconds: number | null;
};
