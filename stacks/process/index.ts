export type { ProcessContext } from "./context.js";
export { ensureEnvironment } from "./environment.js";
export { installSystemdUnit, removeSystemdUnit } from "./install-systemd.js";
export { processLogs, type ProcessLogsOptions } from "./logs.js";
export {
  renderProcess,
  type ProcessCommand,
  type ProcessPaths,
  type RenderedProcess,
} from "./render.js";
export { startProcess, type StartResult } from "./start.js";
export { processStatus, type ProcessStatus } from "./state.js";
export { stopProcess } from "./stop.js";
export { renderSystemdUnit } from "./systemd.js";
