import { beforeEach, expect, test, vi } from "vitest";

/** The browser's part: what it answers, and what the person has said to it. */
class Phone {
  permission: EventTarget & { state: PermissionState } = Object.assign(new EventTarget(), {
    state: "granted" as PermissionState,
  });
  latitude: number | null = 50;
  asked = 0;
  page = Object.assign(new EventTarget(), { visibilityState: "visible" });

  geolocation = {
    getCurrentPosition: (found: (at: object) => void, failed: (error: object) => void) => {
      this.asked += 1;
      if (this.permission.state === "denied") failed({ code: 1, PERMISSION_DENIED: 1 });
      else if (this.latitude === null) failed({ code: 3, PERMISSION_DENIED: 1 });
      else found({ coords: { latitude: this.latitude, longitude: 19, accuracy: 5 } });
    },
  };

  says(state: PermissionState) {
    this.permission.state = state;
    this.permission.dispatchEvent(new Event("change"));
  }
  comesBack() {
    this.page.dispatchEvent(new Event("visibilitychange"));
  }
}

let phone: Phone;
async function open() {
  vi.resetModules();
  return (await import("./here.svelte")).here;
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ["Date"] });
  phone = new Phone();
  vi.stubGlobal("navigator", { geolocation: phone.geolocation, permissions: { query: async () => phone.permission } });
  vi.stubGlobal("document", phone.page);
});
const later = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000);

test("who said no and allows it afterwards is asked again by the next check-in", async () => {
  const here = await open();
  phone.permission.state = "denied";
  expect([await here.read(), here.possible]).toEqual([null, false]);
  phone.permission.state = "granted";
  expect(await here.read()).toMatchObject({ latitude: 50_000_000 });
  expect(here.possible).toBe(true);
});

test("what is allowed in the browser's settings is known on coming back to the app, and at once where the browser tells", async () => {
  const here = await open();
  const stop = here.start();
  phone.permission.state = "denied";
  await here.read();
  phone.permission.state = "granted";
  phone.comesBack();
  await vi.waitFor(() => expect(here.possible).toBe(true));
  phone.says("denied");
  expect(here.possible).toBe(false);
  phone.says("prompt");
  expect(here.possible).toBe(true);
  stop();
});

test("a place that was read some minutes ago is read again on coming back, and where it is needed", async () => {
  const here = await open();
  const stop = here.start();
  await here.read();
  phone.latitude = 51;
  later(1);
  phone.comesBack();
  await here.refresh();
  expect([phone.asked, here.place?.latitude]).toEqual([1, 50_000_000]);
  later(10);
  phone.comesBack();
  await vi.waitFor(() => expect(here.place?.latitude).toBe(51_000_000));
  phone.latitude = 52;
  later(10);
  await here.refresh();
  expect(here.place?.latitude).toBe(52_000_000);
  stop();
});

test("coming back asks nobody who has not been asked", async () => {
  const here = await open();
  const stop = here.start();
  phone.permission.state = "prompt";
  later(10);
  phone.comesBack();
  await Promise.resolve();
  expect(phone.asked).toBe(0);
  stop();
});

test("a place that cannot be read again says of when it is", async () => {
  const here = await open();
  await here.read();
  expect(here.oldSince).toBeNull();
  phone.latitude = null;
  later(10);
  await here.refresh();
  expect([here.oldSince, here.place?.latitude]).toEqual([1_000_000, 50_000_000]);
  phone.latitude = 51;
  await here.refresh();
  expect(here.oldSince).toBeNull();
});

test("a place that comes too late for who asks for it soon is known all the same, and nobody is asked for leave", async () => {
  const here = await open();
  expect(await here.soon(60_000)).toMatchObject({ latitude: 50_000_000 });
  const answers: (() => void)[] = [];
  const { getCurrentPosition } = phone.geolocation;
  phone.geolocation.getCurrentPosition = (...asked) => void answers.push(() => getCurrentPosition(...asked));
  phone.latitude = 51;
  expect(await here.soon(0)).toBeNull();
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  for (const answer of answers) answer();
  await vi.waitFor(() => expect(here.place?.latitude).toBe(51_000_000));
  phone.permission.state = "prompt";
  expect([await here.soon(60_000), answers.length]).toEqual([null, 1]);
});
