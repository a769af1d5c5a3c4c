/** Whether a URL is of the machine that it is typed on. */
export const isLoopback = (url: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+)$/.test(new URL(url).hostname);
