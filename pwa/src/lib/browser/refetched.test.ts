import { expect, test, vi } from "vitest";
import { refetched } from "./refetched.ts";

const ADDRESS = "https://routebook.example/_app/later-1a2b.js";
const refused = () => Promise.reject(new TypeError(`Failed to fetch dynamically imported module: ${ADDRESS}`));

test("a module that could not be had is asked for under another address each time", async () => {
  const asked: string[] = [];
  let failures = 1;
  const fetchModule = refetched(refused, async (address) => {
    asked.push(address);
    failures -= 1;
    return failures < 0 ? "module" : refused();
  });
  await expect(fetchModule()).rejects.toThrow("Failed to fetch");
  await expect(fetchModule()).rejects.toThrow("Failed to fetch");
  expect(await fetchModule()).toBe("module");
  expect(asked).toEqual([`${ADDRESS}?again=1`, `${ADDRESS}?again=2`]);
});

test("where a browser does not tell the address, the module is asked for as before", async () => {
  const first = vi.fn(async () => "module").mockRejectedValueOnce(new TypeError("Importing a module script failed."));
  const fetchModule = refetched(first, refused);
  await expect(fetchModule()).rejects.toThrow("Importing");
  expect(await fetchModule()).toBe("module");
});

test("one that hangs is given up, and asked for again as it is", async () => {
  vi.useFakeTimers();
  const coming = Promise.withResolvers<string>();
  const fetchModule = refetched(() => coming.promise, refused);
  const given = expect(fetchModule()).rejects.toThrow("not here after");
  await vi.advanceTimersByTimeAsync(15_000);
  await given;
  const again = fetchModule();
  coming.resolve("module");
  expect(await again).toBe("module");
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
