import type { Component } from "vue";

/** One page of the gallery. */
export interface Part {
  /** Word of the address and of the pictures. */
  name: string;
  load: () => Promise<{ default: Component }>;
  /** A whole page with landmarks of its own: drawn alone, without the gallery's heading. */
  page?: boolean;
  /** Where the router stands, for what looks at the route. */
  at?: string;
}

const shell = () => import("./parts/PageShell.vue");

/** The one list: a new part is a file in parts/ and a row here; tests/browser/test_gallery.py finds it by itself. */
export const PARTS: readonly Part[] = [
  { name: "buttons", load: () => import("./parts/PartButtons.vue") },
  { name: "fields", load: () => import("./parts/PartFields.vue") },
  { name: "faces", load: () => import("./parts/PartFaces.vue") },
  { name: "bars", load: () => import("./parts/PartBars.vue") },
  { name: "states", load: () => import("./parts/PartStates.vue") },
  { name: "texts", load: () => import("./parts/PartTexts.vue") },
  { name: "line", load: () => import("./parts/PartLine.vue") },
  { name: "messages", load: () => import("./parts/PartMessages.vue") },
  { name: "answers", load: () => import("./parts/PartAnswers.vue") },
  { name: "outgoing", load: () => import("./parts/PartOutgoing.vue") },
  { name: "rooms", load: () => import("./parts/PartRooms.vue") },
  { name: "composer", load: () => import("./parts/PartComposer.vue") },
  { name: "account", load: () => import("./parts/PartAccount.vue") },
  { name: "menu", load: () => import("./parts/PartMenu.vue") },
  { name: "message-menu", load: () => import("./parts/PartMessageMenu.vue") },
  { name: "dialog", load: () => import("./parts/PartDialog.vue") },
  { name: "dialog-wide", load: () => import("./parts/PartDialogWide.vue") },
  { name: "delete", load: () => import("./parts/PartDelete.vue") },
  { name: "shortcuts", load: () => import("./parts/PartShortcuts.vue") },
  { name: "picture", load: () => import("./parts/PartPicture.vue") },
  { name: "emoji", load: () => import("./parts/PartEmoji.vue") },
  { name: "template", load: () => import("./parts/PartTemplate.vue") },
  { name: "meeting", load: () => import("./parts/PartMeeting.vue") },
  { name: "meeting-desk", load: () => import("./parts/PartMeetingDesk.vue") },
  { name: "page-room", load: shell, page: true, at: "/chat/branch" },
  { name: "page-thread", load: shell, page: true, at: "/chat/branch/thread/2" },
  { name: "page-no-permission", load: shell, page: true, at: "/chat/gone" },
  { name: "page-loading", load: shell, page: true, at: "/chat/coming" },
  { name: "page-choose", load: shell, page: true, at: "/chat" },
  { name: "page-no-rooms", load: () => import("./parts/PageNoRooms.vue"), page: true, at: "/chat" },
  { name: "page-lost", load: () => import("./parts/PageLost.vue"), page: true },
  { name: "page-no-server", load: () => import("./parts/PageNoServer.vue"), page: true },
];
