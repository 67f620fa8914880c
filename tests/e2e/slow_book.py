"""Slow book: the tab asks its book one query only when the test lets it, or never."""

from typing import Final

from playwright.sync_api import Page

from e2e.house import wait_until
from e2e.people import wait_until_ready

_SLOW_BOOK: Final = """() => {
  const post = Worker.prototype.postMessage;
  const held = [];
  let slow = JSON.parse(sessionStorage.getItem("slow-book"));
  Worker.prototype.postMessage = function (message, ...more) {
    const { query, parameters } = message?.call ?? {};
    const isMeant = slow !== null && query === slow.query && JSON.stringify(parameters).includes(slow.about);
    const refused = { type: "answer", seq: message.seq, answer: { ok: false, code: "internal", message: "refused" } };
    const ask = () => post.call(this, message, ...more);
    const refuse = () => this.onmessage(new MessageEvent("message", { data: refused }));
    if (isMeant) held.push({ ask, refuse });
    else post.call(this, message, ...more);
  };
  window.slowBook = {
    hold: (query, about) => { slow = { query, about }; },
    letGo: () => { slow = null; sessionStorage.removeItem("slow-book"); for (const { ask } of held.splice(0)) ask(); },
    refuse: () => { for (const { refuse } of held.splice(0)) refuse(); },
    get held() { return held.length; },
  };
}"""


class SlowBook:
    """The book of one page, from its next load on."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.add_init_script(f"({_SLOW_BOOK})()")
        page.reload()
        wait_until_ready(page)

    def hold(self, query: str, about: str = "") -> None:
        """Let a query of this name, whose parameters hold the text ``about``, wait from now on."""
        self._page.evaluate("([query, about]) => slowBook.hold(query, about)", [query, about])

    def hold_from_start(self, query: str, about: str = "") -> None:
        """Open the app anew, and let such a query wait from its first moment on."""
        asked = {"query": query, "about": about}
        self._page.evaluate("(asked) => sessionStorage.setItem('slow-book', JSON.stringify(asked))", asked)
        self._page.reload()
        self.wait_until_asked()

    def wait_until_asked(self) -> None:
        """Wait until the page has asked what is held."""
        wait_until(lambda: self._page.evaluate("slowBook.held > 0"), 15, "the screen has asked")

    def let_go(self) -> None:
        """Let everything be asked."""
        self._page.evaluate("slowBook.letGo()")

    def refuse(self) -> None:
        """Answer what is held with a failure, as a book does that cannot read it; what is asked later is held."""
        self._page.evaluate("slowBook.refuse()")

    def forget(self) -> None:
        """Hold nothing from the next load on."""
        self._page.evaluate("sessionStorage.removeItem('slow-book')")
