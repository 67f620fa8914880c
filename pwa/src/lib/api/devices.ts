/** The devices that the server lets in: one's own, and for a manager those of the team. */
import { type ApiContext, type ApiResult, request } from "./client";
import { listOf, numberOf, objectOf, optional, textOf } from "./shape";

/** One browser or installed app. Instants are milliseconds since 1970 UTC. */
export interface Device {
  readonly number: number;
  readonly person: string;
  readonly name: string;
  readonly lastSeen: number;
  readonly isRevoked: boolean;
  /** Edits that it had not yet sent when it last told; null where it never told. */
  readonly waiting: number | null;
}

const deviceOf = (answer: unknown): Device => {
  const { number, person, name, last_seen, revoked_at, report } = objectOf(answer);
  return {
    number: numberOf(number),
    person: textOf(person),
    name: textOf(name),
    lastSeen: numberOf(last_seen),
    isRevoked: optional(revoked_at, numberOf) !== null,
    // The server leaves out what is zero.
    waiting: optional(report, (told) => optional(objectOf(told).waiting, numberOf) ?? 0),
  };
};

/** The devices that this person may see, the last seen first. */
export const listDevices = (context: ApiContext): Promise<ApiResult<readonly Device[]>> =>
  request(context, "GET", "/api/devices", (answer) => listOf(answer, deviceOf));

/** Lets a device in no more. */
export const revokeDevice = (context: ApiContext, number: number): Promise<ApiResult<null>> =>
  request(context, "DELETE", `/api/devices/${number}`, () => null);
