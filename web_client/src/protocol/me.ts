import type {
  MeMeetingTold,
  MeMentioned,
  MeMessageDeleted,
  MeOrganisationTold,
  MePreferencesChanged,
  MeRead,
  MeRoomAdded,
  MeRoomRemoved,
  MeSecurityNotice,
} from "./generated";

/** What stands in the log of `me:<member>`. */
export type MeLogEvent = MeRead | MeRoomAdded | MeRoomRemoved | MeMentioned | MeSecurityNotice | MeMessageDeleted | MeMeetingTold | MeOrganisationTold | MePreferencesChanged;

export type MeNotice = MeSecurityNotice | MeMessageDeleted | MeMeetingTold | MeOrganisationTold;

export type {
  MeLastMessage,
  MeMeetingTold,
  MeMention,
  MeMentioned,
  MeMessageDeleted,
  MePreferences,
  MeRead,
  MeRoom,
  MeRoomAdded,
  MeSecurityNotice,
  MeSnapshot,
  MeThread,
} from "./generated";
