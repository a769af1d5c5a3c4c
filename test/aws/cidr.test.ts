import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatCidr,
  overlaps,
  parseCidr,
  startOfRange,
  subnetOf,
} from "../../constructs/aws/cidr.js";

test.each([
  "10.73.0.0",
  "10.73.0.0/33",
  "10.73.0.0/",
  "10.73.0/16",
  "256.0.0.0/8",
  "10.0.0.1/31",
  "010.0.0.0/8",
  " 10.0.0.0/8",
  "10.0.0.0/08",
  "::/0",
])("%s is no range", (text) => {
  expect(parseCidr(text)).toBeUndefined();
});

test.each([
  ["10.73.15.255/20", "10.73.0.0/20"],
  ["192.168.1.77/24", "192.168.1.0/24"],
  ["255.255.255.255/1", "128.0.0.0/1"],
  ["mlflow", undefined],
])("%s is meant as %s", (text, start) => {
  expect(startOfRange(text)).toBe(start);
});

test.each([
  ["10.0.0.0/8", "10.73.0.0/20", true],
  ["10.73.0.0/20", "10.73.15.0/24", true],
  ["10.73.0.0/20", "10.73.16.0/20", false],
  ["0.0.0.0/0", "255.255.255.255/32", true],
])("%s and %s overlap: %s", (one, other, expected) => {
  const [first, second] = [parseCidr(one), parseCidr(other)];
  if (!first || !second) throw new Error("no ranges");
  expect(overlaps(first, second)).toBe(expected);
  expect(overlaps(second, first)).toBe(expected);
});

const range = fc
  .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 0, max: 28 }))
  .map(([number, prefix]) => ({ first: number - (number % 2 ** (32 - prefix)), prefix }));

test("a range is read as it was written", () => {
  fc.assert(
    fc.property(range, (each) => {
      expect(parseCidr(formatCidr(each))).toStrictEqual(each);
    }),
  );
});

test("the parts of a range are in it, and not in one another", () => {
  fc.assert(
    fc.property(range, (whole) => {
      const parts = [0, 1, 2, 3].map((index) => subnetOf(whole, 2, index));
      parts.forEach((part, index) => {
        expect(overlaps(whole, part)).toBe(true);
        expect(part.first).toBe(whole.first + index * 2 ** (30 - whole.prefix));
        expect(parts.filter((other) => overlaps(part, other))).toHaveLength(1);
      });
    }),
  );
});
