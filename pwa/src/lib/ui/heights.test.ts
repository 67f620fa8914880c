import fc from "fast-check";
import { expect, test } from "vitest";
import { RowHeights } from "./heights";

test("rows begin where the rows before them end, whatever was measured", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.tuple(fc.nat(299), fc.integer({ min: 1, max: 500 })), { maxLength: 60 }),
      (count, measured) => {
        const rows = new RowHeights(count, 64);
        const plain = new Array<number>(count).fill(64);
        for (const [index, height] of measured) {
          rows.set(index, height);
          if (index < count) plain[index] = height;
        }
        let offset = 0;
        for (const [index, height] of plain.entries()) {
          expect(rows.offsetOf(index)).toBe(offset);
          expect(rows.indexAt(offset)).toBe(index);
          expect(rows.indexAt(offset + height - 0.5)).toBe(index);
          offset += height;
        }
        expect(rows.total).toBe(offset);
      },
    ),
  );
});

test("offsets outside the list lead to its ends", () => {
  const rows = new RowHeights(3, 10);
  expect(rows.indexAt(-5)).toBe(0);
  expect(rows.indexAt(1000)).toBe(2);
  expect(new RowHeights(0, 10).indexAt(5)).toBe(0);
});
