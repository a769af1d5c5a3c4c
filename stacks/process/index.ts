export { cacheDirectory } from "./cache.js";
export { dataFolder, type ProcessContext } from "./context.js";
export { missingPython, prepareEnvironment } from "./environment.js";
export { installSystemdUnit } from "./install-systemd.js";
export { processLogs, type ProcessLogsOptions } from "./logs.js";
export {
  renderProcess,
  type ProcessCommand,
  type ProcessPaths,
  type RenderedProcess,
} from "./render.js";
export { startProcess, type StartResult } from "./start.js";
export { hasProcessData, processStatus, runningListener, type ProcessStatus } from "./state.js";
export { answers } from "./status.js";
export { stopProcess } from "./stop.js";
export { lingers, requireSystemd } from "./systemctl.js";
