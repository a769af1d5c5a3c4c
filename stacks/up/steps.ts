import { ListrLogger, ListrLogLevels, type LoggerFieldOptions } from "listr2";

/** Names a step that failed and leaves the reason to the command, which tells it once, at the end. */
class StepLogger extends ListrLogger<ListrLogLevels> {
  override log(
    level: ListrLogLevels,
    message: string | unknown[],
    options?: LoggerFieldOptions,
  ): void {
    super.log(level, message, level === ListrLogLevels.FAILED ? undefined : options);
  }
}

/** How the steps of a command are shown, with and without a terminal. */
export const stepOptions = {
  // The command ends by itself on Ctrl-C, after what was begun is taken back.
  registerSignalListeners: false,
  rendererOptions: { collapseErrors: false, showErrorMessage: false },
  fallbackRenderer: "simple",
  fallbackRendererOptions: {
    logger: new StepLogger({ useIcons: true, toStderr: [ListrLogLevels.FAILED] }),
  },
} as const;
