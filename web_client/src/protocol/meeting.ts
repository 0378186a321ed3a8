import type {
  MeetingCheckedIn,
  MeetingCollecting,
  MeetingCounted,
  MeetingLeaveSet,
  MeetingRollAnswered,
  MeetingRollFrozen,
  MeetingRowSet,
  MeetingSheetClosed,
  MeetingSpotAnswered,
  MeetingSpotAsked,
  MeetingVoteCast,
} from "./generated";

/** What stands in the log of `meeting:<id>-sheet`. */
export type SheetLogEvent =
  | MeetingCheckedIn
  | MeetingCollecting
  | MeetingLeaveSet
  | MeetingRollAnswered
  | MeetingRollFrozen
  | MeetingRowSet
  | MeetingSheetClosed
  | MeetingSpotAnswered
  | MeetingSpotAsked
  | MeetingVoteCast;

export type { MeetingCounted };

export type {
  Meeting,
  MeetingChange,
  MeetingCorrection,
  MeetingCounts,
  MeetingHand,
  MeetingItem,
  MeetingItemDraft,
  MeetingLine,
  MeetingMinutesText,
  MeetingMotion,
  MeetingPlan,
  MeetingRow,
  MeetingRule,
  MeetingRules,
  MeetingSelf,
  MeetingSheet,
  MeetingSnapshot,
  MeetingTask,
  MeetingText,
  MinutesSection_Output as MinutesSection,
  MinutesStatement_Output as MinutesStatement,
  PaperLineShown,
  PaperMark,
  PaperShown,
} from "./generated";
