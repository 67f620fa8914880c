/** The page that drives the store for the benches (`tests/bench/device.py`) and for the tests of several tabs. */
import { plan } from "../../src/lib/domain/visit.ts";
import type { Account } from "../../src/lib/store/account.ts";
import { keepAccount } from "../../src/lib/store/account.ts";
import { openStore, type Store } from "../../src/lib/store/client.ts";
import { generate } from "./generate.ts";
import type { Figures, Task } from "./wire.ts";

declare global {
  interface Window {
    /** Runs one task in a fresh worker, so that nothing is warm but the disk. */
    bench(task: Task): Promise<Figures>;
    /** Opens the store as the app does; for the tests of several tabs. */
    openStore(seed: number): Store;
    /** Signs the bench's person in, so that the app opens the filled store. */
    signIn(seed: number): Promise<void>;
    /** Plans visits for a day (ISO date) at the first customers of the filled store, one stop after another. */
    planDay(seed: number, day: string, stops: number): Promise<void>;
  }
}

export const account = (seed: number): Account => ({
  person: generate(0, seed).person,
  device: 7,
  role: "rep",
  name: "Marek Kowal",
});

window.openStore = (seed) => openStore({ account: account(seed), version: "test" });

window.signIn = (seed) => keepAccount(account(seed));

window.planDay = async (seed, day, stops) => {
  const store = window.openStore(seed);
  const { person } = store.account;
  const first = { search: "", filter: { name: "all" }, sort: "name", offset: 0, limit: stops } as const;
  const { rows } = await store.query("customers.page", first);
  const visits = rows.map((row, position) => plan({ id: store.newId(), customer: row.id, person, day, position }));
  await store.write(visits.flat());
  store.close();
};

window.bench = (task) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = (event: MessageEvent<{ figures: Figures } | { error: string }>) => {
      worker.terminate();
      if ("figures" in event.data) resolve(event.data.figures);
      else reject(new Error(event.data.error));
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ account: account(task.seed), task });
  });
