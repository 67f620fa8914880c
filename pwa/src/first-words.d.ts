/** A tenth of a language: what is said before anybody is signed in (`vite/words.ts`). */
declare module "*.js?first" {
  const words: Readonly<Record<string, (inputs?: object) => string>>;
  export = words;
}
