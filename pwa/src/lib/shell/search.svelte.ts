/** "Search everything": whether its sheet is open, and what is in its box. Ctrl K opens it from every screen. */
class Search {
  open = $state(false);
  text = $state("");

  /** Opens it, with what has been typed elsewhere already. */
  show(text = ""): void {
    this.text = text;
    this.open = true;
  }
}

export const search = new Search();
