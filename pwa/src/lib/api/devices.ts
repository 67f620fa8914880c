/** The devices that the server lets in: one's own, and for a manager those of the team. */
import { type ApiContext, type ApiResult, request } from "./client";
import { listOf, numberOf, objectOf, optional, textOf } from "./shape";

/** One browser or installed app. Instants are milliseconds since 1970 UTC. */
export interface Device {
  readonly number: number;
  readonly person: string;
  readonly name: string;
  readonly created: number;
  readonly lastSeen: number;
  readonly revokedAt: number | null;
  /** When somebody asked for its data to be removed; done once it is revoked, too. */
  readonly wipedAt: number | null;
  /** What it last told of itself; null where it never did. */
  readonly report: DeviceReport | null;
  /** Whether this person may sign it out and have it wiped. */
  readonly mayEnd: boolean;
}

/** What a device tells of itself with each round trip. */
export interface DeviceReport {
  readonly version: string;
  /** Edits that it had not yet sent. */
  readonly waiting: number;
  /** Photos, recordings and documents that it had not yet sent. */
  readonly files: number;
  readonly storedBytes: number;
  /** Whether its browser promised to keep the storage. */
  readonly persisted: boolean;
  /** Milliseconds from its clock to the server's. */
  readonly offset: number;
  /** Buckets read again from the beginning, since it was set up. */
  readonly resets: number;
  /** Parts found wrong and mended, since it was set up. */
  readonly repairs: number;
}

const deviceOf = (answer: unknown): Device => {
  const { number, person, name, created, last_seen, revoked_at, wiped_at, report, may_end } = objectOf(answer);
  return {
    number: numberOf(number),
    person: textOf(person),
    name: textOf(name),
    created: numberOf(created),
    lastSeen: numberOf(last_seen),
    revokedAt: optional(revoked_at, numberOf),
    wipedAt: optional(wiped_at, numberOf),
    report: optional(report, reportOf),
    mayEnd: may_end === true,
  };
};

/** The server leaves out what is zero. */
const reportOf = (answer: unknown): DeviceReport => {
  const { version, waiting, files, stored_bytes, persisted, offset, resets, repairs } = objectOf(answer);
  return {
    version: optional(version, textOf) ?? "",
    waiting: optional(waiting, numberOf) ?? 0,
    files: optional(files, numberOf) ?? 0,
    storedBytes: optional(stored_bytes, numberOf) ?? 0,
    persisted: persisted === true,
    offset: optional(offset, numberOf) ?? 0,
    resets: optional(resets, numberOf) ?? 0,
    repairs: optional(repairs, numberOf) ?? 0,
  };
};

/** The devices that this person may see, the last seen first. */
export const listDevices = (context: ApiContext): Promise<ApiResult<readonly Device[]>> =>
  request(context, "GET", "/api/devices", (answer) => listOf(answer, deviceOf));

/** Lets a device in no more. */
export const revokeDevice = (context: ApiContext, number: number): Promise<ApiResult<null>> =>
  request(context, "DELETE", `/api/devices/${number}`, () => null);

/** Has a device drop its data at its next contact, once what it had not sent is at the server. */
export const wipeDevice = (context: ApiContext, number: number): Promise<ApiResult<null>> =>
  request(context, "POST", `/api/devices/${number}/wipe`, () => null, {});
