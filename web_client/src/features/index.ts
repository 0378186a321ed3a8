import { chat } from "./chat/manifest";
import type { FeatureManifest } from "./feature";

/** The one list of features: adding a feature is adding its folder and one line here. */
export const FEATURES: readonly FeatureManifest[] = [chat];
