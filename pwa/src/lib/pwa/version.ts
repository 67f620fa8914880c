/**
 * The version of this app: the time of its build, as the page that was loaded names it. `$app/env` has it too late: SvelteKit
 * sets it after the chunk that all screens share has been run.
 */
export const appVersion = (): string => document.querySelector<HTMLMetaElement>("meta[name=version]")?.content ?? "";
