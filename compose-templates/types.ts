/**
 * The part of the Compose Specification that is rendered, keys in the order they are written.
 *
 * @see https://github.com/compose-spec/compose-spec/blob/main/spec.md
 */
export interface ComposeService {
  image: string;
  build?: { context: string; args?: readonly string[] };
  depends_on?: Record<string, { condition: ComposeCondition }>;
  volumes?: readonly ComposeMount[];
  secrets?: readonly string[];
  environment?: Record<string, string>;
  ports?: readonly string[];
  networks?: readonly string[];
  network_mode?: "none";
  command?: readonly string[];
  restart: "unless-stopped" | "no";
  healthcheck?: ComposeHealthCheck;
  logging: { driver: "json-file"; options: { "max-size": string; "max-file": string } };
  labels?: Record<string, string>;
  user: string;
  cap_drop: readonly ["ALL"];
  cpus: number;
  mem_limit: string;
  pids_limit: number;
  read_only?: true;
  security_opt: readonly ["no-new-privileges:true"];
  shm_size?: string;
  stop_grace_period: string;
  tmpfs?: readonly string[];
  ulimits: { nofile: number };
}

export type ComposeCondition =
  "service_started" | "service_healthy" | "service_completed_successfully";

export type ComposeMount =
  | { type: "volume"; source: string; target: string; read_only?: true }
  | {
      type: "bind";
      source: string;
      target: string;
      read_only?: true;
      bind: { create_host_path: false };
    };

export interface ComposeHealthCheck {
  test: readonly string[];
  interval: string;
  timeout: string;
  retries: number;
  start_period: string;
}

export interface ComposeFile {
  name: string;
  services: Record<string, ComposeService>;
  networks?: Record<string, { internal?: true }>;
  volumes?: Record<string, Record<string, never>>;
  secrets?: Record<string, { environment: string }>;
}
