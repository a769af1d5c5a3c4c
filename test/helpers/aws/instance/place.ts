import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timed } from "../../e2e/running-stack.js";
import { startMoto, type Moto } from "../moto.js";
import { remove } from "./machine.js";

/** Docker networks: the way out with AWS at its gateway, the metadata service, a private range. */
export const networks = {
  outside: "mlstack-e2e-outside",
  metadata: "mlstack-e2e-metadata",
  neighbours: "mlstack-e2e-neighbours",
} as const;

/** Addresses outside of those ranges that a container may not reach, but for the last two. */
export const addresses = {
  aws: "198.51.100.1",
  machine: "198.51.100.10",
  metadata: "169.254.169.254",
  metadataPeer: "169.254.169.10",
  neighbour: "10.214.77.2",
} as const;

const subnets = [
  [networks.outside, "198.51.100.0/24"],
  [networks.metadata, "169.254.169.0/24"],
  [networks.neighbours, "10.214.77.0/24"],
] as const;

/** What is there before and after each instance: AWS, networks, the data volume. */
export interface Place {
  readonly moto: Moto;
  readonly machineImage: string;
  /** Folder with what `docker load` gets in place of a registry. */
  readonly images: string;
  readonly volumeId: string;
  /** Of the data volume, such as `/dev/loop0`. */
  readonly device: string;
  /** An archive with that text as the file `user-data`. */
  tar(userData: string): Promise<Buffer>;
  remove(): Promise<void>;
}

/** @param references - images that the machine finds without a registry */
export async function makePlace(references: readonly string[]): Promise<Place> {
  await clear();
  const folder = mkdtempSync(join(tmpdir(), prefix));
  for (const [name, subnet] of subnets) {
    const inside = name === networks.outside ? [] : ["--internal"];
    await execa("docker", ["network", "create", ...inside, "--subnet", subnet, name]);
  }
  const moto = await startMoto({ host: addresses.aws, port: 80 });
  const images = join(folder, "images");
  await execa("mkdir", [images]);
  await timed("instance: images", () =>
    execa("docker", ["save", "--output", join(images, "all.tar"), ...references]),
  );
  const machineImage = "mlstack-e2e-instance";
  await timed("instance: system", () =>
    execa("docker", ["build", "--quiet", "--tag", machineImage, import.meta.dirname]),
  );
  const disk = join(folder, "data-volume");
  writeFileSync(disk, "");
  truncateSync(disk, 8 * 1024 ** 3);
  const { stdout: device } = await execa("losetup", ["--find", "--show", disk]);
  return {
    moto,
    machineImage,
    images,
    volumeId: "vol-0123456789abcdef0",
    device,
    tar: async (userData) => {
      writeFileSync(join(folder, "user-data"), userData);
      const packed = await execa("tar", ["-C", folder, "-c", "user-data"], { encoding: "buffer" });
      return Buffer.from(packed.stdout);
    },
    remove: async () => {
      await clear();
      await moto.stop();
      await execa("losetup", ["--detach", device], { reject: false });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of folders with a data volume; those of tests that were killed are found by it. */
const prefix = "mlstack-e2e-instance-";

async function clear(): Promise<void> {
  await remove();
  const { stdout } = await execa("losetup", ["--list", "--noheadings", "-O", "NAME,BACK-FILE"]);
  for (const line of stdout.split("\n").filter((each) => each.includes(`/${prefix}`))) {
    await execa("losetup", ["--detach", line.split(/\s+/)[0] ?? ""], { reject: false });
  }
  for (const [name] of subnets) await execa("docker", ["network", "rm", name], { reject: false });
}
