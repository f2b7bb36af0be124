// Pressing and dragging in the chart, in the chart's own units, with mouse, pen and finger alike.

/** Movement in pixels below which a press counts as a pick, not as a drag; fingers tremble. */
const TREMBLE_PX = 4;

export interface Handlers {
  picked(): void;
  moved(x: number, y: number): void;
  dropped(): void;
}

export function draggable(body: SVGGElement, picture: SVGSVGElement, to: Handlers): void {
  let from: { x: number; y: number } | undefined;
  let dragged = false;

  body.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = { x: event.clientX, y: event.clientY };
    dragged = false;
    body.setPointerCapture(event.pointerId);
  });
  body.addEventListener("pointermove", (event) => {
    if (!from) return;
    dragged ||= Math.hypot(event.clientX - from.x, event.clientY - from.y) > TREMBLE_PX;
    const at = dragged ? chartPlace(picture, event) : undefined;
    if (at) to.moved(at.x, at.y);
  });
  body.addEventListener("pointerup", () => {
    if (from && !dragged) to.picked();
    if (from && dragged) to.dropped();
    from = undefined;
  });
  body.addEventListener("pointercancel", () => {
    if (from) to.dropped();
    from = undefined;
  });
}

function chartPlace(picture: SVGSVGElement, event: PointerEvent): DOMPoint | undefined {
  const matrix = picture.getScreenCTM();
  return matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()) : undefined;
}
