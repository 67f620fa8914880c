/**
 * Access to objects whose keys a user chose. A tag may be called "constructor" or "__proto__": what an object
 * inherits is no value, and plain assignment to "__proto__" would be lost.
 */

/** Returns the object's own value at `key`, or undefined. */
export function own<T>(object: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets the object's own value at `key`. */
export function setOwn<T>(object: { [key: string]: T }, key: string, value: T): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
