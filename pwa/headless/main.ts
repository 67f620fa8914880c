/**
 * The client without a browser, driven by lines: a JSON command a line in, a JSON answer a line out, in the order in which
 * they are done. `{"id", "begun", "at", "value"}` or `{"id", "begun", "at", "error"}`; `begun` and `at` are milliseconds of
 * the machine's monotonic clock, which other processes share. The end of the input closes everything.
 */
import { createInterface } from "node:readline";
import { type Command, Devices } from "./commands.ts";

const devices = new Devices();
const now = () => Number(process.hrtime.bigint()) / 1e6;

async function answer(line: string): Promise<void> {
  const begun = now();
  const command: Command = JSON.parse(line);
  let outcome: { readonly value: unknown } | { readonly error: string };
  try {
    outcome = { value: (await devices.run(command)) ?? null };
  } catch (reason) {
    outcome = { error: reason instanceof Error ? reason.message : String(reason) };
  }
  process.stdout.write(`${JSON.stringify({ id: command.id, begun, at: now(), ...outcome })}\n`);
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void answer(line));
lines.on("close", () => {
  devices.close();
  process.exit(0);
});
