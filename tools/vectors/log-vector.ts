/*
 * Vectors of the log have `check`, which says what is done with `input`, and `expect`: the value
 * that it gives, or the code of its refusal. Bytes are hexadecimal, notes base64.
 */

type Head = { size: number; root: string };

/** Input and value of each check. */
export type LogChecks = {
  /** Root of the tree over these entries. */
  tree: { input: { entries: string[] }; value: { root: string } };
  inclusion: {
    input: { index: number; leaf: string; size: number; root: string; proof: string[] };
    value: true;
  };
  consistency: { input: { older: Head; newer: Head; proof: string[] }; value: true };
};

export type LogCheck = keyof LogChecks;

type Expectation<Value> = { value: Value } | { code: string };

export type LogVector = {
  [Check in LogCheck]: {
    rule: string;
    check: Check;
    input: LogChecks[Check]['input'];
    expect: Expectation<LogChecks[Check]['value']>;
  };
}[LogCheck];

/** What is to be refused; its file's name has the code. */
export type RefusedCase = {
  [Check in LogCheck]: { rule: string; check: Check; input: LogChecks[Check]['input'] };
}[LogCheck];
