/** Who may see the customers of a territory: who covers what is the server's to know, and stands in no record. */
import { type ApiContext, type ApiResult, request } from "./client";
import { listOf, objectOf, textOf } from "./shape";

/** The ids of the people who see a territory's customers now; for whoever sees them himself. */
export const readReaders = (context: ApiContext, territory: string): Promise<ApiResult<readonly string[]>> =>
  request(context, "GET", `/api/territories/${territory}/people`, (answer) => listOf(objectOf(answer).people, textOf));
