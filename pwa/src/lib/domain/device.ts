/** The devices of a team as somebody reads them who looks after them: what is wrong with each, and how long it is gone. */

/** What there is to judge a device by. Instants are milliseconds since 1970 UTC by the server's clock. */
export interface DeviceFacts {
  readonly lastSeen: number;
  readonly revokedAt: number | null;
  readonly wipedAt: number | null;
  /** What it last told of itself; null where it never did. */
  readonly report: DeviceTold | null;
}

/** What it told of itself, as far as it is judged by it. */
export interface DeviceTold {
  /** The app's version; that of a build is the time at which it was made. */
  readonly version: string;
  /** Edits that it had not yet sent. */
  readonly waiting: number;
  /** Photos, recordings and documents that it had not yet sent. */
  readonly files: number;
  /** Whether its browser promised to keep the storage. */
  readonly persisted: boolean;
  /** Milliseconds from its clock to the server's. */
  readonly offset: number;
  /** Parts found wrong and mended. */
  readonly repairs: number;
}

/** Whether the server lets it in. `wiping`: it still has to hear that its data has to go. */
export type DeviceState = "active" | "wiping" | "wiped" | "revoked";

/** What is wrong with a device, the gravest first. */
export const DEVICE_PROBLEMS = ["unsent", "silent", "wiping", "clock", "not_kept", "mended", "outdated"] as const;
export type DeviceProblem = (typeof DEVICE_PROBLEMS)[number];

/** How long ago a device was last in contact. */
export const CONTACT_SPANS = ["now", "hour", "day", "week", "longer"] as const;
export type ContactSpan = (typeof CONTACT_SPANS)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A device is in contact while its stream is open; the server writes that down at least this often. */
const NOW_MS = 5 * MINUTE_MS;
/** Work that waits longer than a coffee break wants somebody to look. */
const UNSENT_MS = HOUR_MS;
const SILENT_MS = 3 * DAY_MS;
/** From here on the server mends the times (SPEC R6). */
const CLOCK_MS = 2 * MINUTE_MS;

export function stateOf({ revokedAt, wipedAt }: DeviceFacts): DeviceState {
  if (wipedAt !== null) return revokedAt === null ? "wiping" : "wiped";
  return revokedAt === null ? "active" : "revoked";
}

export function spanOf(lastSeen: number, now: number): ContactSpan {
  const gone = now - lastSeen;
  if (gone < NOW_MS) return "now";
  if (gone < HOUR_MS) return "hour";
  if (gone < DAY_MS) return "day";
  return gone < 7 * DAY_MS ? "week" : "longer";
}

/** How much a device had told of that it had not yet sent: edits and files. */
export const unsentOf = (told: Pick<DeviceTold, "waiting" | "files"> | null): number =>
  told === null ? 0 : told.waiting + told.files;

/** Everything that is wrong with a device, the gravest first; nothing with one that has ended. `version`: that of this app. */
export function problemsOf(device: DeviceFacts, now: number, version: string): readonly DeviceProblem[] {
  const state = stateOf(device);
  if (state === "wiped" || state === "revoked") return [];
  const gone = now - device.lastSeen;
  const told = device.report;
  const found: Readonly<Record<DeviceProblem, boolean>> = {
    unsent: unsentOf(told) > 0 && gone > UNSENT_MS,
    silent: gone > SILENT_MS,
    wiping: state === "wiping",
    clock: told !== null && Math.abs(told.offset) > CLOCK_MS,
    not_kept: told !== null && !told.persisted,
    mended: told !== null && told.repairs > 0,
    outdated: told !== null && isOlder(told.version, version),
  };
  return DEVICE_PROBLEMS.filter((problem) => found[problem]);
}

/** Which of two devices wants a look first: the one with the graver problem, then the one seen last; those that ended come last. */
export function byGravity(now: number, version: string): (a: DeviceFacts, b: DeviceFacts) => number {
  const rank = (device: DeviceFacts) => {
    const state = stateOf(device);
    if (state === "wiped" || state === "revoked") return DEVICE_PROBLEMS.length + 1;
    const [worst] = problemsOf(device, now, version);
    return worst === undefined ? DEVICE_PROBLEMS.length : DEVICE_PROBLEMS.indexOf(worst);
  };
  return (a, b) => rank(a) - rank(b) || b.lastSeen - a.lastSeen;
}

/** When a version was built, where it is named by that: milliseconds since 1970 UTC, else null. */
export function builtAt(version: string): number | null {
  return /^\d{13}$/.test(version) ? Number(version) : null;
}

function isOlder(version: string, own: string): boolean {
  const [built, ownBuilt] = [builtAt(version), builtAt(own)];
  return built !== null && ownBuilt !== null && built < ownBuilt;
}
