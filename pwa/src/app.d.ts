declare global {
  namespace App {
    interface PageState {
      /** Set while a sheet lies over the page, so that the back button closes the sheet first. */
      sheet?: string;
    }
  }
}

export {};
