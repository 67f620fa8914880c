/** "Search everything": whether its sheet is open. Ctrl K opens it from every screen. */
class Search {
  open = $state(false);
}

export const search = new Search();
