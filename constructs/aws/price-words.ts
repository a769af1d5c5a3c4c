import type { AwsTarget } from "./aws-target.js";
import type { Price } from "./price.js";
import { pricesDate } from "./price-table.js";

/** `$61.37 a month`, with what makes that inexact. */
export const totalWords = ({ total, atLeast }: Pick<Price, "total" | "atLeast">): string =>
  `${atLeast ? "at least " : "about "}$${total.toFixed(2)} a month`;

/** A price as lines of a table for people. */
export function describePrice(
  price: Price,
  { shape, region }: Pick<AwsTarget, "shape" | "region">,
): readonly string[] {
  const width = Math.max(...price.lines.map(({ what }) => what.length));
  const sums = price.lines.map(({ dollars }) => (dollars === undefined ? "?" : dollars.toFixed(2)));
  const sumWidth = Math.max(...sums.map((text) => text.length));
  const stand =
    price.region === region
      ? ""
      : `; the table does not have ${region}, so these are of another region`;
  return [
    `Price of the shape ${shape}, list prices of ${price.region} as known on ${pricesDate}${stand}:`,
    ...price.lines.map(
      ({ what, arithmetic }, index) =>
        `  ${what.padEnd(width)}  ${(sums[index] ?? "").padStart(sumWidth)}  = ${arithmetic}`,
    ),
    `  ${totalWords(price)}, and by use:`,
    ...price.byUse.map((sentence) => `    ${sentence}`),
  ];
}
