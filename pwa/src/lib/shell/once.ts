/** Work that an impatient thumb begins once: a call while it is under way does nothing and answers null. */
export function once<Given extends unknown[], Done>(
  work: (...given: Given) => Promise<Done>,
): (...given: Given) => Promise<Done | null> {
  let isUnderWay = false;
  return async (...given) => {
    if (isUnderWay) return null;
    isUnderWay = true;
    try {
      return await work(...given);
    } finally {
      isUnderWay = false;
    }
  };
}
