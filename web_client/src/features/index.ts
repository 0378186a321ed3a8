import { account } from "./account/manifest";
import { chat } from "./chat/manifest";
import type { FeatureManifest } from "./feature";
import { me } from "./me/manifest";
import { roll } from "./roll/manifest";

/** The one list of features: adding a feature is adding its folder and one line here. */
export const FEATURES: readonly FeatureManifest[] = [account, me, chat, roll];
