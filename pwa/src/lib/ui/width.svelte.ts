/** The three shapes of the app, by width: tabs below, a rail beside, a side navigation. The same limits stand in the CSS. */
export type Shape = "phone" | "tablet" | "desktop";

export const shapeOf = (width: number): Shape => (width < 700 ? "phone" : width < 1200 ? "tablet" : "desktop");

class Screen {
  shape = $state<Shape>(typeof innerWidth === "undefined" ? "phone" : shapeOf(innerWidth));

  constructor() {
    if (typeof matchMedia === "undefined") return;
    const follow = () => {
      this.shape = shapeOf(innerWidth);
    };
    for (const query of ["(min-width: 700px)", "(min-width: 1200px)"])
      matchMedia(query).addEventListener("change", follow);
  }
}

export const screen = new Screen();
