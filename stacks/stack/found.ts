import type { Owned } from "../host/owned.js";

/** Something on the host that is not as the last deploy left it, and what deploy does about it. */
export interface Drift {
  /** Address of the resource; undefined: the state knows nothing of it. */
  readonly address: string | undefined;
  /** A sentence without a stop, which begins with what it is about. */
  readonly words: string;
  /** `terraform`: its own plan repairs it. */
  readonly repair:
    | { readonly kind: "terraform" }
    /** Terraform does not see it, and is told to make it anew. */
    | { readonly kind: "replace" }
    | { readonly kind: "unpause"; readonly id: string }
    /** Docker does that by itself, but waits longer each time. */
    | { readonly kind: "restart"; readonly id: string }
    | { readonly kind: "remove-container"; readonly id: string }
    | { readonly kind: "remove-network"; readonly id: string }
    | { readonly kind: "remove-volume"; readonly name: string }
    | { readonly kind: "tag"; readonly imageId: string; readonly name: string }
    /** The right image is gone; without the wrong name it is pulled or built again. */
    | { readonly kind: "untag"; readonly name: string }
    /** Data is gone; nothing brings it back. Whoever has read some of it begins anew, by id. */
    | { readonly kind: "lost-data"; readonly volume: string; readonly readers: readonly string[] };
}

/** What the host has, whoever made it. */
export interface Found {
  readonly owned: Owned;
  /** The mark of this folder. */
  readonly owner: string;
  /** Of all volumes: one that was taken over from Compose carries no label of ours. */
  readonly volumes: ReadonlySet<string>;
  /** Image ids by name. */
  readonly imageOf: ReadonlyMap<string, string>;
  /** Ids of images that are there, with a name or without. */
  readonly imageIds: ReadonlySet<string>;
}
