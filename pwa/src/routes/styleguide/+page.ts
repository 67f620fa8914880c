import { error } from "@sveltejs/kit";

/** The style guide is for developers: a build of the app does not have it. */
export const load = async () => {
  if (import.meta.env.DEV) return { Guide: (await import("./Guide.svelte")).default };
  error(404);
};
