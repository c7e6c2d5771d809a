// Help until there are Pis: the first steps, which are ticked automatically, and simulated Pis.
import { Simulation, type SimulationOptions } from "../simulation/simulation.ts";
import { FirstSteps, type FirstStepsOptions } from "./first-steps.ts";

export type FirstStartOptions = SimulationOptions & Omit<FirstStepsOptions, "isSimulated">;

export class FirstStart {
  readonly steps: FirstSteps;
  readonly simulation: Simulation;
  readonly #simulated: SimulationOptions["simulated"];

  constructor(options: FirstStartOptions) {
    this.steps = new FirstSteps({ ...options, isSimulated: (device) => options.simulated.has(device) });
    this.simulation = new Simulation(options);
    this.#simulated = options.simulated;
  }

  /** To be called once devices and commands are restored. */
  async start(): Promise<void> {
    // Which devices are simulated is known first: they do no step.
    await this.#simulated.start();
    await this.steps.start();
    await this.simulation.start();
  }

  async stop(): Promise<void> {
    await this.simulation.stop();
    await this.steps.stop();
  }
}
