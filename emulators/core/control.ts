/**
 * The control plane every emulator has beside its vendor's API, under `/__emulator/`. Its requests meet no
 * fault and stand in no ledger.
 */
import type { Faults, FaultVendor } from "./faults.ts";
import { FaultPlanError, parseVendorFaults } from "./faults.ts";
import type { Ledger } from "./ledger.ts";
import { type Route, route } from "./routes.ts";

export interface EmulatorControl {
  /** What `GET /__emulator/state` answers: the whole state as JSON. */
  readonly state: () => unknown;
  /** Back to the state at the start. The ledger and the faults are cleared by the core. */
  readonly reset: () => void | Promise<void>;
  /** Takes the body of `POST /__emulator/seed`; throws `SeedError` for what it can't read; the result is the answer. */
  readonly seed: (body: unknown) => unknown;
  /** Further routes of this emulator; their paths begin with `/__emulator/`. */
  readonly routes?: readonly Route[];
}

/** A seed that cannot be read; `message` is one line naming the place in the JSON. */
export class SeedError extends Error {
  override readonly name = "SeedError";
}

/** The routes of the control plane for one emulator. */
export function controlRoutes(
  vendor: FaultVendor,
  ledger: Ledger,
  faults: Faults,
  control: EmulatorControl,
): Route[] {
  return [
    route("GET", "/__emulator/ledger", (request) => ({
      status: 200,
      body: ledger.entries(Number(request.query["since"] ?? 0) || 0),
    })),
    route("GET", "/__emulator/state", () => ({ status: 200, body: control.state() })),
    route("POST", "/__emulator/reset", async () => {
      ledger.clear();
      faults.set({ rules: [] });
      await control.reset();
      return { status: 200, body: { reset: true } };
    }),
    route("POST", "/__emulator/seed", async (request) => {
      try {
        if (request.isMalformed) throw new SeedError("seed: the body is not JSON");
        return { status: 200, body: (await control.seed(request.body)) ?? {} };
      } catch (error) {
        if (error instanceof SeedError) return { status: 400, body: { error: error.message } };
        throw error;
      }
    }),
    route("GET", "/__emulator/faults", () => ({ status: 200, body: faults.current() })),
    route("PUT", "/__emulator/faults", (request) => {
      try {
        if (request.isMalformed) throw new FaultPlanError("fault plan: the body is not JSON");
        faults.set(parseVendorFaults(request.body, vendor));
        return { status: 200, body: faults.current() };
      } catch (error) {
        if (error instanceof FaultPlanError) return { status: 400, body: { error: error.message } };
        throw error;
      }
    }),
    ...(control.routes ?? []),
  ];
}
