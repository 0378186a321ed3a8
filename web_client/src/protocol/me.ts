import type {
  MeMeetingTold,
  MeMentioned,
  MeMessageDeleted,
  MePreferencesChanged,
  MeRead,
  MeRoomAdded,
  MeRoomRemoved,
  MeSecurityNotice,
} from "./generated";

/** What stands in the log of `me:<member>`. */
export type MeLogEvent = MeRead | MeRoomAdded | MeRoomRemoved | MeMentioned | MeSecurityNotice | MeMessageDeleted | MeMeetingTold | MePreferencesChanged;

export type MeNotice = MeSecurityNotice | MeMessageDeleted | MeMeetingTold;

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
