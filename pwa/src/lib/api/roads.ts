/** Distances by road, where the server has a routing server to ask. */
import type { RoadTable } from "#lib/store/roads";
import { type ApiContext, type ApiResult, request } from "./client";
import { listOf, numberOf, objectOf, optional } from "./shape";

const row = (answer: unknown) => listOf(answer, (leg) => optional(leg, numberOf));

/** Whether distances by road can be asked for; null without an answer. */
export async function findRoads(context: ApiContext): Promise<boolean | null> {
  const result = await request(context, "GET", "/api/health", (answer) => objectOf(answer).roads === true);
  return result.ok ? result.value : null;
}

/** The ways between all of these places, in micro-degrees. */
export const askRoads = (
  context: ApiContext,
  places: readonly { readonly latitude: number; readonly longitude: number }[],
): Promise<ApiResult<RoadTable>> =>
  request(
    context,
    "POST",
    "/api/roads",
    (answer) => {
      const { metres, seconds } = objectOf(answer);
      return { metres: listOf(metres, row), seconds: listOf(seconds, row) };
    },
    { places: places.map(({ latitude, longitude }) => ({ latitude, longitude })) },
  );
