/** The server's routes about branches and groups. */

import { http } from "@/connection/http";
import type { BranchCounted, BranchUnit, UnitEdit, UnitWish } from "@/protocol/generated";

const at = (part: string): string => encodeURIComponent(part);

export const unitsApi = {
  add: (wish: UnitWish) => http.post<BranchUnit>("/org/units", wish),
  edit: (unit: string, edit: UnitEdit) => http.patch<BranchUnit>(`/org/units/${at(unit)}`, edit),
  close: (unit: string) => http.delete<null>(`/org/units/${at(unit)}`),
  /** Members at and below a branch. */
  counts: (unit: string) => http.get<BranchCounted>(`/org/counts?unit=${at(unit)}`),
};
