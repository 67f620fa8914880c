/** What a device is said to be, in the words of this screen. */

import Clock from "@lucide/svelte/icons/clock-alert";
import CloudUpload from "@lucide/svelte/icons/cloud-upload";
import DatabaseZap from "@lucide/svelte/icons/database-zap";
import Download from "@lucide/svelte/icons/download";
import Eraser from "@lucide/svelte/icons/eraser";
import HardDrive from "@lucide/svelte/icons/hard-drive";
import LogOut from "@lucide/svelte/icons/log-out";
import WifiOff from "@lucide/svelte/icons/wifi-off";
import type { Device } from "#lib/api/devices";
import { builtAt, type ContactSpan, type DeviceProblem, spanOf, stateOf, unsentOf } from "#lib/domain/device";
import { fmt, m } from "#lib/i18n";
import type { Icon, Tone } from "#lib/ui/types";

/** A short word with its picture. */
export interface Mark {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly text: string;
}

export const SPAN_LABELS: Readonly<Record<ContactSpan, () => string>> = {
  now: m.devices_span_now,
  hour: m.devices_span_hour,
  day: m.devices_span_day,
  week: m.devices_span_week,
  longer: m.devices_span_longer,
};

export const SPAN_TONES: Readonly<Record<ContactSpan, Tone>> = {
  now: "green",
  hour: "green",
  day: "neutral",
  week: "amber",
  longer: "red",
};

export function markOf(problem: DeviceProblem, device: Device, now: number): Mark {
  const { report } = device;
  const offset = -(report?.offset ?? 0);
  switch (problem) {
    case "unsent":
      return { tone: "red", icon: CloudUpload, text: m.devices_problem_unsent({ count: unsentOf(report) }) };
    case "silent":
      return {
        tone: "red",
        icon: WifiOff,
        text: m.devices_problem_silent({ age: fmt.age(now - device.lastSeen) }),
      };
    case "wiping":
      return { tone: "amber", icon: Eraser, text: m.devices_problem_wiping() };
    case "clock": {
      const duration = fmt.age(Math.abs(offset));
      const text = offset > 0 ? m.devices_problem_ahead({ duration }) : m.devices_problem_behind({ duration });
      return { tone: "amber", icon: Clock, text };
    }
    case "not_kept":
      return { tone: "amber", icon: HardDrive, text: m.devices_problem_not_kept() };
    case "mended":
      return { tone: "amber", icon: DatabaseZap, text: m.devices_problem_mended({ count: report?.repairs ?? 0 }) };
    case "outdated":
      return { tone: "neutral", icon: Download, text: m.devices_problem_outdated() };
  }
}

/** That a device has ended, and how; null for one that is in use. */
export function endOf(device: Device): Mark | null {
  const state = stateOf(device);
  const day = device.revokedAt === null ? "" : fmt.day(device.revokedAt);
  if (state === "wiped") return { tone: "neutral", icon: Eraser, text: m.devices_wiped_on({ day }) };
  return state === "revoked" ? { tone: "neutral", icon: LogOut, text: m.devices_revoked_on({ day }) } : null;
}

export const contactText = (device: Device, now: number): string =>
  spanOf(device.lastSeen, now) === "now" ? m.devices_in_contact() : fmt.ago(now - device.lastSeen);

/** `As this one`, `Of 14 Nov`, or the version's own name. */
export function appText(device: Device, own: string): string {
  const version = device.report?.version ?? "";
  if (version === "") return m.devices_unknown();
  if (version === own) return m.devices_app_newest();
  const built = builtAt(version);
  return built === null ? version : m.devices_app_built({ day: fmt.day(built) });
}

/** `2 edits`, `3 files`, or `2 edits and 3 files`. */
export function unsentText({ report }: Device): string {
  if (report === null) return m.devices_unknown();
  const files = report.files > 0 ? [m.devices_files({ count: report.files })] : [];
  const edits = report.waiting > 0 || files.length === 0 ? [m.sync_edits({ count: report.waiting })] : [];
  return fmt.list([...edits, ...files]);
}

/** A difference that anybody notices; below it the clocks agree. */
const CLOCK_NOTICE_MS = 60_000;

export function clockText(device: Device): string {
  if (device.report === null) return m.devices_unknown();
  const ahead = -device.report.offset;
  if (Math.abs(ahead) < CLOCK_NOTICE_MS) return m.devices_clock_right();
  const duration = fmt.age(Math.abs(ahead));
  return ahead > 0 ? m.devices_clock_ahead({ duration }) : m.devices_clock_behind({ duration });
}

export function storageText(device: Device): string {
  if (device.report === null) return m.devices_unknown();
  const used = fmt.bytes(device.report.storedBytes);
  return device.report.persisted ? m.devices_storage_kept({ used }) : m.devices_storage_not_kept({ used });
}
