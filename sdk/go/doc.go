// Package dataplane follows the signed facts of a Tenure registry, verifies each one, and answers
// "may this identity do that in this tenant?" from memory: no network, under a microsecond, and
// also when the registry, NATS or both are dead.
//
// Trust begins with one key, that of the log's first root; every other key is learned from signed
// key sets. What is checked, and in which order, is facts/spec/facts-v1.md.
package dataplane
