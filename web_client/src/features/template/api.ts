/** The server's routes about the organisation's template. */

import { http } from "@/connection/http";
import type { TemplateAnswer, TemplateDecision, TemplateProposed, TemplateWish } from "@/protocol/generated";

const at = (proposal: string): string => `/template/proposals/${encodeURIComponent(proposal)}`;

export const templateApi = {
  show: () => http.get<TemplateAnswer>("/template"),
  propose: (wish: TemplateWish) => http.post<TemplateProposed>("/template/proposals", wish),
  decide: (proposal: string, decision: TemplateDecision) => http.post<null>(`${at(proposal)}/decision`, decision),
  withdraw: (proposal: string) => http.delete<null>(at(proposal)),
};
