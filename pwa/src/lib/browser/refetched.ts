/** How long a module may take; who waits for it hears by then that it is not to be had. */
const WITHIN_MS = 15_000;

/**
 * Returns what fetches a module with `first`, and after a failure under another address with `again`: Chromium keeps that a module could not
 * be had for as long as the page or the worker lives, and says which address it was.
 */
export function refetched<T>(first: () => Promise<T>, again: (address: string) => Promise<T>): () => Promise<T> {
  let address: string | null = null;
  let failures = 0;
  return async () => {
    try {
      return await inTime(address === null ? first() : again(`${address}?again=${failures}`));
    } catch (reason) {
      address ??= addressIn(reason);
      failures += 1;
      throw reason;
    }
  };
}

function addressIn(reason: unknown): string | null {
  const [address] = /https?:\/\/[^\s?]+/.exec(String(reason)) ?? [];
  return address ?? null;
}

async function inTime<T>(fetching: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not here after ${WITHIN_MS} ms`)), WITHIN_MS);
  });
  try {
    return await Promise.race([fetching, late]);
  } finally {
    clearTimeout(timer);
  }
}
