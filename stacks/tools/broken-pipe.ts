import type { EventEmitter } from "node:events";

/**
 * Where whoever reads the output has gone (`mlstack … | head`), ends without a word, or goes on
 * without output. Any other failure to write stays what it was.
 *
 * @param goesOn - whether what runs must not be left half done
 * @param end - ends the program
 */
export function endWithoutReader(
  streams: readonly EventEmitter[],
  goesOn: () => boolean,
  end: () => void,
): void {
  for (const stream of streams) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (!goesOn()) end();
    });
  }
}
