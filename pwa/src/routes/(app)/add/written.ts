/** What is being written in the sheet of the "+": held outside of it, so that leaving the sheet loses no word. */
export interface Written {
  /** A task's words. */
  title: string;
  /** A note. */
  body: string;
  /** A contact. */
  name: string;
  phone: string;
  jobTitle: string;
}

export const nothingWritten = (): Written => ({ title: "", body: "", name: "", phone: "", jobTitle: "" });

/** Whether there is a word to lose. */
export const isWritten = (written: Written): boolean => Object.values(written).some((text) => text.trim() !== "");
