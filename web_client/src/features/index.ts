import { account } from "./account/manifest";
import { audit } from "./audit/manifest";
import { chat } from "./chat/manifest";
import type { FeatureManifest } from "./feature";
import { help } from "./help/manifest";
import { me } from "./me/manifest";
import { meeting } from "./meeting/manifest";
import { practice } from "./practice/manifest";
import { roll } from "./roll/manifest";
import { template } from "./template/manifest";
import { units } from "./units/manifest";

/** The one list of features: adding a feature is adding its folder and one line here. */
export const FEATURES: readonly FeatureManifest[] = [account, me, chat, meeting, roll, units, template, audit, help, practice];
