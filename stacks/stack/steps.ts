import { Listr } from "listr2";
import { stepOptions } from "../up/steps.js";

/** One step of a verb. What it gives back, if anything, becomes its title. */
export interface Step {
  readonly title: string;
  readonly work: () => Promise<string | void>;
}

/** The steps of a verb on a stack, with a line of progress below the one at work. */
export class Steps {
  private show: (line: string) => void = () => undefined;

  /** Shows a line that replaces the last. */
  readonly report = (line: string): void => this.show(line);

  async run(steps: readonly Step[]): Promise<void> {
    const tasks = steps.map(({ title, work }) => ({
      title,
      task: async (_: unknown, task: { title: string; output: string }) => {
        this.show = (line) => (task.output = line);
        task.title = (await work()) ?? title;
      },
    }));
    await new Listr(tasks, stepOptions).run();
  }
}
