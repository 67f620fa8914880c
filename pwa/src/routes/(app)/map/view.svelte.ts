import type { ColourBy } from "#lib/domain/map/shade";
import type { View } from "#lib/domain/map/view";

/** Whose customers the map shows. */
export type Whose = "mine" | "all";

/** What the map shows; kept while the app is open, so that it is as it was on return. */
class MapView {
  /** Null until there is something to fit. */
  view = $state.raw<View | null>(null);
  colourBy = $state<ColourBy>("overdue");
  /** Only the stops of the day. */
  todayOnly = $state(false);
  whose = $state<Whose | null>(null);
  /** The customer whose card is open. */
  chosen = $state<string | null>(null);
}

export const mapView = new MapView();
