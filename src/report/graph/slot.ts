/** A box of a layout, or a place where an edge passes through a layer that neither of its ends is in. */
export interface Slot {
  readonly layer: number;
  readonly height: number;
  /** Neighbours in the layer to the left. */
  readonly before: Slot[];
  /** Neighbours in the layer to the right. */
  readonly after: Slot[];
  /** Its middle. */
  y: number;
}
