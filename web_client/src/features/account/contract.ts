/** What other features may use of accounts: asking the server with a fault to show, and proving who one is once more. */
export { default as AccountCodes } from "./AccountCodesStep.vue";
export { default as AccountCopyButton } from "./AccountCopyButton.vue";
export { default as AccountEnrol } from "./AccountEnrolStep.vue";
export { default as AccountFault } from "./AccountFault.vue";
export { default as AccountFetched } from "./AccountFetched.vue";
export { default as AccountPasswordField } from "./AccountPasswordField.vue";
export { default as AccountPrint } from "./AccountPrint.vue";
export { default as AccountQr } from "./AccountQr.vue";
export { default as AccountReauthDialog } from "./AccountReauthDialog.vue";
export { type Attempt, useAttempt } from "./attempt";
export { type Fetched, useFetched } from "./fetched";
export { groupsOf } from "./code";
export { useReauth } from "./reauth";
