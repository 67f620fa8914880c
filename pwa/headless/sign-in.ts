/** Signing in without a browser: who it is, and the cookie that a browser would keep. */
import { signIn } from "../src/lib/api/session.ts";
import type { Account } from "../src/lib/store/account.ts";
import { HttpClient } from "./http.ts";

/** What opens a device. */
export interface SignedIn {
  readonly account: Account;
  /** As it goes into the header of a request. */
  readonly cookie: string;
}

/** Signs in at a server; Error with the problem's code where it refuses. */
export async function signInAt(server: string, email: string, password: string, name: string): Promise<SignedIn> {
  const http = new HttpClient(server);
  let cookie = "";
  const fetch: typeof globalThis.fetch = async (path, init = {}) => {
    const { status, headers, body } = await http.send(init.method ?? "GET", String(path), {
      headers: init.headers as { readonly [header: string]: string },
      ...(typeof init.body === "string" && { body: init.body }),
      ...(init.signal && { signal: init.signal }),
    });
    cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    return new Response(new Uint8Array(body), { status });
  };
  try {
    const result = await signIn({ fetch, isOnline: () => true }, email, password, { name, platform: "Node" });
    if (!result.ok) throw new Error(result.problem.code);
    return { account: result.value, cookie };
  } finally {
    http.close();
  }
}
